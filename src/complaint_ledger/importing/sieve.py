"""Which streams were seen in this run, in memory that does not grow."""


class Sieve:
    """
    Streams seen in this run, in little memory: a Bloom filter of 4 MiB.

    Stream ids are evenly spread, so that parts of one are the hashes. Up to a
    million streams, hardly one that is new is taken for one that was seen.
    """

    def __init__(self) -> None:
        self._bits = bytearray(1 << 22)

    def add(self, stream: str) -> bool:
        """Add *stream*; return whether it may have been there, never wrong if it was."""
        rest = int(stream, 16)
        seen = True
        for _ in range(4):
            rest, at = divmod(rest, 1 << 25)
            place, bit = at >> 3, 1 << (at & 7)
            if not self._bits[place] & bit:
                self._bits[place] |= bit
                seen = False
        return seen
