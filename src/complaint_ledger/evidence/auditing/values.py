"""Whether every sealed value that is still there is the one that its event committed to."""

from collections.abc import Iterable, Mapping
from typing import Any

from complaint_ledger import codec
from complaint_ledger.evidence.auditing.problems import Problems
from complaint_ledger.privacy.examining import Commitment, Examiner
from complaint_ledger.store import RecordedEvent


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
        self._examiner = examiner
        self._problems = problems

    def take(self, bodies: Iterable[tuple[RecordedEvent, Mapping[str, Any]]]) -> None:
        """Open what these events seal."""
        wanted: list[Commitment] = []
        places: list[int] = []
        for one, content in bodies:
            try:
                found = [Commitment(d, *where) for d, where in codec.sealed_in(content).items()]
            except (KeyError, TypeError, AttributeError):
                self._problems.at(one.position, "what it seals is not a digest and a subject each")
                continue
            wanted += found
            places += [one.position] * len(found)
        states = self._examiner.examine(wanted)
        self.opened += states.count("opens")
        self.rows_gone += states.count("no-row")
        self.keys_gone += states.count("no-key")
        if "wrong" in states:
            for commitment, position, state in zip(wanted, places, states, strict=True):
                if state == "wrong":
                    self._problems.at(
                        position,
                        f"the value sealed at {commitment.path} was changed or moved since",
                    )
