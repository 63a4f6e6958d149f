"""The results of an experiment in one folder, of which no finished run is ever lost or counted twice.

    <folder>/.written                  the names and hashes of all files here, noted before they are written
    <folder>/ledger.sqlite             runs with their values by period, failures, scenarios, provenance
    <folder>/weekly/part-*.parquet     weekly series, a row a week
    <folder>/breakdowns/part-*.parquet values by group, a row a group and period

Only the driver writes, a batch of runs at a time: first the parts (write, fsync, rename), then one ledger transaction
that names them. A kill between the two leaves parts that no ledger row names; they are removed when work is resumed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.errors import BadInput, CannotWrite, Problem
from caremarket_sim.results import parts
from caremarket_sim.results.belongings import Belongings
from caremarket_sim.results.durable import FolderLock, writing
from caremarket_sim.results.ledger import Ledger
from caremarket_sim.results.records import (
    RESULTS_FORMAT,
    Failure,
    Layout,
    OutcomeLike,
    RunId,
    ScenarioRecord,
    hash_of,
)
from caremarket_sim.results.soundness import is_as_it_ended, refuse

Made = TypeVar("Made")


class Store:
    """The open results folder. Use as a context manager, or close it."""

    def __init__(self, folder: Path, ledger: Ledger, lock: FolderLock | None, layout: Layout):
        self.folder, self.ledger, self.layout = folder, ledger, layout
        self.ours = Belongings(folder)
        self._lock = lock
        self._groups: dict[str, tuple[tuple[str, str], ...]] = {}

    @classmethod
    def open(cls, folder: Path, layout: Layout, code: str, *, resume: bool = False, replace: bool = False) -> Store:
        """A folder to write to: new, or with `resume` gone on with, or with `replace` emptied first.

        Raises BadInput for a folder that holds something already (neither asked for) or anything that is not ours, or
        was written by another version of the code or format, CannotWrite where it cannot be written.
        """
        folder, how = Path(folder), {"resume": resume, "replace": replace}
        Belongings(folder).require(**how)  # nothing, not even a lock, is left in what is not ours
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        lock = FolderLock(folder)
        try:
            begun = Belongings(folder).take(**how)
            ledger = Ledger.open(folder) if begun else Ledger.create(folder)
            try:
                store = cls(folder, ledger, lock, layout)
                store._agree(code, begun)
                store._forget_strays()
            except BaseException:
                ledger.close()
                raise
        except BaseException:
            lock.release()
            raise
        return store

    def _forget_strays(self) -> None:
        """Remove the parts that no row of the ledger names: a kill came between the two."""
        known = {file for (file,) in self.ledger.rows("SELECT file FROM parts")}
        here = [name for name in self.ours.present() if name.startswith(tuple(f"{one}/" for one in parts.SERIES))]
        self.ours.discard(name for name in here if name not in known)

    @classmethod
    def read(cls, folder: Path) -> Store:
        """A folder to look into, finished or being written. Raises BadInput where there are no results, or others."""
        folder = Path(folder)
        ledger = Ledger.read(folder)
        try:
            return cls(folder, ledger, None, _layout_of(ledger))
        except BaseException:
            ledger.close()
            raise

    def require_numbers(self) -> None:
        """Raise BadInput unless all numbers are what was written: by the manifest of work that has ended, else by each
        run's own hash."""
        if not is_as_it_ended(self.folder):
            self.outcomes(SimpleNamespace)

    def _agree(self, code: str, begun: bool) -> None:
        layout = {name: list(getattr(self.layout, name)) for name in self.layout.__slots__}
        now = {"results_format": str(RESULTS_FORMAT), "code": code, "layout": json.dumps(layout)}
        if not begun or not self.provenance():
            self.note(now)
            return
        before = self.provenance()
        words = {"results_format": "results format", "code": "code version", "layout": "set of indicators"}
        differing = [word for name, word in words.items() if before.get(name) != now[name]]
        if differing:
            raise BadInput(
                Problem(
                    f"the runs here were made with another {' and another '.join(differing)}, and runs of two versions "
                    "must not be mixed in one set of results",
                    file=self.folder,
                    right="go on with the version that began them, or use --replace or another --out",
                )
            )

    def provenance(self) -> dict[str, str]:
        """What is noted of where the results come from."""
        return dict(self.ledger.rows("SELECT name, value FROM provenance"))

    def note(self, facts: Mapping[str, str]) -> None:
        """Note facts of where the results come from, over what was noted under the same names."""
        with self.ledger.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO provenance VALUES (?, ?)", list(facts.items()))

    def describe(self, scenarios: Sequence[ScenarioRecord], indicators: Sequence[tuple[str, ...]] = ()) -> None:
        """Enter the scenarios and the indicators (id, label, unit, family, better, definition) before their runs.

        Raises BadInput if a scenario here under the same name has other content.
        """
        known = dict(self.ledger.rows("SELECT name, key FROM scenarios"))
        problems = [
            Problem(
                f"scenario {record.name!r} is no longer what it was when the runs in {self.folder} were made",
                file=record.path or None,
                right="put it back as it was, or use --replace or another --out",
            )
            for record in scenarios
            if known.get(record.name, record.key) != record.key
        ]
        if problems:
            raise BadInput(problems)
        new = [record for record in scenarios if record.name not in known]
        with self.ledger.transaction() as connection:
            connection.executemany(
                "INSERT INTO scenarios (name, key, title, path, resolved, groups) VALUES (?, ?, ?, ?, ?, ?)",
                [(one.name, one.key, one.title, one.path, one.resolved, json.dumps(one.groups)) for one in new],
            )
            connection.executemany(
                "INSERT OR REPLACE INTO parameters VALUES (?, ?, ?, ?)",
                [
                    (record.name, variant, name, value)
                    for record in scenarios
                    for variant, values in record.parameters.items()
                    for name, value in values.items()
                ],
            )
            connection.executemany(
                "INSERT OR REPLACE INTO indicators VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(position, *indicator) for position, indicator in enumerate(indicators)],
            )

    def done(self, runs: Iterable[RunId]) -> set[RunId]:
        """Which of these runs are here already. Raises BadInput if one is here under the same name with another key."""
        keys = {row[:3]: row[3] for row in self.ledger.rows("SELECT scenario, variant, replicate, key FROM runs")}
        found = set()
        for run in runs:
            key = keys.get((run.scenario, run.variant, run.replicate))
            if key == run.key:
                found.add(run)
            elif key is not None:
                raise BadInput(
                    Problem(
                        f"replicate {run.replicate} of {run.scenario!r} here was made from another seed or scenario",
                        file=self.folder,
                        right="ask for what was asked for before, or use --replace or another --out",
                    )
                )
        return found

    def add(self, batch: Sequence[tuple[RunId, OutcomeLike | Failure, float]]) -> None:
        """Keep a batch of runs (run, its outcome or failure, seconds it took). When this returns, they are safe."""
        outcomes = [(run, result, seconds) for run, result, seconds in batch if not isinstance(result, Failure)]
        failures = [(run, result) for run, result, _ in batch if isinstance(result, Failure)]
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        number = (
            1
            + self.ledger.rows(
                "SELECT coalesce(max(part), 0) FROM (SELECT part FROM runs UNION SELECT part FROM parts)"
            )[0][0]
        )
        written: list[parts.Part] = []
        try:
            blocks = [(run, outcome, self._groups_of(run.scenario)) for run, outcome, _ in outcomes]
            rows = parts.write_batch(self.ours, number, self.layout, blocks, written)
            with self.ledger.transaction() as connection:
                connection.executemany(
                    "INSERT INTO parts VALUES (?, ?, ?, ?, ?)",
                    [(number, part.series, part.file, part.sha256, part.bytes) for part in written],
                )
                connection.executemany(
                    f"INSERT INTO runs VALUES ({', '.join('?' * 16)})",
                    [
                        (*_identity(run), seconds, now, number, *place)
                        + (_blob(outcome.overall), _blob(outcome.stages), _blob(outcome.yearly), hash_of(outcome))
                        for (run, outcome, seconds), place in zip(outcomes, rows, strict=True)
                    ],
                )
                connection.executemany(
                    "INSERT INTO failures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        (*_identity(run), failure.kind, failure.message, failure.traceback, now)
                        for run, failure in failures
                    ],
                )
        except CannotWrite:
            for part in written:
                (self.folder / part.file).unlink(missing_ok=True)
            raise

    def _groups_of(self, scenario: str) -> tuple[tuple[str, str], ...]:
        if scenario not in self._groups:
            try:
                ((groups,),) = self.ledger.rows("SELECT groups FROM scenarios WHERE name = ?", (scenario,))
                self._groups[scenario] = tuple((str(dimension), str(group)) for dimension, group in json.loads(groups))
            except (ValueError, TypeError, RecursionError):
                refuse(self.ledger.path, f"the ledger does not say what groups {scenario!r} has")
        return self._groups[scenario]

    def runs(self) -> list[RunId]:
        """The runs that are here, in the order (scenario as entered, variant, replicate)."""
        query = (
            "SELECT r.scenario, variant, replicate, seed, r.key FROM runs r JOIN scenarios s ON s.name = r.scenario "
            "ORDER BY s.position, variant, replicate"
        )
        return [RunId(*row) for row in self.ledger.rows(query)]

    def failures(self) -> list[tuple[RunId, Failure]]:
        """The last failure of each run that has failed and has not been done since, in order."""
        query = """
            SELECT f.scenario, f.variant, f.replicate, f.seed, f.key, f.kind, f.message, f.traceback
            FROM failures f JOIN scenarios s ON s.name = f.scenario
            WHERE f.rowid IN (SELECT max(rowid) FROM failures GROUP BY scenario, variant, replicate)
            AND NOT EXISTS (SELECT 1 FROM runs r WHERE (r.scenario, r.variant, r.replicate) =
                (f.scenario, f.variant, f.replicate))
            ORDER BY s.position, f.variant, f.replicate
        """
        return [(RunId(*row[:5]), Failure(*row[5:])) for row in self.ledger.rows(query)]

    def outcomes(self, make: Callable[..., Made], runs: Iterable[RunId] | None = None) -> dict[RunId, Made]:
        """The outcomes of these runs (all, when None) in the order of `runs()`, to the bit as they were added.

        `make` is called with the arrays by name: weekly, yearly, overall, stages, breakdowns, counts.
        """
        wanted = set(self.runs() if runs is None else runs)
        query = (
            "SELECT scenario, variant, replicate, seed, key, part, weekly_from, weekly_rows, breakdowns_from, "
            "breakdowns_rows, overall, stages, yearly, sha256 FROM runs ORDER BY part"
        )
        files = {row[:2]: row[2:] for row in self.ledger.rows("SELECT part, series, file, sha256 FROM parts")}
        made: dict[RunId, Made] = {}
        opened: tuple[int, dict[str, Any]] = (0, {})
        for row in self.ledger.rows(query):
            run = RunId(*row[:5])
            if run not in wanted:
                continue
            if opened[0] != row[5]:
                opened = row[5], parts.read_batch(self.folder, row[5], self.layout, files)
            try:
                arrays = self._arrays(row, opened[1], len(self._groups_of(run.scenario)))
                as_written = hash_of(cast(OutcomeLike, SimpleNamespace(**arrays))) == row[13]
            except ValueError:  # lengths that do not fit
                arrays, as_written = {}, False
            if not as_written:
                what = f"replicate {run.replicate} of {run.scenario!r} is not what was written when it was done"
                refuse(self.ledger.path, what)
            made[run] = make(**arrays)
        return {run: made[run] for run in self.runs() if run in made}

    def _arrays(self, row: tuple, series: dict[str, Any], groups: int) -> dict[str, NDArray[np.float64]]:
        """The arrays of one run, from its row of the ledger and its part's series."""
        weekly = series["weekly"][row[6] : row[6] + row[7]]
        cells = series["breakdowns"][row[8] : row[8] + row[9]]
        cells = cells.reshape(-1, max(1, groups), 2, len(self.layout.broken_down))
        stages, yearly = (
            np.frombuffer(row[at], "<f8").reshape(-1, len(self.layout.indicators)).astype(np.float64) for at in (11, 12)
        )
        return {
            "weekly": weekly.copy(),
            "yearly": yearly,
            "overall": np.frombuffer(row[10], "<f8").astype(np.float64),
            "stages": stages,
            "breakdowns": cells[:, :, 0].copy(),
            "counts": cells[:, :, 1].copy(),
        }

    def hashes(self) -> dict[RunId, str]:
        """The hash of each run's numbers, in the order of `runs()`."""
        query = "SELECT scenario, variant, replicate, seed, key, sha256 FROM runs"
        found = {RunId(*row[:5]): row[5] for row in self.ledger.rows(query)}
        return {run: found[run] for run in self.runs()}

    def close(self) -> None:
        """Close the ledger and let others write; safe to call twice."""
        try:
            self.ledger.close()
        finally:
            if self._lock:
                self._lock.release()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        try:
            self.close()
        except CannotWrite:
            if kind is None:
                raise


def _identity(run: RunId) -> tuple:
    return run.scenario, run.variant, run.replicate, run.seed, run.key


def _blob(values: NDArray[np.float64]) -> bytes:
    return np.ascontiguousarray(values, dtype="<f8").tobytes()


def _layout_of(ledger: Ledger) -> Layout:
    """What the columns of the arrays are. Raises BadInput for another format, or where that is not said."""
    noted = dict(ledger.rows("SELECT name, value FROM provenance"))
    written = noted.get("results_format", "none")
    if written != str(RESULTS_FORMAT):
        what = f"these results have format {written[:20]}, and this version reads {RESULTS_FORMAT}"
        right = "read them with the version that wrote them, or simulate them again"
        raise BadInput(Problem(what, file=ledger.path.parent, right=right))
    try:
        said = json.loads(noted["layout"])
        layout = Layout(**{name: tuple(ids) for name, ids in said.items()})
        if all(ids and all(isinstance(one, str) for one in ids) for ids in said.values()):
            return layout
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass
    refuse(ledger.path, "the ledger does not say which indicators it holds")
