"""
How one complaint goes, from receipt to its last answer: what is recorded, by whom, when.

Every complaint has dice of its own, so that what befalls one does not hang on the others.
"""

from datetime import timedelta

from complaint_ledger.demo import council, people
from complaint_ledger.demo.simulation import Act, Course
from complaint_ledger.demo.stages import NOT_UPHELD, STAGE_1, STAGE_2, UPHELD, Stages
from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import (
    COMPLAINANT,
    BodyId,
    CategoryId,
    Finding,
    HeadId,
    ReasonId,
    Reference,
    ServiceId,
    seal,
)

ANOTHER_WAY = "Another way is open to you; we have set it out in our letter."
APPEAL = "A right of appeal is open to you; the letter says how to use it."


class Journey(Stages):
    """One complaint, as it will go."""

    def course(self) -> Course:
        """Yield what is recorded, one thing after the other."""
        yield from self._intake()
        if self._happens(council.REFUSED):
            yield from self._refuse()
            return
        allocated = not self._happens(council.UNALLOCATED)
        if allocated:
            on = self._later(self._dice.choice((0, 1, 1, 2)))
            service = ServiceId(self._service.id)
            yield self._do(
                self._manager,
                c.Assign(handler=self._handler, service=service, occurred_on=on),
            )
        if not self._happens(council.NOT_ACKNOWLEDGED):
            yield from self._acknowledge(STAGE_1)
        if not allocated or self._happens(council.FORGOTTEN):
            return
        if self._happens(council.HEAD_ADDED):
            yield from self._add_head()
        if self._happens(council.WITHDRAWN):
            said = seal(self._one_of(people.WITHDREW))
            on = self._later(self._dice.randint(1, 6))
            yield self._do(self._handler, c.Withdraw(explanation=said, occurred_on=on))
            return
        yield from self._answer(STAGE_1, self._handler)
        yield from self._afterwards()

    # --- receipt ---------------------------------------------------------------------------------

    def _intake(self) -> Course:
        arrival, dice = self._arrival, self._dice
        matters = dice.choices(self._service.matters, k=2 if self._happens(0.18) else 1)
        heads = [self._head(matter) for matter in matters]
        by_web = arrival.channel == "web"
        arose_on = None
        if self._happens(0.7):
            arose_on = arrival.came_on - timedelta(days=int(dice.expovariate(1 / 45)) + 1)
        person = e.Person(
            id=COMPLAINANT,
            name=seal(people.full_name(dice)),
            contact=seal(people.address(dice)),
        )
        yield Act(
            at=self._at,
            by=self._staff.web_form if by_web else self._handler,
            command=c.Receive(
                reference=arrival.reference,
                occurred_on=arrival.came_on,
                occurred_at=self._at if by_web else None,
                arose_on=arose_on,
                channel=arrival.channel,
                service=ServiceId(self._service.id),
                heads=tuple(heads),
                complainant=person,
                outcome_sought=seal(self._one_of(people.SOUGHT)) if self._happens(0.6) else None,
            ),
            key=f"web-form/{arrival.reference}" if by_web else None,
        )

    def _head(self, matter: council.Matter) -> e.Head:
        self._heads.append(HeadId(f"h{len(self._heads) + 1}"))
        words = self._one_of(matter.words).format(street=self._one_of(people.STREETS))
        return e.Head(
            id=self._heads[-1], category=CategoryId(matter.category), description=seal(words)
        )

    def _add_head(self) -> Course:
        matter = council.Matter("communication", people.FURTHER)
        head, on = self._head(matter), self._later(self._dice.randint(1, 3))
        yield self._do(self._handler, c.AddHead(head=head, occurred_on=on))

    def _refuse(self) -> Course:
        reasons = ("over-12-months", "other-procedure", "already-considered", "legal-proceedings")
        on = self._later(self._dice.randint(1, 6))
        yield self._do(
            self._manager,
            c.Refuse(
                reason=ReasonId(self._one_of(reasons)),
                explanation=seal(ANOTHER_WAY) if self._happens(0.9) else None,
                ombudsman_details_given=True,
                occurred_on=on,
            ),
        )

    # --- afterwards ------------------------------------------------------------------------------

    def _afterwards(self) -> Course:
        all_upheld = set(self._outcomes.values()) == {UPHELD}
        asks = council.ESCALATED_UPHELD if all_upheld else council.ESCALATED_OTHERWISE
        if self._happens(council.REFERRED_TOO_SOON):
            yield from self._refer_too_soon()
            asks = 0.25
        if not self._happens(asks):
            yield from self._close("not-escalated", self._dice.randint(18, 22))
            if self._happens(council.REOPENED):
                yield from self._reopen()
        elif self._happens(council.ESCALATION_REFUSED):
            yield from self._refuse_escalation()
        else:
            yield from self._escalate()

    def _close(self, reason: str, working_days: int) -> Course:
        on = self._later(working_days)
        yield self._do(self._handler, c.Close(reason=ReasonId(reason), occurred_on=on))

    def _reopen(self) -> Course:
        on = self._later(self._dice.randint(5, 30))
        opened = c.Reopen(stage=STAGE_1, reason=ReasonId("new-evidence"), occurred_on=on)
        yield self._do(self._manager, opened)
        self._open()
        yield from self._acknowledge(STAGE_1)
        yield from self._answer(STAGE_1, self._handler)
        yield from self._close("not-escalated", 20)

    def _refuse_escalation(self) -> Course:
        on = self._later(self._dice.randint(2, 15))
        refusal = c.RefuseEscalation(
            reason=ReasonId(self._one_of(("legal-proceedings", "other-procedure"))),
            explanation=seal(APPEAL) if self._happens(0.85) else None,
            ombudsman_details_given=True,
            occurred_on=on,
        )
        yield self._do(self._manager, refusal)
        yield from self._close("escalation-refused", 5)
        if self._happens(0.4):
            yield from self._refer(investigated=self._happens(0.5))

    def _escalate(self) -> Course:
        on = self._later(self._dice.randint(2, 17))
        unsatisfied = seal(self._one_of(people.UNSATISFIED)) if self._happens(0.7) else None
        yield self._do(
            self._handler, c.Escalate(stage=STAGE_2, reasons=unsatisfied, occurred_on=on)
        )
        self._open()
        investigator = self._one_of(self._staff.investigators)
        first, self._handler = self._handler, investigator
        yield self._do(self._manager, c.Assign(handler=investigator, occurred_on=self._later(1)))
        if not self._happens(council.NOT_ACKNOWLEDGED):
            yield from self._acknowledge(STAGE_2)
        # Stage 2 is for somebody else to decide; now and then nobody remembers.
        yield from self._answer(STAGE_2, first if self._happens(0.03) else investigator)
        yield from self._close("both-stages-complete", self._dice.randint(0, 2))
        if self._happens(council.REFERRED_AFTER_STAGE_2):
            yield from self._refer(investigated=self._happens(council.INVESTIGATED))

    # --- the ombudsman ---------------------------------------------------------------------------

    def _refer_too_soon(self) -> Course:
        body, reference = BodyId(self._service.body), self._ombudsman_reference()
        on = self._later(self._dice.randint(2, 9))
        liaison = self._staff.liaison
        yield self._do(liaison, c.Refer(body=body, reference=reference, occurred_on=on))
        on = self._later(self._dice.randint(1, 6))
        yield self._do(liaison, c.Premature(body=body, reference=reference, occurred_on=on))

    def _refer(self, *, investigated: bool) -> Course:
        body, reference = BodyId(self._service.body), self._ombudsman_reference()
        dice, liaison = self._dice, self._staff.liaison
        on = self._later(dice.randint(8, 40))
        yield self._do(liaison, c.Refer(body=body, reference=reference, occurred_on=on))
        if self._happens(council.CORRECTED_FOR_OMBUDSMAN):
            yield from self._correct_acknowledgement(dice.randint(1, 5))
        found = [
            e.HeadFinding(head=head, finding=self._find(head, investigated=investigated))
            for head in self._heads
        ]
        labels = council.LABELS[body]
        said = dict.fromkeys(labels[one.finding] for one in found)
        on = self._later(dice.randint(45, 95) if investigated else dice.randint(12, 30))
        outcome = c.OmbudsmanOutcome(
            body=body,
            reference=reference,
            decided_on=self._office.day(on, -dice.randint(0, 2)),
            label=seal("; ".join(said)),
            findings=tuple(found),
            occurred_on=on,
        )
        yield self._do(liaison, outcome, key=f"{body}/{reference}")

    def _find(self, head: HeadId, *, investigated: bool) -> Finding:
        if not investigated:
            return "not-investigated"
        local = self._outcomes[head]
        if local != NOT_UPHELD and self._happens(council.ALREADY_REMEDIED):
            return "upheld-already-remedied"
        if not self._happens(self._service.fault if local == NOT_UPHELD else 0.9):
            return "not-upheld"
        return "partly-upheld" if self._happens(0.15) else "upheld"

    def _ombudsman_reference(self) -> Reference:
        dice = self._dice
        if self._service.body == "lgsco":
            text = f"{self._at.year % 100} {dice.randrange(1000):03} {dice.randrange(1000):03}"
        else:
            text = f"{self._at.year}{dice.randrange(10**5):05}"
        return Reference(text)
