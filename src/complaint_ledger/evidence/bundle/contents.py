"""The files of a bundle, each as docs/reference/evidence-format.md says."""

from collections.abc import Iterable, Sequence
from importlib.resources import files as resources
from pathlib import Path

import attrs

from complaint_ledger.domain import events as e
from complaint_ledger.errors import BadEvidence
from complaint_ledger.evidence import strict_json
from complaint_ledger.evidence.bundle import chronology, layout
from complaint_ledger.evidence.bundle.judgement import judgement
from complaint_ledger.evidence.bundle.package import Files, add_package
from complaint_ledger.evidence.bundle.values import Values, enclosed_values, write_document
from complaint_ledger.evidence.checkpointing import (
    KeptCheckpoint,
    kept_as,
    kept_checkpoints,
    time_stamp_name,
    witness_name,
)
from complaint_ledger.evidence.enclosing import enclosed_checkpoints
from complaint_ledger.evidence.notes import VerifierKey
from complaint_ledger.evidence.seals import head_file, heads_at
from complaint_ledger.evidence.strictly import base64_of
from complaint_ledger.evidence.tree import KeptTree
from complaint_ledger.ledger import Ledger
from complaint_ledger.own import Own, OwnStream
from complaint_ledger.reading import Entry
from complaint_ledger.store import RecordedEvent


@attrs.frozen(kw_only=True)
class Contents:
    """
    What a bundle is made from.

    Attributes:
        entries: Of the complaint, the last of which is *said*.
        seal: The last seal under *checkpoint*.
        besides: Sizes of further checkpoints to enclose.
        scratch: A folder for the bytes of documents on their way.
    """

    ledger: Ledger
    entries: tuple[Entry, ...]
    said: e.EvidenceBundleExported
    checkpoint: KeptCheckpoint
    seal: Own[e.LedgerSealed]
    besides: frozenset[int]
    scratch: Path


def bundle_files(contents: Contents) -> Files:
    """
    Return every file of the bundle.

    Raises:
        BadValue: A checkpoint that was asked for is not kept.
        BadEvidence: What the ledger holds does not fit together.
    """
    ledger, store, last = contents.ledger, contents.ledger.store, contents.checkpoint
    told = ledger.own
    rotated = [each for each in told.rotated if each.recorded.position <= last.size]
    stamps = _stamps(contents, told)
    own = _own_entries(contents, rotated, stamps)
    recorded = [entry.recorded for entry in contents.entries]
    enclosed = enclosed_checkpoints(
        list(kept_checkpoints(store)),
        last,
        [*recorded, *own],
        rotations=[each.recorded.position for each in rotated],
        besides=contents.besides | {each.event.checkpoint for each in stamps},
    )
    witnesses = _witnesses(contents, enclosed)
    enclosed = [_in_order(one, witnesses) for one in enclosed]
    last = enclosed[-1]
    tree = KeptTree(store)
    files: Files = {}
    for one in enclosed:
        files[f"data/checkpoints/{one.size}.txt"] = bytes(one.whole)
        if one.size < last.size:
            proof = tree.consistency(one.size, last.size)
            name = f"data/checkpoints/{one.size}-{last.size}.consistency"
            files[name] = "".join(f"{base64_of(each)}\n" for each in proof).encode()
    for name, each in [
        *((f"data/events/{one.version:04}", one) for one in recorded),
        *((f"data/own/{one.position:010}", one) for one in own),
    ]:
        files[f"{name}.entry"] = each.entry(store.ledger).encode("ascii")
        files[f"{name}.body.json"] = each.body
        files[f"{name}.tlog-proof"] = _proof(each, tree, last)
    stream = recorded[-1].stream
    heads = heads_at(store, contents.seal.event.upto)
    files[layout.HEAD] = head_file(heads, stream).encode("ascii")
    files[layout.KEYS] = _keys(ledger, rotated, witnesses)
    vault = ledger.vault
    values = enclosed_values(vault, recorded, contents.said.omitted)
    files |= values.disclosure_files()
    for version, value in values.documents.items():
        files[values.document_path(version)] = write_document(vault, value, contents.scratch)
    for stamp in stamps:
        name = f"data/timestamps/{stamp.recorded.position:010}"
        stamped = next(one for one in enclosed if one.size == stamp.event.checkpoint)
        files[f"{name}.tsr"] = _kept(contents, time_stamp_name(stamp.recorded.position))
        files[f"{name}.checkpoint"] = stamped.checkpoint.text.encode("utf-8")
    read_me = resources("complaint_ledger.evidence.bundle") / "READ-ME.txt"
    files[layout.READ_ME] = read_me.read_bytes()
    page = _chronology(contents, values, own[0], witnesses, last.size)
    files[layout.CHRONOLOGY] = page.encode("utf-8")
    files["data/judgement.html"] = judgement(ledger, stream).encode("utf-8")
    add_package(files, ledger, stream, last.size, contents.said, contents.seal)
    return files


# --- entries and proofs --------------------------------------------------------------------------


def _own_entries(
    contents: Contents,
    rotated: Iterable[Own[e.KeyRotated]],
    stamps: Iterable[Own[e.TimeStampReceived]],
) -> list[RecordedEvent]:
    """Return the ledger's own entries that a reader needs, by position."""
    (opened,) = contents.ledger.store.tail(after=0, limit=1)
    between = [*(each.recorded for each in rotated), *(each.recorded for each in stamps)]
    needed = [opened, *between, contents.seal.recorded]
    return sorted(needed, key=lambda one: one.position)


def _stamps(contents: Contents, told: OwnStream) -> list[Own[e.TimeStampReceived]]:
    """Return the time stamps of checkpoints that cover an entry of the complaint."""
    last, first = contents.checkpoint.size, contents.entries[0].recorded.position
    return [
        each
        for each in told.stamped
        if each.recorded.position <= last and each.event.checkpoint >= first
    ]


def _proof(recorded: RecordedEvent, tree: KeptTree, last: KeptCheckpoint) -> bytes:
    index = recorded.position - 1
    hashes = tree.inclusion(recorded.position, last.size)
    lines = ["c2sp.org/tlog-proof@v1", f"index {index}", *map(base64_of, hashes), "", ""]
    return "\n".join(lines).encode("ascii") + bytes(last.whole)


# --- keys ----------------------------------------------------------------------------------------


def _kept(contents: Contents, name: str) -> bytes:
    data = kept_as(contents.ledger.store, name)
    if data is None:
        raise BadEvidence(name, "the ledger does not hold it, though an entry says so")
    return data


def _witnesses(contents: Contents, enclosed: Iterable[KeptCheckpoint]) -> list[VerifierKey]:
    """Return the keys of the witnesses who signed *enclosed*, by their texts."""
    ids = {each.key_id for one in enclosed for each in one.cosignatures}
    keys = [_kept(contents, witness_name(key_id)).decode("utf-8") for key_id in ids]
    return [VerifierKey.parse(text) for text in sorted(keys, key=str.encode)]


def _in_order(one: KeptCheckpoint, witnesses: Sequence[VerifierKey]) -> KeptCheckpoint:
    """Return *one* with its cosignatures in the order of the witnesses."""
    order = [key.key_id for key in witnesses]
    ordered = sorted(one.cosignatures, key=lambda each: order.index(each.key_id))
    return attrs.evolve(one, cosignatures=tuple(ordered))


def _keys(
    ledger: Ledger, rotated: Iterable[Own[e.KeyRotated]], witnesses: Iterable[VerifierKey]
) -> bytes:
    log = [ledger.opened.signing_key, *(each.event.new for each in rotated)]
    lines = [*(f"log {key}" for key in log), *(f"witness {key}" for key in witnesses)]
    return "".join(f"{line}\n" for line in lines).encode("utf-8")


# --- the page ------------------------------------------------------------------------------------


def _chronology(
    contents: Contents,
    values: Values,
    opened: RecordedEvent,
    witnesses: Iterable[VerifierKey],
    size: int,
) -> str:
    return chronology.render(
        chronology.Record(
            stream=contents.entries[-1].recorded.stream,
            opened=strict_json.parse(opened.body, "ledger-opened")["open"],
            events=tuple(
                chronology.Event(
                    version=each.version,
                    name=each.name,
                    recorded_at=each.recorded_at,
                    body=strict_json.parse(each.body, f"entry {each.version}"),
                )
                for each in (entry.recorded for entry in contents.entries)
            ),
            disclosed={place: found.value for place, found in values.disclosed.items()},
            documents={
                version: values.document_path(version).removeprefix("data/")
                for version in values.documents
            },
            witnesses=tuple(each.name for each in witnesses),
            size=size,
        )
    )
