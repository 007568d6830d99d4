"""
Was it done in time, and was it put off no further than the code allows?

An extension counts where the code knows one for such a reason, and where it was agreed
by the day that held until then; past a hard cap, it counts as far as the cap. The due
date by the code alone is never moved by it, and stands beside it (SPSO-06, OMB-09).
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import attrs

from complaint_ledger.domain import events as e
from complaint_ledger.domain.case import Case
from complaint_ledger.domain.deadlines import Deadline
from complaint_ledger.domain.endings import answered_on, closed_on, ended_on
from complaint_ledger.domain.handling_code import Clock, Extension
from complaint_ledger.domain.history import Fact
from complaint_ledger.domain.milestones import latest_of
from complaint_ledger.domain.verdicts import Found, cannot_tell, met, missed
from complaint_ledger.domain.words import is_given
from complaint_ledger.domain.working_days import in_words


def judge_times(case: Case) -> Iterator[tuple[Clock, Found]]:
    """Yield, for each deadline that is a duty or a norm, whether it was met."""
    clocks = {clock.id: clock for clock in case.governing.code.clocks}
    for deadline in case.deadlines:
        clock = clocks[deadline.clock]
        if clock.kind == "right" or not is_own(deadline):
            continue
        found = _judge(case, clock, deadline)
        if found is not None:
            yield clock, found
    for name, error in case.beyond:
        yield clocks[name], cannot_tell(str(error), stage=clocks[name].stage)
    for clock, name, awaited in case.without_start:
        said = name.replace("-", " ")
        why = "nobody knows when, so that no day can be reckoned"
        if awaited is not None:
            why = f"and the clock does not start before {awaited.replace('-', ' ')}"
        yield clock, cannot_tell(f"{said}, {why}", *case.entries(1, name), stage=clock.stage)


def is_own(deadline: Deadline) -> bool:
    """Whether it is the clock's deadline, and not the furthest day of its extension."""
    return deadline.id in {deadline.clock, f"{deadline.clock}-attempt-{deadline.attempt}"}


@attrs.frozen(kw_only=True)
class _Owed:
    """
    The last day, as far as it can be told.

    Attributes:
        on: The earliest that it may have been.
        latest: The latest: its start, or an extension, is not known to the day.
    """

    on: date
    latest: date

    def so_late(self, days: int) -> str:
        """Say how late it was: *days* after the latest that it may have been due."""
        return f"{_days(days)} late" + ("" if self.latest == self.on else " at least")


def _judge(case: Case, clock: Clock, deadline: Deadline) -> Found | None:
    owed = _owed(case, clock, deadline)
    said = f"due on {in_words(owed.on)}"
    around: dict[str, Any] = {
        "stage": deadline.stage,
        "attempt": deadline.attempt,
        "item": deadline.item,
        "due_on": owed.on,
        "presumed": deadline.presumed,
    }
    if owed.on != deadline.due_on:
        said += f" (put off from {in_words(deadline.due_on)})"
        around["first_due_on"] = deadline.due_on
    if owed.latest != owed.on:
        said += f", or as late as {in_words(owed.latest)}"
    if deadline.presumed:
        said += ", reckoned from a day that is presumed"
    started = _started(case, deadline)
    if not deadline.met:
        return _judge_undone(case, clock, deadline, owed, said, started, around)
    events = (*started, *case.entries(deadline.attempt, deadline.met_by))
    on, latest = deadline.met_on, deadline.met_latest
    if on is None or latest is None:
        return cannot_tell(f"{said}; it was done, nobody knows when", *events, **around)
    around["happened_on"] = on
    if latest <= owed.on:
        return met(f"{said}; done on {in_words(on)}, in time", *events, **around)
    if on <= owed.latest:
        when = f"on {in_words(on)}"
        if latest != on:
            when = f"some day from {in_words(on)} to {in_words(latest)}"
        return cannot_tell(f"{said}; done {when}", *events, **around)
    late = (on - owed.latest).days
    return missed(
        f"{said}; done on {in_words(on)}, {owed.so_late(late)}", *events, late=late, **around
    )


def _judge_undone(
    case: Case,
    clock: Clock,
    deadline: Deadline,
    owed: _Owed,
    said: str,
    started: tuple[str, ...],
    around: dict[str, Any],
) -> Found | None:
    ended = ended_on(case.complaint, clock, deadline)
    if (ended is None and deadline.ended) or (ended is not None and ended <= owed.on):
        return None  # it was no longer owed
    closed = closed_on(case.complaint, deadline)
    answered = answered_on(case.complaint, deadline)
    late_by = answered if answered is not None and answered > owed.latest else None
    ended = min(filter(None, (ended or closed, late_by)), default=None)
    until = min(case.today, ended) if ended is not None else case.today
    if until <= owed.latest:
        note = "it is not done yet"
        if closed is not None:
            note = f"nothing shows that it was done before it was closed on {in_words(closed)}"
        return cannot_tell(f"{said}; {note}", *started, **around)
    late = (until - owed.latest).days
    by = "so far" if ended is None else "when it ended"
    if late_by is not None and ended == late_by:
        by = "when it was answered"
    note = f"{said}; nothing shows that it was done, {owed.so_late(late)} {by}"
    return missed(note, *started, late=late, **around)


def _started(case: Case, deadline: Deadline) -> tuple[str, ...]:
    """Return the entries that a deadline runs from."""
    if deadline.per == "update":
        days = {deadline.since, deadline.met_on}
        words = case.all(e.ResponseExtended, e.UpdateSent, e.ResponseSent)
        return tuple(fact.id for fact, word in words if word.occurred_on in days)
    if deadline.item is not None:
        return case.about(deadline.item)
    return case.entries(deadline.attempt, *deadline.started_by)


def owed_on(case: Case, clock: Clock, deadline: Deadline) -> date:
    """Return the day that holds: the code's own, or the one it was put off to as it may be."""
    return _owed(case, clock, deadline).on


def _owed(case: Case, clock: Clock, deadline: Deadline) -> _Owed:
    latest = deadline.due_latest or deadline.due_on
    if deadline.item is not None:
        return _Owed(on=deadline.owed_on, latest=max(deadline.owed_on, latest))
    on, extension = deadline.due_on, clock.extension
    if extension is None:
        return _Owed(on=on, latest=latest)
    for _, event in case.extensions(deadline):
        if extension.only_for and event.reason not in extension.only_for:
            continue
        agreed_on = max(filter(None, (event.occurred_on, event.told_on)), default=None)
        agreed_latest = (latest_of(case.vague, agreed_on) or agreed_on) if agreed_on else None
        if agreed_on is None or agreed_on <= latest:
            latest = max(latest, event.until)
        if agreed_latest is not None and agreed_latest <= on:
            on = max(on, event.until)
    if deadline.furthest is not None and extension.cap == "hard":
        furthest = deadline.furthest_latest or deadline.furthest
        on = min(on, max(deadline.furthest, deadline.due_on))
        latest = min(latest, max(furthest, deadline.due_latest or deadline.due_on))
    return _Owed(on=on, latest=latest)


def judge_extensions(case: Case) -> Iterator[tuple[Extension, Found]]:
    """Yield, for each extension, whether it went as far, and for such reasons, as it may."""
    clocks = {clock.id: clock for clock in case.governing.code.clocks}
    for deadline in case.deadlines:
        extension = clocks[deadline.clock].extension
        if extension is None or not is_own(deadline) or deadline.item is not None:
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
    furthest_latest = deadline.furthest_latest or furthest
    late = (event.until - furthest_latest).days
    if extension.cap == "soft" and is_given(event.explanation):
        # Whether the reason is good is for a person to judge; that one is given is on record.
        return met(f"{said}, and the record says why it was more", fact.id, **around)
    if late <= 0:
        note = f"{said}, or as far as {in_words(furthest_latest)}"
        return cannot_tell(note, fact.id, **around)
    why = ", and no good reason is recorded" if extension.cap == "soft" else ", and no further"
    return missed(f"{said}{why}", fact.id, late=late, **around)


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"
