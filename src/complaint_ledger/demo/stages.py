"""One stage of one complaint: acknowledged, perhaps put off, signed off, answered."""

from datetime import date
from random import Random
from typing import Final

import attrs

from complaint_ledger.demo import council, people
from complaint_ledger.demo.diary import Arrival, Diary, Staff
from complaint_ledger.demo.simulation import Course, OfficeHours
from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.london import civil_date
from complaint_ledger.domain.words import (
    ActorId,
    EventId,
    HeadId,
    OutcomeId,
    ReasonId,
    StageId,
    ToldId,
    seal,
)

STAGE_1: Final = StageId("stage-1")
STAGE_2: Final = StageId("stage-2")
LIMITS: Final = {STAGE_1: 10, STAGE_2: 20}  # LGSCO Code 6.3; as long again with an extension
UPHELD: Final = OutcomeId("upheld")
PARTLY: Final = OutcomeId("partly-upheld")
NOT_UPHELD: Final = OutcomeId("not-upheld")
REASONS: Final = {UPHELD: people.UPHELD, PARTLY: people.PARTLY, NOT_UPHELD: people.NOT_UPHELD}


class Stages(Diary):
    """What is done at each stage, and what came of it."""

    def __init__(self, arrival: Arrival, staff: Staff, office: OfficeHours, dice: Random) -> None:
        super().__init__(arrival, staff, office, dice)
        self._heads: list[HeadId] = []
        self._outcomes: dict[HeadId, OutcomeId] = {}
        self._opened_on = arrival.came_on
        self._acknowledged: e.ComplaintAcknowledged | None = None
        self._acknowledgement: EventId | None = None

    def _open(self) -> None:
        """Note that a stage was opened just now."""
        self._acknowledged = self._acknowledgement = None
        self._opened_on = civil_date(self._at)

    def _acknowledge(self, stage: StageId) -> Course:
        late = self._happens(council.ACKNOWLEDGED_LATE)
        on = self._later(self._dice.choice((6, 7, 8, 9) if late else (0, 1, 1, 2, 3)))
        by = self._handler
        if stage == STAGE_1 and not late and self._happens(0.5):
            by = self._staff.web_form  # the form's own reply, sent once someone has looked
        recorded = yield self._do(by, c.Acknowledge(stage=stage, occurred_on=on))
        fact = recorded.events[0]
        assert isinstance(fact.event, e.ComplaintAcknowledged)
        self._acknowledged, self._acknowledgement = fact.event, EventId(fact.id)
        if self._happens(council.CORRECTED):
            yield from self._correct_acknowledgement(self._dice.randint(1, 4))

    def _correct_acknowledgement(self, working_days: int) -> Course:
        """Correct the date of the latest acknowledgement: the letter went out a little earlier."""
        said, wrong = self._acknowledged, self._acknowledgement
        if said is None or said.occurred_on is None or wrong is None:
            return
        earlier = self._office.day(said.occurred_on, -1)
        if earlier < self._opened_on:
            return
        on = self._later(working_days)
        self._acknowledged = attrs.evolve(said, occurred_on=earlier)
        self._acknowledgement = None
        yield self._do(
            self._staff.liaison,
            c.Correct(
                corrects=wrong,
                replacement=self._acknowledged,
                reason=ReasonId("date-mistyped"),
                authority=self._manager,
                explanation=seal(people.LETTER),
                occurred_on=on,
            ),
        )

    def _answer(self, stage: StageId, decider: ActorId) -> Course:
        """Answer at *stage*: in time or late, put off or not, signed off or not."""
        dice, limit = self._dice, LIMITS[stage]
        said = self._acknowledged
        starts = (said and said.occurred_on) or self._office.day(self._opened_on, 5)
        due = self._office.day(starts, limit)
        if self._happens(self._service.on_time):
            taken = round(dice.triangular(limit * 0.3, limit, limit * 0.8))
        else:
            taken = limit + 1 + min(int(dice.expovariate(1 / (limit * 0.6))), 60)
        answer_on = self._office.day(starts, taken)
        if answer_on > due and self._happens(council.EXTENDED):
            yield from self._extend(stage, starts, due, answer_on)
        elif self._happens(council.RETRACTED):
            yield from self._extend_the_wrong_one(stage, due)
        if self._happens(council.SIGNED_OFF):
            on = self._until(answer_on)
            signed = c.SignOff(stage=stage, signed_off_by=self._manager, occurred_on=on)
            yield self._do(self._manager, signed)
        on = self._until(answer_on)
        answered = c.Respond(
            stage=stage,
            outcomes=tuple(self._decide(head) for head in self._heads),
            decided_by=decider,
            told=self._told(stage),
            occurred_on=on,
        )
        yield self._do(decider, answered)

    def _told(self, stage: StageId) -> tuple[ToldId, ...]:
        """Return what the answer says besides: most letters have all the parts, some lack one."""
        # Dice of their own, so that what a letter lacks changes nothing of what befalls it.
        dice = Random(f"{self._arrival.reference} {stage} letter")  # noqa: S311 - a story's dice
        parts = ["definition", "remedy", "outstanding-actions"]
        if dice.random() < council.LETTER_LACKS_A_PART:
            parts.remove(dice.choice(parts))
        parts.append("next-stage" if stage == STAGE_1 else "ombudsman")
        return tuple(map(ToldId, parts))

    def _extend(self, stage: StageId, starts: date, due: date, answer_on: date) -> Course:
        dice, limit = self._dice, LIMITS[stage]
        late = self._happens(council.TOLD_LATE)
        tell_on = self._office.day(due, dice.randint(1, 3) if late else -dice.randint(1, 3))
        on = self._until(min(tell_on, self._office.day(answer_on, -1)))
        furthest = self._office.day(starts, 2 * limit)
        until = max(answer_on if self._happens(0.75) else furthest, self._office.day(on, 1))
        if until <= due:
            return
        reason = self._one_of(tuple(people.WHY_LONGER))
        extension = c.Extend(
            stage=stage,
            until=until,
            reason=ReasonId(reason),
            explanation=seal(people.WHY_LONGER[reason]),
            approver=self._manager,
            told_on=on if self._happens(0.94) else None,
            ombudsman_details_given=dice.choices((True, False, None), (84, 10, 6))[0],
            occurred_on=on,
        )
        yield self._do(self._handler, extension)

    def _extend_the_wrong_one(self, stage: StageId, due: date) -> Course:
        """Record another complaint's extension here, and take it back the next day."""
        on = self._later(1)
        extension = c.Extend(
            stage=stage,
            until=self._office.day(due, 5),
            reason=ReasonId("complex"),
            told_on=on,
            occurred_on=on,
        )
        recorded = yield self._do(self._handler, extension)
        mistaken = EventId(recorded.events[0].id)
        why = ReasonId("wrong-complaint")
        on = self._later(1)
        yield self._do(
            self._handler,
            c.Retract(retracts=mistaken, reason=why, authority=self._manager, occurred_on=on),
        )

    def _decide(self, head: HeadId) -> e.HeadOutcome:
        before = self._outcomes.get(head)
        changes = before == NOT_UPHELD and self._happens(council.CHANGED_AT_STAGE_2)
        if before is None:
            upheld = self._happens(self._service.upheld)
            outcome = (UPHELD if self._happens(0.6) else PARTLY) if upheld else NOT_UPHELD
        else:
            outcome = PARTLY if changes else before
        self._outcomes[head] = outcome
        reasons = seal(self._one_of(REASONS[outcome]))
        return e.HeadOutcome(head=head, outcome=outcome, reasons=reasons)
