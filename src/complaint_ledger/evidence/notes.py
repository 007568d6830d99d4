"""
A text and who signed it, as plain lines that anybody can check (C2SP signed-note).

A note is a text, an empty line, and one line for each signature. There is one way
to write a given note, and any other is refused: base64 is encoded again and
compared, and every byte is read.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

import attrs
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from complaint_ledger.errors import BadEvidence, BadValue
from complaint_ledger.evidence import ed25519
from complaint_ledger.evidence.strictly import base64_of, is_control, read_base64, utf8

ED25519: Final = 0x01
"""The algorithm byte of a key that signs notes."""
COSIGNATURE: Final = 0x04
"""The algorithm byte of a witness's key: it signs checkpoints, with the time."""

KEY_ID_BYTES: Final = 4
TIME_BYTES: Final = 8
LATEST: Final = 2**63 - 1
"""The latest time of a cosignature, in seconds since 1970."""
LONGEST: Final = 1_000_000
"""Bytes in a note."""
MOST_SIGNATURES: Final = 100

_VERIFIER_KEY: Final = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")
_SIGNATURE: Final = re.compile(r"— ([^ ]+) ([A-Za-z0-9+/=]+)")


def _check_name(_of: object, _field: object, name: str) -> None:
    if not name or "+" in name or any(one.isspace() or is_control(one) for one in name):
        raise BadEvidence(
            "key name", "it is empty, or holds a space, a plus or a control character"
        )
    utf8(name, "key name")


@attrs.frozen(kw_only=True)
class VerifierKey:
    """
    What is needed to check somebody's signatures: a name and a public key.

    Raises:
        BadEvidence: A name with a space or a plus, an algorithm that is not read here,
            or bytes that are no key.
    """

    name: str = attrs.field(validator=_check_name)
    algorithm: int
    """`ED25519` or `COSIGNATURE`."""
    public_key: bytes
    """32 bytes."""
    key_id: bytes = attrs.field(init=False)
    """4 bytes, from the hash of the rest."""

    @key_id.default
    def _key_id(self) -> bytes:
        data = self.name.encode("utf-8", "replace") + b"\n" + self._encoded()
        return hashlib.sha256(data).digest()[:KEY_ID_BYTES]

    def __attrs_post_init__(self) -> None:
        if self.algorithm not in {ED25519, COSIGNATURE}:
            raise BadEvidence("key", "its algorithm is neither Ed25519 nor cosignature/v1")
        if not ed25519.is_key(self.public_key):
            raise BadEvidence("key", "these are not the bytes of an Ed25519 public key")

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """
        Return the key that *text* writes: name, key id and key, with a plus between.

        Raises:
            BadEvidence: It is not such a text, or the key id belongs to another key.
        """
        found = _VERIFIER_KEY.fullmatch(text)
        if not found:
            raise BadEvidence("key", "a key is written name+8 hex digits+base64")
        data = read_base64(found[3], "key")
        key = cls(name=found[1], algorithm=data[0], public_key=data[1:])
        if key.key_id.hex() != found[2]:
            raise BadEvidence("key", "the key id is not that of this name and key")
        return key

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64_of(self._encoded())}"

    def _encoded(self) -> bytes:
        return bytes((self.algorithm & 0xFF,)) + self.public_key


@attrs.frozen
class Signature:
    """
    One signature line.

    Raises:
        BadEvidence: A name with a space or a plus, or a key id that is not 4 bytes.
    """

    name: str = attrs.field(validator=_check_name)
    """The signer's name."""
    key_id: bytes
    """Which of the signer's keys: 4 bytes."""
    blob: bytes
    """What the key's algorithm made; for a witness the time comes first."""

    def __attrs_post_init__(self) -> None:
        if len(self.key_id) != KEY_ID_BYTES or not self.blob:
            raise BadEvidence("signature", "it needs a key id of 4 bytes and something after it")

    @classmethod
    def parse(cls, line: str) -> "Signature":
        """
        Return the signature that *line* writes, without the line's end.

        Raises:
            BadEvidence: It is not written exactly so.
        """
        found = _SIGNATURE.fullmatch(line)
        if not found:
            raise BadEvidence("signature", "a line is an em dash, a space, a name, a space, base64")
        data = read_base64(found[2], "signature")
        return cls(found[1], data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])

    def __str__(self) -> str:
        return f"— {self.name} {base64_of(self.key_id + self.blob)}"


@attrs.frozen
class Note:
    """
    A text and the signatures on it. That they are right, only `verify` says.

    Raises:
        BadEvidence: A text without LF at its end or with another control character;
            no signature, more than 100, or two by one key; more than 1,000,000 bytes.
    """

    text: str
    signatures: Sequence[Signature] = attrs.field(converter=tuple[Signature, ...])

    def __attrs_post_init__(self) -> None:
        if not self.text.endswith("\n"):
            raise BadEvidence("note", "its text does not end with the end of a line")
        if any(is_control(one) for one in self.text if one != "\n"):
            raise BadEvidence("note", "its text holds a control character")
        if not 1 <= len(self.signatures) <= MOST_SIGNATURES:
            raise BadEvidence("note", f"it needs 1 to {MOST_SIGNATURES} signatures")
        if len({(one.name, one.key_id) for one in self.signatures}) < len(self.signatures):
            raise BadEvidence("note", "one key signed it twice")
        if len(bytes(self)) > LONGEST:
            raise BadEvidence("note", f"it is longer than {LONGEST} bytes")

    @classmethod
    def parse(cls, data: bytes) -> "Note":
        """
        Return the note that *data* is, every byte of it.

        Raises:
            BadEvidence: It is not written exactly as `bytes` would write it.
        """
        if len(data) > LONGEST:
            raise BadEvidence("note", f"it is longer than {LONGEST} bytes")
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError:
            raise BadEvidence("note", "it is not UTF-8") from None
        # The text may hold empty lines; the last one ends it.
        text, between, lines = whole.rpartition("\n\n")
        if not between or not lines.endswith("\n"):
            raise BadEvidence("note", "it is not a text, an empty line, and lines of signatures")
        return cls(text + "\n", [Signature.parse(line) for line in lines[:-1].split("\n")])

    def __str__(self) -> str:
        return f"{self.text}\n" + "".join(f"{one}\n" for one in self.signatures)

    def __bytes__(self) -> bytes:
        return utf8(str(self), "note")


class Signer(Protocol):
    """Signs without showing its secret: a file, a smart card, a service."""

    @property
    def name(self) -> str:
        """The name in its signature lines."""

    @property
    def key(self) -> VerifierKey:
        """What others need to check it."""

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of an Ed25519 signature of *message*."""


class Ed25519Signer:
    """Signs with a private key in memory."""

    def __init__(self, name: str, secret: Ed25519PrivateKey, algorithm: int = ED25519) -> None:
        self._secret = secret
        self.name = name
        self.key = VerifierKey(
            name=name, algorithm=algorithm, public_key=secret.public_key().public_bytes_raw()
        )

    def sign(self, message: bytes) -> bytes:
        """Return the signature of *message*."""
        return self._secret.sign(message)


def sign(text: str, signer: Signer) -> Signature:
    """
    Return *signer*'s signature of *text*.

    Raises:
        BadValue: The signer's key is a witness's; it signs only checkpoints.
        BadEvidence: The signature does not verify, or no note can have this text.
    """
    if signer.key.algorithm != ED25519:
        raise BadValue("signer", "this key signs only checkpoints; give one that signs notes")
    made = signer.sign(utf8(text, "note"))
    return checked(text, Signature(signer.name, signer.key.key_id, made), signer)


def checked(text: str, signature: Signature, signer: Signer) -> Signature:
    """
    Return *signature*, which *signer* just made of *text*, if it verifies.

    Raises:
        BadEvidence: It does not, or no note can have this text.
    """
    if not verify(Note(text, [signature]), [signer.key]):
        raise BadEvidence("signer", "its name is not that of its key")
    return signature


def verify(note: Note, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
    """
    Return those of *keys* that signed *note*, in the order of its lines.

    Signatures of other keys are passed over, so the list may be empty: ask it for
    the signers that must be there. That the text is a checkpoint is not asked here.

    Raises:
        BadEvidence: A signature has the name and key id of one of *keys*, and is not its.
        BadValue: Two different keys have the same name and key id.
    """
    known = dict[tuple[str, bytes], VerifierKey]()
    for key in keys:
        if known.setdefault((key.name, key.key_id), key) != key:
            raise BadValue("keys", "two of them have one name and one key id; leave one out")
    signed = list[VerifierKey]()
    for signature in note.signatures:
        if by := known.get((signature.name, signature.key_id)):
            if not _is_right(note.text, signature, by):
                raise BadEvidence("signature", f"that of {by.name} is not a signature of this text")
            signed.append(by)
    return signed


def cosigned_message(text: str, time_seconds: int) -> bytes:
    """Return what a witness signs: a heading, the time (seconds since 1970), and *text*."""
    return f"cosignature/v1\ntime {time_seconds}\n{text}".encode()


def _is_right(text: str, signature: Signature, key: VerifierKey) -> bool:
    if key.algorithm == ED25519:
        return ed25519.verify(key.public_key, text.encode(), signature.blob)
    at = int.from_bytes(signature.blob[:TIME_BYTES], "big")
    message = cosigned_message(text, at)
    return at <= LATEST and ed25519.verify(key.public_key, message, signature.blob[TIME_BYTES:])
