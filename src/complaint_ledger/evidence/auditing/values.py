"""Whether every sealed value that is still there is the one that its event committed to."""

from collections.abc import Mapping
from typing import Any

from complaint_ledger import codec
from complaint_ledger.evidence.auditing.problems import Problems
from complaint_ledger.privacy.examining import Commitment, Examiner


class Values:
    """
    Opens the sealed values of every event, and counts what is there.

    Attributes:
        opened: How many opened to the value that was recorded.
        rows_gone: How many have no sealed row: erased, or taken away.
        keys_gone: How many have a row and no key to it: erased, or taken away.
    """

    def __init__(self, examiner: Examiner, problems: Problems) -> None:
        self.opened = 0
        self.rows_gone = 0
        self.keys_gone = 0
        self._wanted: list[Commitment] = []
        self._places: list[int] = []
        self._examiner = examiner
        self._problems = problems

    def take(self, position: int, content: Mapping[str, Any]) -> None:
        """Take what the body of the event at *position* seals."""
        try:
            for digest, (path, subject) in codec.sealed_in(content).items():
                self._wanted.append((digest, path, subject))
                self._places.append(position)
        except (KeyError, TypeError, AttributeError, ValueError):
            self._problems.at(position, "what it seals is not a digest and a subject each")

    def settle(self) -> None:
        """Open what was taken, and forget it."""
        states = self._examiner.examine(self._wanted)
        self.opened += states.count("opens")
        self.rows_gone += states.count("no-row")
        self.keys_gone += states.count("no-key")
        if "wrong" in states:
            for one, position, state in zip(self._wanted, self._places, states, strict=True):
                if state == "wrong":
                    path = one[1]
                    self._problems.at(
                        position, f"the value sealed at {path} was changed or moved since"
                    )
        self._wanted.clear()
        self._places.clear()
