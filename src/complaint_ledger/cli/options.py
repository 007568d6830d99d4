"""Arguments that several commands share."""

import functools
import sys
from collections.abc import Callable
from typing import Any, Final

import click

from complaint_ledger.beside import KEYS_VARIABLE, SIGNING_VARIABLE
from complaint_ledger.evidence.key_files import from_environment
from complaint_ledger.following import POLL
from complaint_ledger.ledger import Ledger
from complaint_ledger.opening import open_ledger

FICTIONAL: Final = "FICTIONAL: nothing in this ledger happened."

url_option: Callable[..., Any] = click.option(
    "--ledger",
    "url",
    required=True,
    envvar="COMPLAINT_LEDGER_URL",
    show_envvar=True,
    metavar="URL",
    help="Where the ledger is kept, such as sqlite:///council.db.",
)
keys_option: Callable[..., Any] = click.option(
    "--keys",
    envvar=KEYS_VARIABLE,
    show_envvar=True,
    metavar="PATH",
    help="Where its key store is, if not beside it.",
)
actor_option: Callable[..., Any] = click.option(
    "--actor",
    required=True,
    envvar="COMPLAINT_LEDGER_ACTOR",
    show_envvar=True,
    metavar="ID",
    help="Who records: an id that `actors add` issued.",
)


signing_key_option: Callable[..., Any] = click.option(
    "--signing-key",
    envvar=SIGNING_VARIABLE,
    show_envvar=True,
    metavar="PATH",
    help="Where the key is that signs checkpoints, if not beside it.",
)
poll_option: Callable[..., Any] = click.option(
    "--poll",
    type=click.FloatRange(min=0.01),
    default=POLL,
    show_default=True,
    metavar="SECONDS",
    help="How often to look, where the store does not say that there is something.",
)


def with_ledger(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give *command* the ledger that --ledger and --keys name, and close it afterwards."""

    @functools.wraps(command)
    def run(*args: Any, url: str, keys: str | None, **rest: Any) -> Any:
        with open_ledger(url, keys=keys) as ledger:
            say_fictional(ledger)
            return command(*args, ledger=ledger, **rest)

    decorated: Callable[..., Any] = url_option(keys_option(run))
    return decorated


def signed_ledger(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give *command* the ledger, with the key that signs where --signing-key says."""

    @functools.wraps(command)
    def run(*args: Any, url: str, keys: str | None, signing_key: str | None, **rest: Any) -> Any:
        opened = open_ledger(url, keys=keys, signing_key=signing_key, passphrase=passphrase)
        with opened as ledger:
            say_fictional(ledger)
            return command(*args, ledger=ledger, **rest)

    decorated: Callable[..., Any] = url_option(keys_option(signing_key_option(run)))
    return decorated


def passphrase(called: str = "signing key") -> str | None:
    """Return what a key is encrypted under: from the environment, or asked for."""
    given = from_environment()
    if given is None and sys.stdin.isatty():
        asked: str = click.prompt(
            f"Passphrase of the {called} (empty for none)",
            default="",
            show_default=False,
            hide_input=True,
            err=True,
        )
        return asked or None
    return given


def say_fictional(ledger: Ledger) -> None:
    """Say so where a ledger tells of nothing real."""
    if ledger.opened.fictional:
        click.echo(FICTIONAL, err=True)
