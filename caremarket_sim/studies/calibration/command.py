"""`caremarket calibrate` and `caremarket check`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caremarket_sim.asking import Hands, Kept, Out, Replace, Voice, grouped, telling

if TYPE_CHECKING:
    from caremarket_sim.runs.work import How
    from caremarket_sim.scenario import Scenario
    from caremarket_sim.studies.calibration.calibrate import Calibration
    from caremarket_sim.studies.calibration.checks import Checked
    from caremarket_sim.studies.calibration.recipe import Recipe, Record

A_CHECK_FAILED = 1
PlaceFile = Annotated[
    Path, typer.Argument(metavar="PLACE", help="A scenario file; its policy, if any, is left out.", show_default=False)
]
CheckReplicates = Annotated[int, typer.Option(min=2, help="Futures that every experiment is made on.")]
CheckSeed = Annotated[int, typer.Option(min=0, help="Seed that every future's own seed is drawn from.")]
Own = Annotated[
    Path | None,
    typer.Option(
        "--to",
        metavar="CSV",
        help="The council's own figures (indicator, value, low, high, period, source): narrow the draws for its place.",
    ),
]
Set = Annotated[
    Path | None, typer.Option("--draws-from", metavar="CSV", help="Draws that --to narrows. Default: the shipped set.")
]
Again = Annotated[
    Path | None,
    typer.Option(metavar="RECORD", help="Repeat the calibration of a record, and say whether the set is the same."),
]
Shorter = Annotated[
    float, typer.Option("--effort", min=0.02, max=4.0, help="Samples in each wave, as a multiple of the recipe's.")
]
Document = Annotated[Path | None, typer.Option(metavar="FILE", help="Also write the validation document, in Markdown.")]
Beside = Annotated[
    list[Path] | None,
    typer.Option(
        "--with",
        metavar="RESULTS",
        help="Results of `compare`, `sweep` or `sensitivity` whose main tables go into the document; may be repeated.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    base = "scenarios/wigan/baseline.yaml"
    app.command("calibrate", epilog=f"Example: caremarket calibrate {base} --effort 0.1")(grouped(calibrate_command))
    app.command("check", epilog=f"Example: caremarket check {base}")(grouped(check_command))


def calibrate_command(
    place: PlaceFile,
    out: Out = None,
    to: Own = None,
    draws_from: Set = None,
    again: Again = None,
    effort: Shorter = 1.0,
    hands: Hands = Hands(),
    kept: Kept = Kept(),
    voice: Voice = Voice(),
) -> None:
    """Find the parameter values that targets, or a council's own figures, leave plausible: a set of draws."""
    from caremarket_sim.reading import content_of
    from caremarket_sim.results.belongings import Belongings
    from caremarket_sim.studies.calibration.calibrate import calibrate

    scenario = _loaded(place)
    if to is not None or draws_from is not None:
        return _to_own(scenario, to, draws_from, again, effort, out, hands, kept, voice)
    recipe, record = _recipe(again, effort)
    folder = out or Path("results") / f"calibrate-{scenario.name}"
    Belongings(folder).take(resume=kept.resume, replace=kept.replace)
    with telling(voice.silent) as (tell, say):
        how: How = {
            "workers": hands.workers,
            "cluster": hands.cluster,
            "tell": tell,
            "say": None if voice.silent else say,
        }
        done = calibrate(scenario, recipe, folder=folder, resume=kept.resume, **how)
    _write(folder, done)
    same = None
    if record is not None and again is not None:
        theirs = again.parent / record.draws
        same = (folder / "draws.csv").read_bytes() == content_of(theirs, theirs)
    _tell_calibration(done, folder, same, voice)
    if same is False:
        raise typer.Exit(A_CHECK_FAILED)


def _to_own(
    scenario: Scenario,
    to: Path | None,
    draws_from: Path | None,
    again: Path | None,
    effort: float,
    out: Path | None,
    hands: Hands,
    kept: Kept,
    voice: Voice,
) -> None:
    """Narrow a set of draws to a place's own figures, and write what came of it."""
    from caremarket_sim.errors import BadInput, Problem
    from caremarket_sim.findings.draws import FILE, shipped_draws
    from caremarket_sim.results.belongings import Belongings
    from caremarket_sim.studies.calibration.calibrate import record_json
    from caremarket_sim.studies.calibration.known import USUAL
    from caremarket_sim.studies.calibration.narrowing import narrow
    from caremarket_sim.studies.calibration.own_figures import read_figures
    from caremarket_sim.telling.files import csv_bytes

    if to is None:
        raise BadInput(Problem("--draws-from names what --to narrows", right="give your figures with --to CSV"))
    if again is not None:
        right = "give the same figures, set and place again: the draws are the same"
        raise BadInput(Problem("--again does not go with --to", right=right))
    figures, draws = read_figures(to, scenario), shipped_draws(draws_from or FILE)
    folder = out or Path("results") / f"calibrate-{scenario.name}-to-{to.stem}"
    ours = Belongings(folder)
    ours.take(resume=kept.resume, replace=kept.replace)
    with telling(voice.silent) as (tell, say):
        how: How = {"workers": hands.workers, "cluster": hands.cluster, "tell": tell, "say": say}
        done = narrow(scenario, figures, draws, USUAL.times(effort), folder=folder, resume=kept.resume, **how)
    fit, known = csv_bytes(done.fit()), csv_bytes(done.parameters())
    ours.write_all([("draws.csv", csv_bytes(done.draws())), ("own_figures.csv", fit), ("narrowed.csv", known)])
    ours.write("record.json", record_json(done.record()))
    use = f"compare … --draws {len(done.plausible)} --draws-from {folder / 'draws.csv'}"
    said = [*done.sentences(), f"Tables are in {folder}; use them with `{use}`."]
    voice.end({"command": "calibrate", "results": str(folder), **done.record(), "sentences": said}, *said)


def check_command(
    place: PlaceFile,
    out: Out = None,
    replicates: CheckReplicates = 16,
    seed: CheckSeed = 1,
    document: Document = None,
    beside: Beside = None,
    hands: Hands = Hands(),
    replace: Replace = False,
    voice: Voice = Voice(),
) -> None:
    """Hold a place to every calibration target and to patterns that markets like it are known for.

    Leaves with status 1 where a check failed. Each failure is explained.
    """
    from caremarket_sim.results.belongings import Belongings
    from caremarket_sim.results.durable import require_document, write_document
    from caremarket_sim.studies.calibration.checks import check
    from caremarket_sim.studies.calibration.validation import MARK, validation_document
    from caremarket_sim.telling.files import csv_bytes

    scenario = _loaded(place)
    folder = out or Path("results") / f"check-{scenario.name}"
    ours = Belongings(folder)
    ours.require(resume=None, replace=replace)
    if document is not None:
        require_document(document, MARK)
    with telling(voice.silent) as (tell, say):
        how: How = {"workers": hands.workers, "cluster": hands.cluster, "tell": tell, "say": say}
        done = check(scenario, replicates=replicates, seed=seed, **how)
        tell("writing tables", 0, 0)
        kept = None if document is None else document.parent / document.stem
        text = validation_document(done, beside or [], kept)
        tables = [("checks.csv", csv_bytes(done.frame())), ("numbers.csv", csv_bytes(done.numbers()))]
        ours.replace_all([*tables, ("validation.md", text.encode())])
        if document is not None:
            write_document(document, text.encode(), MARK)
    _tell_checks(done, folder, voice)
    if done.failed:
        raise typer.Exit(A_CHECK_FAILED)


def _loaded(place: Path) -> Scenario:
    from caremarket_sim.scenario import resolve

    return resolve(place).scenario


def _recipe(again: Path | None, effort: float) -> tuple[Recipe, Record | None]:
    """The recipe to follow: the shipped one, with more or less effort, or a record's."""
    from dataclasses import replace

    from caremarket_sim.errors import BadInput
    from caremarket_sim.reading import content_of
    from caremarket_sim.studies.calibration.recipe import from_record, read_record, shipped_recipe

    if again is not None:
        record = read_record(again)
        content_of(again.parent / record.draws, again.parent / record.draws)
        try:
            return from_record(record.recipe.model_dump()), record
        except BadInput as bad:
            raise BadInput(problem.at(again, problem.line) for problem in bad.problems) from None
    recipe = shipped_recipe()
    if effort == 1.0:
        return recipe, None
    waves = tuple(max(20, round(effort * count)) for count in recipe.waves)
    most = max(recipe.finalists, round(effort * recipe.most_finalists))
    return replace(recipe, waves=waves, most_finalists=most, wanted=max(2, round(effort * recipe.wanted))), None


def _write(folder: Path, done: Calibration) -> None:
    """The set, its record, its fit and what it leaves open."""
    from caremarket_sim.results.belongings import Belongings
    from caremarket_sim.studies.calibration.calibrate import record_json
    from caremarket_sim.telling.files import csv_bytes

    ours = Belongings(folder)
    ours.write("draws.csv", csv_bytes(done.draws()))
    ours.write("fit.csv", csv_bytes(done.fit()))
    ours.write("identifiability.csv", csv_bytes(done.identifiability()))
    ours.write("record.json", record_json({**done.record(), "draws": "draws.csv"}))


def _tell_calibration(done: Calibration, folder: Path, same: bool | None, voice: Voice) -> None:
    if voice.as_json:
        about = {"command": "calibrate", "results": str(folder), **done.record(), "same_as_record": same}
        typer.echo(json.dumps(about, ensure_ascii=False))
    elif not voice.quiet:
        fit, known = done.fit(), done.identifiability()
        typer.echo(
            f"{len(done.plausible)} plausible draws, from {done.samples} samples and {len(done.finalists)} finalists."
        )
        for row in fit[~fit.constrains].itertuples():
            typer.echo(f"Not met by any: {row.label} ({row.why}).")
        loose = known[known.says.str.startswith("not pinned down")].parameter
        typer.echo(f"{len(loose)} of {len(known)} parameters are not pinned down: {', '.join(loose)}.")
        if same is not None:
            typer.echo("The set is the same as the record's." if same else "The set DIFFERS from the record's.")
        typer.echo(f"Tables are in {folder}; use them with `compare … --draws N --draws-from {folder / 'draws.csv'}`.")


def _tell_checks(done: Checked, folder: Path, voice: Voice) -> None:
    from caremarket_sim.studies.calibration.checks import counts

    if voice.as_json:
        rows = json.loads(done.frame().to_json(orient="records"))
        typer.echo(json.dumps({"command": "check", "results": str(folder), "checks": rows}, ensure_ascii=False))
    elif not voice.quiet:
        from rich.console import Console

        from caremarket_sim.studies.calibration.validation import check_table

        console = Console(highlight=False)
        console = console if console.is_terminal else Console(highlight=False, width=110)
        console.print(check_table(done))
        found = counts(done.checks)
        typer.echo(", ".join(f"{number} {status}" for status, number in found.items()) + ".")
        for one in done.failed:
            typer.echo(f"{one.id}: {one.why}")
        typer.echo(f"Tables and the document are in {folder}")
