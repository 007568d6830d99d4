"""What an audit found wrong, and where."""

from collections.abc import Iterator
from typing import Final

import attrs

MOST: Final = 1000
"""Problems that are noted. Behind so many, nobody reads on."""


@attrs.frozen(kw_only=True)
class Problem:
    """
    One thing that is wrong.

    Attributes:
        first: The position that it is at; None where it is at none.
        last: The same, or the last of the positions among which it must be.
        what: What is wrong there, in words, without anything that is sealed.
    """

    first: int | None
    last: int | None
    what: str

    @property
    def where(self) -> str:
        """The position or positions, in words; empty where there is none."""
        if self.first is None:
            return ""
        if self.first == self.last:
            return f"position {self.first}"
        return f"positions {self.first} to {self.last}"

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what


class Problems:
    """Takes problems as they come, and gives them by position."""

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}

    def at(self, position: int, what: str) -> None:
        """Note what is wrong at *position*."""
        self._note(Problem(first=position, last=position, what=what))

    def among(self, first: int, last: int, what: str) -> None:
        """Note that something is wrong somewhere from *first* to *last*."""
        self._note(Problem(first=first, last=last, what=what))

    def beside(self, what: str) -> None:
        """Note what is wrong and has no position."""
        self._note(Problem(first=None, last=None, what=what))

    def _note(self, problem: Problem) -> None:
        if len(self._found) < MOST:
            self._found.setdefault(problem)

    def __iter__(self) -> Iterator[Problem]:
        """Yield them by position: the first is the one to look at first."""
        return iter(sorted(self._found, key=_order))


def _order(problem: Problem) -> tuple[float, bool]:
    # A position comes before the stretch that it is in.
    if problem.last is None:
        return float("inf"), True
    return problem.last, problem.first != problem.last
