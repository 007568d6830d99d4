"""
Any number of councils that do not exist, each with complaints and ways of its own.

For sizes that no real ledger has. What happens to a complaint is told in events, as an
import of an old system would record them, complaint after complaint; dice decide, the
same for the same seed. Nothing in it is shaped on a real council.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from random import Random
from typing import Any, Final

import attrs

from complaint_ledger.domain import events as e
from complaint_ledger.domain.history import Fact
from complaint_ledger.domain.words import (
    ActorId,
    BodyId,
    CategoryId,
    ChannelId,
    CouncilId,
    DeadlineId,
    EventId,
    Finding,
    HeadId,
    OutcomeId,
    Precision,
    ReasonId,
    Reference,
    ServiceId,
    StageId,
)

SERVICES: Final = (
    "waste",
    "highways",
    "council-tax",
    "housing-repairs",
    "planning",
    "parking",
    "benefits",
    "adult-care",
    "children",
    "special-needs",
    "environmental-health",
    "licensing",
    "libraries",
    "parks",
    "schools",
    "homelessness",
    "trees",
    "cemeteries",
    "street-lighting",
    "leisure",
)
CATEGORIES: Final = ("delay", "decision", "communication", "staff-conduct", "quality")
CHANNELS: Final = ("web", "email", "phone", "letter", "in-person")
OUTCOMES: Final = ("upheld", "partly-upheld", "not-upheld", "resolved")
FINDINGS: Final[tuple[Finding, ...]] = (
    "upheld",
    "partly-upheld",
    "not-upheld",
    "upheld-already-remedied",
    "not-investigated",
)
RECORDED_AT: Final = datetime(2026, 4, 1, 8, tzinfo=UTC)
LAST_DAY: Final = date(2026, 3, 31)

_OWN: Final = 2  # events that a ledger begins with: its opening, and who records
_OFFICER: Final = ActorId("officer-0001")
_STAGE_1: Final = StageId("stage-1")
_STAGE_2: Final = StageId("stage-2")
_H1: Final = HeadId("h1")
_H2: Final = HeadId("h2")
_WRONG: Final = ReasonId("wrong-complaint")
_LGSCO: Final = BodyId("lgsco")
_HOUSING: Final = BodyId("housing-ombudsman")


@attrs.frozen(kw_only=True, slots=False)
class InventedCouncil:
    """
    One council of a seed's.

    Attributes:
        number: From 1.
        complaints: How many it has received.
    """

    seed: int
    number: int
    complaints: int

    @property
    def id(self) -> CouncilId:
        """The council's id, which says that it is none."""
        return CouncilId(f"fictional-{self.number:04}")

    @property
    def ledger(self) -> str:
        """The id of its ledger."""
        return self._hash("ledger")

    @cached_property
    def _ways(self) -> "_Ways":
        return _Ways.thrown(Random(f"{self.seed} {self.number} ways"))  # noqa: S311 - no secret

    def event_id(self, position: int) -> str:
        """Return the id of the event at *position*."""
        return self._hash(f"event {position}")

    def stream(self, complaint: int) -> str:
        """Return the stream of the complaint with the key *complaint*."""
        return self._hash(f"stream {complaint}")

    def _hash(self, what: str) -> str:
        return hashlib.sha256(f"{self.seed} {self.number} {what}".encode()).hexdigest()[:32]

    def histories(self) -> Iterator[Sequence[Fact]]:
        """Yield what is on record of each complaint, in the order of the ledger."""
        dice = Random(f"{self.seed} {self.number}")  # noqa: S311 - no secret
        ways, position = self._ways, _OWN
        for number in range(1, self.complaints + 1):
            told = _Story(ways, dice, number).events()
            facts = [
                Fact(
                    id=f"{version:032x}",
                    position=position + version,
                    version=version,
                    recorded_at=RECORDED_AT,
                    event=event,
                )
                for version, event in enumerate(told, 1)
            ]
            position += len(facts)
            yield facts


@attrs.frozen(kw_only=True)
class _Ways:
    """How often what happens at one council."""

    services: Sequence[str]
    shares: Sequence[float]
    upheld: Mapping[str, float]
    fault: float
    first_day: date
    days: int
    growth: float
    quick: float
    unknown_service: float
    vague: float
    two_heads: float
    refused: float
    withdrawn: float
    escalated: float
    referred: float
    premature: float
    second_body: float
    reopened: float
    corrected: float
    retracted: float

    @classmethod
    def thrown(cls, dice: Random) -> "_Ways":
        """Return the ways of a council that *dice* decide."""
        services = dice.sample(SERVICES, dice.randint(6, len(SERVICES)))
        first_day = date(dice.randint(2014, 2023), 4, 1)
        return cls(
            services=services,
            shares=[1 / rank ** dice.uniform(0.6, 1.4) for rank in range(1, len(services) + 1)],
            upheld={service: dice.betavariate(5, 5) for service in services},
            fault=dice.uniform(0.4, 0.9),
            first_day=first_day,
            days=(LAST_DAY - first_day).days,
            growth=dice.uniform(0.6, 1.2),
            quick=dice.uniform(6, 25),
            unknown_service=dice.choice((0, 0.01, 0.1)),
            vague=dice.choice((0, 0.01, 0.05)),
            two_heads=dice.uniform(0.05, 0.3),
            refused=dice.uniform(0.01, 0.05),
            withdrawn=dice.uniform(0.02, 0.09),
            escalated=dice.uniform(0.05, 0.15),
            referred=dice.uniform(0.05, 0.15),
            premature=dice.uniform(0.1, 0.5),
            second_body=dice.uniform(0, 0.1),
            reopened=dice.uniform(0, 0.02),
            corrected=dice.uniform(0, 0.02),
            retracted=dice.uniform(0, 0.01),
        )


class _Story:
    """One complaint, as it went."""

    def __init__(self, ways: _Ways, dice: Random, number: int) -> None:
        self._ways = ways
        self._dice = dice
        self._number = number
        self._told: list[e.Event] = []
        # A number below 1 for growth puts more of the days towards the end.
        self._day = ways.first_day + timedelta(days=int(ways.days * dice.random() ** ways.growth))
        self._service: str = dice.choices(ways.services, ways.shares)[0]
        self._heads = (_H1, _H2) if dice.random() < ways.two_heads else (_H1,)
        self._outcomes: dict[HeadId, str] = {}

    def events(self) -> Sequence[e.Event]:
        """Return what is on record of it."""
        ways = self._ways
        self._receive()
        if self._happens(ways.refused):
            self._later(5)
            self._tell(e.ComplaintRefused, reason="too-late")
        elif self._happens(ways.withdrawn):
            self._later(8)
            self._tell(e.ComplaintWithdrawn)
        else:
            self._handle()
        self._put_right()
        return self._told

    def _handle(self) -> None:
        ways = self._ways
        self._later(2)
        self._tell(e.ComplaintAcknowledged, stage=_STAGE_1)
        self._answer(_STAGE_1)
        if self._happens(ways.referred * ways.premature):
            self._refer(_LGSCO, premature=True)
        if self._happens(ways.escalated):
            self._later(15)
            self._tell(e.ComplaintEscalated, stage=_STAGE_2)
            self._answer(_STAGE_2)
        self._later(4)
        self._tell(e.ComplaintClosed, reason="answered")
        if self._happens(ways.reopened):
            self._later(30)
            self._tell(e.ComplaintReopened, stage=_STAGE_1, attempt=2, reason="new-evidence")
            self._answer(_STAGE_1, attempt=2)
        if self._happens(ways.referred):
            body = _HOUSING if self._service.startswith("hous") else _LGSCO
            self._refer(body)
            if self._happens(ways.second_body):
                self._refer(_LGSCO if body == _HOUSING else _HOUSING)

    def _receive(self) -> None:
        dice, ways = self._dice, self._ways
        known = dice.random() >= ways.unknown_service
        day: date | None = self._day
        precision: Precision = "day"
        if self._happens(ways.vague):
            precision = dice.choice(("month", "year", "unknown"))
            day = {
                "month": self._day.replace(day=1),
                "year": self._day.replace(month=1, day=1),
                "unknown": None,
            }[precision]
        self._told.append(
            e.ComplaintReceived(
                occurred_on=day,
                precision=precision,
                reference=Reference(f"C-{self._number:07}"),
                channel=ChannelId(dice.choice(CHANNELS)) if known else None,
                service=ServiceId(self._service) if known else None,
                heads=tuple(_head(head, dice.choice(CATEGORIES)) for head in self._heads),
            )
        )

    def _answer(self, stage: StageId, attempt: int = 1) -> None:
        dice, ways = self._dice, self._ways
        took = int(dice.expovariate(1 / ways.quick)) + 1
        if took > 14:
            self._later(10)
            self._tell(
                e.ResponseExtended,
                stage=stage,
                extends=DeadlineId("respond"),
                until=self._day + timedelta(days=took),
                reason="complex",
                told_on=self._day if dice.random() < 0.9 else None,
            )
        self._later(took)
        upheld = ways.upheld[self._service]
        for head in self._heads:
            before = self._outcomes.get(head)
            if before is None or dice.random() < 0.3:
                chance = dice.random()
                self._outcomes[head] = (
                    OUTCOMES[2] if chance > upheld else dice.choice(OUTCOMES[:2] + OUTCOMES[3:])
                )
        self._tell(
            e.ResponseSent,
            stage=stage,
            attempt=attempt,
            outcomes=tuple(_outcome(head, self._outcomes[head]) for head in self._heads),
        )

    def _refer(self, body: BodyId, *, premature: bool = False) -> None:
        dice = self._dice
        reference = Reference(f"O-{self._number}")
        self._later(40)
        self._tell(e.ReferredToOmbudsman, body=body, reference=reference)
        if premature:
            self._later(6)
            self._tell(e.ReferralPremature, body=body, reference=reference)
            return
        if dice.random() < 0.1:
            return  # it has not decided yet
        self._later(150)
        findings = tuple(e.HeadFinding(head=head, finding=self._find()) for head in self._heads)
        self._tell(e.OmbudsmanOutcomeReceived, body=body, reference=reference, findings=findings)

    def _find(self) -> Finding:
        if self._dice.random() < 0.4:
            return "not-investigated"
        fault = self._dice.random() < self._ways.fault
        return self._dice.choice(FINDINGS[:2] if fault else FINDINGS[2:4])

    def _put_right(self) -> None:
        """Correct and retract what should have been recorded otherwise, or not at all."""
        dice, told = self._dice, self._told
        received = told[0]
        if self._happens(self._ways.corrected):
            assert isinstance(received, e.ComplaintReceived)
            day = received.occurred_on
            meant = day and day - timedelta(days=dice.randint(1, 400))
            self._tell(
                e.EntryCorrected,
                corrects=EventId(f"{1:032x}"),
                replacement=attrs.evolve(received, occurred_on=meant),
                reason="date-mistyped",
            )
        if self._happens(self._ways.retracted):
            which = range(1, len(told) + 1) if self._happens(0.1) else [dice.randint(1, len(told))]
            for version in which:
                self._tell(e.EntryRetracted, retracts=EventId(f"{version:032x}"), reason=_WRONG)

    def _happens(self, rate: float) -> bool:
        return self._dice.random() < rate

    def _later(self, days: int) -> None:
        """Let about so many days go by."""
        self._day += timedelta(days=int(self._dice.random() * 2 * days))

    def _tell(self, kind: Any, **fields: Any) -> None:
        if self._day <= LAST_DAY:  # the rest has not happened yet
            self._told.append(kind(occurred_on=self._day, **fields))


@lru_cache
def _head(head: HeadId, category: str) -> e.Head:
    return e.Head(id=head, category=CategoryId(category))


@lru_cache
def _outcome(head: HeadId, outcome: str) -> e.HeadOutcome:
    return e.HeadOutcome(head=head, outcome=OutcomeId(outcome))
