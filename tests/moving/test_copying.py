"""A copy holds what the ledger holds, all of it and nothing else, whatever happens meanwhile."""

import sqlite3
import stat
import threading
from contextlib import closing
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import behind
from complaint_ledger import commands, create_ledger, open_ledger
from complaint_ledger.errors import (
    BadValue,
    KeysError,
    KeysMissing,
    NoLedger,
    NotACopy,
    StoreUnreadable,
)
from complaint_ledger.ids import new_id
from complaint_ledger.moving import copy_ledger
from complaint_ledger.privacy.keys import FileKeys
from complaint_ledger.recording import Around, Part, Told
from complaint_ledger.testing import strategies
from moving.council import (
    NAME,
    STORY,
    all_in,
    all_of,
    bytes_in,
    erase,
    found,
    opened_values,
    record,
    reference,
)

KEPT = st.dictionaries(
    st.from_regex(r"[a-z0-9]{1,5}([./+-][a-z0-9]{1,3}){0,2}", fullmatch=True),
    st.binary(max_size=50),
    max_size=5,
)
TOLD = st.lists(st.lists(strategies.complaint_events(), min_size=1, max_size=4), max_size=5)


class Stopped(Exception):
    """Somebody broke the copying off."""


def stop_at(position, what="copied"):
    def tell(doing, done, _):
        if doing == what and done >= position:
            raise Stopped

    return tell


# --- the same ------------------------------------------------------------------------------------


@pytest.mark.about_files("it is copied between memory and SQLite")
@given(told=TOLD, kept=KEPT, erased=st.booleans())
@settings(max_examples=40)
def test_any_ledger_is_the_same_after_memory_sqlite_memory(told, kept, erased):
    first, second = (f"memory:///{new_id()}" for _ in range(2))
    ledger, administrator = create_ledger(first, council="Northborough")
    for events in told:
        stream = new_id()
        part = Part(
            stream=stream,
            version=0,
            events=[Told(new_id(), event) for event in events],
            claims=(f"reference/{stream}",),
        )
        ledger.recorder.append([part], Around(actor=ledger.actor(administrator)))
    for name, data in kept.items():
        ledger.store.keep(name, data)
    if erased:
        ledger.store.erase_sealed(list(all_in(ledger)["sealed"])[2::3])
    before = all_in(ledger)

    with TemporaryDirectory() as folder:
        copied = copy_ledger(first, f"{folder}/copy.db")
        assert all_of(f"{folder}/copy.db") == before
        copy_ledger(f"{folder}/copy.db", second)

    assert all_of(second) == before
    last = before["events"][-1]
    assert (copied.position, copied.leaf) == (last.position, last.leaf(before["ledger"]))
    assert (copied.events, copied.claims) == (len(before["events"]), len(told))
    assert (copied.kept, copied.erased) == (len(kept), 0)


def test_what_was_sealed_is_opened_with_the_copys_keys_and_only_with_them(url, to, actor):
    before = opened_values(url)

    copy_ledger(url, to)

    assert opened_values(to) == before
    assert {STORY, f"{NAME} 0", f"{NAME} 5"} <= set(before)
    Path(to.removeprefix("sqlite:///") + ".keys").unlink()
    with pytest.raises(KeysMissing):
        opened_values(to)


def test_a_copy_is_recorded_in_and_the_source_knows_nothing_of_it(url, to, actor):
    before = all_of(url)
    copy_ledger(url, to)

    with open_ledger(to) as ledger:
        record(ledger, actor, [70])
        assert ledger.complaint(reference(70)).stages[0].responded

    assert all_of(url) == before
    assert len(all_of(to)["events"]) == len(before["events"]) + 2


def test_only_its_owner_may_read_a_copy_and_its_keys(url, to, actor):
    copy_ledger(url, to)

    files = sorted(Path(to.removeprefix("sqlite:///")).parent.iterdir())
    assert [file.name for file in files] == ["copy.db", "copy.db.keys", "copy.db.signing"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_the_copys_data_keys_are_wrapped_anew(url, to, actor):
    copy_ledger(url, to)

    here, there = (Path(f"{u.removeprefix('sqlite:///')}.keys").read_bytes() for u in (url, to))
    assert all(key.key not in here + there for key in all_of(to)["keys"].values())

    def wrapped(u):
        connection = sqlite3.connect(f"{u.removeprefix('sqlite:///')}.keys")
        rows = connection.execute("SELECT id, wrapped FROM data_keys ORDER BY id").fetchall()
        connection.close()
        return rows

    own, copied = wrapped(url), wrapped(to)
    assert [row[0] for row in own] == [row[0] for row in copied]
    assert {row[1] for row in own}.isdisjoint(row[1] for row in copied)


def test_the_copys_keys_go_where_somebody_says(url, tmp_path, to, actor):
    copy_ledger(url, to, to_keys=tmp_path / "safe")

    assert not Path(f"{to.removeprefix('sqlite:///')}.keys").exists()
    assert all_of(to, keys=tmp_path / "safe") == all_of(url)


def test_the_variable_for_keys_never_says_where_the_copys_go(url, tmp_path, to, actor, monkeypatch):
    Path(f"{tmp_path}/council.db.keys").rename(tmp_path / "safe")
    monkeypatch.setenv("COMPLAINT_LEDGER_KEYS", str(tmp_path / "safe"))

    copy_ledger(url, to)

    beside = f"{to.removeprefix('sqlite:///')}.keys"
    assert all_of(to, keys=beside) == all_of(url)


# --- meanwhile -----------------------------------------------------------------------------------


def test_a_copy_ends_where_the_ledger_ended_when_it_began(small_pages, url, to, actor):
    before = all_of(url)
    numbers = iter(range(100, 200))

    def meanwhile(*_):
        with open_ledger(url) as ledger:
            record(ledger, actor, [next(numbers)])
            ledger.store.keep(f"checkpoint/{ledger.store.head().position}", b"a later tree")

    copied = copy_ledger(url, to, tell=meanwhile)

    assert next(numbers) > 103
    after = all_of(to)
    assert copied.position == len(before["events"])
    for what in ("events", "head", "streams", "claims", "kept", "sealed"):
        assert after[what] == before[what], what
    assert before["keys"].items() <= after["keys"].items()


def test_a_copy_made_while_others_record_is_whole_and_catches_up(small_pages, url, to, actor):
    done = threading.Event()
    begun = threading.Event()

    def write():
        with open_ledger(url) as ledger:
            for number in count(100):
                record(ledger, actor, [number])
                begun.set()
                if done.is_set():
                    record(ledger, actor, [number + 1])
                    return

    writer = threading.Thread(target=write)
    writer.start()
    assert begun.wait(60)
    try:
        first = copy_ledger(url, to)
    finally:
        done.set()
        writer.join()
    with open_ledger(to) as ledger:
        held = all_in(ledger)
    assert held["events"] == all_of(url)["events"][: first.position]

    second = copy_ledger(url, to)  # nobody records any more

    assert second.position - first.position == second.events > 0
    assert all_of(to) == all_of(url)


def test_a_copy_holds_a_reference_that_its_complaint_got_later(small_pages, url, to, actor):
    """A reference once used stays that complaint's, whatever the copy knows of it."""

    def meanwhile(what, done, total):
        if (what, done) == ("copied", total):
            with open_ledger(url) as ledger:
                first = ledger.facts(reference(0))[0]
                right = attrs.evolve(first.event, reference="C-2026-999999")
                later = commands.Correct(corrects=first.id, replacement=right, reason="typo")
                ledger.record(later, complaint=reference(0), actor=actor)

    copy_ledger(url, to, tell=meanwhile)

    with open_ledger(to) as ledger:
        holder = ledger.store.claimed_by(f"reference/{reference(0)}")
        assert ledger.store.claimed_by("reference/C-2026-999999") == holder


# --- erased --------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before", "while", "before a resume", "after"])
def test_what_is_erased_at_the_source_is_not_in_the_copy(small_pages, url, to, actor, when):
    gone = []

    def erase_now(*told):
        if not gone and (not told or told[1] >= 12):
            with open_ledger(url) as ledger:
                gone.extend(erase(ledger, 0))

    if when == "before":
        erase_now()
    elif when == "before a resume":
        with pytest.raises(Stopped):
            copy_ledger(url, to, tell=stop_at(12))
        folder = Path(to.removeprefix("sqlite:///")).parent
        assert (folder / "copy.db.part").exists()
        erase_now()
        assert any(ciphertext in bytes_in(folder) for ciphertext in gone)  # until then
    elif when == "after":
        copy_ledger(url, to)
        erase_now()

    copied = copy_ledger(url, to, **({"tell": erase_now} if when == "while" else {}))

    assert all_of(to) == all_of(url)
    assert [c for c in gone if c in bytes_in(Path(to.removeprefix("sqlite:///")).parent)] == []
    assert f"{NAME} 0" not in opened_values(to)
    assert f"{NAME} 1" in opened_values(to)
    assert copied.erased == {"before": 0, "while": 2, "before a resume": 2, "after": 3}[when]


def test_a_key_that_was_made_anew_replaces_the_destroyed_one_in_the_copy(url, to, actor):
    copy_ledger(url, to)
    with open_ledger(url) as ledger:
        erase(ledger, 0)
        stream = ledger.store.claimed_by(f"reference/{reference(0)}")
        ledger.keys.ensure([(stream, "p1")])

    copy_ledger(url, to)

    assert all_of(to) == all_of(url)


# --- broken off ----------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["copied", "compared"])
@pytest.mark.parametrize("position", [1, 5, 9, 15])
def test_a_copy_that_broke_off_goes_on_and_has_no_name_until_then(
    small_pages, url, to, actor, what, position
):
    with pytest.raises(Stopped):
        copy_ledger(url, to, tell=stop_at(position, what))

    folder = Path(to.removeprefix("sqlite:///")).parent
    with pytest.raises(NoLedger):
        open_ledger(to)
    assert not any(file.name in {"copy.db", "copy.db.keys"} for file in folder.iterdir())

    copied = copy_ledger(url, to)

    assert all_of(to) == all_of(url)
    assert copied.events < copied.position
    assert sorted(file.name for file in folder.iterdir()) == [
        "copy.db",
        "copy.db.keys",
        "copy.db.signing",
    ]


def test_a_copy_cut_short_between_its_names_is_finished(url, to, actor):
    copy_ledger(url, to)
    ledger = Path(to.removeprefix("sqlite:///"))
    part = ledger.with_name("copy.db.part")

    ledger.rename(part)  # the keys have their name, the ledger has not
    copy_ledger(url, to)
    assert all_of(to) == all_of(url)

    part.hardlink_to(ledger)  # the ledger has both
    assert copy_ledger(url, to).events == 0
    assert not part.exists()
    assert all_of(to) == all_of(url)


@pytest.mark.about_files("it gets no name while somebody has it open; a server's has one")
def test_of_two_that_copy_to_one_place_at_once_neither_spoils_the_other(
    small_pages, url, to, actor
):
    refused = []

    def meanwhile(*_):
        if not refused:
            refused.append("begun")
            with pytest.raises(StoreUnreadable, match="somebody reads"):
                copy_ledger(url, to)

    with pytest.raises(StoreUnreadable, match="somebody else copies to the same place"):
        copy_ledger(url, to, tell=meanwhile)
    with pytest.raises(NoLedger):
        open_ledger(to)

    copy_ledger(url, to)
    assert all_of(to) == all_of(url)


# --- refused -------------------------------------------------------------------------------------


def test_nothing_is_copied_over_another_ledger(url, to, actor):
    found(to, 1)
    before = all_of(to)

    with pytest.raises(NotACopy, match="it is another ledger"):
        copy_ledger(url, to)

    assert all_of(to) == before


@pytest.mark.parametrize("also_here", [0, 1, 9], ids=["nothing", "less", "more"])
def test_nothing_is_copied_over_a_copy_that_lives_on(url, to, actor, also_here):
    copy_ledger(url, to)
    with open_ledger(to) as ledger:
        record(ledger, actor, [70])
    with open_ledger(url) as ledger:
        record(ledger, actor, range(80, 80 + also_here))
    before = all_of(to)

    with pytest.raises(NotACopy):
        copy_ledger(url, to)

    assert all_of(to) == before


def test_a_copy_whose_last_event_is_another_is_refused(url, to, actor):
    copy_ledger(url, to)
    with open_ledger(url) as ledger:
        last = ledger.store.head().position
    behind.do(to, f"UPDATE events SET body = x'00' WHERE position = {last}")

    with pytest.raises(NotACopy, match=f"at position {last} is another"):
        copy_ledger(url, to)


def test_a_ledger_is_not_copied_onto_itself(url, tmp_path, actor):
    for same in (url, f"{tmp_path}/./council.db", f"sqlite:///{tmp_path}/council.db?x=1"):
        with pytest.raises(BadValue, match="where the ledger is"):
            copy_ledger(url, same)


def test_the_ledgers_own_key_store_is_not_the_copys(url, to, tmp_path, actor):
    with pytest.raises(BadValue, match="the ledger's own"):
        copy_ledger(url, to, to_keys=tmp_path / "council.db.keys")

    assert list(Path(to.removeprefix("sqlite:///")).parent.iterdir()) == []


def test_no_key_is_taken_out_of_a_key_store_that_is_in_use(url, to, tmp_path, actor):
    """An old copy and the living ledger's keys: a slip that must not destroy a key."""
    old, living = f"{tmp_path}/old.db", f"{tmp_path}/living.db"
    copy_ledger(url, old)
    copy_ledger(url, living)
    before = all_of(living)
    (tmp_path / "council.db").unlink()

    for again in range(2):
        with pytest.raises(KeysError, match="in use, or goes with another copy"):
            copy_ledger(old, to, to_keys=f"{living}.keys")
        assert list(Path(to.removeprefix("sqlite:///")).parent.iterdir()) == []
        assert again or all_of(living) == before
        with open_ledger(living) as ledger:
            record(ledger, actor, [70 + again])

    assert f"{NAME} 70" in opened_values(living)


def test_a_key_store_that_outlived_its_ledger_keeps_the_keys_it_made(url, to, actor):
    """The copy lived on, and its file was lost: its keys are the only ones for what it sealed."""
    copy_ledger(url, to)
    with open_ledger(to) as ledger:
        record(ledger, actor, [70])
        before = dict(ledger.keys.everything())
        stored = ledger.store.ledger
    Path(to.removeprefix("sqlite:///")).unlink()

    with pytest.raises(KeysError, match="in use"):
        copy_ledger(url, to)

    with closing(FileKeys.open(Path(f"{to.removeprefix('sqlite:///')}.keys"), stored)) as keys:
        assert dict(keys.everything()) == before


def test_a_ledger_without_its_keys_is_not_copied(url, to, tmp_path, actor):
    (tmp_path / "council.db.keys").unlink()

    with pytest.raises(KeysMissing):
        copy_ledger(url, to)

    assert list(Path(to.removeprefix("sqlite:///")).parent.iterdir()) == []


def test_where_no_ledger_is_nothing_is_copied(tmp_path, to):
    with pytest.raises(NoLedger):
        copy_ledger(f"{tmp_path}/nowhere.db", to)

    assert list(Path(to.removeprefix("sqlite:///")).parent.iterdir()) == []


# --- the signing key -----------------------------------------------------------------------------


def test_the_signing_key_goes_along(url, to, tmp_path, actor):
    (tmp_path / "council.db.signing").write_text("PEM")

    assert copy_ledger(url, to).signing_key
    assert copy_ledger(url, to).signing_key  # it is there already, the same

    there = Path(f"{to.removeprefix('sqlite:///')}.signing")
    assert there.read_text() == "PEM"
    assert stat.S_IMODE(there.stat().st_mode) == 0o600


def test_another_signing_key_is_not_written_over(url, to, tmp_path, actor):
    there = Path(f"{to.removeprefix('sqlite:///')}.signing")
    there.write_text("another")
    (tmp_path / "council.db.signing").write_text("PEM")

    with pytest.raises(NotACopy, match="another signing key"):
        copy_ledger(url, to)

    assert there.read_text() == "another"
    assert [file.name for file in there.parent.iterdir()] == ["copy.db.signing"]
