"""
Averley, a council that does not exist: what it serves, and how often what happens.

Its year is shaped on figures that councils and ombudsmen have printed. What
nobody prints is ours, and is marked so; none of it says anything of a real council.

| rate | here | printed |
| --- | --- | --- |
| stage 1 within the code's limit | 78 % | Buckinghamshire 2024/25: 78 % on time, average 16 days |
| upheld, wholly or in part | 56 % | Buckinghamshire 2024/25: 56 %; Lichfield: 59 of 110 |
| upheld, special educational needs | 82 % | Buckinghamshire 2024/25: "SEND 82 %" |
| withdrawn | 7 % | Lichfield: 8 of 110 |
| nobody allocated | 1 in 3,000 | Buckinghamshire 2024/25: "unallocated cases: 1" |
| went to stage 2 | 9 % | Fife 2015/16: 175, and 2,005 closed at stage 1 |
| reached an ombudsman | 8 % | Buckinghamshire 2024/25: 8 % of stage 1 |
| fully investigated | 2.5 % | Buckinghamshire 2024/25: 2.5 % of stage 1; 57 of 197 decisions |
| upheld when investigated | 80 % | LGSCO 2023/24: 80 %; Buckinghamshire 2023/24: 31 of 39 |
| open for more than a year | a few | Guildford: one |
| already remedied, of upheld | 11 % | Buckinghamshire 2023/24: 6 %; more here, to see some |
| refused; escalation refused | 2 %; 8 % | ours: no rate is printed |
| extended, of those that will be late | 60 % | ours |
| a letter lacks a part | 15 % | ours |
| not acknowledged; reopened | 4 %; ½ % | ours |
| corrected; retracted; something recorded late | 2 %; ½ %; 5 % | ours |
"""

from typing import Final

import attrs

WITHDRAWN: Final = 0.07
REFUSED: Final = 0.02
UNALLOCATED: Final = 0.0004
FORGOTTEN: Final = 0.0015
NOT_ACKNOWLEDGED: Final = 0.04
ACKNOWLEDGED_LATE: Final = 0.06
HEAD_ADDED: Final = 0.05
EXTENDED: Final = 0.6  # of the answers that will be late
TOLD_LATE: Final = 0.2  # of the extensions
SIGNED_OFF: Final = 0.9
LETTER_LACKS_A_PART: Final = 0.15
ESCALATED_UPHELD: Final = 0.02  # with every head upheld at stage 1,
ESCALATED_OTHERWISE: Final = 0.1  # and without; more after a premature referral
ESCALATION_REFUSED: Final = 0.08
CHANGED_AT_STAGE_2: Final = 0.2
REFERRED_AFTER_STAGE_2: Final = 0.5
REFERRED_TOO_SOON: Final = 0.04  # 4 %, and half of 9 %: together 8 %
INVESTIGATED: Final = 0.62  # of those that went through both stages
ALREADY_REMEDIED: Final = 0.2  # of the heads that the council had upheld itself
REOPENED: Final = 0.008
RECORDED_LATE: Final = 0.008  # each time that something is done
CORRECTED: Final = 0.012
CORRECTED_FOR_OMBUDSMAN: Final = 0.3  # the liaison officer reads the whole record
RETRACTED: Final = 0.005


@attrs.frozen
class Matter:
    """Something that people complain about: its category, and what they write."""

    category: str
    words: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Service:
    """
    A service of the council.

    Attributes:
        share: Its share of all complaints.
        upheld: How many of its heads it upholds, at least in part.
        on_time: How many of its stage 1 answers keep to the limit.
        fault: How many of the heads that it did not uphold the ombudsman upholds.
        body: Whose ombudsman it is.
    """

    id: str
    share: float
    upheld: float
    on_time: float
    fault: float
    body: str = "lgsco"
    matters: tuple[Matter, ...]


SERVICES: Final = (
    Service(
        id="waste", share=0.24, upheld=0.62, on_time=0.9, fault=0.8,
        matters=(
            Matter("missed-collection", (
                ("My recycling on {street} has been missed three times running, and each time I"
                " am told that the crew could not get past the parked cars."),
                "The garden waste I pay for was not collected for six weeks this summer.",
                ("Our clinical waste was left out in the rain. My husband is ill and we cannot"
                " keep it in the house."),
            )),
            Matter("assisted-collection", (
                ("I am 84 and on the list for help with my bins. Nobody has come up the path to"
                " fetch them since the crews changed."),
                "The crew leaves the bins across the ramp, and I cannot get my wheelchair out.",
            )),
            Matter("staff-conduct", (
                ("When I asked the crew on {street} to pick up what they had spilled, I was"
                " laughed at."),
            )),
        ),
    ),
    Service(
        id="highways", share=0.17, upheld=0.42, on_time=0.8, fault=0.75,
        matters=(
            Matter("delay", (
                ("I reported the hole outside the school on {street} in the spring. It was"
                " measured twice and has not been filled."),
                "The street light at the bus stop on {street} has been dark all winter.",
            )),
            Matter("damage-claim", (
                "My claim for a broken wheel was turned down with a letter about another road.",
            )),
            Matter("footway", (
                ("My mother fell on the lifted slabs on {street}. We asked for a repair before"
                " she fell, not only after."),
            )),
        ),
    ),
    Service(
        id="council-tax", share=0.11, upheld=0.5, on_time=0.82, fault=0.8,
        matters=(
            Matter("recovery-action", (
                ("I was sent a summons while I was paying by the plan that your own officer had"
                " agreed with me."),
                "The enforcement agents came to the door about a bill of the tenant before me.",
            )),
            Matter("discount-refused", (
                "My daughter is a full-time student and we were still billed as two adults.",
                "After my wife died I had to ask four times for the single person discount.",
            )),
        ),
    ),
    Service(
        id="housing-repairs", share=0.11, upheld=0.6, on_time=0.7, fault=0.85,
        body="housing-ombudsman",
        matters=(
            Matter("damp-and-mould", (
                "There is mould over the baby's cot. I was told to open a window.",
                ("The surveyor came in October, wrote that the wall is wet, and nobody came"
                " back."),
            )),
            Matter("delay", (
                "We were without hot water on {street} for nineteen days in January.",
                "I took four days off work for appointments that nobody kept.",
            )),
            Matter("communication", (
                "Every time I ring about the leak I must tell the whole story to someone new.",
            )),
        ),
    ),
    Service(
        id="planning", share=0.09, upheld=0.28, on_time=0.72, fault=0.65,
        matters=(
            Matter("neighbour-not-consulted", (
                ("I learnt of the extension next door when the diggers came. No letter ever"
                " reached {street}."),
            )),
            Matter("enforcement", (
                ("The yard behind {street} works through the night against its conditions, and"
                " my reports are closed without a visit."),
                "You agreed that the fence is too high, and a year later it still stands.",
            )),
        ),
    ),
    Service(
        id="send", share=0.08, upheld=0.8, on_time=0.52, fault=0.95,
        matters=(
            Matter("delay", (
                ("The assessment for our son took forty-one weeks. He was out of school for most"
                " of them."),
                "The annual review was in November and we have still not seen the amended plan.",
            )),
            Matter("provision-not-made", (
                ("The plan says speech therapy each week. She has had two sessions since"
                " September."),
                "The transport that the plan promises did not come, so I have given up my job.",
            )),
        ),
    ),
    Service(
        id="benefits", share=0.06, upheld=0.48, on_time=0.84, fault=0.85,
        matters=(
            Matter("delay", (
                "I sent my payslips three times. Meanwhile my landlord has given me notice.",
            )),
            Matter("overpayment", (
                "You ask me to pay back a sum that your own letter says was your mistake.",
            )),
        ),
    ),
    Service(
        id="parking", share=0.06, upheld=0.36, on_time=0.9, fault=0.7,
        matters=(
            Matter("permit", (
                ("My carer's permit for {street} ran out while you were renewing it, and she was"
                " fined twice."),
            )),
            Matter("signs", (
                "The sign on {street} is behind a tree, which your own photograph shows.",
            )),
        ),
    ),
    Service(
        id="homelessness", share=0.04, upheld=0.55, on_time=0.62, fault=0.95,
        matters=(
            Matter("interim-accommodation", (
                "We were nine weeks in one hotel room with two children and nowhere to cook.",
                "I rang on the day I lost my home and was told to come back with a letter.",
            )),
            Matter("communication", (
                "Nobody told me that my case had been closed, or that I could ask for a review.",
            )),
        ),
    ),
    Service(
        id="parks", share=0.039, upheld=0.5, on_time=0.85, fault=0.7,
        matters=(
            Matter("maintenance", (
                "The swing in the park by {street} has hung by one chain since Easter.",
                "The tree behind our house was promised a survey two winters ago.",
            )),
        ),
    ),
    # Few people complain of a library. An overseer should be able to see that.
    Service(
        id="libraries", share=0.001, upheld=0.5, on_time=0.95, fault=0.5,
        matters=(
            Matter("opening-hours", (
                ("The lift has been out of order since May, so that I cannot reach the reading"
                " room."),
            )),
        ),
    ),
)  # fmt: skip

CHANNELS: Final = {"web": 0.55, "email": 0.2, "phone": 0.18, "letter": 0.05, "in-person": 0.02}

LABELS: Final = {
    "lgsco": {
        "upheld": "Upheld: fault and injustice",
        "partly-upheld": "Upheld: fault, no injustice",
        "upheld-already-remedied": "Upheld: fault and injustice, organisation already remedied",
        "not-upheld": "Not upheld: no fault",
        "not-investigated": "Closed after initial enquiries: not warranted by alleged injustice",
    },
    "housing-ombudsman": {
        "upheld": "Maladministration",
        "partly-upheld": "Service failure",
        "upheld-already-remedied": "Reasonable redress",
        "not-upheld": "No maladministration",
        "not-investigated": "Outside jurisdiction",
    },
}
"""Each ombudsman's own words for a finding."""
