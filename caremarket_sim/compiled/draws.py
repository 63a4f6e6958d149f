"""Chance that belongs to somebody: every draw is a hash of (seed, process, week, the agent's permanent number, part).

The same person meets the same chance in every scenario (common random numbers), only the rows that ask are drawn, and
compiled code can ask one draw at a time. Other laws come from the uniform by inverse distribution functions.
"""

import hashlib
from functools import cache
from typing import NamedTuple

import numpy as np

from . import compiled, entry
from .hashing import normal_quantile, poisson_quantile, stream_key, uniform

FIXED = np.uint64(0)
"""The week of draws that do not belong to a week, such as a person's attributes."""
EARLIEST = 1_000_000
"""Weeks before week 0 that there may be: weeks are counted from there, so that none is negative."""


@cache
def process_code(name: str) -> np.uint64:
    """A 64-bit code of a process's name; the same on every machine."""
    return np.uint64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little"))


@compiled
def key_of(draws, code):
    """The key of this week's draws of a process, by the process's code."""
    return stream_key(draws.seed, code, draws.week)


@compiled
def fixed_key(draws, code):
    """The key of a process's draws that do not depend on the week: attributes that somebody is born with."""
    return stream_key(draws.seed, code, FIXED)


class Draws(NamedTuple):
    """The draws of one week of one run; make them with `draws_of`.

    Compiled code asks for the key of a process (`key_of`, `fixed_key`) and draws by itself. From Python `uniform` and
    `normal` draw one number for each permanent number in `who`; `part` tells apart several draws of one agent in one
    process.
    """

    seed: np.uint64
    week: np.uint64
    """Counted from `EARLIEST` weeks before week 0."""

    def key(self, process: str) -> np.uint64:
        """The key of a process this week."""
        return np.uint64(_key(self.seed, process_code(process), self.week))

    def fixed(self, process: str) -> np.uint64:
        """The key of a process whose draws do not depend on the week."""
        return np.uint64(_key(self.seed, process_code(process), FIXED))

    def uniform(self, process: str, who: np.ndarray, part: int = 0) -> np.ndarray:
        """Uniforms in (0, 1), one for each number in `who`."""
        return _uniforms(self.key(process), np.ascontiguousarray(who, np.int64), part)

    def normal(self, process: str, who: np.ndarray, part: int = 0) -> np.ndarray:
        """Standard normals, one for each number in `who`."""
        return _normals(self.key(process), np.ascontiguousarray(who, np.int64), part)


def draws_of(seed: int, week: int) -> Draws:
    """The draws of a week of the run of a seed."""
    return Draws(np.uint64(seed), np.uint64(week + EARLIEST))


@entry
def _key(seed, code, week):
    return stream_key(seed, code, week)


@entry
def _uniforms(key, who, part):
    out = np.empty(len(who))
    for i in range(len(who)):
        out[i] = uniform(key, who[i], part)
    return out


@entry
def _normals(key, who, part):
    out = np.empty(len(who))
    for i in range(len(who)):
        out[i] = normal_quantile(uniform(key, who[i], part))
    return out


def one_uniform(key: np.uint64, who: int, part: int = 0) -> float:
    """A uniform in (0, 1) of somebody, for Python."""
    return float(_uniforms(key, np.array([who], np.int64), part)[0])


def one_normal(key: np.uint64, who: int, part: int = 0) -> float:
    """A standard normal of somebody, for Python."""
    return float(_normals(key, np.array([who], np.int64), part)[0])


@entry
def one_poisson(key, who, mean):
    """A Poisson number of somebody, for Python."""
    return poisson_quantile(uniform(key, who, 0), mean)
