"""Every event that is recorded as it is said has a subcommand under its stored name."""

import hashlib
import json
from typing import get_args

import pytest
from click.testing import CliRunner

from complaint_ledger.cli import main
from complaint_ledger.codec import EVENT_NAMES
from complaint_ledger.domain import commands as c

DAY = ("--on", "2026-05-14")


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPLAINT_LEDGER_URL", "sqlite:///council.db")

    def invoke(*arguments):
        result = CliRunner().invoke(main, list(arguments))
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return invoke


@pytest.fixture
def council(run, monkeypatch):
    """A ledger with one complaint, to which things were promised."""
    actor = run("init", "--council", "Northborough").stdout.strip()
    monkeypatch.setenv("COMPLAINT_LEDGER_ACTOR", actor)
    run("record", "receive", "--reference", "C-1", "--on", "2026-05-11", "--child-affected")

    def record(name, *arguments):
        result = run("record", name, "C-1", *DAY, *arguments)
        assert result.exit_code == 0, result.stderr
        (told,) = history(run)[-1:]
        assert told["event"] == name
        return told["fields"]

    record.run, record.actor = run, actor
    return record


def history(run):
    lines = run("history", "C-1", "--format", "json").stdout
    return json.loads(lines)


BEGUN = {
    "a1": ("adjustment-made", "--item", "a1"),
    "c1": ("contact-restricted", "--item", "c1", "--reason", "abusive",
           "--review-on", "2026-08-14"),
    "r1": ("remedy-offered", "--item", "r1", "--kind", "payment", "--pence", "7500"),
    "l1": ("learning-authorised", "--item", "l1"),
    "q1": ("enquiry-received", "--item", "q1", "--body", "lgsco"),
    "m1": ("recommendation-made", "--item", "m1", "--body", "lgsco", "--text", "Apologise.",
           "--due-on", "2026-06-01"),
    "d1": ("document-added", "--item", "d1", "--kind", "letter", "--direction", "in"),
    "draft": ("draft-received", "--body", "lgsco"),
    "report": ("public-report-received", "--body", "lgsco"),
}  # fmt: skip

# What each subcommand is given, what has to be there first, and what is then on record.
SAID = {
    "service-request-linked": ((), "--reference SR-1 --made-on 2026-03-02",
                               {"reference": "SR-1", "made_on": "2026-03-02"}),
    "complaints-linked": ((), "--reference C-2 --relation duplicate", {"relation": "duplicate"}),
    "complaint-transferred": ((), "--body nhs-trust --head h1 --consent",
                              {"body": "nhs-trust", "heads": ["h1"], "consent": True}),
    "representative-authorised": ((), "--representative-name Kit --withhold representative-contact",
                                  {"representative": {"id": "p2", "name": "sealed",
                                                      "contact": "withheld"}}),
    "adjustment-requested": ((), "--item a2 --details large", {"item": "a2", "details": "sealed"}),
    "adjustment-made": ((), "--item a1 --kind large-print --review-on 2026-08-14",
                        {"item": "a1", "kind": "large-print", "review_on": "2026-08-14"}),
    "adjustment-reviewed": (("a1",), "--item a1", {"item": "a1"}),
    "child-views-sought": ((), "--how letter", {"how": "sealed"}),
    "child-views-recorded": ((), "--views tired --withhold account",
                             {"views": "sealed", "account": "withheld"}),
    "advocate-requested": ((), "", {}),
    "advocate-appointed": ((), "", {}),
    "interest-decided": ((), "--no-sufficient", {"sufficient": False}),
    "start-agreed": ((), "--start-on 2027-06-01", {"start_on": "2027-06-01"}),
    "written-record-made": ((), "--no-final --copy-given-on 2026-05-14",
                            {"final": False, "copy_given_on": "2026-05-14"}),
    "discussion-held": ((), "", {}),
    "response-period-set": ((), "--until 2027-06-01 --agreed --told-on 2026-05-14",
                            {"until": "2027-06-01", "agreed": True, "told_on": "2026-05-14"}),
    "update-sent": ((), "--reason complexity --message soon",
                    {"stage": "stage-1", "reason": "complexity", "message": "sealed"}),
    "provider-involved": ((), "--provider waste-contractor --head h1",
                          {"provider": "waste-contractor", "heads": ["h1"]}),
    "stage-skip-agreed": ((), "--stage stage-1", {"stage": "stage-1"}),
    "independent-person-appointed": ((), "--stage stage-2 --person {actor}", {"person": "{actor}"}),
    "panel-appointed": ((), "--member {actor}=partner-of-member",
                        {"members": [{"id": "{actor}", "connection": "partner-of-member"}]}),
    "panel-held": ((), "", {}),
    "panel-reported": ((), "", {}),
    "terms-sent": ((), "", {"stage": "stage-1"}),
    "exhaustion-notified": ((), "--told ombudsman --told time-limit",
                            {"told": ["ombudsman", "time-limit"]}),
    "contact-logged": ((), ("--party ombudsman --channel e-mail --direction in --stage stage-1"
                            " --note asked"),
                       {"party": "ombudsman", "direction": "in", "note": "sealed"}),
    "document-added": ((), ("--item d1 --kind letter --direction in --role evidence --head h1"
                            " --dated-on 2026-04-01 --title Letter --file letter.pdf"),
                       {"item": "d1", "role": "evidence", "head": "h1", "dated_on": "2026-04-01",
                        "title": "sealed", "file_name": "sealed", "media_type": "sealed",
                        "size": "sealed", "sha256": "sealed", "content": "sealed"}),
    "document-withdrawn": (("d1",), "--item d1 --reason other-complaint --explanation no",
                           {"reason": "other-complaint", "explanation": "sealed"}),
    "contact-restricted": ((), "--item c1 --reason abusive --review-on 2026-08-14",
                           {"item": "c1", "reason": "abusive", "review_on": "2026-08-14"}),
    "restriction-reviewed": (("c1",), "--item c1", {"item": "c1"}),
    "restriction-lifted": (("c1",), "--item c1", {"item": "c1"}),
    "handling-code-revised": ((), "--code spso-2021 --reason wrong-code", {"reason": "wrong-code"}),
    "cause-identified": ((), "--cause no-handover --head h1",
                         {"cause": "no-handover", "head": "h1"}),
    "remedy-offered": ((), "--item r1 --kind payment --pence 7500 --due-on 2026-06-01",
                       {"item": "r1", "pence": 7500, "due_on": "2026-06-01"}),
    "remedy-accepted": (("r1",), "--item r1", {"item": "r1"}),
    "remedy-declined": (("r1",), "--item r1 --explanation no", {"explanation": "sealed"}),
    "remedy-delivered": (("r1",), "--item r1 --pence 7500", {"item": "r1", "pence": 7500}),
    "remedy-undeliverable": (("r1",), "--item r1 --reason moved-away", {"reason": "moved-away"}),
    "learning-authorised": ((), ("--item l1 --authorised-by {actor} --owner {actor}"
                                 " --target-on 2026-09-01 --action train"),
                            {"item": "l1", "owner": "{actor}", "action": "sealed"}),
    "learning-completed": (("l1",), "--item l1", {"item": "l1"}),
    "learning-followed-up": (("l1",), "--item l1 --observed better", {"observed": "sealed"}),
    "learning-shared": (("l1",), "--item l1", {"item": "l1"}),
    "enquiry-received": ((), "--item q1 --body lgsco --due-on 2026-06-11",
                         {"item": "q1", "due_on": "2026-06-11"}),
    "enquiry-answered": (("q1",), "--item q1", {"item": "q1"}),
    "draft-received": ((), "--body lgsco --comments-due-on 2026-06-01",
                       {"comments_due_on": "2026-06-01"}),
    "draft-commented": (("draft",), "--body lgsco --comments agreed", {"comments": "sealed"}),
    "recommendation-made": ((), "--item m1 --body lgsco --text sorry --none-stated --head h1",
                            {"item": "m1", "none_stated": True, "text": "sealed", "head": "h1"}),
    "due-date-amended": (("m1",), "--item m1 --due-on 2026-07-01 --agreed-with lgsco",
                         {"due_on": "2026-07-01", "agreed_with": "lgsco"}),
    "evidence-sent": (("q1",), ("--body lgsco --answers q1 --document d1=2026-05-12:redacted"
                                " --file d1=letter.pdf --title d1=Letter --entry d1={receipt}"),
                      {"answers": "q1"}),
    "recommendation-satisfied": (("m1",), "--item m1 --notice-on 2026-05-14 --late",
                                 {"notice_on": "2026-05-14", "late": True}),
    "recommendation-not-satisfied": (("m1",), "--item m1 --notice-on 2026-05-14",
                                     {"notice_on": "2026-05-14"}),
    "public-report-received": ((), "--body lgsco --reference 26-1", {"reference": "26-1"}),
    "public-report-answered": (("report",), "--body lgsco", {"body": "lgsco"}),
}  # fmt: skip


def test_every_event_that_is_recorded_as_it_is_said_is_tried_here():
    assert set(SAID) == {EVENT_NAMES[kind] for kind in get_args(c.Plain)}


@pytest.mark.parametrize("name", SAID)
def test_an_event_is_recorded_under_its_stored_name(council, tmp_path, name):
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.7")
    first, said, expected = SAID[name]
    for begun in first:
        council(*BEGUN[begun])
    receipt = history(council.run)[0]["position"]
    named = said.format(actor=council.actor, receipt=receipt)
    fields = council(name, *named.split())
    expected = json.loads(json.dumps(expected).replace("{actor}", council.actor))
    assert expected.items() <= fields.items()


def test_a_receipt_says_whether_a_child_is_affected(council):
    assert history(council.run)[0]["fields"]["child_affected"] is True
    council.run("record", "define", "C-1", *DAY, "--head", "h1", "--no-child-affected")
    assert history(council.run)[-1]["fields"]["child_affected"] is False


def test_evidence_holds_the_digest_of_the_file_as_it_was_sent_under_seal(council, tmp_path):
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.7")
    digest = hashlib.sha256(b"%PDF-1.7").hexdigest()
    receipt = history(council.run)[0]
    for name, entry in (("d1", str(receipt["position"])), ("d2", receipt["id"])):
        told = council(
            "evidence-sent", "--body", "lgsco", "--document", f"{name}=2026-05-12",
            "--file", f"{name}=letter.pdf", "--entry", f"{name}={entry}",
        )["items"]  # fmt: skip
        assert told == [
            {"id": name, "entry": receipt["id"], "dated_on": "2026-05-12", "sha256": "sealed"}
        ]
    assert digest.encode() not in (tmp_path / "council.db").read_bytes()
    assert digest in council.run("history", "C-1", "--reveal", "--format", "json").stdout


def test_another_representative_is_another_subject(council):
    council("representative-authorised", "--representative-name", "Kit")
    told = council("representative-authorised", "--representative", "p3",
                   "--representative-name", "Sam")  # fmt: skip
    assert told == {"representative": {"id": "p3", "name": "sealed"}}
    assert council("representative-authorised", "--representative", "p4") == {
        "representative": {"id": "p4"}
    }


def test_a_revision_with_a_calendar_alone_keeps_the_codes_that_govern(council):
    before = history(council.run)[0]["fields"]["codes"]
    (after,) = council("handling-code-revised", "--calendar", "scotland", "--reason", "moved")[
        "codes"
    ]
    assert after["calendar"] == "scotland"
    assert after["sha256"] == before[0]["sha256"]
    (code,) = council("handling-code-revised", "--code", "spso-2021=h1", "--reason", "wrong-code")[
        "codes"
    ]
    assert (code["id"], code["heads"]) == ("spso-2021", ["h1"])


def test_csc_05_what_ties_a_member_of_a_panel_is_on_record_only_where_it_was_said(council):
    other = council.run("actors", "add", "--role", "handler").stdout.strip()
    told = council("panel-appointed", "--member", council.actor, "--member", f"{other}=none")
    assert told["members"] == [{"id": council.actor}, {"id": other, "connection": "none"}]


def test_an_escalation_says_how_it_came_and_whether_the_offices_were_closed(council):
    council.run("record", "respond", "C-1", *DAY, "--outcome", "upheld")
    result = council.run("record", "escalate", "C-1", *DAY, "--channel", "telephone",
                         "--outside-hours")  # fmt: skip
    assert result.exit_code == 0
    fields = history(council.run)[-1]["fields"]
    assert (fields["channel"], fields["outside_hours"]) == ("telephone", True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("panel-appointed --member Jane", "actors add"),
        ("panel-appointed --member officer-7k2m", "no actor is called 'officer-7k2m'"),
        ("handling-code-revised --code lgsco-2024 --code lgsco-2024 --reason moved", "code-twice"),
        ("panel-appointed --member officer-7k2m=cousin", "partner-of-officer"),
        ("panel-appointed", "--member"),
        ("evidence-sent --body lgsco --document d1=yesterday", "YYYY-MM-DD"),
        ("evidence-sent --body lgsco --document d1=2026-05-12:torn", "[:redacted]"),
        ("evidence-sent --body lgsco --document d1=2026-05-12", "OMB-13"),
        ("evidence-sent --body lgsco --document d1=2026-05-12 --file d1", "write ID="),
        ("evidence-sent --body lgsco --document d1=2026-05-12 --file d2=x", "no --document"),
        ("evidence-sent --body lgsco --document d1=2026-05-12 --file d1=gone", "cannot be read"),
        ("evidence-sent --body lgsco --document d1=2026-05-12 --entry d1=99", "no entry"),
        ("remedy-offered --item r1 --kind payment --pence 12.50", "without fractions"),
        ("remedy-delivered --item r1", "item-unknown"),
        ("representative-authorised --representative p1", "representative-self"),
        ("representative-authorised --representative kit", "p1, p2"),
        ("handling-code-revised --reason moved", "codes-missing"),
        ("complaints-linked --reference C-1 --relation related", "linked-itself"),
    ],
)
def test_what_cannot_be_is_refused_in_one_message(council, arguments, words):
    name, *rest = arguments.split()
    result = council.run("record", name, "C-1", *DAY, *rest)
    assert result.exit_code == 2
    assert words in result.stderr
    assert len(history(council.run)) == 1


def test_help_says_what_the_event_is_and_not_what_its_fields_are(council):
    told = council.run("record", "due-date-amended", "--help").stdout
    assert "agreed to a later one" in told
    told = council.run("record", "remedy-offered", "--help").stdout
    assert "The council offered to put something right." in told
    assert "Attributes" not in told


def test_the_head_that_a_remedy_is_for_can_be_corrected(council):
    offered = council("remedy-offered", "--item", "r1", "--kind", "apology")
    assert "head" not in offered
    entry = history(council.run)[-1]["id"]
    result = council.run("record", "correct", "C-1", entry, *DAY, "--reason", "mistyped",
                         "--set", "head=h1")  # fmt: skip
    assert result.exit_code == 0
    assert history(council.run)[-1]["fields"]["replacement"]["head"] == "h1"
