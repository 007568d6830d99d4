"""
The council's own reckoning beside the record: due dates, and what fell short.

It is signed with the package and proved by nothing: whoever judges by another
code, calendar or version of the library may come to another result.
"""

from collections.abc import Iterable, Sequence
from html import escape

from complaint_ledger.domain.deadlines import Deadline
from complaint_ledger.domain.working_days import in_words
from complaint_ledger.errors import CalendarOutOfRange
from complaint_ledger.evidence.entries import instant
from complaint_ledger.judging import Judged, findings_of
from complaint_ledger.ledger import Ledger
from complaint_ledger.pinning import pins_of
from complaint_ledger.recording import LIBRARY

_STYLE = (
    "body{max-width:60em;margin:2em auto;padding:0 1em;font:1em/1.5 sans-serif;color:#0b0c0c}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.25em .5em;border-bottom:1px solid #b1b4b6}"
    "th{font-weight:normal;color:#505a5f}.notice{border:3px solid #0b0c0c;padding:.5em 1em}"
)
_FICTIONAL = '<p class="notice">FICTIONAL: nothing in this ledger happened.</p>\n'
_WHAT_IT_IS = (
    '<p class="notice">This page is a reckoning, not the record. It is signed, so that it is'
    " the council’s; it is not proved. The record is chronology.html.</p>\n"
)
_TEXTS = ("code", "version", "calendar", "version", "SHA-256 of the code")


def judgement(ledger: Ledger, stream: str) -> str:
    """
    Return the page: by which codes and calendars, what was due, and every finding.

    Args:
        ledger: Where the complaint is kept.
        stream: The complaint's stream.
    """
    beyond: list[str] = []

    def note(clock: object, error: CalendarOutOfRange) -> None:
        beyond.append(f"{getattr(clock, 'id', 'a clock')}: {error}")

    owed = ledger.deadlines(stream, beyond=note)
    judged = findings_of(ledger, stream)
    title = f"Complaint {judged.reference or stream}: what the council’s library made of it"
    parts = [
        '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n',
        '<meta http-equiv="Content-Security-Policy"',
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n",
        f"<h1>{escape(title)}</h1>\n",
        _FICTIONAL if ledger.opened.fictional else "",
        _WHAT_IT_IS,
        f"<p>Reckoned by complaint_ledger {escape(LIBRARY)} on {instant(ledger.now())[:10]}, ",
        "from these texts, which the ledger keeps:</p>\n",
        _table(_TEXTS, _texts(ledger, stream)),
        "<h2>What was due</h2>\n",
        _table(("what", "due on", "put off until", "met on", "because"), map(_due, owed)),
        *(f"<p>{escape(each)}</p>\n" for each in beyond),
        "<h2>Findings</h2>\n",
        _table(("verdict", "rule", "paragraph", "finding"), _findings(judged)),
        "</body>\n</html>\n",
    ]
    return "".join(parts)


def _texts(ledger: Ledger, stream: str) -> Iterable[Sequence[str]]:
    for pin in pins_of(ledger.facts(stream)):
        yield (
            pin.id,
            pin.version,
            pin.calendar or "",
            pin.calendar_version or "",
            pin.sha256,
        )


def _due(one: Deadline) -> Sequence[str]:
    return (
        f"{one.id} {one.item}" if one.item else one.id,
        in_words(one.due_on),
        in_words(one.extended_until) if one.extended_until else "",
        in_words(one.met_on) if one.met_on else "",
        "\n".join(one.because),
    )


def _findings(judged: Judged) -> Iterable[Sequence[str]]:
    for found in judged.findings:
        yield found.verdict, found.rule, f"{found.code} {found.paragraph}", found.sentence


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [
        "<tr>"
        + "".join(f"<td>{escape(cell).replace(chr(10), '<br>')}</td>" for cell in row)
        + "</tr>\n"
        for row in rows
    ]
    if not lines:
        return "<p>None.</p>\n"
    head = "<tr>" + "".join(f"<th>{escape(one)}</th>" for one in heads) + "</tr>\n"
    return f"<table>\n{head}{''.join(lines)}</table>\n"


def _cell(text: str) -> str:
    return escape(text).replace("\n", "<br>")
