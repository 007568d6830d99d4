"""
Lists as PostgreSQL reads them, each written as one text.

psycopg writes a list item by item; the thirteen lists of an append took it longer than
everything else that the client does.
"""

from collections.abc import Iterable


def plain(items: Iterable[str | int]) -> str:
    """Return *items*, ids or numbers, in which nothing has to be marked."""
    return "{" + ",".join(map(str, items)) + "}"


def texts(items: Iterable[str]) -> str:
    """Return *items*, whatever stands in them."""
    marked = [item.replace("\\", "\\\\").replace('"', '\\"') for item in items]
    return "{" + ",".join([f'"{item}"' for item in marked]) + "}"


def blobs(items: Iterable[bytes]) -> str:
    """Return *items* in hex, which takes twice their room on the wire."""
    return "{" + ",".join([rf'"\\x{item.hex()}"' for item in items]) + "}"
