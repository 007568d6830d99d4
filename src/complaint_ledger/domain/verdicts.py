"""Met, missed, or cannot tell: what one look at a complaint's record finds."""

from datetime import date
from typing import Any, Final, Literal, get_args

import attrs

Verdict = Literal["met", "missed", "cannot-tell"]
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)


@attrs.frozen(kw_only=True)
class Found:
    """
    What was found, before it is said which rule asked.

    Attributes:
        note: What the record shows, as the end of a sentence.
        events: The ids of the entries that it rests on.
        due_on: The last day, where one is compared.
        first_due_on: The last day before it was put off, or amended, where it was.
        happened_on: The day that is compared with it; None where nothing happened.
        late: Calendar days after *due_on*, where it was missed.
        presumed: It rests on a day that is inferred.
    """

    verdict: Verdict
    note: str
    events: tuple[str, ...] = ()
    stage: str | None = None
    attempt: int = 1
    head: str | None = None
    item: str | None = None
    due_on: date | None = None
    first_due_on: date | None = None
    happened_on: date | None = None
    late: int | None = None
    presumed: bool = False

    @property
    def days_late(self) -> int | None:
        """Calendar days; 0 exactly when met."""
        return 0 if self.verdict == "met" else self.late


def met(note: str, *events: str, **more: Any) -> Found:
    """Return that it was done."""
    return _found("met", note, events, more)


def missed(note: str, *events: str, **more: Any) -> Found:
    """Return that it was not done, or not in time."""
    return _found("missed", note, events, more)


def cannot_tell(note: str, *events: str, **more: Any) -> Found:
    """Return that the record does not say, or that it is too early."""
    return _found("cannot-tell", note, events, more)


def _found(verdict: Verdict, note: str, events: tuple[str, ...], more: dict[str, Any]) -> Found:
    return attrs.evolve(Found(verdict=verdict, note=note, events=events), **more)
