"""What an ombudsman, or another outside body, is asked and decides: one function per command."""

from collections.abc import Sequence

from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.complaint import Complaint
from complaint_ledger.domain.decisions.common import (
    known_head,
    refuse_unknown_findings,
    said_again,
    told_as,
)
from complaint_ledger.domain.history import Fact
from complaint_ledger.domain.words import is_given
from complaint_ledger.errors import Refused


def refer(command: c.Refer, complaint: Complaint, told: Sequence[Fact]) -> list[e.ComplaintEvent]:
    for head in command.heads:
        known_head(head, complaint)
    event = told_as(e.ReferredToOmbudsman, command)
    known = command.reference and any(
        case.referred_on
        and not case.premature
        and case.body == command.body
        and case.reference == command.reference
        for case in complaint.cases
    )
    return said_again(event, told) if known else [event]


def ombudsman_outcome(command: c.OmbudsmanOutcome, complaint: Complaint) -> list[e.ComplaintEvent]:
    if not is_given(command.label):
        raise Refused("OMB-01", "an outcome needs the ombudsman's own label for it")
    if not (command.decided_on or command.occurred_on or command.precision == "unknown"):
        raise Refused(
            "OMB-01",
            "an outcome needs its date (decided_on, or occurred_on), or precision unknown",
        )
    findings = command.findings
    if command.finding:
        if len(complaint.heads) > 1 and command.whole_reason is None:
            raise Refused(
                "OMB-02",
                "one finding for several heads needs whole_reason: why it stands for the whole",
            )
        findings = tuple(
            e.HeadFinding(head=head.id, finding=command.finding) for head in complaint.heads
        )
    if not findings:
        raise Refused("OMB-02", "say what was found: for each head, or one finding for the whole")
    refuse_unknown_findings(findings, complaint)
    return [told_as(e.OmbudsmanOutcomeReceived, command, findings=findings)]
