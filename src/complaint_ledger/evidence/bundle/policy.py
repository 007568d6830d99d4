"""
Whose word a reader asks for: the logs, the witnesses, and how many of them (C2SP tlog-policy).

    log <key>
    witness <name> <key>
    group <name> any|all|<number> <member>...
    quorum <name>|none

Names are the file's own. A group or a quorum names what stands above it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

import attrs

from complaint_ledger.errors import BadEvidence, BadValue
from complaint_ledger.evidence.notes import COSIGNATURE, ED25519, VerifierKey

NONE: Final = "none"
MOST_LINES: Final = 10_000
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,4}")
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")


@attrs.frozen
class Group:
    """Members of whom so many must have signed."""

    needed: int
    members: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Policy:
    """
    What a reader asks for.

    Attributes:
        logs: Keys of the ledgers it is for; none means any.
        witnesses: Keys by their names in the file.
        groups: By name; each names only witnesses and groups before it.
        quorum: A witness's or a group's name, or none.
    """

    logs: tuple[VerifierKey, ...]
    witnesses: Mapping[str, VerifierKey]
    groups: Mapping[str, Group]
    quorum: str | None

    def counts(self, key: VerifierKey) -> bool:
        """Say whether *key* is one of its witnesses'."""
        return key in self.witnesses.values()

    def satisfied(self, signed: Callable[[VerifierKey], bool]) -> bool:
        """
        Say whether those who signed are enough.

        Args:
            signed: Says of a witness's key whether it is among them.
        """
        if self.quorum is None:
            return True
        holds = {name: signed(key) for name, key in self.witnesses.items()}
        for name, group in self.groups.items():
            holds[name] = sum(holds[member] for member in group.members) >= group.needed
        return holds[self.quorum]

    def not_after(self, times: Mapping[VerifierKey, int]) -> int | None:
        """
        Return the earliest time by which enough had signed; None where they never had.

        Args:
            times: When each key signed, in seconds since 1970.
        """
        counted = self._counted(times)
        for at in sorted(counted.values()):
            if self._enough({key for key, time in counted.items() if time <= at}):
                return at
        return None

    def not_before(self, times: Mapping[VerifierKey, int]) -> int | None:
        """
        Return the latest time from which on enough signed; None where there is none.

        Args:
            times: When each key signed, in seconds since 1970.
        """
        counted = self._counted(times)
        for at in sorted(counted.values(), reverse=True):
            if self._enough({key for key, time in counted.items() if time >= at}):
                return at
        return None

    def _counted(self, times: Mapping[VerifierKey, int]) -> dict[VerifierKey, int]:
        return {key: at for key, at in times.items() if self.counts(key)}

    def _enough(self, keys: set[VerifierKey]) -> bool:
        return self.satisfied(keys.__contains__)


def anybody(witnesses: tuple[VerifierKey, ...]) -> Policy:
    """Return the policy of a reader who has none: any one of *witnesses* counts."""
    return Policy(
        logs=(),
        witnesses={f"witness {number}": key for number, key in enumerate(witnesses)},
        groups={},
        quorum=None,
    )


def parse_policy(data: bytes) -> Policy:
    """
    Return the policy that *data* is.

    Raises:
        BadValue: It is none; the line is named.
    """
    lines = data.split(b"\n")
    if len(lines) > MOST_LINES:
        raise BadValue("policy", f"it has more than {MOST_LINES:,} lines")
    reading = _Reading()
    for number, line in enumerate(lines, start=1):
        try:
            reading.take(line)
        except _Wrong as wrong:
            raise BadValue(f"policy, line {number}", str(wrong)) from None
    if not reading.finished:
        raise BadValue("policy", "it has no line quorum; end it with quorum NAME or quorum none")
    return Policy(
        logs=tuple(reading.logs),
        witnesses=reading.witnesses,
        groups=reading.groups,
        quorum=reading.quorum,
    )


class _Wrong(Exception):
    pass


class _Reading:
    """What the lines so far have said."""

    def __init__(self) -> None:
        self.logs: list[VerifierKey] = []
        self.witnesses: dict[str, VerifierKey] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self.finished = False
        self._members: set[str] = set()

    def take(self, line: bytes) -> None:
        if _CONTROL.search(line):
            raise _Wrong(
                "it holds a control character; only tabs and the ends of lines may be there"
            )
        # Names are bytes to the standard; this keeps them apart and loses none.
        words = [
            word for word in re.split(r"[ \t]+", line.decode("utf-8", "surrogateescape")) if word
        ]
        if not words or words[0].startswith("#"):
            return
        match words:
            case ["log", key] | ["log", key, _]:
                self._log(key)
            case ["witness", name, key] | ["witness", name, key, _]:
                self._witness(name, key)
            case ["group", name, needed, *members] if members:
                self._group(name, needed, members)
            case ["quorum", name]:
                self._quorum(name)
            case _:
                raise _Wrong(
                    "it is none of: log KEY [URL], witness NAME KEY [URL],"
                    " group NAME any|all|NUMBER MEMBER..., quorum NAME|none"
                )

    def _log(self, text: str) -> None:
        key = _key(text, ED25519, "a log's key is one that signs notes (Ed25519)")
        if any(key.public_key == other.public_key for other in self.logs):
            raise _Wrong("this log's key is there already")
        self.logs.append(key)

    def _witness(self, name: str, text: str) -> None:
        self._new(name)
        key = _key(text, COSIGNATURE, "a witness's key is one of cosignature/v1 (Ed25519)")
        if any(key.public_key == other.public_key for other in self.witnesses.values()):
            raise _Wrong("this witness's key is there already")
        self.witnesses[name] = key

    def _group(self, name: str, needed: str, members: list[str]) -> None:
        self._new(name)
        for member in members:
            self._defined(member)
            if member in self._members:
                raise _Wrong("a witness or group is a member twice; once is all that there may be")
            self._members.add(member)
        count = {"any": 1, "all": len(members)}.get(needed)
        if count is None:
            count = int(needed) if _NUMBER.fullmatch(needed) else 0
        if not 1 <= count <= len(members):
            raise _Wrong(f"of {len(members)} members, any, all or 1 to {len(members)} are needed")
        self.groups[name] = Group(count, tuple(members))

    def _quorum(self, name: str) -> None:
        if self.finished:
            raise _Wrong("there is a quorum already")
        if name != NONE:
            self._defined(name)
            self.quorum = name
        self.finished = True

    def _new(self, name: str) -> None:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise _Wrong("this name is taken; none is not one to give")

    def _defined(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise _Wrong("it names a witness or group that no line above defines")


def _key(text: str, algorithm: int, otherwise: str) -> VerifierKey:
    try:
        key = VerifierKey.parse(text)
    except BadEvidence as error:
        raise _Wrong(error.why) from None
    if key.algorithm != algorithm:
        raise _Wrong(otherwise)
    return key
