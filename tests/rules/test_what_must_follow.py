"""What must follow does so after it, and in time; silence is never taken for a breach."""

import attrs
import pytest

from complaint_ledger.codes import code_ids, load_code
from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import seal
from rules.asking import (
    HANDLER,
    MANAGER,
    acknowledged,
    closed,
    day,
    escalated,
    findings,
    governing,
    live,
    received,
    responded,
    signed_off,
    the_finding,
    verdicts,
)

LGSCO = "lgsco-2024"
SPSO = "spso-2021"
HOUSING = "housing-2024"
ADULT = "adult-social-care-2009"
CHILDREN = "children-2006"
SOCIAL = "welsh-social-services-2014"
ANSWERED = (received(), acknowledged(), responded())


class TestOrder:
    PERSON = e.IndependentPersonAppointed(
        occurred_on=day(6, 1), stage="stage-2", person="officer-9q2x"
    )
    FINAL = responded(day(6, 10), "stage-2")

    def test_csc_04_the_independent_person_is_there_before_the_answer(self):
        told = (*ANSWERED, escalated(), self.FINAL)
        assert verdicts("CSC-04", CHILDREN, *told, self.PERSON) == ["met"]
        afterwards = attrs.evolve(self.PERSON, occurred_on=day(6, 11))
        found = the_finding("CSC-04", CHILDREN, *told, afterwards)
        assert found.verdict == "missed"
        assert found.sentence.endswith("and it was to be done before Wed 10 Jun 2026.")
        assert verdicts("CSC-04", CHILDREN, *told) == ["missed"]

    def test_csc_04_the_answer_at_stage_1_is_another_one(self):
        late_answer = responded(day(6, 3))
        told = (received(), escalated(), late_answer, attrs.evolve(self.PERSON))
        assert verdicts("CSC-04", CHILDREN, *told) == ["met"]

    ORAL = received(channel="telephone")
    WRITTEN = e.WrittenRecordMade(occurred_on=day(4, 17), copy_given_on=day(4, 17))

    def test_wss_02_what_was_said_is_written_down_by_the_acknowledgement(self):
        for on in (day(4, 17), day(4, 20)):
            told = (self.ORAL, self.WRITTEN, acknowledged(on))
            assert verdicts("WSS-02", SOCIAL, *told, subject="followed-by") == ["met"]
        told = (self.ORAL, acknowledged(day(4, 16)), self.WRITTEN)
        assert verdicts("WSS-02", SOCIAL, *told, subject="followed-by") == ["missed"]

    def test_spso_15_nobody_looks_at_an_improvement_before_it_was_decided_on(self):
        action = e.LearningAuthorised(
            occurred_on=day(6, 3), item="l1", authorised_by=MANAGER, owner=HANDLER,
            target_on=day(9, 1),
        )  # fmt: skip
        looked = e.LearningFollowedUp(occurred_on=day(6, 2), item="l1")
        assert verdicts("SPSO-15", SPSO, *ANSWERED, action, looked) == ["missed"]
        afterwards = attrs.evolve(looked, occurred_on=day(6, 4))
        assert verdicts("SPSO-15", SPSO, *ANSWERED, action, looked, afterwards) == ["met"]
        undated = attrs.evolve(looked, occurred_on=None)
        assert verdicts("SPSO-15", SPSO, *ANSWERED, action, undated) == ["met"]


class TestSilence:
    @pytest.mark.parametrize(
        ("rule", "code"), [("LGSCO-14", LGSCO), ("ASC-05", ADULT)], ids=["LGSCO-14", "ASC-05"]
    )
    def test_lgsco_14_and_asc_05_an_answer_of_which_only_the_day_is_known_cannot_be_told(
        self, rule, code
    ):
        bare = responded(heads=())
        told = (received(), signed_off(), bare)
        assert verdicts(rule, code, *told, subject="says") == ["cannot-tell"]
        some = attrs.evolve(bare, told=("remedy",))
        found = the_finding(rule, code, received(), signed_off(), some, subject="says")
        assert "it lacked" in found.sentence
        assert "decision" in found.sentence

    @staticmethod
    def panel(*connections):
        members = tuple(
            e.PanelMember(id=f"officer-{number}pan", connection=connection)
            for number, connection in enumerate(connections, 1)
        )
        return e.PanelAppointed(occurred_on=day(7, 1), members=members)

    @pytest.mark.parametrize(
        ("connections", "verdict"),
        [
            (("none", "none", "none"), "met"),
            (("none", None, "none"), "cannot-tell"),
            ((None, None, None), "cannot-tell"),
            (("none", None, "officer"), "missed"),
        ],
    )
    def test_csc_05_where_nobody_said_what_ties_a_member_nobody_can_tell(
        self, connections, verdict
    ):
        assert verdicts("CSC-05", CHILDREN, *ANSWERED, self.panel(*connections)) == [verdict]

    def test_csc_05_a_live_panel_is_said_to_be_independent(self):
        told = (*ANSWERED, escalated())
        live(CHILDREN, *told, command=self.panel("none", None, "none")).then_refused("CSC-05")

    def test_csc_05_an_independent_person_whom_nobody_named_may_sit_on_it(self):
        nameless = e.IndependentPersonAppointed(occurred_on=day(6, 1), stage="stage-2")
        told = (*ANSWERED, nameless, self.panel("none", "none", "none"))
        found = the_finding("CSC-05", CHILDREN, *told)
        assert found.verdict == "cannot-tell"
        assert "does not name the independent person" in found.sentence


class TestRefusals:
    def test_spso_08_a_code_that_knows_no_resolved_takes_none(self):
        agreed = c.Resolve(occurred_on=day(5, 5), agreed_action=seal("A new round."))
        begun = (received(), acknowledged())
        for code in (HOUSING, LGSCO):
            live(code, *begun, command=agreed).then_refused("outcome-unknown")
        assert live(SPSO, *begun, command=attrs.evolve(agreed, told=("next-stage",))).events

    def test_lgsco_16_is_the_name_under_which_it_is_refused(self):
        unreasoned = c.RefuseEscalation(
            occurred_on=day(5, 20), reason="no-reasons-given", ombudsman_details_given=True
        )
        live(LGSCO, *ANSWERED, command=unreasoned).then_refused("LGSCO-16")

    def test_asc_06_is_the_name_under_which_a_second_stage_is_refused(self):
        answered = (received(), signed_off(), responded(told=("actions", "ombudsman")))
        for command in (
            c.Escalate(occurred_on=day(5, 20)),
            c.Escalate(occurred_on=day(5, 20), stage="stage-2"),
        ):
            live(ADULT, *answered, command=command).then_refused("ASC-06")

    @pytest.mark.parametrize(
        ("reason", "given", "verdict"),
        [
            ("claim-filed", True, "met"),
            ("claim-filed", None, "cannot-tell"),
            ("legal-proceedings", True, "missed"),
        ],
    )
    def test_ho_03_a_letter_before_a_claim_excludes_nothing(self, reason, given, verdict):
        refused = e.ComplaintRefused(
            occurred_on=day(4, 20), reason=reason, ombudsman_details_given=given
        )
        assert verdicts("HO-03", HOUSING, received(), refused) == [verdict]


EDITIONS = [name for name in code_ids() if name != "none"]


ITEMS = {
    "remedy": "r1",
    "learning-action": "l1",
    "adjustment-review": "a1",
    "restriction-review": "c1",
}
NAMED = {"LGSCO-19", "LGSCO-22", "LGSCO-23", "SPSO-14"}  # by the code itself


class TestPromises:
    """What a council promises, it owes under whatever code."""

    TOLD = (
        *ANSWERED,
        e.RemedyOffered(occurred_on=day(5, 5), item="r1", kind="action", due_on=day(6, 1)),
        e.LearningAuthorised(
            occurred_on=day(6, 3), item="l1", authorised_by=MANAGER, owner=HANDLER,
            target_on=day(9, 1),
        ),
        e.AdjustmentMade(occurred_on=day(4, 20), item="a1", review_on=day(5, 20)),
        e.ContactRestricted(occurred_on=day(5, 1), item="c1", reason="abusive",
                            review_on=day(8, 3)),
        closed(),
    )  # fmt: skip

    @pytest.mark.parametrize("code", EDITIONS)
    @pytest.mark.parametrize(("clock", "item"), ITEMS.items())
    def test_promise_kept_is_asked_under_every_edition(self, code, clock, item):
        [rule] = {one.rule for one in load_code(code).code.clocks if one.id == clock}
        assert rule == "promise-kept" or rule in NAMED
        [found] = findings(rule, code, *self.TOLD, subject=clock)
        assert (found.item, found.verdict) == (item, "missed")
        if rule == "promise-kept":
            assert found.source == "unverified"


class TestRights:
    @pytest.mark.parametrize("code", EDITIONS)
    def test_no_right_lends_its_rule_to_a_duty(self, code):
        clocks = load_code(code).code.clocks
        rights = {one.rule for one in clocks if one.kind == "right"}
        assert rights & {one.rule for one in clocks if one.kind != "right"} == set()

    @pytest.mark.parametrize("code", EDITIONS)
    def test_ombudsman_limit_raise_limit_and_escalate_limit_are_shown_and_never_judged(self, code):
        names = {"ombudsman-limit", "raise-limit", "escalate-limit"}
        clocks = [one for one in load_code(code).code.clocks if one.rule in names]
        assert {one.kind for one in clocks} <= {"right"}
        assert [one.id for one in clocks] == [
            one.id for one in clocks if one.id.startswith(one.rule.removesuffix("limit") + "by")
        ]
        told = (received(aware_on=day(1, 5).replace(year=2024)), responded())
        assert [each for name in names for each in findings(name, code, *told)] == []

    def test_lgsco_13_is_of_refusals_and_of_the_limit_that_they_name(self):
        [limit] = [one for one in governing(LGSCO).code.clocks if one.rule == "LGSCO-13"]
        assert (limit.id, limit.kind) == ("raise-by", "right")
