"""
Whether a bundle of evidence holds: every check of the specification, in its order.

Nothing in the bundle is believed before it is checked, and nothing of it is
unpacked, run or fetched.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from complaint_ledger.errors import BadEvidence, BadValue
from complaint_ledger.evidence.bundle.bag import check_constants, check_manifests, open_bag
from complaint_ledger.evidence.bundle.chronology import reference
from complaint_ledger.evidence.bundle.files import Bag
from complaint_ledger.evidence.bundle.layout import PACKAGE_NOTE, check_paths
from complaint_ledger.evidence.bundle.policy import anybody
from complaint_ledger.evidence.verify.asked import (
    Asked,
    check_against,
    check_key,
    check_logs,
    check_receipt,
    read_asked,
)
from complaint_ledger.evidence.verify.entries import Entry
from complaint_ledger.evidence.verify.events import (
    Omitted,
    check_order,
    check_proven,
    read_events,
    read_export,
)
from complaint_ledger.evidence.verify.head import check_head
from complaint_ledger.evidence.verify.own import read_own
from complaint_ledger.evidence.verify.package import check_signed, other_format, read_package
from complaint_ledger.evidence.verify.page import as_record, check_page
from complaint_ledger.evidence.verify.report import EventReport, Report
from complaint_ledger.evidence.verify.signatures import read_checkpoints
from complaint_ledger.evidence.verify.stamps import check_stamps, checked_stamps, read_root
from complaint_ledger.evidence.verify.times import (
    Brackets,
    check_policy,
    check_times,
    is_witnessed,
)
from complaint_ledger.evidence.verify.values import read_values

_NOTHING_ASKED: Final = Asked()
_FIRST_LINE: Final = 100
"""Bytes in which the first line of a package note ends."""


def verify_bundle(
    path: Path, asked: Asked = _NOTHING_ASKED, *, tsa_root: bytes | None = None
) -> Report:
    """
    Return whether the bundle at *path* holds, and what it says of each event.

    Args:
        path: A folder or a ZIP.
        asked: What to compare it with besides itself.
        tsa_root: Certificates (PEM) of an authority, to check time stamps under. They
            never change the verdict.

    Raises:
        BadValue: *tsa_root* holds no certificate, or the extra `tsa` is not installed.
    """
    failed = partial(Report, bundle=path.name, verdict="failed")
    unchecked = partial(Report, bundle=path.name, verdict="cannot-be-checked")
    try:
        if not (path.is_dir() or path.is_file()):
            return unchecked(reason="there is no such file or folder")
        if path.is_dir() and (found := _format_of_folder(path)):
            return unchecked(reason=_another(found), where=PACKAGE_NOTE)
        with open_bag(path) as bag:
            if found := _format(bag):
                return unchecked(reason=_another(found), where=PACKAGE_NOTE)
            return _verified(bag, path.name, asked, tsa_root)
    except BadEvidence as error:
        return failed(reason=error.why, where=error.where)
    except OSError:
        return unchecked(reason="a file cannot be read")
    except MemoryError:
        return unchecked(reason="a file in it is too long for the memory that there is")


def verify_with_files(
    path: Path,
    *,
    against: Path | None = None,
    policy: Path | None = None,
    key: str | None = None,
    receipt: str | None = None,
    tsa_root: Path | None = None,
) -> Report:
    """
    Return what `verify_bundle` says, with what a reader has as files and texts.

    What cannot be read of these is a verdict too: the bundle cannot be checked so.
    """
    try:
        asked = read_asked(against=against, policy=policy, key=key, receipt=receipt)
        return verify_bundle(path, asked, tsa_root=read_root(tsa_root) if tsa_root else None)
    except BadValue as error:
        return Report(
            verdict="cannot-be-checked", bundle=path.name, where=error.field, reason=error.why
        )


def _another(version: int) -> str:
    return f"it is a bundle of format {version}; this verifier reads format 1. Get a later one"


def _format_of_folder(path: Path) -> int | None:
    note = path / PACKAGE_NOTE
    if note.is_symlink() or not note.is_file():
        return None
    with note.open("rb") as file:
        return other_format(file.read(_FIRST_LINE))


def _format(bag: Bag) -> int | None:
    if PACKAGE_NOTE not in bag or bag.size(PACKAGE_NOTE) > 1 << 20:
        return None
    return other_format(bag[PACKAGE_NOTE][:_FIRST_LINE])


def _verified(bag: Bag, name: str, asked: Asked, tsa_root: bytes | None) -> Report:
    """Run every check in the order of the specification; the first that fails ends it."""
    check_paths(bag)  # 1
    check_constants(bag)  # 2
    check_manifests(bag)
    package = read_package(bag)
    own = read_own(bag, package.ledger)  # 3
    if asked.key is not None:
        check_key(asked.key, own)
    if asked.policy is not None:
        check_logs(asked.policy, own)
    seen = read_checkpoints(bag, own)  # 4
    last = seen[-1]
    compared = check_against(asked.against, own, seen) if asked.against is not None else None
    check_signed(package, own.in_force(last.size), last.size)  # 5
    events = read_events(bag, package)  # 6
    entries = (*own.entries, *events)
    check_proven(bag, entries, last)
    check_order(own, events)
    omitted = read_export(events)  # 7
    values = read_values(bag, events, omitted)  # 8, 9
    check_head(bag, own.seal, events[-1])  # 10
    check_stamps(bag, own, seen)  # 11
    policy = asked.policy if asked.policy is not None else anybody(own.witnesses)
    check_policy(policy, seen, events)  # 12
    brackets = Brackets(policy, seen)
    check_times(entries, brackets)
    record = as_record(own, events, values, last.size)
    check_page(bag, record)  # 13
    return Report(
        verdict="verified",
        bundle=name,
        reference=reference(record),
        ledger=own.ledger,
        stream=package.stream,
        origin=own.origin,
        fictional=own.opened.body.open.get("fictional") is True,
        size=last.size,
        events=_event_reports(events, brackets, omitted),
        witnessed=is_witnessed(policy, seen),
        log_keys=tuple(map(str, own.log_keys)),
        witnesses=tuple(map(str, own.witnesses)),
        receipt=None if asked.receipt is None else check_receipt(asked.receipt, events),
        compared=compared,
        time_stamps=() if tsa_root is None else checked_stamps(bag, tsa_root),
    )


def _event_reports(
    events: Sequence[Entry],
    brackets: Brackets,
    omitted: Mapping[tuple[int, str], Omitted],
) -> tuple[EventReport, ...]:
    counts = Counter((version, one.how) for (version, _), one in omitted.items())
    reports = []
    for entry in events:
        placed = brackets.of(entry)
        reports.append(
            EventReport(
                version=entry.version,
                name=entry.name,
                position=entry.position,
                receipt=entry.leaf.hex(),
                recorded_at=entry.recorded_at,
                not_before=placed.not_before,
                not_after=placed.not_after,
                withheld=counts[entry.version, "withheld"],
                redacted=counts[entry.version, "replaced"],
                erased=counts[entry.version, "erased"],
            )
        )
    return tuple(reports)
