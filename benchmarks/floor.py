"""The floor: the draws and column updates of a week in bare compiled loops, with nothing of the market around them.

One after the other, as a market has to: where a processor can multiply eight 64-bit numbers at once the compiler would
draw for eight people at a time, which halves the floor there and nowhere else, and no rule of a market can be had so.
"""

import time
from unittest import mock

import numba
import numpy as np

from caremarket_sim.compiled.hashing import uniform

CLIENT_LOOPS = 9
"""Processes of a week that visit every person who draws on care."""
WORKER_LOOPS = 8
"""Processes of a week that visit every care worker."""
RUNS_A_CLIENT = 7
"""Runs of visits of an average person in a week."""


@numba.njit
def a_week(people, staff, key):
    """A draw and a column update for everybody in each process, and a visit to a care worker for each run."""
    for loop in range(CLIENT_LOOPS):
        for i in range(len(people)):
            people[i] += 0.1 * (uniform(key, i, loop) - people[i])
    for loop in range(WORKER_LOOPS):
        for w in range(len(staff)):
            staff[w] += 0.1 * (uniform(key, w, 100 + loop) - staff[w])
    count = len(staff)
    for i in range(len(people)):
        for run in range(RUNS_A_CLIENT):
            staff[(i * RUNS_A_CLIENT + run) % count] += people[i]


def seconds_of_floor(clients: int, workers: int, weeks: int) -> float:
    """CPU seconds of so many weeks of the floor, compiling left out."""
    people, staff = np.full(clients, 0.5), np.full(workers, 0.5)
    with mock.patch.object(numba.core.config, "LOOP_VECTORIZE", 0):
        a_week(people, staff, np.uint64(1))
    start = time.process_time()
    for week in range(weeks):
        a_week(people, staff, np.uint64(week))
    return time.process_time() - start
