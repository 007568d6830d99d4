"""Whether what a store keeps beside its entries, to be quick, says what they say."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from complaint_ledger.evidence.auditing.chains import CHANGED, Head
from complaint_ledger.evidence.auditing.facts import Facts
from complaint_ledger.evidence.auditing.problems import Problems
from complaint_ledger.evidence.checkpointing import (
    CHECKPOINTS,
    COSIGNATURES,
    TIME_STAMPS,
    WITNESSES,
    time_stamp_name,
)
from complaint_ledger.evidence.tree import TREE
from complaint_ledger.store import EventStore, StreamHead

_KNOWN: Final = (CHECKPOINTS, COSIGNATURES, TIME_STAMPS, TREE, WITNESSES)
_REFERENCE: Final = "reference/"


def check_end(store: EventStore, size: int, last_at: datetime | None, problems: Problems) -> None:
    """Check that nothing stands behind the ledger's own count, and when the last was recorded."""
    behind = store.tail(after=size, limit=1)
    head = store.head()
    if head.position > size:
        return  # more was recorded since
    if behind:
        problems.at(behind[0].position, f"the ledger counts {size} entries, and here is another")
    elif head.recorded_at != last_at:
        problems.at(max(size, 1), "the ledger says another time than its last entry does")


def check_streams(
    store: EventStore, heads: Mapping[str, Head], size: int, gap: int | None, problems: Problems
) -> None:
    """
    Compare the kept table of heads with what was read up to position *size*.

    Where there is a *gap*, a head may be further on than what was read.
    """
    count = 0
    for kept in store.streams():
        head = heads.get(kept.stream)
        if head is None:
            if not gap and not _went_on(store, Head(0, kept.first), kept, size):
                problems.at(
                    max(kept.first, 1), "a stream is kept in the table of heads, and has no entry"
                )
            continue
        count += 1
        if kept.first != head.first:
            problems.at(head.first, f"the table of heads has another first entry for {kept.stream}")
        if kept.version == head.version:
            if not head.follows(kept.leaf, problems):
                problems.at(head.position, CHANGED.replace("what follows", "the table of heads"))
        elif not (gap and kept.version > head.version) and not _went_on(store, head, kept, size):
            problems.at(
                head.position,
                f"the table of heads has version {kept.version} of this stream as its last,"
                f" and this is {head.version}",
            )
    if count < len(heads):
        there = {kept.stream for kept in store.streams()}
        for stream, head in heads.items():
            if stream not in there:
                problems.at(head.position, f"the table of heads does not have stream {stream}")


def _went_on(store: EventStore, head: Head, kept: StreamHead, size: int) -> bool:
    """Say whether *kept* is what was recorded behind *head* while the audit read."""
    leaf, version = head.leaf or None, head.version
    for one in store.read(kept.stream, after=version, upto=kept.version):
        if one.position <= size or one.version != version + 1 or one.prev != leaf:
            return False
        leaf, version = one.leaf(store.ledger), one.version
    return version == kept.version > head.version and leaf == kept.leaf


def check_claims(
    store: EventStore, heads: Mapping[str, Head], size: int, problems: Problems
) -> None:
    """Check that every claim is one that its stream's entries make, and the reverse."""
    held = 0
    for claim, stream in store.claims():
        head = heads.get(stream)
        if head is not None and (claim in head.claims or not claim.startswith(_REFERENCE)):
            held += claim in head.claims
            continue
        later = store.read(stream, after=head.version if head else 0)
        if later and later[0].position > size:
            continue
        if head is None:
            problems.beside(f"a stream holds a claim and has no entry: {stream}")
        else:
            problems.at(head.first, "its stream holds a claim to a reference that it does not give")
    if held < sum(len(head.claims) for head in heads.values()):
        for stream, head in heads.items():
            for claim in head.claims:
                if store.claimed_by(claim) != stream:
                    problems.at(head.first, "its stream does not hold the claim to its reference")


def check_stamps(store: EventStore, facts: Facts, size: int, problems: Problems) -> None:
    """Check that each time stamp that came is kept as it came, and no other."""
    kept = {name: _hash(data) for name, data in store.kept(TIME_STAMPS)}
    for position, event in facts.stamped:
        name = time_stamp_name(position)
        if name not in kept:
            problems.at(position, "the time stamp that it tells of is not kept")
        elif kept[name] != event.sha256:
            problems.at(position, "the time stamp that is kept is not the one that it tells of")
    told = {time_stamp_name(position) for position, _ in facts.stamped}
    for name in kept:
        number = name.removeprefix(TIME_STAMPS)
        later = number.isascii() and number.isdigit() and size < int(number)
        if name not in told and not (later and int(number) <= store.head().position):
            problems.beside(f"{name} is kept, and no entry tells of it")


def _hash(data: Any) -> str | None:
    """Return the SHA-256 of *data*; None where somebody put something there that is no bytes."""
    return sha256(data).hexdigest() if isinstance(data, bytes) else None


def check_names(store: EventStore, problems: Problems) -> None:
    """Check that nothing is kept under a name that this version does not know."""
    after = ""
    for known in (*_KNOWN, ""):
        for name, _ in store.kept(after=after):
            if known and name >= known:
                break
            problems.beside(f"nothing is kept as {name} by this version of the library")
        after = f"{known}~"
