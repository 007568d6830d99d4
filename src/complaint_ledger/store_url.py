"""Where a ledger is kept, as an address: `sqlite:///council.db`."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import attrs

from complaint_ledger.errors import BadValue


@attrs.frozen(kw_only=True)
class StoreUrl:
    """
    Where a ledger is kept.

    Attributes:
        text: The whole address, without a password.
        scheme: Which adapter: `sqlite` in `sqlite:///council.db`.
        user: Who asks, where a server wants to know.
        password: What they prove it by; never shown.
        host: Who serves it, where someone does, with the port.
        path: The file, or the database.
        options: What follows the question mark.
    """

    text: str
    scheme: str
    user: str = ""
    password: str = attrs.field(default="", repr=False)
    host: str = ""
    path: str
    options: Mapping[str, str] = attrs.field(factory=dict)

    def whole(self, **options: str) -> str:
        """Return the address with its password, and with more *options*; never to be shown."""
        who = quote(self.user, safe="")
        if self.password:
            who += f":{quote(self.password, safe='')}"
        at = f"{who}@{self.host}" if who else self.host
        query = urlencode({**self.options, **options}, safe="/:,")
        return f"{self.scheme}://{at}/{self.path}{'?' if query else ''}{query}"


def parse_url(text: str) -> StoreUrl:
    """
    Return *text* taken apart; a bare path is an SQLite file.

    Raises:
        BadValue: It is no address.
    """
    if "://" not in text:
        if not text.strip():
            raise BadValue("ledger", "say where it is kept, such as sqlite:///council.db")
        return StoreUrl(text=text, scheme="sqlite", path=text)
    try:
        parts = urlsplit(text)
    except ValueError:
        raise BadValue("ledger", "it is no address; write sqlite:///council.db") from None
    # As with SQLAlchemy: three slashes are a relative path, four an absolute one.
    path = parts.path[1:]
    if parts.scheme in {"sqlite", "memory"} and parts.netloc:
        raise BadValue("ledger", f"write {parts.scheme}:/// with three slashes before the path")
    who, _, host = parts.netloc.rpartition("@")
    user, _, password = who.partition(":")
    options = dict(parse_qsl(parts.query))
    secret = options.pop("password", None) or unquote(password)
    if parts.fragment:
        raise BadValue(
            "ledger", "there is a # in it; write %23 in a password, and a file as its path alone"
        )
    query = urlencode(options, safe="/:,")
    shown = f"{user}{':…' * bool(secret)}@{host}" if who or secret else host
    return StoreUrl(
        text=urlunsplit((parts.scheme, shown, parts.path, query, "")) if secret else text,
        scheme=parts.scheme,
        user=unquote(user),
        password=secret,
        host=host,
        path=path,
        options=options,
    )
