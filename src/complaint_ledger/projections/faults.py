"""What can be wrong with the place where facts are kept."""

from complaint_ledger.errors import ComplaintLedgerError


class FactsError(ComplaintLedgerError):
    """What is wrong with the place where the facts are kept."""

    exit_status = 3


class FactsForeign(FactsError):
    """The place holds something else, or the facts of another ledger; nothing was changed."""


class FactsAhead(FactsError):
    """The facts tell of events that the ledger does not hold: it was restored from a backup."""


class FactsLater(FactsError):
    """A later version of the program made the facts; nothing was changed."""


class FactsUnusable(FactsError):
    """
    The place cannot be read or written.

    Attributes:
        passing: Whether it may work when it is tried again: it was busy, or out of reach.
    """

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


class RebuildStopped(FactsError):
    """A rebuild met what it cannot take in; what serves goes on."""


class NoBuild(FactsError):
    """There is no build of that number, or none that the command could be about."""


class BuildGone(NoBuild):
    """Somebody dropped the build while it was made or kept up."""
