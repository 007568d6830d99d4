"""A witness's answer is kept where it is of a checkpoint that is kept, at a time that can be."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from complaint_ledger import create_ledger, open_ledger
from complaint_ledger.errors import BadEvidence, BadValue, KeptAlready, UnknownName
from complaint_ledger.evidence import notes
from complaint_ledger.evidence.checkpointing import (
    checkpoint_name,
    key_in_force,
    latest_checkpoint,
    make_checkpoint,
    rotate_key,
    time_stamp_name,
    witness_name,
)
from complaint_ledger.evidence.checkpoints import Checkpoint, cosign
from complaint_ledger.evidence.notes import VerifierKey
from complaint_ledger.evidence.time_stamping import add_time_stamp
from complaint_ledger.evidence.time_stamps import time_stamp_request
from complaint_ledger.evidence.witness import Witness, make_witness_key, open_witness_key
from complaint_ledger.evidence.witness_memory import WitnessMemory
from complaint_ledger.evidence.witnessing import add_cosignatures, witness_request
from evidence.authority import Authority

_NAMES = count()


class Clock:
    """Gives the time that a test sets."""

    def __init__(self):
        self.now = datetime(2026, 5, 11, 9, tzinfo=UTC)

    def __call__(self):
        return self.now

    def later(self, **how):
        self.now += timedelta(**how)


class Council:
    """A ledger, its clock, and the administrator."""

    def __init__(self, name="Northborough"):
        self.clock = Clock()
        self.ledger, self.actor = create_ledger(
            f"memory:///{next(_NAMES)}", council=name, fictional=True, clock=self.clock
        )

    def checkpoint(self):
        return make_checkpoint(self.ledger, actor=self.actor)

    def record(self):
        self.ledger.add_actor(kind="officer", role="handler", actor=self.actor)

    @property
    def key(self):
        return VerifierKey.parse(key_in_force(self.ledger))

    def ask(self, witness, **how):
        return witness_request(self.ledger, witness.key, **how)

    def keep(self, witness, signed):
        (done,) = add_cosignatures(self.ledger, witness.key, f"{signed}\n".encode(), self.clock)
        return done


class Neighbour:
    """A witness whose clock goes with the council's, or is off."""

    def __init__(self, folder, council, name="southborough/audit", off=timedelta()):
        folder.mkdir()
        make_witness_key(folder / "key", name, lambda: None)
        signer = open_witness_key(folder / "key")
        self.signer, self.key = signer, signer.key
        self.witness = Witness(
            signer,
            WitnessMemory(folder, signer.key),
            lambda: council.clock().timestamp() + off.total_seconds(),
        )
        self.logs = [council.key]

    def sign(self, request):
        return self.witness.add_checkpoint(request, self.logs)


@pytest.fixture
def council():
    return Council()


@pytest.fixture
def neighbour(tmp_path, council):
    return Neighbour(tmp_path / "neighbour", council)


def test_a_checkpoint_is_asked_for_signed_and_kept(council, neighbour):
    size = council.checkpoint().size
    done = council.keep(neighbour, neighbour.sign(council.ask(neighbour)))
    assert (done.size, done.at, done.added, done.late) == (size, council.clock(), True, None)
    whole = latest_checkpoint(council.ledger.store).whole
    assert notes.verify(whole, [council.key, neighbour.key]) == [council.key, neighbour.key]
    kept = dict(council.ledger.store.kept("witness/"))
    assert kept == {witness_name(neighbour.key.key_id): str(neighbour.key).encode()}


def test_each_request_goes_on_from_the_last_one_that_was_kept(council, neighbour):
    sizes = [0]
    for _ in range(4):
        council.record()
        sizes.append(council.checkpoint().size)
        request = council.ask(neighbour)
        assert (request.old, request.checkpoint.size) == (sizes[-2], sizes[-1])
        council.keep(neighbour, neighbour.sign(request))


def test_two_witnesses_are_asked_each_from_where_it_stands(council, neighbour, tmp_path):
    other = Neighbour(tmp_path / "other", council, "westborough/audit")
    first = council.checkpoint().size
    council.keep(neighbour, neighbour.sign(council.ask(neighbour)))
    council.record()
    last = council.checkpoint().size
    assert (council.ask(neighbour).old, council.ask(other).old) == (first, 0)
    for each in (neighbour, other):
        council.keep(each, each.sign(council.ask(each)))
    assert len(latest_checkpoint(council.ledger.store).cosignatures) == 2
    assert council.ask(other, size=last, old=last).proof == ()


def test_an_earlier_checkpoint_may_be_asked_for(council, neighbour):
    first = council.checkpoint().size
    council.record()
    council.checkpoint()
    done = council.keep(neighbour, neighbour.sign(council.ask(neighbour, size=first)))
    assert done.size == first
    assert council.ask(neighbour).old == first


def test_what_a_witness_has_signed_is_not_asked_for_again_by_oversight(council, neighbour):
    size = council.checkpoint().size
    council.keep(neighbour, neighbour.sign(council.ask(neighbour)))
    with pytest.raises(BadValue, match="has signed"):
        council.ask(neighbour)
    assert council.ask(neighbour, old=size).proof == ()


@pytest.mark.parametrize("old", [-1, 99])
def test_a_request_goes_on_from_a_size_that_can_be(council, neighbour, old):
    council.checkpoint()
    with pytest.raises(BadValue, match="--old"):
        council.ask(neighbour, old=old)


def test_there_is_nothing_to_ask_before_the_first_checkpoint(council, neighbour):
    with pytest.raises(UnknownName, match="`complaint-ledger checkpoint` makes one"):
        council.ask(neighbour)
    council.checkpoint()
    with pytest.raises(UnknownName, match="--list"):
        council.ask(neighbour, size=2)


def test_a_key_that_signs_notes_is_no_witness_s(council):
    council.checkpoint()
    with pytest.raises(BadValue, match="not as a witness"):
        witness_request(council.ledger, council.key)
    with pytest.raises(BadValue, match="not as a witness"):
        add_cosignatures(council.ledger, council.key, b"")


# --- the answer ----------------------------------------------------------------------------------


def test_the_first_signature_of_a_witness_stays(council, neighbour):
    size = council.checkpoint().size
    first = neighbour.sign(council.ask(neighbour))
    council.keep(neighbour, first)
    seen = council.clock()
    for later in (0, 60):
        council.clock.later(seconds=later)
        again = council.keep(neighbour, neighbour.sign(council.ask(neighbour, old=size)))
        assert (again.added, again.at) == (False, seen)
    assert latest_checkpoint(council.ledger.store).cosignatures == (first,)


def test_lines_of_others_are_passed_over(council, neighbour, tmp_path):
    other = Neighbour(tmp_path / "other", council, "westborough/audit")
    council.checkpoint()
    signed = [each.sign(council.ask(each)) for each in (other, neighbour)]
    answer = "".join(f"{each}\n" for each in signed).encode()
    assert len(add_cosignatures(council.ledger, neighbour.key, answer, council.clock)) == 1
    assert latest_checkpoint(council.ledger.store).cosignatures == (signed[1],)


def test_another_ledger_s_answer_is_not_kept(council, neighbour):
    other = Council("Westborough")
    other.checkpoint()
    council.checkpoint()
    neighbour.logs.append(other.key)
    with pytest.raises(BadEvidence, match="no checkpoint that this ledger keeps"):
        council.keep(neighbour, neighbour.sign(other.ask(neighbour)))
    assert list(council.ledger.store.kept("witness/")) == []


def test_another_witness_s_answer_is_not_kept(council, neighbour, tmp_path):
    other = Neighbour(tmp_path / "other", council, "westborough/audit")
    council.checkpoint()
    signed = other.sign(council.ask(other))
    with pytest.raises(BadEvidence, match="no signature by the key in --witness"):
        council.keep(neighbour, signed)


@pytest.mark.parametrize("end", [0, 1, 40, 100, -2, -1])
def test_a_truncated_answer_is_not_kept(council, neighbour, end):
    council.checkpoint()
    answer = f"{neighbour.sign(council.ask(neighbour))}\n".encode()[:end]
    with pytest.raises(BadEvidence):
        add_cosignatures(council.ledger, neighbour.key, answer, council.clock)
    assert list(council.ledger.store.kept("cosignature/")) == []


def test_an_answer_is_kept_whole_or_not_at_all(council, neighbour):
    council.checkpoint()
    good = neighbour.sign(council.ask(neighbour))
    bad = notes.Signature(good.name, good.key_id, good.blob[:-1] + bytes([good.blob[-1] ^ 1]))
    with pytest.raises(BadEvidence):
        add_cosignatures(council.ledger, neighbour.key, f"{good}\n{bad}\n".encode(), council.clock)
    assert list(council.ledger.store.kept("cosignature/")) == []


def test_a_witness_with_another_s_key_id_is_refused(council, neighbour):
    council.checkpoint()
    council.ledger.store.keep(witness_name(neighbour.key.key_id), b"another key")
    with pytest.raises(KeptAlready):
        council.keep(neighbour, neighbour.sign(council.ask(neighbour)))
    assert list(council.ledger.store.kept("cosignature/")) == []


# --- time ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "late"), [(0, False), (300, False), (301, True), (90_000, True)]
)
def test_a_signature_that_came_late_is_kept_and_said_to_be_late(council, neighbour, seconds, late):
    size = council.checkpoint().size
    request = council.ask(neighbour)
    council.record()
    recorded = council.ledger.store.tail(after=size, limit=1)[0].recorded_at
    council.clock.later(seconds=seconds)
    done = council.keep(neighbour, neighbour.sign(request))
    assert (done.added, done.late) == (True, recorded if late else None)


def test_a_signature_is_not_late_where_nothing_followed(council, neighbour):
    council.checkpoint()
    council.clock.later(days=3)
    assert council.keep(neighbour, neighbour.sign(council.ask(neighbour))).late is None


@pytest.mark.parametrize("off", [timedelta(days=-3650), timedelta(seconds=-302)])
def test_a_witness_cannot_have_seen_what_was_not_recorded_yet(council, tmp_path, off):
    council.checkpoint()
    slow = Neighbour(tmp_path / "slow", council, off=off)
    with pytest.raises(BadEvidence, match="before its last entry was recorded"):
        council.keep(slow, slow.sign(council.ask(slow)))
    assert list(council.ledger.store.kept("cosignature/")) == []


@pytest.mark.parametrize("off", [timedelta(days=3650), timedelta(seconds=302)])
def test_a_witness_cannot_have_seen_it_in_the_future(council, tmp_path, off):
    council.checkpoint()
    fast = Neighbour(tmp_path / "fast", council, off=off)
    with pytest.raises(BadEvidence, match="at a time that has not come yet"):
        council.keep(fast, fast.sign(council.ask(fast)))


def test_a_time_beyond_every_calendar_is_refused_in_words(council, neighbour):
    made = council.checkpoint()
    signed = cosign(made.note.text, 2**62, neighbour.signer)
    with pytest.raises(BadEvidence, match="has not come yet"):
        council.keep(neighbour, signed)


@pytest.mark.parametrize("off", [timedelta(seconds=-298), timedelta(seconds=298)])
def test_clocks_may_be_five_minutes_apart(council, tmp_path, off):
    council.checkpoint()
    near = Neighbour(tmp_path / "near", council, off=off)
    assert council.keep(near, near.sign(council.ask(near))).added


def test_when_the_clock_is_right_again_the_witness_signs_again(council, tmp_path):
    size = council.checkpoint().size
    slow = Neighbour(tmp_path / "w", council, off=timedelta(days=-400))
    with pytest.raises(BadEvidence, match=f"--size {size} --old {size}"):
        council.keep(slow, slow.sign(council.ask(slow)))
    slow.witness._clock = lambda: council.clock().timestamp()
    assert council.keep(slow, slow.sign(council.ask(slow, size=size, old=size))).added


# --- the key changes, the ledger changes ---------------------------------------------------------


def test_a_witness_follows_a_change_of_the_ledger_s_key(council, neighbour):
    council.checkpoint()
    council.keep(neighbour, neighbour.sign(council.ask(neighbour)))
    handed_over = rotate_key(council.ledger, actor=council.actor).size
    council.record()
    council.checkpoint()
    neighbour.logs.append(council.key)
    with pytest.raises(BadEvidence, match="a new key of the ledger signed it alone"):
        neighbour.sign(council.ask(neighbour))
    council.keep(neighbour, neighbour.sign(council.ask(neighbour, size=handed_over)))
    council.keep(neighbour, neighbour.sign(council.ask(neighbour)))


def test_a_ledger_that_was_changed_asks_for_nothing(council, neighbour):
    """What it signed has another root than its first entries have."""
    made = council.checkpoint()
    text = replace_root(made.checkpoint, size=made.size - 1)
    signed = notes.Note(text, [notes.sign(text, council.ledger.signing.current())])
    council.ledger.store.keep(checkpoint_name(made.size - 1), bytes(signed))
    with pytest.raises(BadEvidence, match="are not those that were signed"):
        council.ask(neighbour, size=made.size - 1)


def replace_root(checkpoint, size):
    return Checkpoint(checkpoint.origin, size, b"another root".ljust(32)).text


# --- time stamps ---------------------------------------------------------------------------------


@pytest.fixture
def stamped(council, tmp_path):
    made = council.checkpoint()
    authority = Authority(tmp_path / "authority")
    return made, authority.stamp(time_stamp_request(made.checkpoint.text.encode()))


def replies(council):
    return dict(council.ledger.store.kept("time-stamp/"))


def test_a_time_stamp_is_recorded_and_its_reply_kept(council, stamped):
    made, reply = stamped
    done = add_time_stamp(council.ledger, made.size, reply, actor=council.actor)
    assert done.recorded
    assert replies(council) == {time_stamp_name(done.position): reply}
    (told,) = council.ledger.own.stamped
    assert (told.recorded.position, told.event.checkpoint) == (done.position, made.size)


def test_the_same_reply_again_records_nothing(council, stamped):
    made, reply = stamped
    first = add_time_stamp(council.ledger, made.size, reply, actor=council.actor)
    again = add_time_stamp(council.ledger, made.size, reply, actor=council.actor)
    assert (again.position, again.recorded) == (first.position, False)
    assert len(council.ledger.own.stamped) == 1


def test_a_crash_before_the_reply_was_kept_is_mended_by_the_same_command(
    council, stamped, monkeypatch
):
    made, reply = stamped
    store = council.ledger.store
    with monkeypatch.context() as broken:
        broken.setattr(type(store), "keep", _crash)
        with pytest.raises(MemoryError):
            add_time_stamp(council.ledger, made.size, reply, actor=council.actor)
    assert (len(council.ledger.own.stamped), replies(council)) == (1, {})
    council.record()
    done = add_time_stamp(council.ledger, made.size, reply, actor=council.actor)
    assert not done.recorded
    assert replies(council) == {time_stamp_name(done.position): reply}


def _crash(*_):
    raise MemoryError


def test_a_stamp_on_another_checkpoint_is_not_recorded(council, stamped):
    _, reply = stamped
    council.record()
    later = council.checkpoint()
    with pytest.raises(BadEvidence, match="another text"):
        add_time_stamp(council.ledger, later.size, reply, actor=council.actor)
    with pytest.raises(UnknownName):
        add_time_stamp(council.ledger, 2, reply, actor=council.actor)
    assert council.ledger.own.stamped == []


def test_of_many_at_once_one_records_the_stamp(tmp_path, council, stamped):
    """On a council's disk, from several threads."""
    url = f"sqlite:///{tmp_path / 'council.db'}"
    ledger, actor = create_ledger(url, council="Northborough", fictional=True)
    with ledger:
        made = make_checkpoint(ledger, actor=actor)
    authority = Authority(tmp_path / "second")
    reply = authority.stamp(time_stamp_request(made.checkpoint.text.encode()))

    def add(_):
        with open_ledger(url) as mine:
            return add_time_stamp(mine, made.size, reply, actor=actor)

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(add, range(8)))
    assert len({one.position for one in done}) == 1
    assert sum(one.recorded for one in done) == 1
