"""A tenth edition, written in TOML alone, as the how-to page says: no line of Python for it."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from complaint_ledger.cli import main
from complaint_ledger.codes import code_ids

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-handling-code.md"
FILE = "northborough-2026.toml"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The command line, in a council that has written the page's edition into a file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPLAINT_LEDGER_URL", "sqlite:///council.db")
    (text,) = re.findall(r'write_text\(\n    """\n(.*?)""",', PAGE.read_text("utf-8"), re.DOTALL)
    Path(FILE).write_text(text, encoding="utf-8")

    def invoke(*arguments, status=0):
        result = CliRunner().invoke(main, [str(a) for a in arguments])
        assert result.exit_code == status, result.output
        return result

    actor = invoke("init", "--council", "Northborough").stdout.strip()
    monkeypatch.setenv("COMPLAINT_LEDGER_ACTOR", actor)
    return invoke


def findings(run, *arguments, status=0):
    found = json.loads(run("findings", *arguments, "--format", "json", status=status).stdout)
    return {one["rule"]: one for one in found if one["code"] == "northborough-2026"}


def test_it_is_none_of_the_nine_and_due_reckons_by_it(run):
    assert len(set(code_ids()) - {"none"}) == 9
    assert "northborough-2026" not in code_ids()
    owed = run("due", "--code", FILE, "--event", "received=2026-04-01", "--format", "json")
    (answer, furthest) = json.loads(owed.stdout)
    assert (answer["due_on"], answer["rule"]) == ("2026-04-15", "NORTHBOROUGH-01")
    assert furthest["due_on"] == "2026-04-22"
    assert "Mon 6 Apr 2026 is not a working day: Easter Monday" in answer["because"]


def test_a_complaint_is_received_under_it_and_judged_by_it_without_the_file(run):
    run("record", "receive", "--reference", "C-1", "--on", "2026-04-01", "--code", FILE)
    Path(FILE).unlink()  # the ledger keeps the text
    run("record", "extend", "C-1", "--on", "2026-04-14", "--until", "2026-05-05",
        "--reason", "complex")  # fmt: skip
    run("record", "respond", "C-1", "--on", "2026-05-06", "--outcome", "upheld")
    found = findings(run, "C-1", status=1)
    assert {rule: one["verdict"] for rule, one in found.items()} == {
        "NORTHBOROUGH-01": "missed",
        "NORTHBOROUGH-02": "missed",
        "NORTHBOROUGH-03": "cannot-tell",
    }
    assert found["NORTHBOROUGH-01"]["days_late"] == 1
    assert found["NORTHBOROUGH-01"]["sentence"].startswith("The complaint is answered: ")
    assert found["NORTHBOROUGH-02"]["paragraph"] == "Northborough procedure 2026, paragraph 3.3"


def test_what_it_refuses_is_refused_by_its_own_rule(run):
    run("record", "receive", "--reference", "C-1", "--on", "2026-04-01", "--code", FILE)
    refused = run("record", "refuse", "C-1", "--reason", "too-busy", status=2)
    assert "NORTHBOROUGH-04: A complaint is refused only for a reason" in refused.stderr
    run("record", "refuse", "C-1", "--reason", "over-12-months", "--ombudsman-details-given")


def test_what_was_recorded_under_another_code_can_be_judged_by_it(run):
    run("record", "receive", "--reference", "C-1", "--on", "2026-04-01")
    assert (
        findings(run, "C-1", "--what-if", FILE, status=1)["NORTHBOROUGH-01"]["verdict"] == "missed"
    )


def test_a_council_adopts_it_for_what_is_received_from_a_day_on(run):
    run("codes", "adopt", FILE, "--from", "2026-04-01")
    run("record", "receive", "--reference", "C-1", "--on", "2026-03-31")
    run("record", "receive", "--reference", "C-2", "--on", "2026-04-01")
    codes = {
        reference: {one["code"] for one in json.loads(
            run("due", reference, "--ledger", "sqlite:///council.db", "--format", "json").stdout
        )}
        for reference in ("C-1", "C-2")
    }  # fmt: skip
    assert codes == {"C-1": {"lgsco-2024"}, "C-2": {"northborough-2026"}}
