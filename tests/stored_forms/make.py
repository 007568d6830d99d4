"""
Write a sample of each stored name and schema that has none yet.

    .venv/bin/python tests/stored_forms/make.py

A sample that is there is never written again: it stands for what is in
someone's ledger.
"""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import attrs

from complaint_ledger import codec
from complaint_ledger.domain import events as e
from complaint_ledger.domain import words

FOLDER = Path(__file__).parent

_BY_KIND = {
    words.LedgerId: "1" * 32,
    words.StreamId: "2" * 32,
    words.EventId: "3" * 32,
    words.ActorId: "officer-7k2m9q",
    words.SubjectId: "p1",
    words.HeadId: "h1",
    words.ItemId: "r1",
    words.Reference: "C-2026-000123",
    words.StageId: "stage-1",
    words.OutcomeId: "not-upheld",
    words.CodeId: "lgsco-2024",
    words.CalendarId: "england-and-wales",
    words.Version: "1",
    words.Sha256: "4" * 64,
    words.VerifierKey: "complaint-ledger/northborough/"
    + "1" * 32
    + "+d34db33f+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    words.ValuePath: "heads/h1/description",
    words.DeadlineId: "stage-1-respond",
    words.BodyId: "lgsco",
    words.ServiceId: "waste",
    words.CategoryId: "missed-collection",
    words.ChannelId: "e-mail",
    words.ReasonId: "complex",
    words.ToldId: "ombudsman",
    words.TableId: "lgsco-labels",
    words.CouncilId: "northborough-council",
    words.PublishedText: 'id = "lgsco-2024"\nversion = "1"\n',
    date: date(2026, 1, 12),
    datetime: datetime(2026, 1, 12, 9, 30, 0, 123456, tzinfo=UTC),
    int: 2,
    bool: True,
}


def _value(kind: Any, name: str) -> Any:
    if kind in _BY_KIND:
        return _BY_KIND[kind]
    if kind == words.Private:
        return (
            words.WITHHELD
            if name == "contact"
            else words.Sealed(subject=words.COMPLAINANT, digest=(name + "-" * 43)[:43])
        )
    if get_origin(kind) is Literal:
        return get_args(kind)[-1]
    if get_origin(kind) is tuple:
        return (_value(get_args(kind)[0], name),)
    if attrs.has(kind):
        return sample(kind)
    return _value(next(a for a in get_args(kind) if a is not type(None)), name)


def sample(kind: type) -> Any:
    """Return an event of *kind* in which every field says something."""
    if kind is e.EntryCorrected:
        rest = {
            f.name: _value(f.type, f.name) for f in attrs.fields(kind) if f.name != "replacement"
        }
        return e.EntryCorrected(replacement=sample(e.ComplaintReceived), **rest)
    # A field at its default is not written: what is yes by default says no.
    return kind(
        **{f.name: f.default is not True and _value(f.type, f.name) for f in attrs.fields(kind)}
    )


META = codec.Meta(
    event_id="a" * 32,
    actor=codec.Actor(id="officer-7k2m9q", kind="officer", role="handler"),
    library="0.1.0",
    on_behalf_of="contractor-3x9d",
    correlation="b" * 32,
    causation="c" * 32,
    traceparent="00-" + "d" * 32 + "-" + "e" * 16 + "-01",
    source=codec.Source(import_id="f" * 32, row=17, recorded="2011-03-04"),
)


def main() -> None:
    for kind in codec.EVENT_NAMES:
        event = sample(kind)
        name, schema = codec.name_of(event)
        file = FOLDER / f"{name}.{schema}.json"
        if not file.exists():
            file.write_bytes(codec.encode(event, META, lambda path, _: path))
            print(file.name)


if __name__ == "__main__":
    main()
