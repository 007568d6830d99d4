"""`codes adopt`: from a day on, complaints are received under another code or policy."""

import click

from complaint_ledger.cli.codes import codes
from complaint_ledger.cli.options import actor_option, with_ledger
from complaint_ledger.domain.working_days import in_words
from complaint_ledger.fields import parse_date
from complaint_ledger.ledger import Ledger

__all__ = ["codes"]


@codes.command()
@click.argument("code", metavar="CODE|FILE")
@with_ledger
@actor_option
@click.option("--from", "since", metavar="DATE", help="The first day of receipt; else today.")
@click.option("--calendar", metavar="CAL|FILE", help="By which calendar; else the code's own.")
@click.option(
    "--service",
    "services",
    metavar="SERVICE",
    multiple=True,
    help="Only complaints about it; may be given several times.",
)
@click.option("--accept-clock", is_flag=True, help="The clock is right although it jumped.")
def adopt(
    ledger: Ledger,
    code: str,
    actor: str,
    since: str | None,
    calendar: str | None,
    services: tuple[str, ...],
    *,
    accept_clock: bool,
) -> None:
    """
    Receive complaints under CODE from a day on; only an administrator may say so.

    What was received before stays under what governed it then. The text of the code, and
    of its calendar, is kept in the ledger.
    """
    event = ledger.adopt(
        code,
        calendar=calendar,
        from_on=parse_date(since, "--from") if since else None,
        services=services,
        actor=actor,
        accept_clock=accept_clock,
    )
    pin = event.code
    about = f" about {', '.join(event.services)}" if event.services else ""
    by = f", by calendar {pin.calendar} version {pin.calendar_version}" if pin.calendar else ""
    click.echo(
        f"{pin.id} version {pin.version} governs what is received{about}"
        f" from {in_words(event.from_on)}{by}."
    )
    early = ledger.texts.not_yet_in_force(pin, event.from_on)
    if early:
        click.echo(early, err=True)
