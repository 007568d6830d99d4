"""
`record`: one subcommand for each command of the domain.

The options are made from the command's own fields, so that the two cannot
drift apart: an id or a code is read by its shape, a text is sealed.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import attrs
import click

from complaint_ledger import codec, pinning
from complaint_ledger.cli.options import actor_option, with_ledger
from complaint_ledger.cli.output import as_json, format_option, print_rows
from complaint_ledger.domain import commands as c
from complaint_ledger.domain import events as e
from complaint_ledger.domain.history import standing
from complaint_ledger.domain.london import civil_date
from complaint_ledger.domain.words import (
    SHAPES,
    WITHHELD,
    BodyId,
    CategoryId,
    Finding,
    HeadId,
    OutcomeId,
    Private,
    ServiceId,
    SubjectId,
    read,
)
from complaint_ledger.errors import BadValue, UnknownName
from complaint_ledger.fields import amend, parse, parse_instant, type_of
from complaint_ledger.labels import labels_of
from complaint_ledger.ledger import Ledger, Recorded
from complaint_ledger.store import system_clock

COMMANDS: Mapping[str, type[c.Command]] = {
    "receive": c.Receive,
    "acknowledge": c.Acknowledge,
    "define": c.Define,
    "add-head": c.AddHead,
    "assign": c.Assign,
    "extend": c.Extend,
    "sign-off": c.SignOff,
    "respond": c.Respond,
    "deliver": c.Deliver,
    "resolve": c.Resolve,
    "escalate": c.Escalate,
    "refuse": c.Refuse,
    "refuse-escalation": c.RefuseEscalation,
    "withdraw": c.Withdraw,
    "reopen": c.Reopen,
    "close": c.Close,
    "refer": c.Refer,
    "premature": c.Premature,
    "ombudsman-outcome": c.OmbudsmanOutcome,
    "correct": c.Correct,
    "retract": c.Retract,
}

# Said in another way on the command line than by a field of their own.
_OTHERWISE = {
    "occurred_on", "occurred_at", "precision", "complainant", "codes", "heads", "head",
    "outcome", "outcomes", "finding", "findings", "table", "replacement", "corrects", "retracts",
}  # fmt: skip


@click.group()
def record() -> None:
    """Record what happened to a complaint."""


def _subcommand(name: str, kind: type[c.Command]) -> click.Command:
    def run(ledger: Ledger, actor: str, form: str, **given: Any) -> None:
        complaint = given.pop("complaint", None)
        around = {
            key: given.pop(key)
            for key in (
                "idempotency_key",
                "expected_version",
                "correlation",
                "causation",
                "on_behalf_of",
                "accept_clock",
            )
        }
        command = _build(kind, ledger, complaint, given)
        recorded = ledger.record(command, complaint=complaint, actor=actor, **around)
        _report(ledger, recorded, form)

    return click.Command(name, callback=with_ledger(run), help=kind.__doc__, params=[])


def _options(kind: type[c.Command]) -> list[click.Parameter]:
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
        if field.name not in _OTHERWISE:
            options.append(_option(kind, field))
    names = {field.name for field in attrs.fields(kind)}
    if "complainant" in names:
        options.append(_text("--complainant-name", "Who complains; sealed. @FILE reads a file."))
        options.append(_text("--complainant-contact", "How to reach them; sealed."))
    if "codes" in names:
        governs = "A handling code that governs, or some heads of it; else the ledger's."
        options.append(_many("--code", "CODE[=HEAD,…]", governs))
        options.append(click.Option(["--calendar"], metavar="CAL", help="By which calendar."))
    if "heads" in names and type_of(kind, "heads") == tuple[e.Head, ...]:
        options.append(
            _many("--head", "ID[:CATEGORY[:SERVICE]][=TEXT]", "A head; its text is sealed.")
        )
    elif "head" in names:
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
    if any(field.type == Private for field in attrs.fields(kind)):
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
    return kind.__name__.removesuffix("Id").upper() if kind in SHAPES else "YYYY-MM-DD"


def _text(flag: str, help_: str, *, required: bool = False) -> click.Option:
    return click.Option([flag], metavar="TEXT", help=help_, required=required)


def _many(flag: str, metavar: str, help_: str) -> click.Option:
    return click.Option([flag], multiple=True, metavar=metavar, help=help_)


_AROUND: list[click.Parameter] = [
    click.Option(["--idempotency-key"], metavar="KEY", help="The same key records once."),
    click.Option(["--expected-version"], type=int, help="Refuse if someone recorded in between."),
    click.Option(["--correlation"], metavar="ID", help="The journey it belongs to."),
    click.Option(["--causation"], metavar="ID", help="What led to it."),
    click.Option(["--on-behalf-of"], metavar="ACTOR", help="For whom."),
    click.Option(["--accept-clock"], is_flag=True, help="The clock is right although it jumped."),
]


# --- from what was given to a command ------------------------------------------------------------


def _build(
    kind: type[c.Command], ledger: Ledger, complaint: str | None, given: dict[str, Any]
) -> c.Command:
    fields: dict[str, Any] = _when(given)
    withheld = {name.replace("-", "_") for name in given.pop("withhold", ())}
    names = {field.name for field in attrs.fields(kind)}
    if "complainant" in names:
        fields["complainant"] = _complainant(given, withheld)
    if "codes" in names:
        calendar = given.pop("calendar", None)
        fields["codes"] = tuple(_code(code, calendar) for code in given.pop("code"))
        if calendar and not fields["codes"]:
            fields["codes"] = (pinning.pin(ledger.opened.code, calendar),)
    if "head" in given:
        heads = given.pop("head")
        if "head" in names:
            fields["head"] = _head(heads)
        elif type_of(kind, "heads") == tuple[e.Head, ...]:
            fields["heads"] = tuple(map(_head, heads))
        else:
            fields["heads"] = tuple(read(HeadId, head, "head") for head in heads)
    if "outcomes" in names:
        fields |= _outcomes(given.pop("outcome"))
    if "findings" in names:
        fields |= _findings(given.pop("finding")) or _by_label(given)
    if kind in {c.Correct, c.Retract}:
        assert complaint is not None
        fields |= _entry(kind, ledger, complaint, given)
    for name, value in given.items():
        if value is None or value == ():
            continue
        fields[name] = _value(type_of(kind, name), value, name)
    for name in withheld:
        if type_of(kind, name) != Private:
            raise BadValue("withhold", f"{name} is no text that a person could decline to give")
        fields[name] = WITHHELD
    return kind(**fields)


def _when(given: dict[str, Any]) -> dict[str, Any]:
    on, at, precision = given.pop("on"), given.pop("at"), given.pop("precision")
    fields: dict[str, Any] = {"precision": precision}
    if at:
        fields["occurred_at"] = parse_instant(at, "--at")
    if on:
        fields["occurred_on"] = parse(type_of(e.Happened, "occurred_on"), on, "--on")
    if not on and not at and precision != "unknown":
        fields["occurred_on"] = civil_date(system_clock())
    return fields


def _value(kind: Any, value: Any, name: str) -> Any:
    if kind == Private:
        return parse(kind, _from_file(value), name)
    if isinstance(value, tuple):
        return tuple(one for text in value for one in parse(kind, text, name))
    return value if isinstance(value, bool) else parse(kind, value, name)


def _from_file(text: str) -> str:
    if not text.startswith("@"):
        return text
    try:
        return Path(text[1:]).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadValue("file", "it is not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise BadValue("file", f"it cannot be read: {error.strerror}") from None


def _code(text: str, calendar: str | None) -> e.CodePin:
    code, _, heads = text.partition("=")
    covered = tuple(read(HeadId, head, "code") for head in heads.split(",")) if heads else ()
    return attrs.evolve(pinning.pin(code, calendar), heads=covered)


def _complainant(given: dict[str, Any], withheld: set[str]) -> e.Person | None:
    parts: dict[str, Any] = {}
    for part in ("name", "contact"):
        text = given.pop(f"complainant_{part}", None)
        if text:
            parts[part] = parse(Private, _from_file(text), f"complainant_{part}")
        if f"complainant_{part}" in withheld:
            withheld.discard(f"complainant_{part}")
            parts[part] = WITHHELD
    return e.Person(id=SubjectId("p1"), **parts) if parts else None


def _head(text: str) -> e.Head:
    names, _, description = text.partition("=")
    head, category, service, *more = [*names.split(":"), "", ""]
    if len(more) > 2:
        raise BadValue("head", "write ID[:CATEGORY[:SERVICE]][=TEXT]")
    return e.Head(
        id=read(HeadId, head, "head"),
        category=read(CategoryId, category, "head") if category else None,
        service=read(ServiceId, service, "head") if service else None,
        description=parse(Private, _from_file(description), "head") if description else None,
    )


def _outcomes(texts: tuple[str, ...]) -> dict[str, Any]:
    if not texts:
        return {}
    split = [_decided(text, "outcome") for text in texts]
    if len(split) == 1 and split[0][0] is None and split[0][2] is None:
        return {"outcome": read(OutcomeId, split[0][1], "outcome")}
    return {
        "outcomes": tuple(
            e.HeadOutcome(head=read(HeadId, head, "outcome"),
                          outcome=read(OutcomeId, word, "outcome"), detail=detail)
            for head, word, detail in split
        )
    }  # fmt: skip


def _findings(texts: tuple[str, ...]) -> dict[str, Any]:
    if not texts:
        return {}
    split = [_decided(text, "finding") for text in texts]
    if len(split) == 1 and split[0][0] is None and split[0][2] is None:
        return {"finding": parse(Finding, split[0][1], "finding")}
    return {
        "findings": tuple(
            e.HeadFinding(head=read(HeadId, head, "finding"),
                          finding=parse(Finding, word, "finding"), detail=detail)
            for head, word, detail in split
        )
    }  # fmt: skip


def _by_label(given: dict[str, Any]) -> dict[str, Any]:
    """Return the finding that the body's own label means, by its table."""
    label = given.get("label")
    if not label:
        return {}
    labels = labels_of(read(BodyId, given["body"], "body"))
    return {"finding": labels.finding(_from_file(label)), "table": labels.table}


def _decided(text: str, name: str) -> tuple[str | None, str, OutcomeId | None]:
    head, equals, word = text.rpartition("=")
    word, _, detail = word.partition("/")
    return head if equals else None, word, read(OutcomeId, detail, name) if detail else None


def _entry(
    kind: type[c.Command], ledger: Ledger, complaint: str, given: dict[str, Any]
) -> dict[str, Any]:
    wanted = given.pop("event")
    for fact in standing(ledger.facts(complaint)):
        if wanted in {fact.id, str(fact.position)}:
            break
    else:
        raise UnknownName(
            "standing entry", wanted, mend="`history` shows their positions and event ids"
        )
    if kind is c.Retract:
        return {"retracts": fact.id}
    replacement = fact.event
    for change in given.pop("changes"):
        path, equals, text = change.partition("=")
        if not equals:
            raise BadValue("set", "write FIELD=VALUE")
        replacement = amend(replacement, path, _from_file(text))
    return {"corrects": fact.id, "replacement": replacement}


# --- what is printed -----------------------------------------------------------------------------


def _report(ledger: Ledger, recorded: Recorded, form: str) -> None:
    rows = [
        {
            "position": fact.position,
            "version": fact.version,
            "event": codec.name_of(fact.event)[0],
            "occurred_on": fact.event.occurred_on,
            "id": fact.id,
        }
        for fact in recorded.events
    ]
    if form == "json":
        click.echo(
            as_json(
                {
                    "complaint": ledger.complaint(recorded.stream).reference,
                    "stream": recorded.stream,
                    "version": recorded.version,
                    "already_there": recorded.already_there,
                    "events": rows,
                }
            )
        )
        return
    if recorded.already_there:
        click.echo("Nothing new: this was recorded already.", err=True)
    if rows:
        print_rows(rows, form, ("position", "version", "event", "occurred_on", "id"))


def _add_all() -> None:
    for name, kind in COMMANDS.items():
        command = _subcommand(name, kind)
        decorated: Callable[..., Any] = command.callback or _nothing
        for decorate in (actor_option, format_option):
            decorated = decorate(decorated)
        command.callback = decorated
        command.params = [*_options(kind), *reversed(decorated.__click_params__)]  # type: ignore[attr-defined]
        record.add_command(command)


def _nothing() -> None:
    sys.exit(2)


_add_all()
