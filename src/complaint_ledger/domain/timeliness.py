"""
Was it done in time, and was it put off no further than the code allows?

An extension counts where the code knows one, and where it was agreed before the day
that held until then; past a hard cap, it counts as far as the cap. The due date by
the code alone is never moved by it (SPSO-06).
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from complaint_ledger.domain import events as e
from complaint_ledger.domain.case import Case
from complaint_ledger.domain.deadlines import Deadline
from complaint_ledger.domain.handling_code import Clock, Extension
from complaint_ledger.domain.history import Fact
from complaint_ledger.domain.verdicts import Found, cannot_tell, met, missed
from complaint_ledger.domain.words import is_given
from complaint_ledger.domain.working_days import in_words

_OUTLIVES: Final = {"procedure-exhausted"}
"""What is owed from then on does not end with the complaint."""


def judge_times(case: Case) -> Iterator[tuple[Clock, Found]]:
    """Yield, for each deadline that is a duty or a norm, whether it was met."""
    clocks = {clock.id: clock for clock in case.governing.code.clocks}
    for deadline in case.deadlines:
        clock = clocks[deadline.clock]
        if clock.kind == "right" or not _is_own(deadline, clock):
            continue
        found = _judge(case, clock, deadline)
        if found is not None:
            yield clock, found
    for name, error in case.beyond:
        yield clocks[name], cannot_tell(f"{error}", stage=clocks[name].stage)


def _is_own(deadline: Deadline, clock: Clock) -> bool:
    """Whether it is the clock's deadline, and not the furthest day of its extension."""
    return clock.extension is None or not deadline.id.startswith(clock.extension.id)


def _judge(case: Case, clock: Clock, deadline: Deadline) -> Found | None:
    owed_on = _owed_on(case, clock, deadline)
    on, latest = deadline.met_on, deadline.met_latest
    said = f"due on {in_words(owed_on)}"
    if owed_on != deadline.due_on:
        said += f" (put off from {in_words(deadline.due_on)})"
    if deadline.presumed:
        said += ", reckoned from a day that is presumed"
    around = {
        "stage": deadline.stage,
        "attempt": deadline.attempt,
        "item": deadline.item,
        "due_on": owed_on,
        "presumed": deadline.presumed,
    }
    started = case.entries(deadline.attempt, *deadline.started_by)
    if deadline.item is not None:
        started = case.about(deadline.item)
    ended = case.ended_on if _ends(deadline) else None
    if on is None and deadline.met:
        by = case.entries(deadline.attempt, deadline.met_by)
        return cannot_tell(f"{said}; it was done, nobody knows when", *started, *by, **around)
    if on is None:
        if ended is not None and ended <= owed_on:
            return None  # it was no longer owed
        until = min(case.today, ended) if ended is not None else case.today
        if until <= owed_on:
            return cannot_tell(f"{said}; it is not done yet", *started, **around)
        late = (until - owed_on).days
        still = f"{_days(late)} late" + (" so far" if ended is None else " when it ended")
        return missed(
            f"{said}; nothing shows that it was done, {still}", *started, late=late, **around
        )
    events = (*started, *case.entries(deadline.attempt, deadline.met_by))
    around |= {"happened_on": on}
    assert latest is not None
    if latest <= owed_on:
        return met(f"{said}; done on {in_words(on)}, in time", *events, **around)
    if on <= owed_on:
        when = f"some day from {in_words(on)} to {in_words(latest)}"
        return cannot_tell(f"{said}; done on {when}", *events, **around)
    late = (on - owed_on).days
    return missed(
        f"{said}; done on {in_words(on)}, {_days(late)} late", *events, late=late, **around
    )


def _ends(deadline: Deadline) -> bool:
    """Whether it is owed no more once the complaint is withdrawn or refused."""
    outlives = _OUTLIVES & set(deadline.started_by)
    return deadline.per in {None, "update"} and not outlives


def _owed_on(case: Case, clock: Clock, deadline: Deadline) -> date:
    if deadline.item is not None:
        return deadline.owed_on
    owed_on = deadline.due_on
    if clock.extension is None:
        return owed_on
    for _, event in case.extensions(deadline):
        agreed_on = max(filter(None, (event.occurred_on, event.told_on)), default=None)
        if agreed_on is not None and agreed_on <= owed_on:
            owed_on = max(owed_on, event.until)
    if deadline.furthest is not None and clock.extension.cap == "hard":
        owed_on = min(owed_on, max(deadline.furthest, deadline.due_on))
    return owed_on


def judge_extensions(case: Case) -> Iterator[tuple[Extension, Found]]:
    """Yield, for each extension, whether it went as far, and for such reasons, as it may."""
    clocks = {clock.id: clock for clock in case.governing.code.clocks}
    for deadline in case.deadlines:
        clock = clocks[deadline.clock]
        extension = clock.extension
        if extension is None or not _is_own(deadline, clock) or deadline.item is not None:
            continue
        for fact, event in case.extensions(deadline):
            found = _judge_extension(extension, deadline, fact, event)
            if found is not None:
                yield extension, found


def _judge_extension(
    extension: Extension, deadline: Deadline, fact: Fact, event: e.ResponseExtended
) -> Found | None:
    around = {"stage": deadline.stage, "attempt": deadline.attempt, "happened_on": event.until}
    if extension.only_for and event.reason not in extension.only_for:
        allowed = " or ".join(extension.only_for)
        return missed(f"it was put off because of {event.reason}; the code allows only {allowed}",
                      fact.id, **around)  # fmt: skip
    furthest = deadline.furthest
    if furthest is None:
        return None  # the code sets no cap
    around |= {"due_on": furthest, "presumed": deadline.presumed}
    said = f"put off until {in_words(event.until)}; the code goes to {in_words(furthest)}"
    if event.until <= furthest:
        return met(said, fact.id, **around)
    late = (event.until - furthest).days
    if extension.cap == "soft" and is_given(event.explanation):
        # Whether the reason is good is for a person to judge; that one is given is on record.
        return met(f"{said}, and the record says why it was more", fact.id, **around)
    why = ", and no good reason is recorded" if extension.cap == "soft" else ", and no further"
    return missed(f"{said}{why}", fact.id, late=late, **around)


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"
