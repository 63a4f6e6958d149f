"""What is in a results folder as tables: for SQL, and for export. Nothing here writes to the folder."""

from __future__ import annotations

import csv
import io
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.indicators import STAGES
from caremarket_sim.results import parts
from caremarket_sim.results.belongings import Belongings
from caremarket_sim.results.periods import ALL
from caremarket_sim.results.soundness import part_of, text_of
from caremarket_sim.results.store import Store

if TYPE_CHECKING:
    import pyarrow

_PLAIN = {
    "runs": "SELECT r.scenario, variant, replicate, seed, r.key, seconds, finished FROM runs r "
    "JOIN scenarios s ON s.name = r.scenario ORDER BY s.position, variant, replicate",
    "failures": "SELECT scenario, variant, replicate, seed, kind, message, traceback, happened FROM failures",
    "scenarios": "SELECT name AS scenario, key, title, path FROM scenarios ORDER BY position",
    "parameters": "SELECT scenario, variant, name, value FROM parameters ORDER BY scenario, variant, name",
    "indicators": "SELECT id, label, unit, family, better, definition FROM indicators ORDER BY position",
    "provenance": "SELECT name, value FROM provenance ORDER BY name",
}
TABLES = ("runs", "outcomes", "weekly", "breakdowns", *list(_PLAIN)[1:])
"""Names of the tables, `outcomes` being one row a run, period and indicator."""

MEMORY_MB, SECONDS, MOST_ROWS = 2_000, 60.0, 1_000_000
"""What a query may take unless somebody says otherwise, and the rows that an answer may have."""
BESIDE_MB = 512
"""What DuckDB's threads and the answer's rows in Python may take beside."""

EXPORTED = ("runs", "outcomes", "weekly", "breakdowns", "failures", "scenarios", "parameters", "indicators")


def table(store: Store, name: str) -> pyarrow.Table:
    """One of TABLES, its runs in the order (scenario as entered, variant, replicate)."""
    if name == "outcomes":
        return _outcomes(store)
    if name in parts.SERIES:
        return _in_order(store, _series(store, name).to_table())
    import pyarrow

    names, rows = store.ledger.table(_PLAIN[name])
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return pyarrow.table(dict(zip(names, map(list, columns), strict=True)))


def sql(
    store: Store, query: str, *, memory_mb: int = MEMORY_MB, seconds: float = SECONDS
) -> tuple[list[str], list[tuple]]:
    """Column names and rows of a query in DuckDB's SQL over TABLES and the folder's own CSV files (by their stems).

    It can only read, and only these tables: DuckDB runs in memory, with access to files, network and extensions off
    and locked, in so much memory and so many seconds. Raises BadInput for what it cannot understand, must not do, or
    cannot answer within them.
    """
    import duckdb

    config: dict[str, Any] = {"python_enable_replacements": False, "memory_limit": f"{memory_mb}MB"}
    connection = duckdb.connect(":memory:", config=config | {"max_temp_directory_size": "0MB"})
    clock = threading.Timer(seconds, connection.interrupt)
    clock.start()
    try:
        statements = connection.extract_statements(query)
        reading = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
        if len(statements) != 1 or statements[0].type not in reading:
            raise BadInput(Problem("that is not a single query that reads", right="write one select"))
        for name, make in _sources(store).items():
            if re.search(rf"\b{re.escape(name)}\b", query, re.IGNORECASE):
                connection.register(name, make())
        for setting in ("enable_external_access = false", "lock_configuration = true"):
            connection.execute(f"SET {setting}")
        with _held_to(memory_mb + BESIDE_MB):
            cursor = connection.execute(statements[0])
            return [column[0] for column in cursor.description or ()], _fetched(cursor)
    except duckdb.InterruptException:
        what = f"the query took more than {seconds:g} s"
        raise BadInput(Problem(what, right="ask for less, or give it more with --seconds")) from None
    except (duckdb.OutOfMemoryException, MemoryError):
        what = f"the query needs more than {memory_mb} MB of memory"
        raise BadInput(Problem(what, right="ask for less, or give it more with --memory")) from None
    except duckdb.Error as error:
        what = str(error).strip().splitlines()[0]
        raise BadInput(Problem(f"the query failed: {what}", right=f"tables: {', '.join(_sources(store))}")) from None
    finally:
        clock.cancel()
        connection.close()


@contextmanager
def _held_to(megabytes: int) -> Iterator[None]:
    """Let this process take no more than so much memory beyond what it has, where the system can see to that: DuckDB
    counts tables against its limit, but not a single value, such as a text of gigabytes."""
    try:
        import resource

        has = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    most = has + megabytes * 2**20
    soft = most if before[0] == resource.RLIM_INFINITY else min(most, before[0])
    resource.setrlimit(resource.RLIMIT_AS, (soft, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _fetched(cursor: Any) -> list[tuple]:
    """All rows of an answer, of which nobody reads more than so many. Raises BadInput for more."""
    rows: list[tuple] = []
    while more := cursor.fetchmany(10_000):
        rows += more
        if len(rows) > MOST_ROWS:
            raise BadInput(Problem(f"the answer has more than {MOST_ROWS:,} rows", right="add a limit, or use export"))
    return rows


def _sources(store: Store) -> dict[str, Callable[[], Any]]:
    def lazily(name: str) -> Callable[[], Any]:
        if name in parts.SERIES:
            return lambda: _series(store, name)
        return lambda: table(store, name)

    def from_csv(path: Path) -> Callable[[], Any]:
        def read() -> Any:
            import pyarrow
            from pyarrow import csv as arrow_csv

            content = text_of(store.folder, path.name, others=True).encode()
            try:
                return arrow_csv.read_csv(pyarrow.BufferReader(content))
            except pyarrow.ArrowInvalid as error:
                raise BadInput(Problem(f"this is no table: {error}", file=path)) from None

        return read

    sources = {name: lazily(name) for name in TABLES}
    return {path.stem: from_csv(path) for path in sorted(store.folder.glob("*.csv"))} | sources


def _series(store: Store, series: str) -> Any:
    """The parts that the ledger names, as one data set that is read when and as far as it is needed."""
    import pyarrow
    from pyarrow import dataset

    query = "SELECT file, sha256 FROM parts WHERE series = ? ORDER BY part"
    files = store.ledger.rows(query, (series,))
    for file, sha256 in files:
        part_of(store.folder, file, sha256)
    if files:
        return dataset.dataset([str(store.folder / file) for file, _ in files], format="parquet")
    fields = [pyarrow.field(name, pyarrow.float64()) for name in parts.value_names(store.layout)[series]]
    labels = [(name, pyarrow.string()) for name in ("scenario", "variant")] + [("replicate", pyarrow.int32())]
    return dataset.dataset(pyarrow.schema([*labels, *fields]).empty_table())


def _in_order(store: Store, rows: pyarrow.Table) -> pyarrow.Table:
    import pyarrow
    from pyarrow import compute

    order = [scenario for (scenario,) in store.ledger.rows("SELECT name FROM scenarios ORDER BY position")]
    labels = pyarrow.table(
        {
            "position": compute.index_in(
                rows["scenario"].cast(pyarrow.string()), pyarrow.array(order, pyarrow.string())
            ),
            "variant": rows["variant"].cast(pyarrow.string()),
            "replicate": rows["replicate"],
        }
    )
    keys = [("position", "ascending"), ("variant", "ascending"), ("replicate", "ascending")]
    return rows.take(compute.sort_indices(labels, sort_keys=keys))  # stable: rows of a run stay as they are


def _outcomes(store: Store) -> pyarrow.Table:
    import pyarrow

    store.require_numbers()
    query = (
        "SELECT r.scenario, variant, replicate, overall, stages, yearly "
        "FROM runs r JOIN scenarios s ON s.name = r.scenario ORDER BY s.position, variant, replicate"
    )
    runs = store.ledger.rows(query)
    ids = store.layout.indicators
    values = np.frombuffer(b"".join(b"".join(row[3:]) for row in runs), "<f8").astype(np.float64)
    counts = np.array([len(b"".join(row[3:])) // (8 * len(ids)) for row in runs], int)  # periods of each run
    run_of = np.repeat(np.arange(len(runs)), counts * len(ids))
    period_of = np.concatenate([np.arange(count) for count in counts]) if runs else np.empty(0, int)
    years = int(counts.max(initial=1)) - 1 - len(STAGES)
    periods = [ALL, *STAGES, *(f"year_{year}" for year in range(1, years + 1))]

    def labelled(of: Any, labels: Sequence[str]) -> Any:
        return pyarrow.DictionaryArray.from_arrays(pyarrow.array(of.astype(np.int32)), pyarrow.array(labels, "string"))

    return pyarrow.table(
        {
            "scenario": labelled(run_of, [row[0] for row in runs]).cast("string"),
            "variant": labelled(run_of, [row[1] for row in runs]).cast("string"),
            "replicate": np.array([row[2] for row in runs], np.int32)[run_of],
            "period": labelled(np.repeat(period_of, len(ids)), periods).cast("string"),
            "indicator": labelled(np.tile(np.arange(len(ids)), counts.sum()), ids).cast("string"),
            "value": pyarrow.array(values, from_pandas=True),
        }
    )


def export(store: Store, folder: Path, kind: str, names: Iterable[str] = EXPORTED) -> list[Path]:
    """Write tables as files of a kind ("csv" or "parquet") into a folder; only files that we wrote are replaced."""
    if kind not in ("csv", "parquet"):
        raise BadInput(
            Problem(f"{kind!r} is no format to export to", right=suggestion(kind, ("csv", "parquet", "xlsx")))
        )
    ours, written = Belongings(folder), []
    for name in names:
        rows = table(store, name)
        ours.write(f"{name}.{kind}", as_csv(rows) if kind == "csv" else _as_parquet(rows))
        written.append(ours.folder / f"{name}.{kind}")
    return written


def as_csv(rows: pyarrow.Table) -> bytes:
    """UTF-8 with signature, for Excel; a text that a spreadsheet would take for a formula is preceded by '."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(rows.column_names)
    writer.writerows(zip(*(_cells(column) for column in rows.columns), strict=True))
    return text.getvalue().encode("utf-8-sig")


def _cells(column: pyarrow.ChunkedArray) -> list:
    values = column.to_pylist()
    if values and isinstance(next((value for value in values if value is not None), None), str):
        return [f"'{value}" if value and value[0] in "=+-@\t\r" else value for value in values]
    return ["" if value is None or value != value else value for value in values]


def _as_parquet(rows: pyarrow.Table) -> bytes:
    import pyarrow
    from pyarrow import parquet

    sink = pyarrow.BufferOutputStream()
    parquet.write_table(rows, sink, compression="zstd")
    return sink.getvalue().to_pybytes()
