"""A reader says whose word is asked for, in the lines of a C2SP tlog-policy."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_ledger.errors import BadValue
from complaint_ledger.evidence.bundle.policy import anybody, parse_policy
from complaint_ledger.evidence.notes import COSIGNATURE
from evidence.hand_made import AUDIT, LOG, NEIGHBOUR, ORIGIN, signer

X = [signer(f"x{i}.example", f"x{i}", COSIGNATURE).key for i in range(3)]
Y = [signer(f"y{i}.example", f"y{i}", COSIGNATURE).key for i in range(3)]
TWO_LEVELS = f"""\
log {LOG.key}

witness X1 {X[0]}
witness X2 {X[1]}   https://x2.example/
\twitness X3\t{X[2]}
group X-witnesses 2 X1 X2 X3
# the neighbours
  # and more of them
witness Y1 {Y[0]}
witness Y2 {Y[1]}
witness Y3 {Y[2]}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def read(text):
    return parse_policy(text.encode())


@given(st.sets(st.sampled_from([*X, *Y])))
def test_two_of_these_and_one_of_those(signed):
    enough = len(signed & {*X}) >= 2 and len(signed & {*Y}) >= 1
    assert enough == read(TWO_LEVELS).satisfied(signed.__contains__)


@given(st.dictionaries(st.sampled_from([*X, *Y]), st.integers(0, 20)))
def test_the_times_are_those_at_which_enough_had_signed(times):
    policy = read(TWO_LEVELS)
    enough = [
        [times[key] for key in some]
        for count in range(len(times) + 1)
        for some in itertools.combinations(times, count)
        if policy.satisfied(set(some).__contains__)
    ]
    assert min((max(some) for some in enough), default=None) == policy.not_after(times)
    assert max((min(some) for some in enough), default=None) == policy.not_before(times)


def test_without_a_policy_any_one_witness_is_enough():
    policy = anybody((AUDIT.key, NEIGHBOUR.key))
    assert policy.not_after({AUDIT.key: 7, NEIGHBOUR.key: 5}) == 5
    assert policy.not_before({AUDIT.key: 7, NEIGHBOUR.key: 5}) == 7
    assert policy.not_after({}) is None


def test_a_quorum_of_none_asks_for_nobody_and_still_counts_the_witnesses_it_names():
    policy = read(f"witness a {AUDIT.key}\nquorum none\n")
    assert policy.satisfied(lambda _: False)
    assert policy.not_after({AUDIT.key: 7, NEIGHBOUR.key: 5}) == 7
    assert policy.not_after({NEIGHBOUR.key: 5}) is None


def test_one_witness_may_be_the_quorum():
    policy = read(f"witness a {AUDIT.key}\nquorum a")
    assert policy.satisfied({AUDIT.key}.__contains__)
    assert not policy.satisfied({NEIGHBOUR.key}.__contains__)


def test_names_are_bytes_and_need_not_be_utf_8():
    line = b"witness \xff " + str(AUDIT.key).encode()
    policy = parse_policy(line + b"\nquorum \xff\n")
    assert policy.satisfied({AUDIT.key}.__contains__)


def test_32_of_each_are_read():
    keys = [signer(f"w{i}", f"w{i}", COSIGNATURE).key for i in range(32)]
    lines = [f"witness w{i} {key}\ngroup g{i} all w{i}\n" for i, key in enumerate(keys)]
    members = " ".join(f"g{i}" for i in range(31))
    policy = read("".join(lines) + f"group most 16 {members}\nquorum most\n")
    assert policy.satisfied({*keys[:16]}.__contains__)
    assert not policy.satisfied({*keys[:15]}.__contains__)


A, B = f"witness a {AUDIT.key}", f"witness b {NEIGHBOUR.key}"


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", None, "no line quorum"),
        (A, None, "no line quorum"),
        (f"{A}\nquorum b", 2, "no line above"),
        (f"quorum a\n{A}", 1, "no line above"),
        (f"{A}\nquorum a\nquorum none", 3, "already"),
        (f"{A}\nquorum none\nquorum none", 3, "already"),
        ("quorum", 1, "none of"),
        ("quorum a b", 1, "none of"),
        ("Quorum none", 1, "none of"),
        ("vitness a b", 1, "none of"),
        (f"{A} https://a b\nquorum a", 1, "none of"),
        (f"{A}\n\n{A}\nquorum a", 3, "taken"),
        (f"{A}\nwitness b {AUDIT.key}\nquorum a", 2, "already"),
        (f"witness none {AUDIT.key}", 1, "taken"),
        (f"{A}\ngroup none any a", 2, "taken"),
        (f"{A}\ngroup a any a", 2, "taken"),
        (f"{A}\ngroup g any", 2, "none of"),
        (f"{A}\ngroup g any none", 2, "no line above"),
        (f"{A}\ngroup g any g", 2, "no line above"),
        (f"{A}\ngroup g any a a", 2, "twice"),
        (f"{A}\n{B}\ngroup g any a\ngroup h all a b", 4, "twice"),
        (f"{A}\ngroup g 2 a", 2, "1 to 1"),
        (f"{A}\ngroup g 0 a", 2, "1 to 1"),
        (f"{A}\ngroup g 01 a", 2, "1 to 1"),
        (f"{A}\ngroup g -1 a", 2, "1 to 1"),
        (f"{A}\ngroup g ¹ a", 2, "1 to 1"),
        (f"{A}\ngroup g {'9' * 5000} a", 2, "1 to 1"),
        (f"log {AUDIT.key}", 1, "signs notes"),
        (f"witness a {LOG.key}", 1, "cosignature"),
        (f"log {LOG.key}\nlog {LOG.key}", 2, "already"),
        (f"log {ORIGIN}", 1, "name"),
        ("log a+b+c", 1, "name"),
        (f"{A}\r\nquorum a\r\n", 1, "control character"),
        ("quorum none\0", 1, "control character"),
    ],
)
def test_what_is_no_policy_is_refused_with_its_line(text, line, why):
    with pytest.raises(BadValue, match=why) as refused:
        read(text)
    assert refused.value.field == ("policy" if line is None else f"policy, line {line}")


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data):
    try:
        parse_policy(data)
    except BadValue:
        return
    assert b"quorum" in data
