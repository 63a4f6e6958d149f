"""The files of a sweep's results folder, and of what is made from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from caremarket_sim.telling.files import csv_bytes

if TYPE_CHECKING:
    from caremarket_sim.studies.sweep.result import Sweep


def sweep_files(done: Sweep) -> Iterator[tuple[str, bytes]]:
    """The samples, the outputs at each, and the runs that failed."""
    yield "samples.csv", csv_bytes(done.samples())
    yield "outputs.csv", csv_bytes(done.frame())
    if done.failed:
        lost = pd.DataFrame(list(done.failed), columns=["sample", "scenario", "replicate", "message"])
        yield "failed.csv", csv_bytes(lost)
