"""The command line: parse, call, print. No rules here, and one error boundary."""

import sys
from typing import Any

import click

from complaint_ledger.errors import ComplaintLedgerError


class Commands(click.Group):
    """The group of commands; each is imported when it is first asked for."""

    modules: dict[str, str] = {  # noqa: RUF012 - click's own attribute style
        "actors": "complaint_ledger.cli.actors:actors",
        "agenda": "complaint_ledger.cli.agenda:agenda_",
        "adapters": "complaint_ledger.cli.adapters:adapters",
        "backup": "complaint_ledger.cli.moving:backup",
        "calendars": "complaint_ledger.cli.calendars:calendars",
        "checkpoint": "complaint_ledger.cli.checkpoint:checkpoint",
        "codes": "complaint_ledger.cli.adopt:codes",
        "copy": "complaint_ledger.cli.moving:copy_",
        "demo": "complaint_ledger.cli.demo:demo",
        "documents": "complaint_ledger.cli.documents:documents",
        "due": "complaint_ledger.cli.due:due",
        "evidence": "complaint_ledger.cli.evidence:evidence",
        "facts": "complaint_ledger.cli.facts:facts",
        "findings": "complaint_ledger.cli.findings:findings",
        "follow": "complaint_ledger.cli.follow:follow",
        "history": "complaint_ledger.cli.history:history",
        "import": "complaint_ledger.cli.import_:import_",
        "init": "complaint_ledger.cli.init:init",
        "list": "complaint_ledger.cli.list:list_",
        "projections": "complaint_ledger.cli.projections:projections",
        "record": "complaint_ledger.cli.record:record",
        "restore": "complaint_ledger.cli.moving:restore",
        "signing-key": "complaint_ledger.cli.signing_key:signing_key",
        "trends": "complaint_ledger.cli.trends:trends",
        "verify": "complaint_ledger.cli.verify:verify",
        "witness": "complaint_ledger.cli.witness:witness",
        "workdays": "complaint_ledger.cli.workdays:workdays",
    }

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self.modules:
            return None
        from importlib import import_module

        # The names come from the closed table above, never from input or from a store.
        module, _, attribute = self.modules[cmd_name].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ComplaintLedgerError as error:
            click.echo(f"complaint-ledger: {error}", err=True)
            ctx.exit(error.exit_status)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="complaint-ledger")
def main() -> None:
    """Keep the full journey of every complaint a council handles."""
    if isinstance(sys.stdout, object) and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
