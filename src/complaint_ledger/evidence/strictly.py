"""
Text in evidence has one way to be written; what is written otherwise is refused.

Otherwise a byte could be changed without anybody noticing.
"""

import base64
import unicodedata

from complaint_ledger.errors import BadEvidence


def base64_of(data: bytes) -> str:
    """Return *data* in base64, padded."""
    return base64.b64encode(data).decode("ascii")


def read_base64(text: str, where: str) -> bytes:
    """
    Return the bytes that *text* is the base64 of.

    Raises:
        BadEvidence: It is not base64, or not the way `base64_of` writes it.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise BadEvidence(where, "this is not base64") from None
    # The last character has bits to spare, which Python reads over.
    if base64_of(data) != text:
        raise BadEvidence(where, "this base64 is not written the one way it can be")
    return data


def utf8(text: str, where: str) -> bytes:
    """
    Return *text* in UTF-8.

    Raises:
        BadEvidence: It holds half a character, which UTF-8 cannot write.
    """
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise BadEvidence(where, "it cannot be written in UTF-8") from None


def is_control(one: str) -> bool:
    """Say whether this character is a control character; LF is one."""
    return unicodedata.category(one) == "Cc"
