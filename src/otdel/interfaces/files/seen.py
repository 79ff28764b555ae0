"""Remembers that something was met, in memory that does not grow: for counting different things in a long file."""

from __future__ import annotations

from collections.abc import Hashable

BITS = 1 << 27
LOOKS = 4


class Seen:
    """A Bloom filter of 16 MB, taken as it fills: of a million different things it takes less than one for another.

    Where an answer must be sure, a "yes" is asked for again elsewhere; a "no" is always right.
    """

    def __init__(self) -> None:
        self._bits = bytearray(BITS // 8)

    def add(self, thing: Hashable) -> bool:
        """Remember the thing; tell whether it is new."""
        first = hash((thing, 0))
        step = hash((thing, 1)) | 1
        is_new = False
        for look in range(LOOKS):
            place = (first + look * step) % BITS
            byte, bit = place >> 3, 1 << (place & 7)
            if not self._bits[byte] & bit:
                self._bits[byte] |= bit
                is_new = True
        return is_new
