"""`projections`: how far the facts are, keeping them up, and making them anew."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import click

from complaint_ledger.cli.facts_place import Telling, facts_option, facts_place
from complaint_ledger.cli.interrupt import until_interrupted
from complaint_ledger.cli.options import keys_option, poll_option, say_fictional, url_option
from complaint_ledger.cli.output import format_option, print_rows
from complaint_ledger.errors import BadValue
from complaint_ledger.ledger import Ledger
from complaint_ledger.opening import open_ledger
from complaint_ledger.store import parse_url

if TYPE_CHECKING:  # SQLAlchemy takes a while to import
    from complaint_ledger.projections.views import BuildStatus, Views

_COLUMNS: Final = (
    "build",
    "schema",
    "state",
    "position",
    "of",
    "lag",
    "behind_since",
    "per_second",
    "seconds_left",
    "parked",
    "moved_at",
)


def with_facts(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give *command* the ledger and where its facts are kept, which is not in memory."""

    @functools.wraps(command)
    def run(*args: Any, url: str, keys: str | None, facts: str | None, **rest: Any) -> Any:
        from complaint_ledger.projections.views import Views

        place = facts_place(url, facts)
        if place is None:
            raise BadValue(
                "facts", "say where they are kept, such as --facts council.facts or an address"
            )
        with open_ledger(url, keys=keys) as ledger, Views(place) as views:
            say_fictional(ledger)
            return command(*args, ledger=ledger, views=views, url=url, **rest)

    decorated: Callable[..., Any] = url_option(keys_option(facts_option(run)))
    return decorated


@click.group()
def projections() -> None:
    """See to the facts that trends are asked of: they are a view, made from the events."""


@projections.command()
@with_facts
@format_option
def status(ledger: Ledger, views: "Views", url: str, form: str) -> None:  # noqa: ARG001
    """
    Print every build of the facts: how far it is, and what is left out of it.

    A build is the facts made once; one serves.
    """
    from complaint_ledger.projections.runner import check_ledger

    found = views.status()
    for one in found:
        check_ledger(views.place, one.build, ledger.store)
    head = ledger.store.head().position
    rows = [_row(one, head, ledger, flat=form in {"table", "csv"}) for one in found]
    print_rows(rows, form, _COLUMNS)
    if form == "table":
        _print_mends(found, head)


def _row(one: "BuildStatus", head: int, ledger: Ledger, *, flat: bool) -> dict[str, Any]:
    build = one.build
    of = build.target if build.state == "building" and one.parts else head
    since = None
    if one.position < head and not one.parts:
        since = ledger.store.tail(after=one.position, limit=1)[0].recorded_at
    took = (_at(one.moved_at) - _at(build.begun_at)).total_seconds()
    rate = one.position / took if build.state == "building" and took > 0 else None
    parked = [{"complaint": p.stream, "reason": p.reason} for p in one.parked]
    return {
        "build": build.number,
        "schema": build.schema,
        "state": build.state,
        "position": one.position,
        "of": of,
        "lag": head - one.position,
        "behind_since": since and since.isoformat(),
        "per_second": rate and round(rate),
        "seconds_left": round((of - one.position) / rate) if rate else None,
        "parked": len(parked) if flat else parked,
        "begun_at": build.begun_at,
        "served_at": build.served_at,
        "moved_at": one.moved_at,
    }


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _print_mends(found: tuple["BuildStatus", ...], head: int) -> None:
    for one in found:
        number = one.build.number
        for parked in one.parked:
            click.echo(f"parked in {number}: complaint {parked.stream}: {parked.reason}")
        if one.position > head or one.build.target > head:
            click.echo(
                f"build {number} is of events that the ledger does not hold: was it restored from a"
                " backup? `projections rebuild --anew` makes the facts from what it holds"
            )
        elif one.build.state == "building":
            click.echo(
                f"build {number} is not ended: `projections rebuild` goes on with it,"
                f" `projections drop {number}` gives it up"
            )
    if not found:
        click.echo("no facts yet: `projections rebuild` makes them, and so does every question")


@projections.command()
@with_facts
@poll_option
@click.option("--once", is_flag=True, help="Take in what is there, and end.")
def run(ledger: Ledger, views: "Views", url: str, poll: float, *, once: bool) -> None:  # noqa: ARG001
    """
    Keep the facts up with the ledger, until Ctrl-C: the batch in hand is done first.

    What breaks off is tried again, later and later. Several may do this at once.
    """
    from complaint_ledger.projections.keeping_up import keep_up

    with _telling() as tell:
        if once:
            views.catch_up(ledger.store, tell=tell)
            return
        with until_interrupted() as stop:
            keep_up(views, ledger.store, poll=poll, stop=stop, tell=tell, trouble=_say_trouble)


def _say_trouble(error: Exception, seconds: float) -> None:
    click.echo(f"{error}; again in {seconds:.1f} s", err=True)


@contextmanager
def _telling() -> Iterator[Telling]:
    tell = Telling()
    yield tell
    tell.done()


@projections.command()
@with_facts
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="How many processes take part.",
)
@click.option("--anew", is_flag=True, help="Give up a rebuild that was begun, and begin again.")
@click.option("--beside", is_flag=True, help="Let what serves go on serving.")
def rebuild(
    ledger: Ledger, views: "Views", url: str, workers: int, *, anew: bool, beside: bool
) -> None:
    """
    Make the facts anew, while those that are there serve; then let the new ones serve.

    One that was broken off is resumed. The former build is kept: `projections rollback`.
    """
    from complaint_ledger.projections.rebuild import rebuild as make

    whole = parse_url(url).whole() if "://" in url else url
    with _telling() as tell:
        made = make(
            views,
            ledger.store,
            ledger=whole,
            workers=workers,
            anew=anew,
            serve=not beside,
            tell=tell,
        )
    click.echo(f"build {made.number}: {'beside' if beside else 'serving'}")


@projections.command()
@with_facts
def rollback(ledger: Ledger, views: "Views", url: str) -> None:  # noqa: ARG001
    """
    Let the build serve again that served before.

    It is kept up first, so that nobody is told less than before.
    """
    _let_serve(ledger, views, None)


@projections.command()
@click.argument("build", type=click.IntRange(min=1))
@with_facts
def serve(ledger: Ledger, views: "Views", url: str, build: int) -> None:  # noqa: ARG001
    """
    Let another build serve.

    It is kept up first, so that nobody is told less than before.
    """
    _let_serve(ledger, views, build)


def _let_serve(ledger: Ledger, views: "Views", build: int | None) -> None:
    from complaint_ledger.projections.rebuild import let_serve

    with _telling() as tell:
        made = let_serve(views, ledger.store, build, tell=tell)
    click.echo(f"build {made.number}: serving")


@projections.command()
@with_facts
@click.option("--build", type=click.IntRange(min=1), help="Another than the one that serves.")
@click.pass_context
def verify(
    context: click.Context,
    ledger: Ledger,
    views: "Views",
    url: str,  # noqa: ARG001
    build: int | None,
) -> None:
    """Compare every row of the facts with a fresh fold of the events; exit 1 if one differs."""
    from complaint_ledger.cli.progress import Telling as Counting
    from complaint_ledger.projections.verifying import verify as compare

    counting = Counting("complaints compared")
    found = compare(views, ledger.store, build=build, tell=counting)
    counting.end()
    click.echo(
        f"build {found.build}, position {found.position:,}: {found.complaints:,} complaints folded"
        f" anew, {found.wrong:,} different"
    )
    for stream in found.different:
        click.echo(f"different: {stream}")
    if not found.equal:
        click.echo("`complaint-ledger projections rebuild` makes the facts anew", err=True)
        context.exit(1)


@projections.command()
@click.argument("build", type=click.IntRange(min=1))
@with_facts
def drop(ledger: Ledger, views: "Views", url: str, build: int) -> None:  # noqa: ARG001
    """Drop a build that does not serve."""
    from complaint_ledger.projections.rebuild import drop_build

    dropped = drop_build(views, build)
    click.echo(f"build {dropped.number}: dropped ({dropped.state})")


@projections.command()
@click.argument("role")
@with_facts
def grant(ledger: Ledger, views: "Views", url: str, role: str) -> None:  # noqa: ARG001
    """Let a role of PostgreSQL read the facts, now and after each rebuild, and nothing else."""
    from complaint_ledger.projections.reader import let_read

    let_read(views, role)
    click.echo(f"{role} may read {views.place.shown}")
