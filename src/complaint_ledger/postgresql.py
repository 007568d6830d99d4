"""From an address of ours to what PostgreSQL's client library understands."""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote

from complaint_ledger.errors import BadValue
from complaint_ledger.store import StoreUrl

CONNECT_TIMEOUT: Final = 5  # seconds

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")


def schema_of(url: StoreUrl, default: str) -> str:
    """
    Return the schema that *url* names, or *default*.

    Raises:
        BadValue: It is no name of one.
    """
    schema = url.options.get("schema", default)
    if _NAME.fullmatch(schema) is None:
        raise BadValue("schema", "it is up to 63 of a-z, 0-9 and _, and begins with a letter")
    return schema


def conninfo(url: StoreUrl, *, field: str, ours: Sequence[str], application: str) -> str:
    """
    Return how to connect to the database of *url*; it holds the password, if there is one.

    Args:
        url: An address `postgresql://USER@HOST:PORT/DATABASE?OPTION=VALUE`.
        field: What the address is one of, for the error.
        ours: The options that are not the server's; the first is named in the error.
        application: What the server is told that we are, where the address does not say it.

    Raises:
        BadValue: PostgreSQL does not understand it.
    """
    import psycopg
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    theirs = {name: value for name, value in url.options.items() if name not in ours}
    theirs.setdefault("connect_timeout", str(CONNECT_TIMEOUT))
    theirs.setdefault("application_name", application)
    who = {"user": url.user, "password": url.password, "dbname": unquote(url.path)}
    try:
        text = make_conninfo(
            f"postgresql://{url.host}", **theirs, **{k: v for k, v in who.items() if v}
        )
        conninfo_to_dict(text)
    except psycopg.ProgrammingError:
        raise BadValue(
            field,
            "PostgreSQL does not understand it; write"
            f" postgresql://USER@HOST:PORT/DATABASE?{ours[0]}=NAME",
        ) from None
    return text
