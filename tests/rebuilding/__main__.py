"""`python -m tests.rebuilding`: a rebuild under load, of a million events; see trial.py."""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click

sys.path.insert(0, str(Path(__file__).parents[1]))

from rebuilding.ledgers import large_ledger
from rebuilding.trial import Trial
from servers import postgres_server, with_options


@click.command()
@click.option("--events", type=int, default=1_000_000, show_default=True)
@click.option("--workers", type=int, default=2, show_default=True)
@click.option("--on", type=click.Choice(["sqlite", "postgresql"]), default="sqlite")
@click.option("--ledger", type=click.Path(exists=True, path_type=Path), help="A ledger to copy.")
def main(*, events: int, workers: int, on: str, ledger: Path | None) -> None:
    """Rebuild the facts of a ledger while it is recorded in, asked, and a worker is killed."""
    with TemporaryDirectory(prefix="complaint-ledger-rebuild-") as name:
        folder = Path(name)
        file = folder / "council.db"
        if ledger:
            shutil.copytree(ledger.parent, folder, dirs_exist_ok=True)
        else:
            large_ledger(f"sqlite:///{file}", events)
        url = f"sqlite:///{file}"
        if on == "sqlite":
            facts = f"{file}.facts"
            click.echo(Trial(url=url, facts=facts, folder=folder, workers=workers).run())
            return
        with postgres_server() as server:
            facts = with_options(server.conninfo("postgres"), schema="facts")
            click.echo(Trial(url=url, facts=facts, folder=folder, workers=workers).run())


if __name__ == "__main__":
    main()
