"""What a decision may know besides the complaint's history."""

from datetime import date, datetime

import attrs

from complaint_ledger.domain.governing import Governing
from complaint_ledger.domain.london import civil_date
from complaint_ledger.domain.words import Role


@attrs.frozen(kw_only=True)
class Situation:
    """
    What a decision may know besides the complaint's history.

    Attributes:
        now: The time (aware); "today" is its date in Europe/London.
        role: The role of whoever records.
        stages: The stages of the complaint's code, in order; empty when it has none.
        outcomes: The outcomes that the code knows; empty when it knows any.
        deadlines: The deadlines that the code has; empty when it has none.
        codes: The codes that govern, for what they refuse themselves.
    """

    now: datetime
    role: Role = "handler"
    stages: tuple[str, ...] = ()
    outcomes: frozenset[str] = frozenset()
    deadlines: frozenset[str] = frozenset()
    codes: tuple[Governing, ...] = ()

    @property
    def today(self) -> date:
        """The civil date in Europe/London."""
        return civil_date(self.now)

    def rule_for(self, event: str, *needs: str) -> str | None:
        """Return the rule by which a code that governs asks *needs* of *event*, if one does."""
        return next(
            (
                asked.rule
                for governing in self.codes
                for asked in governing.code.requirements
                if asked.refuses and asked.of == event and set(needs) & set(asked.needs)
            ),
            None,
        )

    def rule_of(self, check: str) -> str | None:
        """Return the rule by which a code that governs refuses by *check*, if one does."""
        return next(
            (
                asked.rule
                for governing in self.codes
                for asked in governing.code.requirements
                if asked.refuses and asked.check == check
            ),
            None,
        )

    def answer_of(self, stage: str) -> str | None:
        """Return the deadline of the answer at *stage* that a code lets be put off, if one does."""
        return next(
            (
                clock.id
                for governing in self.codes
                for clock in governing.code.clocks
                if clock.extension is not None
                and clock.stage == stage
                and f"{stage}-responded" in clock.met_by
            ),
            None,
        )
