"""Chance that belongs to somebody: every draw is a hash of (seed, process, week, the agent's permanent number, part).

The same person meets the same chance in every scenario (common random numbers), only the rows that ask are drawn, and
a compiled kernel can ask one draw at a time. Other laws come from the uniform by inverse distribution functions.
"""

import hashlib
from functools import cache, lru_cache

import numpy as np

from .kernels import hashing

FIXED = 0
"""The week of draws that do not belong to a week, such as a person's attributes."""


@cache
def process_code(name: str) -> np.uint64:
    """A 64-bit code of a process's name; the same on every machine."""
    return np.uint64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little"))


_PLACES: dict[str, int] = {}
"""Where the key of each process stands among a week's keys: processes in the order in which they first asked."""


@cache
def _codes(count: int) -> np.ndarray:
    return np.array([process_code(name) for name in list(_PLACES)[:count]], np.uint64)


@lru_cache(maxsize=256)
def _fixed_key(seed: np.uint64, process: str) -> np.uint64:
    return np.uint64(hashing.stream_key(seed, process_code(process), np.uint64(FIXED)))


class Draws:
    """The draws of one week of one run.

    `key(process)` is what a compiled kernel takes to draw by itself; `uniform` and `normal` draw one number for each
    permanent number in `who`; `part` tells apart several draws of one agent in one process.
    """

    __slots__ = ("_keys", "seed", "week")

    def __init__(self, seed: int, week: int):
        self.seed = np.uint64(seed)
        self.week = np.uint64(week + 1_000_000)
        self._keys = np.empty(0, np.uint64)

    def key(self, process: str) -> np.uint64:
        """The key of a process this week. The keys of all processes that have asked before are made at once."""
        at = _PLACES.setdefault(process, len(_PLACES))
        if at >= len(self._keys):
            self._keys = hashing.stream_keys(self.seed, _codes(len(_PLACES)), self.week)
        return self._keys[at]

    def fixed(self, process: str) -> np.uint64:
        """The key of a process whose draws do not depend on the week: attributes that a person is born with."""
        return _fixed_key(self.seed, process)

    def uniform(self, process: str, who: np.ndarray, part: int = 0) -> np.ndarray:
        """Uniforms in (0, 1), one for each number in `who`."""
        return hashing.fill_uniforms(self.key(process), np.ascontiguousarray(who, np.int64), part)

    def normal(self, process: str, who: np.ndarray, part: int = 0) -> np.ndarray:
        """Standard normals, one for each number in `who`."""
        return hashing.fill_normals(self.key(process), np.ascontiguousarray(who, np.int64), part)
