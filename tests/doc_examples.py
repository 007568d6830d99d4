"""
Run the examples in the pages.

A page is one test, in a folder of its own: its `python` blocks share their names,
and its `console` blocks share the variables that they export. In a `console` block
a line that begins with `$ ` is done, and what follows it must be what it prints:
the whole of it, or of its stdout. `…` stands for anything in a line, and for any
lines where it stands alone.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from sybil import Document, Example, Region, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

from complaint_ledger.cli import main
from servers import PostgresServer, postgres_server

ROOT = Path(__file__).parents[1]
FICTIONAL = "FICTIONAL: nothing in this ledger happened."
VARIABLES = tuple(f"COMPLAINT_LEDGER_{name}" for name in ("URL", "KEYS", "ACTOR", "FACTS"))


# --- a page is one test --------------------------------------------------------------------------


def pages() -> Sybil:
    """Return what finds the pages and runs them."""
    return Sybil([_page], path=str(ROOT), patterns=["*.md"], setup=_enter, teardown=_leave)


def _page(document: Document) -> Iterable[Region]:
    console = CodeBlockParser(language="console", evaluator=_console)
    sql = CodeBlockParser(language="sql", evaluator=_sql)
    blocks = [*PythonCodeBlockParser()(document), *console(document), *sql(document)]
    blocks.sort(key=lambda block: block.start)
    if blocks:
        yield Region(blocks[0].start, blocks[-1].end, blocks, _run)


def _run(example: Example) -> None:
    # The examples of a page lean on each other, and pytest-xdist would part them.
    document: Document = example.document
    for block in example.parsed:
        line, column = document.line_column(block.start).removeprefix("line ").split(", column ")
        Example(document, int(line), int(column), block, example.namespace).evaluate()


def _enter(namespace: dict[str, Any]) -> None:
    namespace["_server"] = ExitStack()
    namespace["_back"] = Path.cwd()
    namespace["_folder"] = tempfile.TemporaryDirectory()
    namespace["_environment"] = {name: os.environ.pop(name, None) for name in VARIABLES}
    namespace["_exported"] = dict.fromkeys(VARIABLES)
    os.chdir(namespace["_folder"].name)


def _leave(namespace: dict[str, Any]) -> None:
    namespace["_server"].close()
    os.chdir(namespace["_back"])
    namespace["_folder"].cleanup()
    os.environ.update({k: v for k, v in namespace["_environment"].items() if v is not None})


# --- a server ------------------------------------------------------------------------------------

SERVER = "db.example/complaints"
"""The server of the pages, and its database: a real one is put in its place."""


def _served(example: Example) -> str:
    text = str(example.parsed)
    if SERVER not in text:
        return text
    return text.replace(SERVER, f"127.0.0.1:{_server(example).port}/complaints")


def _server(example: Example) -> PostgresServer:
    namespace = example.namespace
    if "_postgres" not in namespace:
        namespace["_postgres"] = namespace["_server"].enter_context(postgres_server())
        namespace["_postgres"].sql("CREATE DATABASE complaints")
    found: PostgresServer = namespace["_postgres"]
    return found


def _sql(example: Example) -> None:
    for statement in str(example.parsed).split(";\n"):
        if statement.strip():
            _server(example).sql(statement, database="complaints")


# --- console -------------------------------------------------------------------------------------


def commands(block: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a block, with the output that the page shows for it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        lines = part.rstrip().split("\n")
        command = lines.pop(0)
        while command.endswith("\\"):
            command = command[:-1] + lines.pop(0).strip()
        yield command, "\n".join(lines)


def matches(shown: str, printed: str) -> bool:
    """Return whether *printed* is what *shown* says, in which `…` stands for anything."""
    lines = [line.rstrip() for line in shown.strip("\n").rstrip().split("\n")]
    anything = [
        "(?s:.*?)" if line == "…" else re.escape(line).replace("…", ".*?") for line in lines
    ]
    pattern = "\n".join(anything)
    return re.fullmatch(pattern, _told(printed)) is not None


def _told(printed: str) -> str:
    """Return *printed* without what every command on a fictional ledger says first."""
    lines = [line.rstrip() for line in printed.split("\n") if line != FICTIONAL]
    return "\n".join(lines).strip("\n").rstrip()


def _console(example: Example) -> str | None:
    exported: dict[str, str | None] = example.namespace["_exported"]
    status = 0
    for command, shown in commands(_served(example)):
        if command == "echo $?":
            if shown.strip() != str(status):
                return f"exit status {status}, not {shown.strip()}"
            status = 0
            continue
        if status:
            return f"exit status {status} before $ {command}"
        name, value, words = _read(command, exported)
        if value is not None:
            exported[name] = value
            continue
        if words[0] == "python3":
            result = _python(words[1:])
        else:
            result = CliRunner().invoke(main, words[1:], env=exported)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        status = result.exit_code
        if name:
            exported[name] = result.stdout.strip()
        elif shown and not any(
            matches(shown, printed) for printed in (result.stdout, result.output)
        ):
            return f"$ {command}\nprints\n{result.output}\nand the page shows\n{shown}"
    return f"exit status {status} at the end of the block" if status else None


def _read(command: str, exported: dict[str, str | None]) -> tuple[str, str | None, list[str]]:
    """Return the variable it sets if any, the value if it is given, and the words to run."""
    name = ""
    if found := re.fullmatch(r"(?:export )?([A-Z_]+)=(.*)", command):
        name, command = found.groups()
        if not command.startswith("$("):
            return name, shlex.split(command)[0], []
        command = command[2:-1]
    known = {**exported}
    words = [
        re.sub(r"\$([A-Z_]+)", lambda m: known[m[1]] or "", word) for word in shlex.split(command)
    ]
    known_here = {"complaint-ledger", "python3"}
    assert words[0] in known_here, f"only complaint-ledger and python3 are run, not {words[0]}"
    return name, None, words


def _python(words: list[str]) -> Result:
    """Run a program of one file as somebody would who has nothing of ours."""
    done = subprocess.run([sys.executable, "-I", *words], check=False, capture_output=True)
    return Result(CliRunner(), done.stdout, done.stderr, done.stdout, None, done.returncode, None)
