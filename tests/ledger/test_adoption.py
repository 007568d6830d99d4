"""A council takes another policy from a day on; what it received before stays where it was."""

import json
from datetime import UTC, date, datetime

import attrs
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from complaint_ledger import Refused, commands
from complaint_ledger.cli import main
from complaint_ledger.domain import events as e
from complaint_ledger.errors import BadValue, UnknownName
from complaint_ledger.own import in_force
from complaint_ledger.pinning import pin
from complaint_ledger.store import LEDGER_STREAM
from complaint_ledger.testing import examples as story

from . import council_texts as council

RECEIVE = attrs.evolve(story.RECEIVE, arose_on=None)
BIRMINGHAM = """
id = "birmingham"
version = "{version}"
title = "Birmingham policy"
extends = "lgsco-2024"
in_force_from = {since}

[[clocks]]
id = "stage-1-respond"
limits = [{{ starts = ["{starts}"], length = {days}, unit = "working-days", counting = "after" }}]
paragraph = "public page"
source = "secondary"
"""


def birmingham(folder, since, starts, days):
    text = BIRMINGHAM.format(version=since, since=since, starts=starts, days=days)
    return council.write(folder, f"birmingham-{since}.toml", text)


def received(ledger, actor, on, reference, **more):
    command = attrs.evolve(RECEIVE, occurred_on=on, reference=reference, **more)
    ledger.record(command, actor=actor)
    return ledger.complaint(reference).codes[0]


def due(ledger, reference, deadline="stage-1-respond"):
    return next(d.due_on for d in ledger.deadlines(reference) if d.id == deadline)


def test_two_policies_within_four_weeks_each_govern_what_they_received(ledger, actor, tmp_path):
    """Domain.md 1.6: 15 days from receipt in August 2025, 10 from acceptance in September."""
    assert received(ledger, actor, date(2025, 8, 21), "B-0").id == "lgsco-2024"
    first = birmingham(tmp_path, "2025-08-22", "received", 15)
    ledger.adopt(first, from_on=date(2025, 8, 22), actor=actor)
    assert received(ledger, actor, date(2025, 9, 16), "B-1").version == "2025-08-22"
    second = birmingham(tmp_path, "2025-09-17", "acknowledged", 10)
    ledger.adopt(second, from_on=date(2025, 9, 17), actor=actor)
    assert received(ledger, actor, date(2025, 9, 17), "B-2").version == "2025-09-17"
    assert received(ledger, actor, date(2025, 9, 16), "B-3").version == "2025-08-22"
    for reference in ("B-1", "B-2"):
        ledger.record(
            commands.Acknowledge(occurred_on=date(2025, 9, 18)), complaint=reference, actor=actor
        )
    assert due(ledger, "B-1") == date(2025, 10, 7)  # 15 from Tue 16 Sep, acknowledged or not
    assert due(ledger, "B-2") == date(2025, 10, 2)  # 10 from Thu 18 Sep
    kept = [ledger.complaint(f"B-{n}").codes[0].version for n in range(3)]
    assert kept == ["1", "2025-08-22", "2025-09-17"]


def test_until_something_is_adopted_the_ledgers_own_default_governs(ledger, actor, tmp_path):
    ledger.adopt(council.code(tmp_path), from_on=date(2026, 5, 11), actor=actor)
    assert ledger.codes_on(date(2026, 5, 10))[0].id == "lgsco-2024"
    assert ledger.codes_on(date(2026, 5, 11))[0].id == "northborough-2026"


def test_an_adoption_about_a_service_comes_before_one_about_all(ledger, actor, tmp_path):
    ledger.adopt("housing-2024", from_on=date(2026, 4, 1), services=["housing"], actor=actor)
    ledger.adopt(council.code(tmp_path), from_on=date(2026, 5, 1), actor=actor)
    housing = received(ledger, actor, date(2026, 5, 11), "C-1", service="housing")
    waste = received(ledger, actor, date(2026, 5, 11), "C-2", service="waste")
    assert (housing.id, waste.id) == ("housing-2024", "northborough-2026")


def test_what_a_receipt_says_itself_counts(ledger, actor, tmp_path):
    ledger.adopt(council.code(tmp_path), from_on=date(2026, 4, 1), actor=actor)
    said = received(ledger, actor, date(2026, 5, 11), "C-1", codes=(ledger.texts.pin("spso-2021"),))
    assert said.id == "spso-2021"


def test_a_receipt_without_a_day_is_governed_by_what_holds_today(ledger, actor, tmp_path):
    ledger.adopt(council.code(tmp_path), from_on=date(2026, 6, 1), actor=actor)
    unknown = received(ledger, actor, None, "C-1", precision="unknown")
    assert unknown.id == "northborough-2026"


def test_a_receipt_at_an_instant_is_governed_by_its_day_in_london(ledger, actor, tmp_path, clock):
    clock.now = datetime(2026, 7, 2, 9, tzinfo=UTC)
    ledger.adopt(council.code(tmp_path), from_on=date(2026, 7, 1), actor=actor)
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)  # 00:30 on 1 July in London
    assert received(ledger, actor, None, "C-1", occurred_at=late).id == "northborough-2026"


def test_an_adoption_begins_today_unless_it_says_otherwise(ledger, actor, tmp_path):
    assert ledger.adopt(council.code(tmp_path), actor=actor).from_on == date(2026, 6, 1)


def test_an_adoption_keeps_its_texts(ledger, actor, tmp_path, again):
    path = council.policy(tmp_path)
    ledger.adopt(path, from_on=date(2026, 4, 1), actor=actor)
    (tmp_path / "northborough.toml").unlink()
    names = [recorded.name for recorded in ledger.store.read(LEDGER_STREAM)]
    assert names[-2:] == ["text-kept", "code-adopted"]
    assert received(again(), actor, date(2026, 5, 11), "C-1").id == "northborough"


def test_the_same_adoption_again_is_recorded_once(ledger, actor, tmp_path):
    path = council.code(tmp_path)
    for _ in range(2):
        ledger.adopt(path, from_on=date(2026, 4, 1), actor=actor)
    names = [recorded.name for recorded in ledger.store.read(LEDGER_STREAM)]
    assert names.count("code-adopted") == 1


def test_whoever_goes_back_to_an_earlier_code_adopts_it_again(ledger, actor, tmp_path):
    path = council.code(tmp_path)
    for code in (path, "spso-2021", path, path):
        ledger.adopt(code, from_on=date(2026, 4, 1), actor=actor)
    names = [recorded.name for recorded in ledger.store.read(LEDGER_STREAM)]
    assert names.count("code-adopted") == 3
    assert ledger.codes_on(date(2026, 5, 11))[0].id == "northborough-2026"


def test_the_same_code_for_another_day_or_another_service_is_another_adoption(ledger, actor):
    for day, services in ((1, []), (2, []), (1, ["waste"]), (1, []), (1, ["waste"])):
        from_on = date(2026, 4, day)
        ledger.adopt("spso-2021", from_on=from_on, services=services, actor=actor)
    names = [recorded.name for recorded in ledger.store.read(LEDGER_STREAM)]
    assert names.count("code-adopted") == 3


def test_only_an_administrator_adopts(ledger, actor):
    with pytest.raises(Refused, match="administrator-adopts"):
        ledger.adopt("spso-2021", actor=story.OFFICER)


def test_what_cannot_be_read_is_not_adopted(ledger, actor):
    before = ledger.store.head()
    with pytest.raises(UnknownName):
        ledger.adopt("nowhere.toml", actor=actor)
    with pytest.raises(BadValue, match="service"):
        ledger.adopt("spso-2021", services=["Bin Day"], actor=actor)
    assert ledger.store.head() == before


def test_a_code_that_is_not_in_force_yet_is_allowed_and_said(ledger, actor):
    command = attrs.evolve(
        RECEIVE, occurred_on=date(2026, 5, 11), codes=(pin("data-protection-2026"),)
    )
    recorded = ledger.record(command, actor=actor)
    assert recorded.remarks == (
        "data-protection-2026 is in force from 2026-06-19, and not yet on 2026-05-11",
    )
    later = attrs.evolve(RECEIVE, occurred_on=date(2026, 5, 11), reference="C-2")
    assert ledger.record(later, actor=actor).remarks == ()


PIN = pin("lgsco-2024")
DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 9))
ADOPTIONS = st.builds(
    e.CodeAdopted,
    code=st.just(PIN),
    from_on=DAYS,
    services=st.lists(st.sampled_from(["waste", "parks"]), max_size=2, unique=True).map(tuple),
)


@given(
    adopted=st.lists(ADOPTIONS, unique_by=lambda each: each.from_on),
    day=DAYS,
    shuffled=st.randoms(use_true_random=False),
)
def test_which_one_governs_does_not_depend_on_the_order_of_recording(adopted, day, shuffled):
    other = list(adopted)
    shuffled.shuffle(other)
    found = in_force(adopted, day, "waste")
    assert in_force(other, day, "waste") == found
    assert found is None or (found.from_on <= day and set(found.services) != {"parks"})


def test_of_one_day_the_one_recorded_last_governs():
    first, last = (
        e.CodeAdopted(code=attrs.evolve(PIN, version=version), from_on=date(2026, 1, 1))
        for version in "12"
    )
    assert in_force([first, last], date(2026, 1, 2), None) is last


class TestTheCommand:
    @pytest.fixture
    def office(self, tmp_path, monkeypatch):
        """A council's ledger; call it with the arguments of a command."""
        monkeypatch.setenv("COMPLAINT_LEDGER_URL", f"sqlite:///{tmp_path}/council.db")
        made = CliRunner().invoke(main, ["init", "--council", "Northborough"])
        monkeypatch.setenv("COMPLAINT_LEDGER_ACTOR", made.stdout.strip())
        return lambda *arguments: CliRunner().invoke(main, [str(a) for a in arguments])

    def test_adopts_a_file_from_a_day_on(self, office, tmp_path):
        done = office("codes", "adopt", council.code(tmp_path), "--from", "2026-04-01")
        assert done.stdout == (
            "northborough-2026 version 1 governs what is received from Wed 1 Apr 2026,"
            " by calendar england-and-wales version 2026-11-22.\n"
        )
        office("record", "receive", "--on", "2026-05-11", "--reference", "C-1")
        rows = json.loads(office("due", "C-1", "--format", "json").stdout)
        assert [(row["id"], row["due_on"]) for row in rows] == [("stage-1-respond", "2026-05-21")]

    def test_adopts_for_some_services_by_another_calendar(self, office):
        done = office(
            "codes", "adopt", "lgsco-2024", "--from", "2026-04-01", "--calendar", "scotland",
            "--service", "waste", "--service", "parks",
        )  # fmt: skip
        assert (
            "received about waste, parks from Wed 1 Apr 2026, by calendar scotland" in done.stdout
        )

    def test_says_that_a_code_is_not_in_force_yet(self, office):
        done = office("codes", "adopt", "data-protection-2026", "--from", "2026-06-01")
        assert done.exit_code == 0
        assert "is in force from 2026-06-19, and not yet on 2026-06-01" in done.stderr

    def test_tells_of_no_calendar_where_there_is_none(self, office):
        done = office("codes", "adopt", "none", "--from", "2026-06-01")
        assert done.stdout.endswith("from Mon 1 Jun 2026.\n")

    def test_refuses_whoever_is_no_administrator(self, office, monkeypatch):
        handler = office("actors", "add", "--role", "handler").stdout.strip()
        done = office("codes", "adopt", "spso-2021", "--actor", handler)
        assert (done.exit_code, "administrator-adopts" in done.stderr) == (2, True)
