"""The commands on results folders: sql, export, verify, reproduce."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from caremarket_sim.asking import Cluster

if TYPE_CHECKING:
    from caremarket_sim.results.records import Failure, Success
    from caremarket_sim.results.store import Store
    from caremarket_sim.scenario import Scenario

DIFFERENCE_FOUND = 1

_RESULTS = typer.Argument(..., metavar="RESULTS", help="A results folder.", show_default=False)
_JSON = typer.Option(False, "--json", help="Print one JSON object; all else goes to standard error.")
_QUIET = typer.Option(False, "--quiet", help="Say nothing when all is well.")


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    example = 'Example: caremarket sql results/block-spot "select scenario, avg(turnover) from weekly group by all"'
    app.command("sql", epilog=example)(sql)
    app.command("export", epilog="Example: caremarket export results/block-spot --to tables --format parquet")(export)
    app.command("verify", epilog="Example: caremarket verify results/block-spot")(verify)
    app.command("reproduce", epilog="Example: caremarket reproduce results/block-spot --replicates 2")(reproduce)


def sql(
    results: Path = _RESULTS,
    query: str = typer.Argument(..., help="One select, in DuckDB's SQL.", show_default=False),
    as_csv: bool = typer.Option(False, "--csv", help="Print CSV."),
    as_json: bool = _JSON,
    memory: int = typer.Option(2000, "--memory", min=50, max=1_000_000, help="Megabytes that it may take."),
    seconds: float = typer.Option(60.0, "--seconds", min=0.1, max=86_400.0, help="Seconds after which it is ended."),
) -> None:
    """Ask results a question. It only reads, also while a run is writing.

    Tables: runs, outcomes (a row a run, period and indicator), weekly (a row a week), breakdowns (a row a group and
    period), failures, scenarios, parameters, indicators, provenance, and every CSV file in the folder by its name.
    """
    from caremarket_sim.results import query as tables
    from caremarket_sim.results.store import Store

    with Store.read(results) as store:
        names, rows = tables.sql(store, query, memory_mb=memory, seconds=seconds)
    if as_json:
        _print_json({"columns": names, "rows": [[_plain(value) for value in row] for row in rows]})
    elif as_csv:
        import csv
        import sys

        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerows([names, *rows])
    else:
        _print_table(names, rows)


def export(
    results: Path = _RESULTS,
    to: Path = typer.Option(
        ..., "--to", help="The folder to write to, where files that we wrote are replaced; or FILE.xlsx, or xlsx."
    ),
    kind: str | None = typer.Option(
        None, "--format", help="csv, parquet or xlsx. Default: csv, or what --to says.", show_default=False
    ),
    table: list[str] | None = typer.Option(None, "--table", help="Only this table; may be given again."),
    quiet: bool = _QUIET,
    as_json: bool = _JSON,
) -> None:
    """Write results as tables for other programs: runs, outcomes, weekly, breakdowns and what they mean.

    For Excel, `--to FILE.xlsx` writes one workbook, `--to xlsx` writes results.xlsx into the folder of the results: a
    sheet for each CSV file that is there, first one that says what is what. With --table it has these tables instead.
    For Word, `--to FILE.docx` or `--to docx` writes the brief of a comparison.
    """
    from caremarket_sim.documents.formats import exported_tables
    from caremarket_sim.errors import BadInput, Problem, suggestion
    from caremarket_sim.results import query as tables
    from caremarket_sim.results.store import Store
    from caremarket_sim.results.workbook import export_workbook

    if str(to) == "docx" or to.suffix.lower() == ".docx":
        from caremarket_sim.report import write_brief

        if kind is not None or table:
            raise BadInput(Problem("the brief for Word has no --format and no --table", right="leave them out"))
        return _wrote([write_brief(results, to)], quiet, as_json)
    unknown = [name for name in table or () if name not in tables.EXPORTED]
    if unknown:
        raise BadInput([Problem(f"no table is called {n!r}", right=suggestion(n, tables.EXPORTED)) for n in unknown])
    if str(to) == "xlsx" and kind in (None, "xlsx"):
        to, kind = results, "xlsx"
    elif to.suffix.lower() == ".xlsx":
        if kind not in (None, "xlsx"):
            raise BadInput(Problem(f"--to names a file for Excel, and --format {kind}", right="leave out one of them"))
        kind = "xlsx"
    with Store.read(results) as store:
        if kind == "xlsx":
            files = [export_workbook(store, to, exported_tables(), table)]
        else:
            files = tables.export(store, to, kind or "csv", table or tables.EXPORTED)
    _wrote(files, quiet, as_json)


def _wrote(files: Sequence[Path], quiet: bool, as_json: bool) -> None:
    """Say which files were written."""
    if as_json:
        _print_json({"files": [str(file) for file in files]})
    elif not quiet:
        typer.echo(f"wrote {', '.join(file.name for file in files)} to {files[0].parent}")


def verify(results: Path = _RESULTS, quiet: bool = _QUIET, as_json: bool = _JSON) -> None:
    """Hash every file of results again and hold it against the manifest: status 1 if any is not what it was."""
    from caremarket_sim.results.manifest import NOT_PROVED
    from caremarket_sim.runs import proof

    found = proof.verify(results)
    if as_json:
        _print_json(
            {
                "verified": not found.differences,
                "files": found.files,
                "differences": found.differences,
                "notes": found.notes,
                "not_proved": NOT_PROVED,
            }
        )
    else:
        for difference in found.differences:
            typer.echo(f"{results}: {difference}", err=True)
        if not quiet:
            for note in found.notes:
                typer.echo(f"note: {note}")
            if not found.differences:
                typer.echo(f"All {found.files} files are what they were when the work ended.")
                _print_not_proved()
    if found.differences:
        raise typer.Exit(DIFFERENCE_FOUND)


def reproduce(
    results: Path = _RESULTS,
    replicates: int | None = typer.Option(None, min=1, help="Only the first so many replicates. Default: all."),
    workers: int | None = typer.Option(None, min=0, help="Worker processes; 0 for none. Default: all cores."),
    cluster: Cluster = None,
    quiet: bool = _QUIET,
    as_json: bool = _JSON,
) -> None:
    """Run what is in a results folder again and compare, to the byte or within 1e-9: status 1 if it differs.

    The scenarios are made again from the ledger, and nothing cached from earlier work is used.
    """
    from functools import partial

    from caremarket_sim.asking import telling
    from caremarket_sim.errors import BadInput, Problem
    from caremarket_sim.indicators import Outcome
    from caremarket_sim.results.manifest import NOT_PROVED
    from caremarket_sim.results.store import Store
    from caremarket_sim.runs import proof
    from caremarket_sim.runs.design import Task, ready
    from caremarket_sim.runs.executors import perform
    from caremarket_sim.runs.plan import IN_FORCE_NOTE
    from caremarket_sim.runs.preflight import afresh
    from caremarket_sim.settling import code_version
    from caremarket_sim.studies.standing.study import STANDING, play_whatever

    with Store.read(results) as store, telling(quiet or as_json) as (tell, say):
        if "sweep" in store.provenance():
            right = "simulate the same design again; the same design and version give the same numbers"
            raise BadInput(Problem("a sweep's runs are not reproduced one by one", file=results, right=right))
        scenarios = _scenarios(store)
        in_force = json.loads(store.provenance()[IN_FORCE_NOTE])

        def simulate(tasks: Sequence[tuple[int, str, tuple[str, ...]]]) -> Sequence[Success | Failure]:
            made = [
                (variant == STANDING, Task(seed, tuple(scenarios[name, variant] for name in names), in_force))
                for seed, variant, names in tasks
            ]
            ready(tell)
            tell("simulating", 0, len(made))
            found: dict[int, Success | Failure] = {}
            once = partial(afresh, play_whatever)
            for index, answer in perform(once, made, workers=workers, cluster=cluster, tell=say):
                found[index] = answer
                tell("simulating", len(found), len(made))
            return [found[index] for index in range(len(made))]

        found = proof.reproduce(store, Outcome, simulate, code_version(), replicates)
    if as_json:
        _print_json(
            {
                "reproduced": not found.differing,
                "runs": found.runs,
                "identical": found.identical,
                "within_1e-9": found.near,
                "differing": found.differing,
                "notes": found.notes,
                "not_proved": NOT_PROVED,
            }
        )
    else:
        for difference in found.differing:
            typer.echo(f"{results}: {difference}", err=True)
        if not quiet:
            for note in found.notes:
                typer.echo(f"note: {note}")
            typer.echo(found.sentence)
            _print_not_proved()
    if found.differing:
        raise typer.Exit(DIFFERENCE_FOUND)


def _scenarios(store: Store) -> dict[tuple[str, str], Scenario]:
    """Every scenario under every variant of the assumptions that the ledger holds runs of, made again from it."""
    from dataclasses import replace

    from caremarket_sim.parameters import Parameters
    from caremarket_sim.runs.resolved import scenario_from

    made = {}
    values: dict[tuple[str, str], dict[str, float]] = {}
    for name, variant, parameter, value in store.ledger.rows("SELECT scenario, variant, name, value FROM parameters"):
        values.setdefault((name, variant), {})[parameter] = value
    for name, text in store.ledger.rows("SELECT name, resolved FROM scenarios"):
        scenario = scenario_from(text, store.folder)
        for (variant,) in store.ledger.rows("SELECT DISTINCT variant FROM runs WHERE scenario = ?", (name,)):
            kept = {**scenario.parameters.overrides, **values.get((name, variant), {})}
            made[name, variant] = replace(scenario, parameters=Parameters(kept)) if variant else scenario
    return made


def _print_not_proved() -> None:
    from caremarket_sim.results.manifest import NOT_PROVED

    typer.echo("This does not prove:")
    for sentence in NOT_PROVED:
        typer.echo(f"  {sentence}")


def _print_json(content: dict[str, Any]) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False, allow_nan=False))


def _plain(value: Any) -> Any:
    """A value as JSON has it; what it has no word for (nan, a date) as nothing or as text."""
    if isinstance(value, float):
        return value if value - value == 0 else None
    return value if isinstance(value, int | str | bool | None) else str(value)


def _print_table(names: list[str], rows: list[tuple]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from caremarket_sim.errors import printable

    table = Table(box=box.SIMPLE)
    for place, name in enumerate(names):
        numbers = any(isinstance(row[place], int | float) for row in rows)
        table.add_column(Text(printable(name)), justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        shown = ("" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value) for value in row)
        table.add_row(*(Text("\n".join(map(printable, text.splitlines()))) for text in shown))
    console = Console(highlight=False)
    (console if console.is_terminal else Console(highlight=False, width=max(100, 24 * len(names)))).print(table)
