"""A checkpoint as the bundle encloses it, with the times at which witnesses saw it."""

from collections.abc import Mapping

import attrs

from complaint_ledger.evidence.checkpoints import Checkpoint
from complaint_ledger.evidence.notes import VerifierKey


@attrs.frozen(kw_only=True)
class Seen:
    """
    A checkpoint whose signatures all hold.

    Attributes:
        written: The file, as text.
        times: When each witness saw it, in seconds since 1970.
    """

    checkpoint: Checkpoint
    written: str
    times: Mapping[VerifierKey, int]

    @property
    def size(self) -> int:
        """How many entries it covers."""
        return self.checkpoint.size
