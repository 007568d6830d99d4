"""
What is in an export, and whether it is whole: read from its manifest, and looked at.

A folder holds the exports of any number of councils, each in a folder of its own that
came from somewhere else. So nothing a manifest says is believed: where a file lies
follows from what it is, and its hash is worked out.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs

from complaint_ledger.projections.facts import NOT_RECORDED, SCHEMA, TABLES
from complaint_ledger.projections.faults import FactsError

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
COUNCIL: Final = "council="
"""How the name of a council's folder begins."""

YEAR: Final = "financial_year="
NEW: Final = ".new"
"""How the name of a folder ends that is being written; it begins with a dot."""

FORMER: Final = ".former"
"""How the name of a folder ends that is being replaced; it begins with a dot."""

_TABLES: Final = tuple(table.name for table in TABLES)
_LONGEST: Final = 16 * 2**20  # bytes of a manifest
_LARGEST: Final = 2**63 - 1
_HEX_32: Final = re.compile(r"[0-9a-f]{32}")
_HEX_64: Final = re.compile(r"[0-9a-f]{64}")
_WORD: Final = re.compile(r"(?=.{1,64}\Z)[a-z0-9]+(?:-[a-z0-9]+)*")
_FINANCIAL_YEAR: Final = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}|{NOT_RECORDED}")
_AGAIN: Final = "have it exported again, or take its folder away"


class ExportUnusable(FactsError):
    """An export cannot be used: which, what is wrong with it, and the mend."""


@attrs.frozen(kw_only=True)
class ExportedFile:
    """
    One file of an export.

    Attributes:
        path: Where it is in the council's folder, with `/` between the parts.
        table: The fact table of its rows.
        financial_year: When their complaints were received, such as 2025-26, or not-recorded.
        rows: How many there are, at least one.
        size: In bytes.
        sha256: Of the whole file.
    """

    path: str
    table: str
    financial_year: str
    rows: int
    size: int
    sha256: str


@attrs.frozen(kw_only=True)
class Exported:
    """
    The facts of one ledger, as files.

    Attributes:
        folder: The council's folder.
        ledger: Id of the ledger; *council*, of the council.
        schema: SCHEMA of the tables.
        position: The last position of the ledger that is in them.
        event: Id of the event at that position.
        recorded_at: When that was recorded (UTC, ISO).
        fictional: Nothing in it happened.
        checkpoint: The signed note of the latest checkpoint up to that position, if any.
        root: Of the tree over the entries up to that position (hex); None where nobody
            worked it out.
        generator: The program that wrote it, and its version.
        parked: The keys of the complaints that are left out, because they cannot be folded.
        files: By financial year and table.
    """

    folder: Path
    ledger: str
    council: str
    schema: int
    position: int
    event: str
    recorded_at: str
    fictional: bool
    checkpoint: str | None
    root: str | None
    generator: tuple[str, str]
    parked: tuple[int, ...]
    files: tuple[ExportedFile, ...]

    @property
    def financial_years(self) -> tuple[str, ...]:
        """The financial years of which there are complaints."""
        return tuple(sorted({file.financial_year for file in self.files}))

    def paths(self, table: str) -> tuple[Path, ...]:
        """Return the files that hold rows of *table*, by financial year."""
        return tuple(self.folder / file.path for file in self.files if file.table == table)


def exports(folder: Path, *, check: bool = True) -> tuple[Exported, ...]:
    """
    Return the exports that are in *folder*, by council.

    Args:
        folder: It holds a folder `council=ID` for each.
        check: Work out the hash of each file too; else only its size is compared.

    Raises:
        ExportUnusable: There is none, or one cannot be used; the message names each fault.
    """
    found, faults = examined(folder, check=check)
    if faults:
        raise ExportUnusable("; ".join(faults))
    return found


def examined(folder: Path, *, check: bool = True) -> tuple[tuple[Exported, ...], tuple[str, ...]]:
    """
    Return the exports in *folder* that are whole, by council, and what is wrong with others.

    Args:
        folder: It holds a folder `council=ID` for each.
        check: Work out the hash of each file too; else only its size is compared.

    Raises:
        ExportUnusable: There is no such folder, or no export in it.
    """
    found: list[Exported] = []
    faults: list[str] = []
    for name, there in _councils(folder):
        try:
            if not there:
                raise ExportUnusable(
                    f"{name} is being replaced, or that was broken off; try again, or else export"
                    " it again, which brings the former one back"
                )
            found.append(read_export(folder / name, check=check))
        except ExportUnusable as error:
            faults.append(str(error))
    if not found and not faults:
        raise ExportUnusable(
            f"there is no export in {folder}; `complaint-ledger facts export --out {folder}`"
            " writes one"
        )
    faults += _twice(found)
    return tuple(found), tuple(faults)


def _councils(folder: Path) -> Sequence[tuple[str, bool]]:
    """Return the councils' folders by name, and whether each is in its place."""
    try:
        names = {path.name for path in folder.iterdir()}
    except OSError as error:
        raise ExportUnusable(
            f"the folder {folder} cannot be read ({error.strerror}); name the one that the"
            " exports are in"
        ) from None
    there = {name for name in names if name.startswith(COUNCIL)}
    replaced = {
        name[1 : -len(FORMER)]
        for name in names
        if name.startswith(f".{COUNCIL}") and name.endswith(FORMER)
    }
    return sorted([(name, True) for name in there] + [(name, False) for name in replaced - there])


def _twice(found: Sequence[Exported]) -> Iterator[str]:
    by_ledger: dict[str, list[str]] = {}
    for one in found:
        by_ledger.setdefault(one.ledger, []).append(one.folder.name)
    for ledger, names in sorted(by_ledger.items()):
        if len(names) > 1:
            yield (
                f"ledger {ledger} is there twice, in {' and '.join(names)}: each of its"
                " complaints would count twice; take one folder away"
            )


def read_export(folder: Path, *, check: bool = True) -> Exported:
    """
    Return the export of the one council that *folder* is of.

    Args:
        folder: The council's, `council=ID`.
        check: Work out the hash of each file too; else only its size is compared.

    Raises:
        ExportUnusable: It is not whole, or of another version.
    """
    exported = read_manifest(folder)
    if exported.schema != SCHEMA:
        later = exported.schema > SCHEMA
        raise _unusable(
            folder,
            f"its facts are of version {exported.schema}, and this program knows {SCHEMA}",
            "use a later program" if later else "have it exported again by a later program",
        )
    _check_files(exported, hashes=check)
    return exported


# --- the manifest --------------------------------------------------------------------------------


def read_manifest(folder: Path) -> Exported:
    """
    Return what the manifest in *folder*, one council's, says; the files are not looked at.

    Raises:
        ExportUnusable: There is none, or it cannot be read.
    """
    file = folder / MANIFEST
    if folder.is_symlink() or file.is_symlink():
        raise _unusable(folder, "it leads elsewhere", "put the folder itself there")
    try:
        with file.open("rb") as opened:
            data = opened.read(_LONGEST + 1)
    except FileNotFoundError:
        raise _unusable(folder, f"it has no {MANIFEST}: it is half written") from None
    except OSError as error:
        raise _unusable(folder, f"its {MANIFEST} cannot be read: {error.strerror}") from None
    try:
        if len(data) > _LONGEST:
            raise _Faulty("its length")
        said = json.loads(data.decode("utf-8"))
        return _exported(folder, said)
    except _Faulty as fault:
        raise _unusable(folder, f"its {MANIFEST} cannot be read at {fault}") from None
    except (ValueError, RecursionError):
        raise _unusable(folder, f"its {MANIFEST} is not JSON") from None


def as_json(exported: Exported) -> str:
    """Return the manifest of *exported*."""
    name, version = exported.generator
    said = {
        "format": FORMAT,
        "facts_schema": exported.schema,
        "ledger": exported.ledger,
        "council": exported.council,
        "fictional": exported.fictional,
        "position": exported.position,
        "event": exported.event,
        "recorded_at": exported.recorded_at,
        "root": exported.root,
        "checkpoint": exported.checkpoint,
        "generator": {"name": name, "version": version},
        "parked": exported.parked,
        "files": [
            {
                "path": file.path,
                "table": file.table,
                "financial_year": file.financial_year,
                "rows": file.rows,
                "bytes": file.size,
                "sha256": file.sha256,
            }
            for file in exported.files
        ],
    }
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def path_of(financial_year: str, table: str) -> str:
    """Return where the rows of *table* and *financial_year* are in a council's folder."""
    return f"{YEAR}{financial_year}/{table}.parquet"


class _Faulty(Exception):
    """Which field of a manifest is not as it should be."""


def _exported(folder: Path, said: Any) -> Exported:
    if not isinstance(said, dict):
        raise _Faulty("its beginning")
    form = _whole(said, "format")
    if form != FORMAT:
        raise _unusable(
            folder,
            f"it is of format {form}, and this program knows {FORMAT}",
            "use a later program",
        )
    council = _text(said, "council", _WORD)
    if folder.name != f"{COUNCIL}{council}":
        raise _unusable(folder, "its manifest is of another council", "name the folder as it was")
    generator = _member(said, "generator", dict)
    schema = _whole(said, "facts_schema")
    return Exported(
        folder=folder,
        ledger=_text(said, "ledger", _HEX_32),
        council=council,
        schema=schema,
        position=_whole(said, "position"),
        event=_text(said, "event", _HEX_32),
        recorded_at=_text(said, "recorded_at"),
        fictional=_member(said, "fictional", bool),
        checkpoint=_text_or_none(said, "checkpoint"),
        root=_text_or_none(said, "root", _HEX_64),
        generator=(_text(generator, "name"), _text(generator, "version")),
        parked=tuple(_wholes(said, "parked")),
        files=tuple(_files(_member(said, "files", list), schema)),
    )


def _files(listed: Sequence[Any], schema: int) -> Iterator[ExportedFile]:
    seen: set[str] = set()
    for one in listed:
        if not isinstance(one, dict):
            raise _Faulty("files")
        table = _text(one, "table", _WORD if schema != SCHEMA else None)
        if schema == SCHEMA and table not in _TABLES:
            raise _Faulty("table")
        year = _text(one, "financial_year", _FINANCIAL_YEAR)
        path = path_of(year, table)
        # A path that is not the one that follows could lead anywhere.
        if _text(one, "path") != path or path in seen:
            raise _Faulty("path")
        seen.add(path)
        yield ExportedFile(
            path=path,
            table=table,
            financial_year=year,
            rows=_whole(one, "rows"),
            size=_whole(one, "bytes"),
            sha256=_text(one, "sha256", _HEX_64),
        )


def _member(said: Mapping[str, Any], name: str, kind: type) -> Any:
    value = said.get(name)
    if type(value) is not kind:
        raise _Faulty(name)
    return value


def _text(said: Mapping[str, Any], name: str, shape: re.Pattern[str] | None = None) -> str:
    value: str = _member(said, name, str)
    if shape and not shape.fullmatch(value):
        raise _Faulty(name)
    return value


def _text_or_none(
    said: Mapping[str, Any], name: str, shape: re.Pattern[str] | None = None
) -> str | None:
    if name in said and said[name] is None:
        return None
    return _text(said, name, shape)


def _whole(said: Mapping[str, Any], name: str) -> int:
    value: int = _member(said, name, int)
    if not 0 < value <= _LARGEST:
        raise _Faulty(name)
    return value


def _wholes(said: Mapping[str, Any], name: str) -> Iterator[int]:
    for value in _member(said, name, list):
        yield _whole({name: value}, name)


# --- the files -----------------------------------------------------------------------------------


def _check_files(exported: Exported, *, hashes: bool) -> None:
    folder = exported.folder
    listed = {file.path: file for file in exported.files}
    there = set(_there(folder))
    if missing := sorted(listed.keys() - there):
        raise _unusable(folder, f"{missing[0]} is missing")
    if more := sorted(there - listed.keys()):
        raise _unusable(folder, f"{more[0]!r} is not in its manifest")
    for path, file in listed.items():
        if not _is_as_listed(folder / path, file, hashes=hashes):
            raise _unusable(folder, f"{path} was altered")


def _there(folder: Path) -> Iterator[str]:
    """Yield what is in *folder* besides the manifest; nothing that leads elsewhere is entered."""
    try:
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink() and path.name.startswith(YEAR):
                for inner in path.iterdir():
                    regular = inner.is_file() and not inner.is_symlink()
                    yield f"{path.name}/{inner.name}{'' if regular else ' (no file)'}"
            elif path.name != MANIFEST:
                yield path.name
    except OSError as error:
        raise _unusable(folder, f"it cannot be read: {error.strerror}") from None


def _is_as_listed(path: Path, file: ExportedFile, *, hashes: bool) -> bool:
    try:
        if path.stat().st_size != file.size:
            return False
        if not hashes:
            return True
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest() == file.sha256
    except OSError:
        return False


def _unusable(folder: Path, why: str, mend: str = _AGAIN) -> ExportUnusable:
    return ExportUnusable(f"the export in {folder.name} cannot be used: {why}; {mend}")
