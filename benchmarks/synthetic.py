"""
A ledger of a million real events in a minute or two: many complaints side by side.

Every body is one that the library wrote, with another id, another complaint and two
values of its own, really sealed. After every thousand events come a seal and a
checkpoint, as a council is told to make them.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import attrs

from benchmarks import journeys
from complaint_ledger import codec
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import Sealed, Sha256, SubjectId
from complaint_ledger.evidence import entries, merkle, notes
from complaint_ledger.evidence.checkpointing import checkpoint_name
from complaint_ledger.evidence.checkpoints import Checkpoint
from complaint_ledger.evidence.seals import head_leaf
from complaint_ledger.evidence.tree import KeptTree
from complaint_ledger.ids import new_id
from complaint_ledger.ledger import Ledger
from complaint_ledger.opening import create_ledger
from complaint_ledger.privacy.keys import Whose
from complaint_ledger.privacy.vault import Sealing
from complaint_ledger.recording import LIBRARY, reference_claim
from complaint_ledger.store import LEDGER_STREAM, NewEvent, StreamAppend

AT_ONCE: Final = 1000
"""Complaints that are open at one time; each gets one event in each batch."""

_ID: Final = "f" * 32
_SUBJECT: Final = SubjectId("p1")


class _Clock:
    """A clock that goes on by a minute whenever it is asked."""

    def __init__(self) -> None:
        self.now = datetime(2025, 4, 1, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@attrs.frozen
class _Template:
    """A stored event whose id, reference and two sealed values are still to be put in."""

    name: str
    schema: int
    body: bytes
    paths: tuple[str, str]

    def new(self, sealing: Sealing, reference: str, text: str) -> tuple[str, bytes]:
        event_id = new_id()
        body = self.body.replace(_ID.encode(), event_id.encode())
        body = body.replace(b"REFERENCE-0", reference.encode())
        for mark, path in zip((b"DIGEST-0", b"DIGEST-1"), self.paths, strict=True):
            body = body.replace(mark, sealing(path, Sealed(_SUBJECT, text)).encode())
        return event_id, body


def _templates() -> list[_Template]:
    """Return one for each event of a journey, each with two sealed values."""
    actor = codec.Actor(id="officer-000001", kind="officer", role="handler")
    meta = codec.Meta(event_id=_ID, actor=actor, library=LIBRARY)
    found = []
    case = attrs.evolve(journeys.case(1), reference="REFERENCE-0")
    for event in journeys.events_of(case):
        body = codec.encode(event, meta, lambda path, _: f"<{path}>")
        paths = list(codec.sealed_with_paths(body))[:2]
        extra = {f"said/{n}": Sealed(_SUBJECT, "") for n in range(2 - len(paths))}
        body = codec.encode(event, meta, lambda path, _: f"<{path}>", extra)
        paths += extra
        for n, path in enumerate(paths):
            body = body.replace(f'"<{path}>"'.encode(), f'"DIGEST-{n}"'.encode())
        body = _without(body, paths)
        found.append(_Template(*codec.name_of(event), body, (paths[0], paths[1])))
    return found


def _without(body: bytes, paths: list[str]) -> bytes:
    """Return *body* without what it seals besides *paths*."""
    content = codec.read_body(body)
    kept = {path: {"digest": said["digest"], "subject": _SUBJECT}
            for path, said in content["sealed"].items() if path in paths}  # fmt: skip
    text = json.dumps(content | {"sealed": kept}, separators=(",", ":"), sort_keys=True)
    return text.encode()


class Synthetic:
    """A ledger in *file* that grows by batches of a thousand."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.ledger, self.actor = create_ledger(
            f"sqlite:///{file}", council="Fictional", fictional=True, clock=_Clock()
        )
        self._templates = _templates()
        self._frontier = merkle.Frontier()
        self._heads = merkle.Tree()
        self._own = 0
        self._leaves: dict[str, bytes] = {}
        self._complaints = 0
        for one in self.ledger.store.tail(limit=1000):
            self._frontier.append(one.leaf(self.ledger.store.ledger))
            self._own += 1
            self._leaves[LEDGER_STREAM] = one.leaf(self.ledger.store.ledger)

    def grow(self, events: int) -> Ledger:
        """Record until there are *events* or a few more; return the ledger."""
        while self._frontier.size < events:
            first = self._complaints
            streams = [new_id() for _ in range(min(AT_ONCE, max(1, events // 8)))]
            self._complaints += len(streams)
            for version, template in enumerate(self._templates):
                self._record(template, streams, version, first)
                self._seal(streams, first, version + 1)
                if self._frontier.size >= events:
                    break
        KeptTree(self.ledger.store).root(self._frontier.size)
        return self.ledger

    def _record(self, template: _Template, streams: list[str], version: int, first: int) -> None:
        made: list[tuple[str, str, bytes, Sealing, str]] = []
        for n, stream in enumerate(streams, first):
            sealing = Sealing(stream)
            reference = f"C-{n:09}"
            event_id, body = template.new(sealing, reference, f"{n}: the crew did not come.")
            made.append((stream, event_id, body, sealing, reference))
        whose: set[Whose] = {(stream, _SUBJECT) for stream in streams}
        keys = self.ledger.keys.ensure(whose)
        ledger = self.ledger.store.ledger
        self._append(
            [
                StreamAppend(
                    stream=stream,
                    expected_version=version,
                    events=(
                        NewEvent(event_id, template.name, template.schema, body,
                                 sealing.rows(ledger, keys)),
                    ),
                    claims=() if version else (reference_claim(reference),),
                )
                for stream, event_id, body, sealing, reference in made
            ]
        )  # fmt: skip

    def _append(self, batch: list[StreamAppend]) -> None:
        done = self.ledger.store.append(batch)
        assert done.recorded_at is not None
        recorded = entries.instant(done.recorded_at)
        for position, part in enumerate(batch, done.first):
            (event,) = part.events
            text = entries.lines(
                self.ledger.store.ledger, position, part.stream, part.expected_version + 1,
                event.name, event.schema, recorded, self._leaves.get(part.stream), event.body,
            )  # fmt: skip
            self._leaves[part.stream] = leaf = entries.leaf(text)
            self._frontier.append(leaf)

    def _seal(self, streams: list[str], first: int, version: int) -> None:
        for n, stream in enumerate(streams, first):
            leaf = head_leaf(stream, version, self._leaves[stream])
            if version == 1:
                self._heads.append(leaf)
            else:
                self._heads.set(n, leaf)
        sealed = e.LedgerSealed(
            upto=self._frontier.size,
            heads_size=self._heads.size,
            heads_root=Sha256(self._heads.root().hex()),
        )
        meta = codec.Meta(event_id=new_id(), actor=self.ledger.actor(self.actor), library=LIBRARY)
        body = codec.encode(sealed, meta, Sealing(LEDGER_STREAM))
        event = NewEvent(meta.event_id, *codec.name_of(sealed), body)
        part = StreamAppend(stream=LEDGER_STREAM, expected_version=self._own, events=(event,))
        self._append([part])
        self._own += 1
        checkpoint = Checkpoint(self.ledger.origin, self._frontier.size, self._frontier.root())
        signature = notes.sign(checkpoint.text, self.ledger.signing.current())
        note = notes.Note(checkpoint.text, [signature])
        self.ledger.store.keep(checkpoint_name(checkpoint.size), bytes(note))


def synthetic(folder: Path, sizes: tuple[int, ...]) -> Iterator[tuple[int, Ledger]]:
    """Yield one ledger as it reaches each of *sizes*."""
    made = Synthetic(folder / "synthetic.db")
    with made.ledger:
        for size in sizes:
            yield size, made.grow(size)
