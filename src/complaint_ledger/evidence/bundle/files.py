"""The files of a bundle, read when they are asked for: a long document is never held whole."""

from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from types import TracebackType
from typing import Self

import attrs

CHUNK = 1 << 20
"""Bytes that are read at a time."""


@attrs.frozen
class Piece:
    """
    One file: how long it is (bytes), and how to read it.

    Attributes:
        sha256: Its hash in hex, where it is known already.
    """

    size: int
    chunks: Callable[[], Iterator[bytes]]
    sha256: str | None = None


class Bag(Mapping[str, bytes]):
    """
    Paths and the bytes behind them, in the order of the paths as bytes.

    Close it after use; it is a context manager.
    """

    def __init__(
        self, pieces: Mapping[str, Piece], *, close: Callable[[], None] | None = None
    ) -> None:
        self._pieces = {path: pieces[path] for path in sorted(pieces)}
        self._close = close

    def __getitem__(self, path: str) -> bytes:
        return b"".join(self._pieces[path].chunks())

    def __contains__(self, path: object) -> bool:
        return path in self._pieces

    def __iter__(self) -> Iterator[str]:
        return iter(self._pieces)

    def __len__(self) -> int:
        return len(self._pieces)

    def size(self, path: str) -> int:
        """Return how many bytes the file has."""
        return self._pieces[path].size

    def sha256(self, path: str) -> str:
        """Return the hash of the file, in hex. It is read for it once at most."""
        piece = self._pieces[path]
        if piece.sha256 is None:
            hashed = sha256()
            for chunk in piece.chunks():
                hashed.update(chunk)
            piece = attrs.evolve(piece, sha256=hashed.hexdigest())
            self._pieces[path] = piece
        assert piece.sha256 is not None
        return piece.sha256

    def close(self) -> None:
        """Let go of what it reads from."""
        if self._close:
            self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
