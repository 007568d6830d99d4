"""
The audit of a whole ledger: whether anything in it was changed since it was recorded.

Every entry is read again, and everything that is kept beside the entries is worked out
from them and compared. Against somebody who could rewrite all of it and sign it anew,
only a checkpoint helps that is held outside: give it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import attrs

from complaint_ledger.errors import KeysForeign, KeysMissing
from complaint_ledger.evidence.auditing.chains import Head
from complaint_ledger.evidence.auditing.facts import Facts, sealed_uptos
from complaint_ledger.evidence.auditing.growing import Growing
from complaint_ledger.evidence.auditing.heads import SealedHeads
from complaint_ledger.evidence.auditing.histories import check_against, check_kept
from complaint_ledger.evidence.auditing.problems import Problem, Problems
from complaint_ledger.evidence.auditing.signed import (
    Signed,
    check_cosignatures,
    check_signatures,
    read_signed,
)
from complaint_ledger.evidence.auditing.tables import (
    check_claims,
    check_end,
    check_names,
    check_stamps,
    check_streams,
)
from complaint_ledger.evidence.auditing.values import Values
from complaint_ledger.evidence.auditing.walk import Walk
from complaint_ledger.evidence.tree import TREE
from complaint_ledger.evidence.verify.asked import read_checkpoint
from complaint_ledger.ledger import Ledger
from complaint_ledger.privacy.examining import Examiner
from complaint_ledger.store import LEDGER_STREAM, RecordedEvent

Progress = Callable[[int], None]
"""Is told how many entries were read so far."""


@attrs.frozen(kw_only=True)
class ReceiptFound:
    """
    The entry that a receipt is of.

    Attributes:
        reference: What its complaint is called; None where it has no reference, or where
            the entry is one of the ledger's own.
        recorded_at: When it was recorded (UTC).
    """

    position: int
    stream: str
    reference: str | None
    recorded_at: datetime


@attrs.frozen(kw_only=True)
class SealedValues:
    """How many sealed values opened, and how many are gone with their row or their key."""

    opened: int
    rows_gone: int
    keys_gone: int


@attrs.frozen(kw_only=True)
class AuditReport:
    """
    What an audit found.

    Attributes:
        ledger: The ledger's id.
        origin: Its name in its checkpoints; None where position 1 does not say.
        fictional: Whether nothing in it happened.
        entries: How many were read.
        complaints: How many streams there are besides the ledger's own.
        seals: How many seals were worked out again.
        checkpoints: How many are kept.
        last_checkpoint: The size of the last one; 0 where there is none.
        cosigned: How many of the checkpoints a witness signed.
        last_cosigned: The size of the last one that a witness signed; 0 where there is none.
        compared: How many checkpoints from outside the entries were compared with.
        values: What became of the sealed values; None where they were not opened.
        values_skipped: Why they were not opened.
        receipt: The entry that the receipt is of.
        problems: What is wrong, by position; the first is the one to look at first.
    """

    ledger: str
    origin: str | None
    fictional: bool
    entries: int
    complaints: int
    seals: int
    checkpoints: int
    last_checkpoint: int
    cosigned: int
    last_cosigned: int
    compared: int
    values: SealedValues | None
    values_skipped: str | None
    receipt: ReceiptFound | None
    problems: tuple[Problem, ...]

    @property
    def verified(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    @property
    def witnessed(self) -> bool:
        """Whether anything was compared that comes from outside the council."""
        return bool(self.cosigned or self.compared)

    @property
    def after_last(self) -> int:
        """How many entries are not yet under a checkpoint."""
        return max(self.entries - self.last_checkpoint, 0)


def audit(
    ledger: Ledger,
    *,
    against: Sequence[bytes] = (),
    receipt: bytes | None = None,
    values: bool = True,
    progress: Progress | None = None,
) -> AuditReport:
    """
    Read the whole ledger again, and say what is wrong in it.

    What is recorded meanwhile is left for the next audit. What the port of a store does
    not show cannot be checked: sealed rows that no event names are not looked for, and a
    sealed row that was taken away cannot be told from one that was erased; both are counted.

    Args:
        ledger: The ledger.
        against: Checkpoints that somebody outside holds: signed notes, or their three lines.
        receipt: A leaf (32 bytes) to look out for.
        values: Open every sealed value, to see that it is the one that was recorded.
            Without its key store this is left out, and the report says so.
        progress: Is told how far it is.

    Raises:
        BadValue: One of *against* is no checkpoint.
        KeysError: The key store is there and cannot be used.
        StoreUnreadable: The store cannot be read.
    """
    outside = [read_checkpoint(data) for data in against]
    store, problems = ledger.store, Problems()
    signed = read_signed(store, problems)
    end = store.head().position
    growing = Growing([*signed.notes, *(one.size for one in outside)], store.kept(TREE), problems)
    heads = SealedHeads(sealed_uptos(store))
    facts = Facts(store.ledger, problems)
    opened, skipped = _values(ledger, problems, wanted=values)
    walk = Walk(store, end, growing, heads, facts, opened, problems, receipt)
    for read in walk.pages():
        if progress:
            progress(read)
    walk.twice()
    facts.finish(walk.gap)
    for position, event in facts.sealed:
        if walk.gap is None or event.upto < walk.gap:
            heads.check(position, event, problems)
    if walk.gap is None:
        check_end(store, end, walk.last_at, problems)
        growing.finish(store.head().position)
    check_streams(store, walk.heads, end, walk.gap, problems)
    check_claims(store, walk.heads, end, problems)
    check_stamps(store, facts, end, problems)
    check_names(store, problems)
    kept = [checkpoint for _, (checkpoint, _) in sorted(signed.notes.items())]
    check_kept(kept, growing.roots, end, problems)
    check_against(outside, facts.origin, growing.roots, end, problems)
    check_signatures(signed, facts, problems)
    cosigned = check_cosignatures(signed, store, problems)
    return AuditReport(
        ledger=store.ledger,
        origin=facts.origin,
        fictional=facts.opened is not None and facts.opened.fictional,
        entries=walk.read,
        complaints=sum(stream != LEDGER_STREAM for stream in walk.heads),
        seals=len(facts.sealed),
        checkpoints=len(kept),
        last_checkpoint=_last(signed),
        cosigned=len(cosigned),
        last_cosigned=max(cosigned, default=0),
        compared=len(outside),
        values=SealedValues(
            opened=opened.opened, rows_gone=opened.rows_gone, keys_gone=opened.keys_gone
        )
        if opened
        else None,
        values_skipped=skipped,
        receipt=_found(walk.found, walk.heads),
        problems=tuple(problems),
    )


def _values(
    ledger: Ledger, problems: Problems, *, wanted: bool
) -> tuple[Values | None, str | None]:
    if not wanted:
        return None, "nobody asked for it"
    try:
        keys = ledger.keys
    except KeysMissing:
        return None, "the key store is not at hand"
    except KeysForeign:
        return None, "the key store is that of another ledger"
    return Values(Examiner(ledger.store, keys), problems), None


def _last(signed: Signed) -> int:
    return max(signed.notes, default=0)


def _found(recorded: RecordedEvent | None, heads: dict[str, Head]) -> ReceiptFound | None:
    if recorded is None:
        return None
    claims = heads[recorded.stream].claims
    return ReceiptFound(
        position=recorded.position,
        stream=recorded.stream,
        reference=claims[-1].partition("/")[2] if claims else None,
        recorded_at=recorded.recorded_at,
    )
