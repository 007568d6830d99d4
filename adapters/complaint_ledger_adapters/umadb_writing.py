"""Writing to a ledger in UmaDB: all of it or nothing, whoever else writes and whatever breaks."""

import random
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

import attrs

from complaint_ledger.errors import StoreUnreadable
from complaint_ledger.store import SealedRow
from complaint_ledger_adapters import umadb_form as form
from complaint_ledger_adapters.umadb_client import umadb
from complaint_ledger_adapters.umadb_form import Mark
from complaint_ledger_adapters.umadb_reading import Reader
from complaint_ledger_adapters.umadb_server import Server, too_much
from complaint_ledger_adapters.umadb_vault import Pending, Vault

RIVALS_TIMEOUT: Final = 60  # seconds for which other writers may be quicker
_LONGEST_PAUSE: Final = 0.05  # seconds until a writer that lost looks again


@attrs.frozen(kw_only=True)
class Wanted:
    """
    What is to be written past *mark*.

    Attributes:
        mark: Where the ledger ended when it was worked out.
        kind: Whether its own mark is that of an append or of a restore.
        position: The position that the ledger ends with then.
        recorded_at: When that was recorded.
        events: The events of UmaDB, but for the mark.
        rows: The sealed rows.
        unless: Tags that nothing past *mark* may have.
    """

    mark: Mark
    kind: str
    position: int
    recorded_at: datetime | None
    events: Sequence[umadb.Event]
    rows: Sequence[SealedRow]
    unless: Sequence[str] = ()


class Writer(Reader):
    """Writes to the ledger that a server and a vault keep."""

    def __init__(self, server: Server, vault: Vault, ledger: str) -> None:
        super().__init__(server, ledger)
        self.vault = vault

    def put(self, attempt: str, work_out: Callable[[], Wanted | None]) -> Mark | None:
        """
        Write what *work_out* says; return the mark that is the ledger's end then.

        It is worked out again each time that another writer was quicker. Where it says
        that there is nothing to write, nothing is, and None is returned.

        Raises:
            StoreUnreadable: The server is away, and what was sent last may be there or not;
                or other writers were quicker for a minute, or it is too much at once.
        """
        until = time.monotonic() + RIVALS_TIMEOUT
        pause = 0.002
        lost: Pending | None = None  # rows that wait for what can never land any more
        try:
            while (wanted := work_out()) is not None:
                if form.size(wanted.events) > form.AT_ONCE:
                    raise too_much()
                if lost or wanted.rows:
                    lost = Pending(attempt, wanted.mark.at)
                    self.vault.put(lost, wanted.rows)
                pending, lost = lost, None
                landed = self._append(attempt, wanted)
                if landed is not None:
                    if pending is not None:
                        self.vault.stands(attempt)
                    return landed
                lost = pending
                if time.monotonic() > until:
                    raise StoreUnreadable(
                        "the UmaDB store says: other writers were quicker for over"
                        f" {RIVALS_TIMEOUT} seconds; nothing was recorded. Try again"
                    )
                time.sleep(random.uniform(0, pause))  # noqa: S311 - not a secret
                pause = min(_LONGEST_PAUSE, pause * 2)
            return None
        finally:
            if lost is not None:
                self.vault.drop(lost)

    def _append(self, attempt: str, wanted: Wanted) -> Mark | None:
        """Return the mark that *attempt* made, now or before; None where another was quicker."""
        own = form.mark_of(wanted.kind, self.ledger, attempt, wanted.position, wanted.recorded_at)
        condition = umadb.AppendCondition(
            form.having([form.END, *wanted.unless]), after=wanted.mark.at
        )
        try:
            at = self.server.ask(
                lambda client: client.append([*wanted.events, own], condition=condition)
            )
        except umadb.IntegrityError:
            # Also where it was sent twice, since no acknowledgement came the first time.
            return self.mark_by(attempt)
        return Mark(at, self.ledger, attempt, wanted.position, wanted.recorded_at)

    # --- the vault -------------------------------------------------------------------------------

    def settle(self, pending: Iterable[Pending]) -> None:
        """Decide of *pending* attempts whatever can be decided for good; see the vault."""
        for one in pending:
            mark = self.next_mark(one.after)
            if mark is None:
                continue
            if mark.attempt == one.attempt:
                self.vault.stands(one.attempt)
            else:
                self.vault.drop(one)

    def rows(self, digests: Iterable[str]) -> dict[str, SealedRow]:
        """Return the sealed rows whose events are there."""
        wanted = list(digests)
        found, pending = self.vault.look(wanted)
        if pending:
            self.settle(pending)
            found, _ = self.vault.look(wanted)
        return found
