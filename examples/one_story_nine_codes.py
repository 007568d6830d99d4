"""
One story told under nine codes: what each makes of the same days, and why.

    .venv/bin/python examples/one_story_nine_codes.py > docs/explanation/one-story-nine-codes.md
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from complaint_ledger.calendars import load_calendar
from complaint_ledger.codes import code_ids, load_code
from complaint_ledger.domain.deadlines import Deadline, Milestone, deadlines
from complaint_ledger.domain.handling_code import HandlingCode
from complaint_ledger.domain.working_days import in_words

STORY: Final = (
    ("occurred", date(2026, 6, 19), "It happened."),
    ("aware", date(2026, 6, 24), "The person learnt of it."),
    ("received", date(2026, 7, 1), "The complaint arrived."),
    ("acknowledged", date(2026, 7, 3), "It was acknowledged."),
    ("stage-1-responded", date(2026, 7, 15), "It was answered."),
    ("stage-1-response-received", date(2026, 7, 17), "The answer arrived."),
    ("escalated", date(2026, 7, 31), "The person asked for stage 2."),
    ("stage-2-acknowledged", date(2026, 8, 4), "That was acknowledged."),
    (
        "stage-2-responded",
        date(2026, 8, 27),
        "It was answered again; only children's complaints go further.",
    ),
    ("procedure-exhausted", date(2026, 8, 27), "With that the council had no more to say."),
    ("stage-2-response-received", date(2026, 9, 1), "The second answer arrived."),
    ("exhaustion-notified", date(2026, 9, 3), "The council wrote that its procedure is over."),
    ("panel-requested", date(2026, 9, 14), "The person asked for a review panel."),
    ("panel-held", date(2026, 10, 15), "The panel met."),
    ("panel-reported", date(2026, 10, 21), "The panel reported."),
)

INTRODUCTION: Final = (
    "The same days, told under each code: which dates follow, and why. The dates differ because"
    " the codes count from different events, by different conventions, over different calendars."
    " No code is right for another's complaint, so a complaint names its own."
)

STEPS: Final = (
    ("acknowledge", "Acknowledge"),
    ("stage-1-acknowledge", "Acknowledge"),
    ("discuss", "Discuss"),
    ("stage-1-respond", "Answer at stage 1"),
    ("stage-1-respond-extended", "… at most"),
    ("stage-1-timeout", "… then the person may go on"),
    ("relevant-period", "Answer"),
    ("escalate-by", "The person may go on until"),
    ("stage-2-acknowledge", "Acknowledge stage 2"),
    ("stage-2-respond", "Answer at stage 2"),
    ("stage-2-respond-extended", "… at most"),
    ("stage-2-longest", "… at most"),
    ("stage-3-panel", "Panel meets"),
    ("stage-3-report", "Panel reports"),
    ("stage-3-respond", "Answer the panel"),
    ("whole-journey", "Whole journey"),
    ("exhaustion-notice", "Say that it is over"),
    ("ombudsman-by", "To the ombudsman until"),
    ("raise-by", "Could be raised until"),
    ("raise-by-longest", "… at most"),
)


def told() -> tuple[tuple[HandlingCode, tuple[Deadline, ...]], ...]:
    """Return each code that judges, with what it makes of the story."""
    milestones = {name: Milestone(on=day) for name, day, _ in STORY}
    found = []
    for name in code_ids():
        code = load_code(name).code
        if code.calendar is not None:
            found.append((code, deadlines(code, load_calendar(code.calendar), milestones)))
    return tuple(found)


def page() -> str:
    """Return the page, as Markdown."""
    agendas = told()
    return "\n".join([
        "# One story, nine codes",
        "",
        "<!-- Written by examples/one_story_nine_codes.py; a test compares. -->",
        "",
        INTRODUCTION,
        "",
        "## The story",
        "",
        "| day | what happened |",
        "| --- | --- |",
        *(f"| {in_words(day)} | {said} |" for _, day, said in STORY),
        "",
        "## Side by side",
        "",
        *_side_by_side(agendas),
        "",
        "A right of the person stands in italics: it lapses, and the council owes nothing by it.",
        *(line for agenda in agendas for line in _agenda(*agenda)),
        "",
    ])  # fmt: skip


def _side_by_side(
    agendas: Sequence[tuple[HandlingCode, tuple[Deadline, ...]]],
) -> Iterator[str]:
    labels = list(dict.fromkeys(label for _, label in STEPS if not label.startswith("…")))
    yield "| code | " + " | ".join(labels) + " |"
    yield "| --- |" + " --- |" * len(labels)
    for code, owed in agendas:
        cells: dict[str, list[str]] = {label: [] for label in labels}
        heading = labels[0]
        by_id = {deadline.id: deadline for deadline in owed}
        for name, label in STEPS:
            heading = heading if label.startswith("…") else label
            if name in by_id:
                day = _short(by_id[name])
                more = f"{label[2:]} {day}" if label.startswith("…") else day
                cells[heading].append(more)
        yield f"| `{code.id}` | " + " | ".join("; ".join(each) for each in cells.values()) + " |"


def _short(deadline: Deadline) -> str:
    day = " ".join(in_words(deadline.due_on).split()[:3])
    year = deadline.due_on.year
    said = day if year == STORY[0][1].year else f"{day} {year}"
    return f"*{said}*" if deadline.kind == "right" else said


def _agenda(code: HandlingCode, owed: Iterable[Deadline]) -> Iterator[str]:
    yield ""
    yield f"## {code.title}"
    yield ""
    yield f"`{code.id}`, version {code.version}, by the calendar {code.calendar}."
    yield ""
    yield "| what | last day | because | paragraph |"
    yield "| --- | --- | --- | --- |"
    clocks = {clock.id: clock for clock in code.clocks}
    for deadline in owed:
        day = _short(deadline)
        asks = clocks[deadline.clock].asks or deadline.clock
        what = asks if deadline.id == deadline.clock else f"{asks}, at most"
        presumed = ", presumed" if deadline.presumed else ""
        reasons = "; ".join(_reasons(deadline))
        yield f"| {what} | {day}{presumed} | {reasons} | {deadline.source} |"


def _reasons(deadline: Deadline) -> Iterator[str]:
    """Yield the reasons, but for the days that are counted and the weekends that are not."""
    for line in deadline.because[:-2]:
        if not line.endswith((": weekend", "is day 1")) and " is day " not in line:
            yield line.replace(" is not a working day: ", " does not count: ")


if __name__ == "__main__":
    print(page(), end="")
