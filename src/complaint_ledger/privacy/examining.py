"""Whether sealed values open to what their events say, without showing one."""

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from complaint_ledger.privacy.disclosure import is_disclosure
from complaint_ledger.privacy.keys import KeyStore
from complaint_ledger.privacy.vault import ALGORITHM, bound_to
from complaint_ledger.store import EventStore, SealedRow

State = Literal["opens", "no-row", "no-key", "wrong"]
"""Whether a value opens, is gone with its row or with its key, or is not what was sealed."""

_MOST_KEYS: Final = 20_000


Commitment = tuple[str, str, str]
"""What an event says of one value: its digest, the path it stands at, and whose it is."""


class Examiner:
    """
    Opens sealed values one after another, and forgets each.

    Args:
        store: Where the sealed rows are.
        keys: Where the keys to them are.
    """

    def __init__(self, store: EventStore, keys: KeyStore) -> None:
        self._store = store
        self._keys = keys
        self._ciphers: dict[str, AESGCM | None] = {}

    def examine(self, wanted: Sequence[Commitment]) -> list[State]:
        """Return the state of each of *wanted*, in their order."""
        rows = self._store.sealed(sorted({digest for digest, _, _ in wanted}))
        self._fetch({row.key_id for row in rows.values()})
        return [self._state(rows.get(digest), path, subject) for digest, path, subject in wanted]

    def _fetch(self, ids: Iterable[str]) -> None:
        if len(self._ciphers) > _MOST_KEYS:
            self._ciphers.clear()
        new = [each for each in ids if each not in self._ciphers]
        found = self._keys.by_id(new) if new else {}
        for each in new:
            key = found.get(each)
            self._ciphers[each] = AESGCM(key.key) if key else None

    def _state(self, row: SealedRow | None, path: str, subject: str) -> State:
        if row is None:
            return "no-row"
        if row.subject != subject or row.algorithm != ALGORITHM:
            return "wrong"
        cipher = self._ciphers[row.key_id]
        if cipher is None:
            return "no-key"
        bound = bound_to(self._store.ledger, row.digest, row.subject)
        try:
            data = cipher.decrypt(row.nonce, row.ciphertext, bound)
            return "opens" if is_disclosure(data, row.digest, path) else "wrong"
        except (InvalidTag, ValueError, TypeError, LookupError):
            return "wrong"
