"""`python -m tests.many_writers`: many writers on one ledger for a minute; see trial.py."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click

sys.path.insert(0, str(Path(__file__).parent.parent))

from many_writers.trial import Trial
from servers import postgres_server


@click.command()
@click.option("--on", type=click.Choice(["postgresql", "sqlite"]), default="postgresql")
@click.option("--writers", type=int, default=16, show_default=True)
@click.option("--seconds", type=float, default=60.0, show_default=True)
@click.option("--kill", is_flag=True, help="Kill writers with -9 meanwhile.")
@click.option("--restart", is_flag=True, help="Restart the server meanwhile.")
def main(*, on: str, writers: int, seconds: float, kill: bool, restart: bool) -> None:
    """Let many writers record, and count what is there afterwards."""
    with TemporaryDirectory(prefix="complaint-ledger-many-") as name:
        folder = Path(name)
        if on == "sqlite":
            url = f"sqlite:///{folder / 'council.db'}"
            click.echo(Trial(url, folder, writers, seconds, kill).run())
            return
        with postgres_server() as server:
            url = f"{server.conninfo('postgres')}?keys={folder / 'council.keys'}"
            held = server if restart else None
            click.echo(Trial(url, folder, writers, seconds, kill, held).run())


if __name__ == "__main__":
    main()
