"""Series that are too long for the ledger, as Parquet parts: one a batch of runs, never changed once written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.results.belongings import Belongings
from caremarket_sim.results.records import Layout, OutcomeLike, RunId
from caremarket_sim.results.soundness import part_of

if TYPE_CHECKING:
    import pyarrow

SERIES = ("weekly", "breakdowns")


@dataclass(frozen=True, slots=True)
class Part:
    """A part that is on disk: its name relative to the folder, its hash and its size."""

    series: str
    file: str
    sha256: str
    bytes: int


def write_batch(
    ours: Belongings,
    number: int,
    layout: Layout,
    batch: Sequence[tuple[RunId, OutcomeLike, Sequence[tuple[str, str]]]],
    written: list[Part],
) -> list[tuple[int, int, int, int]]:
    """Write the series of a batch (run, outcome, groups of its breakdowns) as parts `number`.

    Parts are added to `written` as they reach the disk. Returns where each run's rows are: first weekly row, their
    number, first row of breakdowns, their number.
    """
    rows, weekly, breakdowns = [], [], []
    weekly_from = breakdowns_from = 0
    for run, outcome, groups in batch:
        weekly.append(_weekly_rows(run, outcome))
        breakdowns.append(_breakdown_rows(run, outcome, groups))
        weeks, cells = len(weekly[-1]["values"]), len(breakdowns[-1]["values"])
        rows.append((weekly_from, weeks, breakdowns_from, cells))
        weekly_from, breakdowns_from = weekly_from + weeks, breakdowns_from + cells
    for series, blocks in (("weekly", weekly), ("breakdowns", breakdowns)):
        if any(len(block["values"]) for block in blocks):
            columns = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
            values, names = columns.pop("values"), value_names(layout)[series]
            columns |= {name: values[:, position] for position, name in enumerate(names)}
            written.append(write_part(ours, series, number, columns, names))
    return rows


def read_batch(
    folder: Path, number: int, layout: Layout, files: Mapping[tuple[int, str], tuple[str, str]]
) -> dict[str, NDArray[np.float64]]:
    """The values of the parts `number`, by series (row, name); `files` are the ledger's names and hashes, by number
    and series. Raises BadInput for a part that is not what was written."""
    return {
        series: numbers(read_part(folder, *files[number, series]), names)
        if (number, series) in files
        else np.empty((0, len(names)))
        for series, names in value_names(layout).items()
    }


def value_names(layout: Layout) -> dict[str, tuple[str, ...]]:
    """The columns of numbers of each series; those of `_people` count the people or workers behind a cell."""
    people = tuple(f"{name}_people" for name in layout.broken_down)
    return {"weekly": layout.weekly, "breakdowns": layout.broken_down + people}


def write_part(ours: Belongings, series: str, number: int, columns: Mapping[str, Any], values: Sequence[str]) -> Part:
    """Write the columns as part `number` of a series, durably; `values` names the columns of numbers.

    Numbers are kept bit for bit; nan (an empty group, say) is kept as null, so that SQL passes it over.
    """
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table({name: _array(pyarrow, column) for name, column in columns.items()})
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(
        table,
        sink,
        compression="zstd",
        use_dictionary=[name for name in columns if name not in values],
        use_byte_stream_split=list(values),
    )
    content = sink.getvalue().to_pybytes()
    name = f"{series}/part-{number:06d}.parquet"
    ours.write(name, content)
    return Part(series, name, hashlib.sha256(content).hexdigest(), len(content))


def _array(pyarrow: Any, column: Any) -> Any:
    if isinstance(column, np.ndarray) and column.dtype == object:
        return pyarrow.array(column.tolist(), type=pyarrow.string()).dictionary_encode()
    return pyarrow.array(np.ascontiguousarray(column), from_pandas=column.dtype == np.float64)


def read_part(folder: Path, file: str, sha256: str) -> pyarrow.Table:
    """The whole of a part. Raises BadInput where it is not what was written."""
    import pyarrow
    from pyarrow import parquet

    return parquet.read_table(pyarrow.BufferReader(part_of(folder, file, sha256)), partitioning=None)


def numbers(table: pyarrow.Table, names: Sequence[str]) -> NDArray[np.float64]:
    """Columns of a part as a float64 array (row, name)."""
    found = np.empty((table.num_rows, len(names)))
    for position, name in enumerate(names):
        found[:, position] = table.column(name).to_numpy()
    return found


def _labels(run: RunId, rows: int) -> dict[str, NDArray]:
    return {
        "scenario": np.full(rows, run.scenario, object),
        "variant": np.full(rows, run.variant, object),
        "replicate": np.full(rows, run.replicate, np.int32),
    }


def _weekly_rows(run: RunId, outcome: OutcomeLike) -> dict[str, NDArray]:
    weeks = len(outcome.weekly)
    return {**_labels(run, weeks), "week": np.arange(1, weeks + 1, dtype=np.int32), "values": outcome.weekly}


def _breakdown_rows(run: RunId, outcome: OutcomeLike, groups: Sequence[tuple[str, str]]) -> dict[str, NDArray]:
    """A row a period and group: the values, then the number of people behind each."""
    shape = outcome.breakdowns.shape
    if outcome.breakdowns.size and shape[1] != len(groups):
        raise ValueError(f"breakdowns of {run.scenario!r} have {shape[1]} groups; it was entered with {len(groups)}")
    periods = np.array([*(f"year_{year}" for year in range(1, shape[0])), "all"][: shape[0]], object)
    values = np.concatenate([outcome.breakdowns, outcome.counts], axis=2).reshape(shape[0] * shape[1], 2 * shape[2])
    return {
        **_labels(run, len(values)),
        "period": np.repeat(periods, shape[1]),
        "dimension": np.tile(np.array([dimension for dimension, _ in groups], object), shape[0]),
        "group": np.tile(np.array([group for _, group in groups], object), shape[0]),
        "values": values,
    }
