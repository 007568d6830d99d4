"""
A personal value as a commitment: only its salted digest stands in an event.

The bytes are those of RFC 9901: a JSON array of salt, path and value, in
base64url; the digest is the SHA-256 of that text, in base64url.
"""

import base64
import hashlib
import json
import secrets
import unicodedata
from json.encoder import encode_basestring
from typing import Final

import attrs

from complaint_ledger.errors import BadValue, UnreadableEvent

SALT_BYTES: Final = 32
LONGEST: Final = 100_000
"""Characters in one sealed text; a longer one is a document."""

CONTENT: Final = "content"
"""The path of a document's bytes, in base64: the one value that may be longer."""

LARGEST: Final = 25 * 1024 * 1024
"""Bytes in the file of one document."""

TOO_LARGE: Final = (
    f"it holds more than 25 MB ({LARGEST} bytes), the most that is kept of one document;"
    " keep it in parts, or scan it at a lower resolution"
)

_SALT_END: Final = 45

_CONTROLS: Final = {c: None for c in (*range(32), *range(127, 160)) if chr(c) not in "\t\n\r"}


def b64url(data: bytes) -> str:
    """Return *data* in base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def digest_of(data: bytes) -> str:
    """Return the commitment to a disclosure's bytes."""
    text = base64.urlsafe_b64encode(data).rstrip(b"=")
    return base64.urlsafe_b64encode(hashlib.sha256(text).digest())[:-1].decode("ascii")


@attrs.frozen(repr=False)
class Disclosure:
    """The salt, the path and the value behind one digest."""

    data: bytes
    digest: str = attrs.field(init=False)
    """The commitment that stands in the event's body."""

    @digest.default
    def _digest(self) -> str:
        return digest_of(self.data)

    @property
    def path(self) -> str:
        """Where in the event the value stands."""
        return str(json.loads(self.data)[1])

    @property
    def value(self) -> str:
        """The personal value."""
        return str(json.loads(self.data)[2])

    def __repr__(self) -> str:
        return "Disclosure(…)"


def disclose(path: str, value: str) -> Disclosure:
    """
    Return *value* with a new salt.

    Raises:
        BadValue: The text cannot be kept; the message names *path* only.
    """
    salt = b64url(secrets.token_bytes(SALT_BYTES))
    text = encode_basestring(clean(value, path))
    return Disclosure(f'["{salt}", "{path}", {text}]'.encode())


def clean(text: str, field: str) -> str:
    """
    Return *text* in Unicode normal form C.

    Raises:
        BadValue: It is too long, or holds NUL, a control character or a lone surrogate.
    """
    check_length(text, field)
    if text.isascii():
        if text.isprintable():
            return text
    else:
        text = unicodedata.normalize("NFC", text)
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise BadValue(
                field, "it holds half a character (a lone surrogate); save the text as UTF-8"
            ) from None
    if len(text.translate(_CONTROLS)) != len(text):
        raise BadValue(field, "it holds NUL or another control character; take it out")
    return text


def check_length(text: str, field: str) -> None:
    """
    Refuse a *text* that is too long, or a document's *content* of too many bytes.

    Raises:
        BadValue: It is.
    """
    if field == CONTENT:
        if len(text) // 4 * 3 - text[-2:].count("=") > LARGEST:
            raise BadValue(field, TOO_LARGE)
    elif len(text) > LONGEST:
        raise BadValue(
            field,
            f"{len(text)} characters are too many; up to {LONGEST} are kept."
            " Keep a longer text as a document",
        )


def is_disclosure(data: bytes, digest: str, path: str) -> bool:
    """Say what `read_disclosure` finds out, without making anything of the value."""
    if digest_of(data) != digest:
        return False
    # As `disclose` writes it: the path stands behind 43 characters of salt.
    if data.startswith(f'", "{path}", '.encode(), _SALT_END):
        return True
    return Disclosure(data).path == path


def read_disclosure(data: bytes, digest: str, path: str) -> Disclosure:
    """
    Return the disclosure in *data*, checked against what the event says.

    Raises:
        UnreadableEvent: It is not the value that was recorded there.
    """
    found = Disclosure(data)
    if found.digest != digest or found.path != path:
        raise UnreadableEvent("a sealed value is not the one that was recorded there")
    return found
