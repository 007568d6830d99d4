"""
Rules about the record itself, whatever code governs.

A live command that breaks one is refused; what an import brought has happened, and
is found here. Only what is wrong is told of, but for OMB-14, which is asked of each
sending of evidence.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Final

import attrs

from complaint_ledger.domain import events as e
from complaint_ledger.domain.case import ENDS, Case
from complaint_ledger.domain.decisions.general import AFTER_CLOSING, PREHISTORY
from complaint_ledger.domain.handling_code import SourceMark
from complaint_ledger.domain.history import Fact
from complaint_ledger.domain.london import civil_date
from complaint_ledger.domain.verdicts import Found, cannot_tell, met, missed
from complaint_ledger.domain.words import is_given
from complaint_ledger.domain.working_days import in_words


@attrs.frozen(kw_only=True)
class RecordRule:
    """
    A rule about the record.

    Attributes:
        asks: What it asks, as a short sentence.
        look: Yields what is found.
    """

    id: str
    asks: str
    paragraph: str
    source: SourceMark
    look: Callable[[Case], Iterator[Found]]


# What may be dated before the receipt, or tells of nothing that happened.
_ANY_TIME: Final = (*PREHISTORY, e.EntryCorrected, e.EntryRetracted)


def one_receipt(case: Case) -> Iterator[Found]:
    receipts = case.all(e.ComplaintReceived)
    if not receipts:
        yield missed("nothing says when it was received")
    elif len(receipts) > 1:
        yield missed("more than one receipt is on record", *(fact.id for fact, _ in receipts))
    elif receipts[0][1].presumed:
        note = "nobody recorded one; it is presumed from what came later"
        yield cannot_tell(note, receipts[0][0].id, presumed=True)


def nothing_before_receipt(case: Case) -> Iterator[Found]:
    received_on = case.complaint.received_on
    if received_on is None or case.complaint.received_precision != "day":
        return
    for fact in case.told:
        event = fact.event
        day = event.occurred_on
        if day is None or event.precision != "day" or isinstance(event, _ANY_TIME):
            continue
        if day < received_on:
            said = f"dated {in_words(day)}, received on {in_words(received_on)}"
            yield missed(said, fact.id, due_on=received_on, happened_on=day)


def arose_first(case: Case) -> Iterator[Found]:
    for fact, event in case.all(e.ComplaintReceived):
        for name, day in (("it arose", event.arose_on), ("it was known", event.aware_on)):
            if day and event.occurred_on and day > event.occurred_on:
                said = f"{name} on {in_words(day)}, received on {in_words(event.occurred_on)}"
                yield missed(said, fact.id, due_on=event.occurred_on, happened_on=day)


def nothing_from_the_future(case: Case) -> Iterator[Found]:
    for fact in case.told:
        day = fact.event.occurred_on
        if day is not None and day > civil_date(fact.recorded_at):
            recorded = civil_date(fact.recorded_at)
            said = f"dated {in_words(day)}, recorded on {in_words(recorded)}"
            yield missed(said, fact.id, due_on=recorded, happened_on=day)


def answered_once(case: Case) -> Iterator[Found]:
    seen: dict[tuple[str, int], list[tuple[str, set[str]]]] = {}
    for fact, event in case.all(e.ResponseSent, e.ResolvedByAgreement):
        outcomes = event.outcomes if isinstance(event, e.ResponseSent) else ()
        heads: set[str] = {one.head for one in outcomes} | set(getattr(event, "heads", ()))
        stage = getattr(event, "stage", "")
        before = seen.setdefault((stage, case.attempts[fact.id]), [])
        again = next((one for one, asked in before if not (asked and heads) or asked & heads), None)
        if again is not None:
            yield missed("a second answer is on record", again, fact.id, stage=stage)
        before.append((fact.id, heads))


def nothing_while_closed(case: Case) -> Iterator[Found]:
    ends: list[tuple[Fact, e.Happened]] = [*case.all(*ENDS)]
    opens = case.all(e.ComplaintReopened, e.ComplaintEscalated)
    again = [event.occurred_on for _, event in opens]
    for fact in case.told:
        day = fact.event.occurred_on
        if isinstance(fact.event, (*AFTER_CLOSING, *ENDS)) or day is None:
            continue
        before = [(one, on) for one, ended in ends if (on := ended.occurred_on) and on < day]
        if not before:
            continue
        end, on = before[-1]
        # On one day nobody knows whether it was reopened before it ended, or after.
        if not any(reopened is None or on <= reopened <= day for reopened in again):
            said = f"dated {in_words(day)}, and it had ended on {in_words(on)}"
            yield missed(said, end.id, fact.id, due_on=on, happened_on=day)


def outcome_is_whole(case: Case) -> Iterator[Found]:
    for fact, event in case.all(e.OmbudsmanOutcomeReceived):
        lacking = [
            name
            for name, there in (
                ("its reference", event.reference is not None),
                ("its date", bool(event.decided_on or event.occurred_on)),
                ("the body's own words", is_given(event.label)),
            )
            if not there
        ]
        if lacking:
            yield missed(f"it lacks {', '.join(lacking)}", fact.id)


def findings_name_heads(case: Case) -> Iterator[Found]:
    known = {head.id for head in case.heads}
    for fact, event in case.all(e.OmbudsmanOutcomeReceived):
        strange = [one.head for one in event.findings if one.head not in known]
        if strange and known:
            yield missed(f"the complaint has no {', '.join(strange)}", fact.id, head=strange[0])


def recommendation_is_whole(case: Case) -> Iterator[Found]:
    for fact, event in case.all(e.RecommendationMade):
        lacking = [] if is_given(event.text) else ["its text"]
        if event.due_on is None and not event.none_stated:
            lacking.append("a day, or that none is stated")
        if lacking:
            yield missed(f"it lacks {', '.join(lacking)}", fact.id, item=event.item)


def evidence_is_listed(case: Case) -> Iterator[Found]:
    for fact, event in case.all(e.EvidenceSent):
        bare = [i for i in event.items if i.dated_on is None or not is_given(i.sha256)]
        if bare or not event.items:
            yield missed("an item lacks its date or its hash", fact.id, item=event.answers)


def evidence_is_on_record(case: Case) -> Iterator[Found]:
    there = {fact.id for fact in case.told}
    for fact, event in case.all(e.EvidenceSent):
        strange = [item.id for item in event.items if item.entry and item.entry not in there]
        unnamed = [item.id for item in event.items if item.entry is None]
        if strange:
            yield missed(f"{', '.join(strange)} is not in the record", fact.id, item=event.answers)
        elif unnamed:
            note = f"no entry is named for {', '.join(unnamed)}"
            yield cannot_tell(note, fact.id, item=event.answers)
        else:
            yield met("each item is an entry of this complaint", fact.id, item=event.answers)


def satisfied_after_it_was_made(case: Case) -> Iterator[Found]:
    made: Mapping[str, date | None] = {
        event.item: event.occurred_on for _, event in case.all(e.RecommendationMade)
    }
    for fact, event in case.all(e.RecommendationSatisfied):
        before = made.get(event.item)
        if event.item not in made or (before and event.notice_on < before):
            note = f"a notice of {in_words(event.notice_on)}, and nothing recommended before"
            yield missed(note, fact.id, item=event.item)


_OURS: Final = "a deduction of this library"

RECORD_RULES: Final = (
    RecordRule(id="GEN-01", asks="A complaint begins with one receipt",
               paragraph="SPSO model procedure, part 4", source="primary", look=one_receipt),
    RecordRule(id="GEN-02", asks="Nothing is dated before the receipt",
               paragraph=_OURS, source="unverified", look=nothing_before_receipt),
    RecordRule(id="arose-first", asks="The matter arose, and was known, before the receipt",
               paragraph=_OURS, source="unverified", look=arose_first),
    RecordRule(id="GEN-04", asks="Nothing is recorded before it happened",
               paragraph=_OURS, source="unverified", look=nothing_from_the_future),
    RecordRule(id="GEN-11", asks="A stage is answered once, unless it is opened again",
               paragraph=_OURS, source="unverified", look=answered_once),
    RecordRule(id="GEN-13", asks="Nothing is done on a complaint that has ended",
               paragraph=_OURS, source="unverified", look=nothing_while_closed),
    RecordRule(id="OMB-01", asks="A decision is recorded with its reference, date and label",
               paragraph="LGSCO published decisions", source="primary", look=outcome_is_whole),
    RecordRule(id="OMB-02", asks="An ombudsman's finding names a head of the complaint",
               paragraph="Housing Ombudsman determinations", source="primary",
               look=findings_name_heads),
    RecordRule(id="OMB-07", asks="A recommendation is recorded with its text and its day",
               paragraph="LGSCO compliance manual", source="primary", look=recommendation_is_whole),
    RecordRule(id="OMB-11", asks="That a recommendation is satisfied is the ombudsman's word",
               paragraph="LGSCO compliance manual", source="primary",
               look=satisfied_after_it_was_made),
    RecordRule(id="OMB-13", asks="Evidence sent is listed, each item with its date and hash",
               paragraph="LGSCO investigation manual", source="primary", look=evidence_is_listed),
    RecordRule(id="OMB-14", asks="Evidence sent is in the complaint's record",
               paragraph=_OURS, source="unverified", look=evidence_is_on_record),
)  # fmt: skip
"""Every rule about the record, in order."""
