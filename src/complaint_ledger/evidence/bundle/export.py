"""
Writing a bundle: say what it will hold, seal, sign, prove, pack, verify.

The order is the proof: what is enclosed and what is not is an entry of the complaint
before the seal, the seal is under the checkpoint, and every proof leads to that.
"""

import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Final

import attrs

from complaint_ledger.domain import events as e
from complaint_ledger.domain.london import civil_date
from complaint_ledger.domain.words import (
    BodyId,
    EventId,
    Omission,
    Private,
    ReasonId,
    Sealed,
    Sha256,
    StreamId,
    read,
)
from complaint_ledger.errors import BadEvidence, BadValue, StreamMoved, UnknownName
from complaint_ledger.evidence.bundle import archive
from complaint_ledger.evidence.bundle.contents import Contents, bundle_files
from complaint_ledger.evidence.bundle.omissions import (
    Wish,
    omissions,
    read_wishes,
    sealed_values,
)
from complaint_ledger.evidence.checkpointing import (
    KeptCheckpoint,
    kept_checkpoints,
    key_in_force,
    make_checkpoint,
    signer_of,
)
from complaint_ledger.evidence.verification import verify_bundle
from complaint_ledger.ids import new_id
from complaint_ledger.ledger import Ledger
from complaint_ledger.own import Own
from complaint_ledger.reading import Entry
from complaint_ledger.recording import Around, Part, Told
from complaint_ledger.writing import check_new, new_file

TRIES: Final = 10


@attrs.frozen(kw_only=True)
class Exported:
    """
    A bundle that was written and verified.

    Attributes:
        file: The ZIP.
        sha256: Of the ZIP.
        entries: How many of the complaint are in it.
        checkpoint: The one that its proofs lead to.
        omitted: How many values were withheld, replaced, erased.
        anew: Nothing had to be recorded: it is what was exported before, with what
            witnesses have signed since.
    """

    file: Path
    sha256: str
    entries: int
    checkpoint: KeptCheckpoint
    omitted: Mapping[Omission, int]
    anew: bool


def export(
    ledger: Ledger,
    complaint: str,
    out: Path,
    *,
    actor: str,
    withhold: Iterable[str] = (),
    replace: Mapping[str, str] | None = None,
    reason: str | None = None,
    recipient: str | None = None,
    checkpoints: Iterable[int] = (),
    accept_clock: bool = False,
) -> Exported:
    """
    Write everything on record of *complaint* into a bundle that verifies offline.

    Args:
        ledger: Where it is kept.
        complaint: Its reference, or its stream id.
        out: The ZIP to write; there must be no such file yet.
        actor: Who exports: an id that `add_actor` issued.
        withhold: Paths of sealed values to keep back, such as `complainant/contact`,
            `3:reasons` (of the third entry), or `complainant` (all below it).
        replace: Paths, with the text to put there instead.
        reason: Why something is withheld or replaced, as a code.
        recipient: For whom, as a code such as lgsco.
        checkpoints: Sizes of kept checkpoints to enclose besides, for a reader who holds one.
        accept_clock: The clock is right although it jumped.

    Raises:
        UnknownName: There is no such complaint, actor or sealed value.
        BadValue: There is a file at *out*, no reason is given, or a size has no checkpoint.
        BadEvidence: The ledger does not verify.
        KeysError: A key is missing.
    """
    check_new(out, "--out")
    wishes = read_wishes(withhold, replace or {})
    if wishes and reason is None:
        raise BadValue("--reason", "say why something is withheld, as a code such as third-party")
    stream = ledger.find(complaint)
    asked = _Asked(
        stream=stream,
        wishes=wishes,
        reason=None if reason is None else read(ReasonId, reason, "--reason"),
        recipient=None if recipient is None else read(BodyId, recipient, "--for"),
    )
    found = _announced(ledger, asked, actor, accept_clock=accept_clock)
    said = found.entries[-1].event
    assert isinstance(said, e.EvidenceBundleExported)
    with (
        new_file(out, "--out") as (zipped, made),
        tempfile.TemporaryDirectory(dir=out.parent, prefix=".complaint-ledger-") as scratch,
    ):
        contents = Contents(
            ledger=ledger,
            entries=found.entries,
            said=said,
            checkpoint=found.checkpoint,
            seal=found.seal,
            besides=frozenset(checkpoints),
            scratch=Path(scratch),
        )
        folder = _folder(said, stream, found.checkpoint)
        sha256 = archive.write(bundle_files(contents), folder, zipped)
        zipped.flush()
        _refuse_unverified(made)
    packed_event = e.EvidenceBundlePacked(
        stream=StreamId(stream),
        entry=EventId(found.entries[-1].recorded.id),
        checkpoint=found.checkpoint.size,
        sha256=Sha256(sha256),
    )
    ledger.record_own(packed_event, ledger.actor(actor), accept_clock=accept_clock)
    return Exported(
        file=out,
        sha256=sha256,
        entries=len(found.entries),
        checkpoint=found.checkpoint,
        omitted=Counter(one.how for one in said.omitted),
        anew=found.anew,
    )


@attrs.frozen(kw_only=True)
class _Asked:
    stream: str
    wishes: list[Wish]
    reason: ReasonId | None
    recipient: BodyId | None


@attrs.frozen(kw_only=True)
class _Announced:
    """
    The entries to enclose, the last of which says so, and what covers them.

    Attributes:
        anew: The last entry was there already.
    """

    entries: tuple[Entry, ...]
    checkpoint: KeptCheckpoint
    seal: Own[e.LedgerSealed]
    anew: bool


def _announced(ledger: Ledger, asked: _Asked, actor: str, *, accept_clock: bool) -> _Announced:
    entries: tuple[Entry, ...] = ()
    for _ in range(TRIES):
        entries = ledger.entries(asked.stream)
        anew = _said_already(ledger, entries, asked)
        if not anew:
            told = [Told(new_id(), _announcement(ledger, entries, asked))]
            part = Part(stream=asked.stream, version=len(entries), events=told)
            around = Around(actor=ledger.actor(actor))
            try:
                ledger.recorder.append([part], around, accept_clock=accept_clock)
            except StreamMoved:
                continue  # somebody recorded something: that belongs in it too
            entries = ledger.entries(asked.stream)
        elif found := _covering(ledger, entries):
            return _Announced(entries=entries, checkpoint=found[0], seal=found[1], anew=True)
        make_checkpoint(ledger, actor=actor, accept_clock=accept_clock)
        if found := _covering(ledger, entries):
            return _Announced(entries=entries, checkpoint=found[0], seal=found[1], anew=anew)
    raise StreamMoved(asked.stream, len(entries), len(ledger.store.read(asked.stream)))


def _announcement(
    ledger: Ledger, entries: Sequence[Entry], asked: _Asked
) -> e.EvidenceBundleExported:
    values = sealed_values(entry.recorded for entry in entries)
    there = ledger.vault.there([value.digest for value in values])
    omitted = omissions(values, there, asked.wishes)
    return e.EvidenceBundleExported(
        occurred_on=civil_date(ledger.now()),
        reference=ledger.complaint(asked.stream).reference,
        recipient=asked.recipient,
        entries=tuple(EventId(entry.recorded.id) for entry in entries),
        omitted=omitted,
        reason=asked.reason if any(one.how != "erased" for one in omitted) else None,
    )


def _said_already(ledger: Ledger, entries: Sequence[Entry], asked: _Asked) -> bool:
    """Return whether the last entry says just what would be said now."""
    said = entries[-1].event
    if not isinstance(said, e.EvidenceBundleExported):
        return False
    try:
        now = _announcement(ledger, entries[:-1], asked)
    except UnknownName:  # what is to be left out is of that very entry, so it says another thing
        return False
    wanted = {
        each.text.digest: f"omitted/{each.id}/text"
        for each in said.omitted
        if isinstance(each.text, Sealed) and each.text.digest
    }
    opened = ledger.vault.open(wanted)

    def text(private: Private) -> str | None:
        if not isinstance(private, Sealed):
            return None
        found = opened.get(private.digest or "")
        return found.value if found else private.clear

    def content(event: e.EvidenceBundleExported) -> object:
        omitted = [(one.entry, one.path, one.how, text(one.text)) for one in event.omitted]
        return event.reference, event.recipient, event.entries, event.reason, omitted

    return content(said) == content(now)


def _covering(
    ledger: Ledger, entries: Sequence[Entry]
) -> tuple[KeptCheckpoint, Own[e.LedgerSealed]] | None:
    """Return the best checkpoint whose seal has the last of *entries* as the complaint's last."""
    last = entries[-1].recorded
    if last.name != "evidence-bundle-exported":
        return None
    after = ledger.store.read(last.stream, after=last.version)
    upto = after[0].position - 1 if after else None
    seals = [
        one
        for one in ledger.own.sealed
        if one.event.upto >= last.position and (upto is None or one.event.upto <= upto)
    ]
    found = None
    signer = cache(partial(signer_of, ledger))
    for kept in kept_checkpoints(ledger.store):
        if signer(key_in_force(ledger, kept.size)) is None:
            continue  # its key was changed since, and the package has to be signed by that
        below = [one for one in seals if one.recorded.position <= kept.size]
        if below and (found is None or kept.cosignatures or not found[0].cosignatures):
            found = kept, below[-1]
    return found


def _folder(said: e.EvidenceBundleExported, stream: str, checkpoint: KeptCheckpoint) -> str:
    name = re.sub("[^A-Za-z0-9._-]+", "-", said.reference or stream)
    return f"evidence-{name}-{checkpoint.size}"


def _refuse_unverified(file: Path) -> None:
    """Refuse to hand over what does not verify here: then the ledger itself is damaged."""
    report = verify_bundle(file)
    if report.verdict != "verified":
        raise BadEvidence(
            report.where or "bundle",
            f"{report.reason}. The bundle would not verify, so that none was written; find out"
            " what was changed with `verify --ledger`",
        )
