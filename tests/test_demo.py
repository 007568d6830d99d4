"""A stranger runs the demo: what they see works, and nobody in it can be recognised."""

import json
import shlex
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from click.testing import CliRunner

from complaint_ledger.cli import main
from complaint_ledger.demo import DATABASE, EVIDENCE, NOTE, OPENED, UNTIL, make, people
from complaint_ledger.domain import events as e
from complaint_ledger.domain.london import civil_date
from complaint_ledger.errors import BadValue
from complaint_ledger.opening import open_ledger
from complaint_ledger.reading import read_entry

COMPLAINTS = 120
SEED = 1


def run(*arguments):
    return CliRunner().invoke(main, arguments)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("a council's") / "demo"


@pytest.fixture(scope="module")
def shown(folder):
    """What the demo printed, once for this module."""
    result = run("demo", "--dir", str(folder), "--complaints", str(COMPLAINTS), "--seed", str(SEED))
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="module")
def ledger(shown, folder):
    with open_ledger(f"sqlite:///{folder / DATABASE}") as opened:
        yield opened


@pytest.fixture(scope="module")
def entries(ledger):
    """The year itself; the export at its end is by the clock of today."""
    recorded = ledger.store.tail(limit=10**6)
    return [read_entry(one) for one in recorded if one.recorded_at <= UNTIL]


def quiet(_):
    """Tell nobody."""


class TestWhatIsPrinted:
    def test_the_first_line_says_what_was_made(self, shown, ledger):
        first = shown.stdout.splitlines()[0]
        assert first.startswith(
            f"{COMPLAINTS} complaints, {ledger.store.head().position:,} events, fictional: "
        )
        assert "FICTIONAL" in shown.stderr

    def test_progress_is_not_among_the_output(self, shown):
        assert "recording May 2025" in shown.stderr
        assert "recording" not in shown.stdout

    def test_an_overturned_complaint_is_named_and_told_from_end_to_end(self, shown, folder):
        asked = run(
            "trends", "overturn", "--ledger", f"sqlite:///{folder / DATABASE}", "--format", "json"
        )
        found = json.loads(asked.stdout)
        told = shown.stdout.splitlines()[2]
        assert told.partition(":")[0] in found["references"]
        assert told.endswith("not upheld by the council, upheld by the ombudsman")
        for step in ("Complaint received", "Complaint escalated", "Ombudsman outcome received"):
            assert step in shown.stdout

    def test_its_due_dates_say_why_and_whether_they_were_kept(self, shown):
        due = shown.stdout.partition("What was due on")[2]
        assert "stage-2-respond " in due
        assert "10 working days (after)" in due
        assert "missed by" in due or "met, " in due

    def test_the_trend_stands_there_with_its_definition(self, shown):
        assert "heads whose local outcome, as it stood when the ombudsman decided" in shown.stdout
        assert "by service" in shown.stdout
        assert "references: C-20" in shown.stdout

    def test_every_command_to_try_next_works_as_printed(self, shown):
        tried = shown.stdout.partition("What to try next")[2].splitlines()
        commands = [line for line in tried if line.strip() and not line.startswith("  #")]
        assert len(commands) == 8
        for command in commands:
            program, *arguments = shlex.split(command)
            assert program == "complaint-ledger"
            result = run(*arguments)
            # That something was missed is exit status 1, for whoever calls it from a script.
            assert result.exit_code in ({0, 1} if arguments[0] == "findings" else {0})
            assert result.stdout.strip()

    def test_the_evidence_of_the_complaint_verifies(self, shown, folder):
        assert "VERIFIED: " in shown.stdout
        assert "NOT WITNESSED" in shown.stdout
        assert run("verify", str(folder / EVIDENCE)).exit_code == 0

    def test_nothing_personal_is_printed(self, shown, ledger, entries):
        for word in (*people.GIVEN, *people.FAMILY, *people.STREETS, "@", "example"):
            assert word not in shown.stdout + shown.stderr
        streams = {entry.recorded.stream for entry in entries}
        assert not any(stream in shown.stdout for stream in streams)


class TestTheLedger:
    def test_says_that_it_is_fictional(self, ledger):
        assert ledger.opened.fictional

    def test_holds_every_complaint_with_its_code_and_calendar_pinned(self, ledger):
        complaints = [complaint for _, complaint in ledger.complaints()]
        assert len(complaints) == COMPLAINTS
        for complaint in complaints:
            pinned = complaint.codes[0]
            assert (pinned.id, pinned.calendar) == ("lgsco-2024", "england-and-wales")

    def test_was_recorded_in_order_by_the_simulated_clock(self, entries):
        times = [entry.recorded.recorded_at for entry in entries]
        assert times == sorted(times)
        assert times[0] == OPENED
        assert times[-1] <= UNTIL

    def test_tells_of_many_complaints_at_a_time(self, entries):
        streams = [entry.recorded.stream for entry in entries]
        changes = sum(one != other for one, other in pairwise(streams))
        assert changes > COMPLAINTS * 4

    def test_officers_act_on_working_days(self, entries):
        by_officers = [x for x in entries if x.meta.actor.kind != "system"]
        assert {civil_date(x.recorded.recorded_at).weekday() for x in by_officers} <= set(range(5))

    def test_holds_what_happens_in_a_council(self, entries):
        kinds = {type(entry.event) for entry in entries}
        assert kinds >= {
            e.ComplaintReceived,
            e.ComplaintAcknowledged,
            e.HandlerAssigned,
            e.HeadAdded,
            e.ResponseExtended,
            e.ResponseSignedOff,
            e.ResponseSent,
            e.ComplaintEscalated,
            e.ComplaintWithdrawn,
            e.ComplaintRefused,
            e.ComplaintClosed,
            e.ReferredToOmbudsman,
            e.ReferralPremature,
            e.OmbudsmanOutcomeReceived,
        }
        roles = {entry.meta.actor.role for entry in entries}
        assert roles >= {"handler", "investigator", "manager", "liaison", "system"}

    def test_some_things_were_recorded_days_after_they_happened(self, entries):
        lags = [
            (civil_date(entry.recorded.recorded_at) - entry.event.occurred_on).days
            for entry in entries
            if entry.event.occurred_on
        ]
        assert min(lags) >= 0
        assert max(lags) > 2

    def test_keys_are_for_their_owner_alone(self, shown, folder):
        for name in (DATABASE, f"{DATABASE}.keys"):
            assert (folder / name).stat().st_mode & 0o077 == 0


class TestTheSeed:
    @staticmethod
    def year(folder, seed):
        made = make(folder, complaints=30, seed=seed, tell=quiet)
        with open_ledger(made.url) as ledger:
            entries = [read_entry(x) for x in ledger.store.tail(limit=10**6)]
        return [
            (x.recorded.name, x.recorded.recorded_at, getattr(x.event, "reference", None))
            for x in entries
        ]

    def test_the_same_seed_gives_the_same_year(self, tmp_path):
        assert self.year(tmp_path / "one", 7) == self.year(tmp_path / "two", 7)

    def test_another_seed_gives_another(self, tmp_path):
        one, two = (self.year(tmp_path / str(seed), seed) for seed in (7, 8))
        assert one != two
        assert Counter(name for name, *_ in one)["complaint-received"] == 30


class TestTheFolder:
    def test_a_former_demo_is_replaced(self, tmp_path):
        make(tmp_path / "demo", complaints=2, seed=1, tell=quiet)
        assert run("demo", "--dir", str(tmp_path / "demo"), "--complaints", "3").exit_code == 0
        with open_ledger(f"sqlite:///{tmp_path / 'demo' / DATABASE}") as ledger:
            assert len(list(ledger.streams())) == 3

    def test_an_empty_folder_is_taken(self, tmp_path):
        made = make(tmp_path, complaints=1, seed=1, tell=quiet)
        assert {path.name for path in tmp_path.iterdir()} == {
            DATABASE,
            f"{DATABASE}.keys",
            f"{DATABASE}.signing",
            NOTE,
        }
        assert made.complaints == 1

    @pytest.mark.parametrize("name", ["letter.txt", DATABASE, "council.db.facts"])
    def test_a_folder_with_anything_else_is_left_alone(self, tmp_path, name):
        kept = tmp_path / name
        kept.write_text("mine")
        result = run("demo", "--dir", str(tmp_path), "--complaints", "2")
        assert result.exit_code == 2
        assert name in result.stderr
        assert kept.read_text() == "mine"
        assert list(tmp_path.iterdir()) == [kept]

    def test_a_demo_to_which_something_was_added_is_left_alone(self, tmp_path):
        make(tmp_path, complaints=1, seed=1, tell=quiet)
        (tmp_path / "bundle.zip").write_text("mine")
        before = (tmp_path / DATABASE).read_bytes()
        with pytest.raises(BadValue, match=r"bundle\.zip"):
            make(tmp_path, complaints=1, seed=2, tell=quiet)
        assert (tmp_path / DATABASE).read_bytes() == before

    def test_a_file_is_no_folder(self, tmp_path):
        file = tmp_path / "demo-ledger"
        file.write_text("mine")
        with pytest.raises(BadValue, match="is a file"):
            make(file, complaints=1, seed=1, tell=quiet)

    def test_a_demo_that_is_broken_off_leaves_the_former_one(self, tmp_path):
        make(tmp_path / "demo", complaints=2, seed=1, tell=quiet)

        def stop(at):
            if at > datetime(2025, 6, 1, tzinfo=UTC):
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            make(tmp_path / "demo", complaints=9, seed=2, tell=stop)
        with open_ledger(f"sqlite:///{tmp_path / 'demo' / DATABASE}") as ledger:
            assert len(list(ledger.streams())) == 2


def test_a_year_without_an_overturned_complaint_tells_another(tmp_path):
    result = run("demo", "--dir", str(tmp_path / "demo"), "--complaints", "3", "--seed", "1")
    assert result.exit_code == 0, result.output
    assert "no complaint was overturned" in result.stdout


def test_the_rates_are_those_that_were_printed(ledger):
    """Of 120 complaints, roughly: the table in `demo.council` says which rate is whose."""
    complaints = [complaint for _, complaint in ledger.complaints()]
    answered = [c for c in complaints if c.stages[0].responded]
    upheld = [
        c for c in answered if any(h.local and h.local[0].outcome != "not-upheld" for h in c.heads)
    ]
    assert 0.45 < len(upheld) / len(answered) < 0.7
    assert 0.03 < sum(bool(c.cases) for c in complaints) / len(answered) < 0.16
    assert 0.02 < sum(c.status == "withdrawn" for c in complaints) / len(complaints) < 0.14
