"""
A council's folder, written beside the former one and then put in its place.

Until the last moment the former one stays as it is. Whatever a kill leaves behind, the
next export finds by its name, and takes away or puts back.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from complaint_ledger.projections.export.manifest import (
    COUNCIL,
    FORMER,
    MANIFEST,
    NEW,
    YEAR,
    ExportedFile,
    ExportUnusable,
)
from complaint_ledger.projections.export.spool import duckdb

SPOOL: Final = "spool"
"""How the name of what is taken away before a folder is put in its place begins."""


class Placing:
    """
    One export of one council, being written.

    Attributes:
        place: Where it will be, and the former one is.
        new: Where it is written.
    """

    def __init__(self, out: Path, council: str) -> None:
        self.place = out / f"{COUNCIL}{council}"
        self.new = out / f".{self.place.name}{NEW}"
        self._former = out / f".{self.place.name}{FORMER}"

    @property
    def spool(self) -> Path:
        """A file for what is needed only while writing."""
        return self.new / f"{SPOOL}.duckdb"

    @contextmanager
    def begun(self) -> Iterator[None]:
        """
        Be the only one who exports this council to there; clear up what a kill left.

        Raises:
            ExportUnusable: Somebody else does, or the disk refuses; the former one is whole.
        """
        with self._errors():
            self.new.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.new, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            with self._errors():
                self._lock(descriptor)
                self._clear_up()
                try:
                    yield
                finally:
                    if self._is_locked_by(descriptor):
                        shutil.rmtree(self.new, ignore_errors=True)
        finally:
            os.close(descriptor)

    def _lock(self, descriptor: int) -> None:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self._is_locked_by(descriptor):
                return
        raise ExportUnusable(
            f"another export to {self.place} is at work; nothing was changed. Try again when it"
            " has ended"
        )

    def _is_locked_by(self, descriptor: int) -> bool:
        # Whoever ended has put the folder in its place, and another may be there since.
        with suppress(OSError):
            return os.path.samestat(os.fstat(descriptor), self.new.lstat())
        return False

    def _clear_up(self) -> None:
        if self._former.exists():
            if self.place.exists():
                shutil.rmtree(self._former)
            else:
                self._former.rename(self.place)
        for path in self.new.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def is_an_export(self) -> bool:
        """Return whether nothing is in the place but what an export may have written."""
        inside = [*self.place.iterdir()] if self.place.is_dir() else []
        return not self.place.is_symlink() and all(
            path.name == MANIFEST or path.name.startswith(YEAR) for path in inside
        )

    def take_over(self, file: ExportedFile) -> None:
        """Put *file* of the former export into the new one, as it is."""
        former, new = self.place / file.path, self.new / file.path
        new.parent.mkdir(exist_ok=True)
        try:
            os.link(former, new)
        except OSError:  # the disk knows no links, or no more of them
            shutil.copyfile(former, new)
            _sync(new)

    def settle(self, manifest: str) -> None:
        """Put the new export in the place of the former one."""
        for path in self.new.glob(f"{SPOOL}*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        file = self.new / MANIFEST
        file.write_text(manifest, "utf-8")
        _sync(file)
        for folder in self.new.iterdir():
            if folder.is_dir():
                _sync(folder)
        _sync(self.new)
        out = self.place.parent
        if self.place.exists():
            self.place.rename(self._former)
        self.new.rename(self.place)
        _sync(out)
        shutil.rmtree(self._former, ignore_errors=True)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._unwritable(error.strerror or "the disk refuses") from None
        except duckdb().Error as error:
            raise self._unwritable(str(error).partition("\n")[0]) from None

    def _unwritable(self, why: str) -> ExportUnusable:
        there = "; the former one stays as it was" if self.place.exists() else ""
        return ExportUnusable(
            f"the export to {self.place} cannot be written ({why}){there}. Make room, or name"
            " another folder, and export again"
        )


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
