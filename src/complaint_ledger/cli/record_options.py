"""The options of `record`'s subcommands, made from the fields of the domain's commands."""

from typing import Any, Literal, get_args, get_origin

import attrs
import click

from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.words import SHAPES, Connection, Private
from complaint_ledger.fields import type_of

# Said in another way on the command line than by a field of their own.
_OTHERWISE = {
    "occurred_on", "occurred_at", "precision", "complainant", "representative", "codes", "heads",
    "members", "items", "outcome", "outcomes", "detail", "finding", "findings", "table",
    "replacement", "corrects", "retracts", "file_name", "media_type", "size", "sha256", "content",
}  # fmt: skip


def options_of(kind: type[c.Command]) -> list[click.Parameter]:
    options: list[click.Parameter] = []
    if kind is not c.Receive:
        options.append(click.Argument(["complaint"], metavar="REF"))
    if kind in {c.Correct, c.Retract}:
        options.append(click.Argument(["event"], metavar="EVENT"))
    options += [
        click.Option(["--on"], metavar="YYYY-MM-DD", help="When it happened; today if left out."),
        click.Option(["--at"], metavar="TIME", help="The time it happened, instead of --on."),
        click.Option(
            ["--precision"],
            type=click.Choice(["day", "month", "year", "unknown"]),
            default="day",
            help="How exactly the date is known.",
        ),
    ]
    for field in attrs.fields(kind):
        if field.name not in _OTHERWISE and type_of(kind, field.name) is not e.Head:
            options.append(_option(kind, field))
    names = {field.name for field in attrs.fields(kind)}
    if "complainant" in names:
        options.append(_text("--complainant-name", "Who complains; sealed. @FILE reads a file."))
        options.append(_text("--complainant-contact", "How to reach them; sealed."))
    if "representative" in names:
        options += _REPRESENTATIVE
    if "members" in names:
        tied = f"A member; their tie to the council, once asked: {', '.join(get_args(Connection))}."
        options.append(_many("--member", "ACTOR[=CONNECTION]", tied, required=True))
    if "items" in names:
        options += _DOCUMENTS
    if kind is e.DocumentAdded:
        options += _FILE
    if "codes" in names:
        governs = "A handling code that governs, or some heads of it; else the ledger's."
        options.append(_many("--code", "CODE[=HEAD,…]", governs))
        options.append(click.Option(["--calendar"], metavar="CAL", help="By which calendar."))
    if "heads" in names and type_of(kind, "heads") == tuple[e.Head, ...]:
        options.append(
            _many("--head", "ID[:CATEGORY[:SERVICE]][=TEXT]", "A head; its text is sealed.")
        )
    elif type_of(kind, "head") is e.Head:
        options.append(
            click.Option(["--head"], required=True, metavar="ID[:CATEGORY[:SERVICE]][=TEXT]",
                         help="The head; its text is sealed.")
        )  # fmt: skip
    elif "heads" in names:
        options.append(_many("--head", "ID", "Only this head."))
    if "outcomes" in names:
        options.append(_many("--outcome", "[HEAD=]OUTCOME[/DETAIL]", "For one head, or for all."))
    if "findings" in names:
        options.append(
            _many(
                "--finding",
                "[HEAD=]FINDING[/DETAIL]",
                "For one head, or the whole; else as the body's label means.",
            )
        )
    if kind is c.Correct:
        options.append(
            click.Option(["--set", "changes"], multiple=True, required=True, metavar="FIELD=VALUE",
                         help="What it should have been, by the field's path in `history`.")
        )  # fmt: skip
    if names & {"complainant", "representative"} or any(
        field.type == Private for field in attrs.fields(kind)
    ):
        options.append(_many("--withhold", "FIELD", "The person declined to give this text."))
    return [*options, *_AROUND]


def _option(kind: type[c.Command], field: "attrs.Attribute[Any]") -> click.Option:
    wanted = type_of(kind, field.name)
    flag = "--" + field.name.replace("_", "-")
    required = field.default is attrs.NOTHING
    if wanted == Private:
        return _text(flag, "Sealed. @FILE reads a file.", required=required)
    if wanted is bool and field.default is False:
        return click.Option([flag], is_flag=True)
    if wanted is bool:
        return click.Option([f"{flag}/--no-{flag[2:]}"], default=None)
    if get_origin(wanted) is Literal:
        return click.Option([flag], type=click.Choice(get_args(wanted)), required=required)
    if get_origin(wanted) is tuple:
        return _many(flag, _metavar(get_args(wanted)[0]), "May be given several times.")
    return click.Option([flag], metavar=_metavar(wanted), required=required)


def _metavar(kind: Any) -> str:
    if kind is int:
        return "PENCE"
    return kind.__name__.removesuffix("Id").upper() if kind in SHAPES else "YYYY-MM-DD"


def _text(flag: str, help_: str, *, required: bool = False) -> click.Option:
    return click.Option([flag], metavar="TEXT", help=help_, required=required)


def _many(flag: str, metavar: str, help_: str, *, required: bool = False) -> click.Option:
    return click.Option([flag], multiple=True, metavar=metavar, help=help_, required=required)


_REPRESENTATIVE: list[click.Parameter] = [
    click.Option(["--representative"], metavar="SUBJECT", default="p2", show_default=True,
                 help="p2, or p3 where there is another."),
    _text("--representative-name", "Who may speak for the person; sealed. @FILE reads a file."),
    _text("--representative-contact", "How to reach them; sealed."),
]  # fmt: skip

_DOCUMENTS: list[click.Parameter] = [
    _many("--document", "ID=YYYY-MM-DD[:redacted]", "What was sent, with its date.", required=True),
    _many("--file", "ID=PATH", "The file as it was sent; its SHA-256 is sealed."),
    _many("--title", "ID=TEXT", "What it is called; sealed."),
    _many("--entry", "ID=EVENT", "The entry that tells of it, by position or event id."),
]

_FILE: list[click.Parameter] = [
    click.Option(["--file"], metavar="PATH",
                 help="The document itself, up to 25 MB; all of it, and its name, is sealed."),
    click.Option(["--subject"], metavar="SUBJECT", default="p1", show_default=True,
                 help="Whose it is: p1, p2, …, or any, for everybody's in the complaint."),
]  # fmt: skip

_AROUND: list[click.Parameter] = [
    click.Option(["--idempotency-key"], metavar="KEY", help="The same key records once."),
    click.Option(["--expected-version"], type=int, help="Refuse if someone recorded in between."),
    click.Option(["--correlation"], metavar="ID", help="The journey it belongs to."),
    click.Option(["--causation"], metavar="ID", help="What led to it."),
    click.Option(["--on-behalf-of"], metavar="ACTOR", help="For whom."),
    click.Option(["--accept-clock"], is_flag=True, help="The clock is right although it jumped."),
]
