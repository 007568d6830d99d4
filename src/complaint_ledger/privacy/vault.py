"""
The vault: encrypts personal values on their way into the store, and opens them.

Opening a value is a call of its own, and `ledger` leaves an event behind for it.
"""

import os
from collections.abc import Iterable, Mapping
from typing import Final

import attrs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from complaint_ledger.domain.words import Sealed, SubjectId, read
from complaint_ledger.errors import BadValue, UnreadableEvent
from complaint_ledger.privacy.disclosure import Disclosure, disclose, read_disclosure
from complaint_ledger.privacy.keys import DataKey, KeyStore, Whose
from complaint_ledger.store import EventStore, SealedRow

ALGORITHM: Final = "A256GCM"


def bound_to(ledger: str, digest: str, subject: str) -> bytes:
    """Return what binds a ciphertext to its place, so that it cannot be moved to another."""
    return f"{ledger}\n{digest}\n{subject}".encode("ascii")


@attrs.define
class Sealing:
    """The values of one event on their way into the vault."""

    stream: str
    pending: list[tuple[str, Disclosure]] = attrs.field(factory=list, repr=False)

    def __call__(self, path: str, value: Sealed[str]) -> str:
        """
        Keep *value* for now; return its digest.

        Raises:
            BadValue: The text cannot be kept; the message names *path* only.
        """
        if not isinstance(value.clear, str):
            raise BadValue(path, "a sealed value holds a text")
        read(SubjectId, value.subject, path)
        disclosure = disclose(path, value.clear)
        self.pending.append((value.subject, disclosure))
        return disclosure.digest

    def whose(self) -> set[Whose]:
        """Return whose keys it takes to seal what is pending."""
        return {(self.stream, subject) for subject, _ in self.pending}

    def rows(self, ledger: str, keys: Mapping[Whose, DataKey]) -> tuple[SealedRow, ...]:
        """Return what is pending, encrypted."""
        return tuple(
            [
                _encrypt(ledger, subject, keys[self.stream, subject], disclosure)
                for subject, disclosure in self.pending
            ]
        )


def _encrypt(ledger: str, subject: str, key: DataKey, disclosure: Disclosure) -> SealedRow:
    digest = disclosure.digest
    nonce = os.urandom(12)
    ciphertext = AESGCM(key.key).encrypt(nonce, disclosure.data, bound_to(ledger, digest, subject))
    return SealedRow(digest, subject, key.id, ALGORITHM, nonce, ciphertext)


class Vault:
    """The sealed rows of one ledger, with the keys to them."""

    def __init__(self, store: EventStore, keys: KeyStore) -> None:
        self.store = store
        self.keys = keys

    def open(self, wanted: Mapping[str, str]) -> dict[str, Disclosure]:
        """
        Return the values behind digests.

        Args:
            wanted: The path at which each digest stands.

        Returns:
            The disclosures; one whose row or key is gone (erased) is not among them.

        Raises:
            UnreadableEvent: A row was changed or moved.
        """
        rows = self.store.sealed(wanted)
        keys = self.keys.by_id({row.key_id for row in rows.values()})
        return {
            digest: self._open_row(row, keys[row.key_id], wanted[digest])
            for digest, row in rows.items()
            if row.key_id in keys
        }

    def there(self, digests: Iterable[str]) -> frozenset[str]:
        """Return those of *digests* whose row and key are there: what can be opened."""
        rows = self.store.sealed(digests)
        keys = self.keys.by_id({row.key_id for row in rows.values()})
        return frozenset(digest for digest, row in rows.items() if row.key_id in keys)

    def _open_row(self, row: SealedRow, key: DataKey, path: str) -> Disclosure:
        try:
            data = AESGCM(key.key).decrypt(
                row.nonce, row.ciphertext, bound_to(self.store.ledger, row.digest, row.subject)
            )
        except InvalidTag:
            raise UnreadableEvent("a sealed value was changed or moved") from None
        return read_disclosure(data, row.digest, path)
