"""
An adapter in one file: `journal:///file` is a journal of JSON lines, on any POSIX system.

A line is a call that recorded something; each store plays them to one in memory, which knows
the rules. It is slow, erases nothing, and once opened anew misses no whole lines cut off its end.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache, partial
from inspect import signature
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, get_args, get_origin, get_type_hints
from zlib import crc32

from cattrs.preconf.json import make_converter

from complaint_ledger.errors import BadValue, LedgerExists, NoLedger, StoreUnreadable
from complaint_ledger.ids import new_id
from complaint_ledger.settling import sync_folder
from complaint_ledger.store import Clock, StoreUrl
from complaint_ledger_adapters.memory import MemoryStore

JSON = make_converter()  # bytes become base85


@contextmanager
def said(url: StoreUrl) -> Iterator[Path]:
    """Yield the file at *url*, and say what is wrong with it in words of our own."""
    if url.host or not url.path:
        raise BadValue("ledger", "write journal:///file, with three slashes")
    try:
        yield Path(url.path)
    except FileExistsError:
        raise LedgerExists(url.text) from None
    except OSError as error:
        raise StoreUnreadable(f"{url.text}: {error.strerror}; see to the file") from None


def write(journal: BinaryIO, line: list[Any]) -> None:
    """Bring *line* to the disk, and its end only when all the rest is there."""
    data = json.dumps(line).encode("ascii")
    for part in (b"%08x %s" % (crc32(data), data), b"\n"):
        journal.write(part)
        journal.flush()
        os.fsync(journal.fileno())


@cache
def hints_of(name: str) -> dict[str, Any]:
    hints = get_type_hints(getattr(MemoryStore, name))
    return {k: list[get_args(t)] if get_origin(t) is Iterable else t for k, t in hints.items()}  # type: ignore[misc]


def play(memory: MemoryStore, clock: Clock, name: str, told: dict[str, Any]) -> Any:
    memory.clock, hints = clock, hints_of(name)
    return getattr(memory, name)(**{k: JSON.structure(v, hints[k]) for k, v in told.items()})


def method(name: str, *, records: bool = False) -> Callable[..., Any]:
    """Return a method that plays the call *name*, and writes it down if it *records*."""

    def call(self: "JournalStore", *args: Any, **options: Any) -> Any:
        told = signature(getattr(MemoryStore, name)).bind(self, *args, **options).arguments
        told = {k: JSON.unstructure(told[k], t) for k, t in hints_of(name).items() if k in told}
        with self.held() as (memory, journal):
            done = play(memory, self.clock, name, told)
            if records and not getattr(done, "already_there", False):
                at = memory.head().recorded_at
                write(journal, [name, told, at.isoformat() if at else ""])
            return iter(tuple(done)) if isinstance(done, Iterator) else done

    return call


class JournalStore:
    capabilities = frozenset({"durable", "processes", "restore"})
    append, keep, restore = (method(name, records=True) for name in ("append", "keep", "restore"))
    read, tail, head, streams = map(method, ("read", "tail", "head", "streams"))
    claimed_by, claims, sealed, kept = map(method, ("claimed_by", "claims", "sealed", "kept"))

    def __init__(self, url: StoreUrl, clock: Clock) -> None:
        self.clock, self._url, self._played = clock, url, b""
        with self.held() as (memory, _):
            self.ledger = memory.ledger

    @contextmanager
    def held(self) -> Iterator[tuple[MemoryStore, BinaryIO]]:
        """Keep all other threads and processes out, once what they recorded is played."""
        with said(self._url) as file, file.open("r+b") as journal:
            fcntl.flock(journal, fcntl.LOCK_EX)
            text, played = journal.read(), self._played
            whole = text[: text.rfind(b"\n") + 1]
            if not (whole and whole.startswith(played)):
                raise StoreUnreadable(f"{self._url.text}: it was cut or changed; restore a backup")
            self._played = b""  # where anything fails from here on, all is played again
            self._play(whole.removeprefix(played))
            if whole != text:  # who wrote the rest died, and has told nobody
                journal.truncate(journal.seek(len(whole)))
            if whole != played:
                os.fsync(journal.fileno())  # who wrote it may have died before they could
            yield self._memory, journal
            journal.seek(0)
            self._played = journal.read()

    def _play(self, text: bytes) -> None:
        for line in text.splitlines(keepends=True):
            if line[:9] != b"%08x " % crc32(line[9:-1]):
                raise StoreUnreadable(f"{self._url.text}: a line is damaged; restore a backup")
            name, told, at = json.loads(line[9:])
            if name == "create":
                self._memory = MemoryStore(told, self.clock)
            else:
                play(self._memory, partial(datetime.fromisoformat, at), name, told)

    def erase_sealed(self, digests: Iterable[str]) -> int:  # noqa: ARG002
        raise StoreUnreadable(f"{self._url.text}: nothing is erased in a journal; copy it anew")

    def close(self) -> None:
        """Nothing is open between calls."""


class JournalAdapter:
    def create(self, url: StoreUrl, ledger: str, clock: Clock) -> JournalStore:
        with said(url) as file:
            file.touch(mode=0o600, exist_ok=False)
            with file.open("r+b") as journal:
                write(journal, ["create", ledger, ""])
            sync_folder(file.parent)
        return JournalStore(url, clock)

    def open(self, url: StoreUrl, clock: Clock) -> JournalStore:
        with said(url) as file:
            if not file.exists():
                raise NoLedger(url.text)
        return JournalStore(url, clock)

    @contextmanager
    def scratch(self, url: StoreUrl) -> Iterator[Callable[[], str]]:
        with said(url) as file, TemporaryDirectory(dir=file.parent) as folder:
            yield lambda: f"journal:///{folder}/{new_id()}"


ADAPTER = JournalAdapter()
