"""That the page a person reads is what is proven, and nothing else (rule 13)."""

from collections.abc import Sequence
from hashlib import sha256

from complaint_ledger.evidence.bundle.bodies import Body
from complaint_ledger.evidence.bundle.chronology import Event, Record, render
from complaint_ledger.evidence.bundle.files import Bag
from complaint_ledger.evidence.bundle.layout import CHRONOLOGY
from complaint_ledger.evidence.verify.entries import Entry
from complaint_ledger.evidence.verify.own import Own
from complaint_ledger.evidence.verify.reading import need
from complaint_ledger.evidence.verify.values import Values


def as_record(own: Own, events: Sequence[Entry], values: Values, size: int) -> Record:
    """Return what the page is worked out from."""
    return Record(
        stream=events[-1].stream,
        opened=own.opened.body.open,
        events=tuple(
            Event(
                version=entry.version,
                name=entry.name,
                recorded_at=entry.recorded_at,
                body=_parts(entry.body),
            )
            for entry in events
        ),
        disclosed=values.disclosed,
        documents=values.documents,
        witnesses=tuple(key.name for key in own.witnesses),
        size=size,
    )


def _parts(body: Body) -> dict[str, object]:
    return {
        "meta": body.meta,
        "open": body.open,
        "sealed": body.sealed,
        "withheld": body.withheld,
    }


def check_page(bag: Bag, record: Record) -> None:
    """
    Check that the chronology is what *record* gives.

    Raises:
        BadEvidence: It is not.
    """
    written = render(record).encode()
    right = bag.sha256(CHRONOLOGY) == sha256(written).hexdigest()
    need(right, CHRONOLOGY, "it is not the page that the entries give")
