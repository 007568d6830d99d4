"""Printing: the same rows as a table, JSON, JSON lines or CSV."""

import csv
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import click

FORMATS = ("table", "json", "jsonl", "csv")

format_option: Callable[..., Any] = click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="How to print.",
)


def as_json(value: object) -> str:
    """Return *value* as one line of JSON, dates in ISO form."""
    return json.dumps(value, ensure_ascii=False, default=str)


def print_rows(
    rows: Iterable[Mapping[str, Any]], form: str, columns: Sequence[str], *, title: str = ""
) -> None:
    """Print *rows*; as a table or CSV, only *columns*."""
    if form == "json":
        click.echo(json.dumps(list(rows), ensure_ascii=False, default=str, indent=2))
    elif form == "jsonl":
        for row in rows:
            click.echo(as_json(row))
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow(["" if row.get(c) is None else _flat(row[c]) for c in columns])
    else:
        _print_table(list(rows), columns, title)


def _flat(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return "; ".join(_flat(item) for item in value)
    return str(value)


def _print_table(rows: list[Mapping[str, Any]], columns: Sequence[str], title: str) -> None:
    cells = [["" if row.get(c) is None else _flat(row[c]) for c in columns] for row in rows]
    heads = [c.replace("_", " ") for c in columns]
    if sys.stdout.isatty():
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(*heads, title=title or None, box=box.SIMPLE_HEAD, title_justify="left")
        for line in cells:
            table.add_row(*(Text(cell) for cell in line))
        Console().print(table)
        return
    if title:
        click.echo(title)
    widths = [max(len(line[i]) for line in [heads, *cells]) for i in range(len(columns))]
    for line in [heads, *cells]:
        click.echo("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip())
