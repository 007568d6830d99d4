"""How a backup gets into a ledger in UmaDB, and what speaks against it."""

from collections.abc import Iterable, Mapping, Sequence

from complaint_ledger.errors import ClaimTaken, EventIdTaken, KeptAlready, LedgerExists
from complaint_ledger.restoring import Continuation, check_same_row
from complaint_ledger.store import LedgerHead, RecordedEvent, SealedRow, check_kept_name
from complaint_ledger_adapters import umadb_form as form
from complaint_ledger_adapters.umadb_server import too_much
from complaint_ledger_adapters.umadb_writing import Wanted, Writer


def wanted(
    into: Writer,
    events: Sequence[RecordedEvent],
    sealed: Sequence[SealedRow],
    claims: Mapping[str, str],
    kept: Mapping[str, bytes],
) -> Wanted | None:
    """
    Return what is to be written *into* a ledger so that it holds all this; None for nothing.

    Raises:
        LedgerExists: Something was appended to it.
        BadValue: An event does not follow, a sealed row differs, or a name is none.
        EventIdTaken: An event id stands in another place.
        ClaimTaken: Another stream holds a claim.
        KeptAlready: Other data is kept under a name.
    """
    sight = into.look((), {event.id for event in events}, claims.keys())
    if into.find([form.APPENDED], limit=1):
        raise LedgerExists("this store")
    end = _end(into, LedgerHead(sight.mark.position, sight.mark.recorded_at), events)
    for taken in sight.events:
        raise EventIdTaken(taken)
    rows = _new_rows(into, sealed)
    for claim, stream in claims.items():
        if sight.holders.get(claim, stream) != stream:
            raise ClaimTaken(claim)
    new_kept = _new_kept(into, kept)
    found = [
        *map(form.event_of, events),
        *(form.claim_of(*pair) for pair in claims.items() if pair[0] not in sight.holders),
        *(one for pair in new_kept.items() for one in form.kept_of(*pair)),
    ]
    if not found and not rows:
        return None
    return Wanted(
        mark=sight.mark,
        kind=form.RESTORE,
        position=end.position,
        recorded_at=end.recorded_at,
        events=found,
        rows=rows,
        unless=[form.by_bare_name(name) for name in new_kept],
    )


def gathered(events: Iterable[RecordedEvent]) -> list[RecordedEvent]:
    """
    Return *events*, which are to go into UmaDB at once.

    Raises:
        StoreUnreadable: They are more than it takes.
    """
    found: list[RecordedEvent] = []
    size = 0
    for event in events:
        found.append(event)
        size += len(event.body)
        if size > form.AT_ONCE:
            raise too_much()
    return found


def _end(into: Writer, head: LedgerHead, events: Sequence[RecordedEvent]) -> LedgerHead:
    if not events:
        return head
    heads = into.stream_heads()
    continuation = Continuation(into.ledger, head, heads.get)
    ids: set[str] = set()
    for event in events:
        continuation.take(event)
        if event.id in ids:
            raise EventIdTaken(event.id)
        ids.add(event.id)
    return continuation.head


def _new_rows(into: Writer, sealed: Sequence[SealedRow]) -> list[SealedRow]:
    there = into.rows(row.digest for row in sealed)
    new: dict[str, SealedRow] = {}
    for row in sealed:
        check_same_row(there.get(row.digest) or new.setdefault(row.digest, row), row)
    return list(new.values())


def _new_kept(into: Writer, kept: Mapping[str, bytes]) -> dict[str, bytes]:
    for name in kept:
        check_kept_name(name)
    there = into.kept_under(kept.keys())
    for name, data in kept.items():
        if there.get(name, data) != data:
            raise KeptAlready(name)
    return {name: data for name, data in kept.items() if name not in there}
