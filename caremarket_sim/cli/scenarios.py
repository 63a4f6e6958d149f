"""The commands on scenario and place files: new, validate, show, diff."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from caremarket_sim.errors import BadInput, Problem

if TYPE_CHECKING:
    from caremarket_sim.scenario import Scenario

_JSON = typer.Option(False, "--json", help="Write one JSON object to stdout.")
_QUIET = typer.Option(False, "--quiet", help="Say nothing when all is well.")
_NO_PROBE = typer.Option(
    False, "--no-probe", help="Do not try whether the place with no new policy resembles what is published."
)


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("new", epilog="Example: caremarket new Leeds")(new)
    app.command("validate", epilog="Example: caremarket validate scenarios/wigan/*.yaml")(validate)
    app.command("show", epilog="Example: caremarket show scenarios/wigan/collaborative.yaml --resolved")(show)
    app.command("diff", epilog="Example: caremarket diff scenarios/wigan/block.yaml builtin:wigan/collaborative")(diff)


def new(
    council: str | None = typer.Argument(
        None, help="The council's name or code, as Leeds or E08000035.", show_default=False
    ),
    zones: list[Path] | None = typer.Option(
        None, "--zones", help="Your zones: a list, ward estimates, deprivation …; several give them together."
    ),
    providers: Path | None = typer.Option(
        None, "--providers", help="The providers you know: a list, or the Capacity Tracker's."
    ),
    complete: bool = typer.Option(False, "--complete", help="They are all that there are; else, some of them."),
    cqc: Path | None = typer.Option(None, "--cqc", help="The regulator's directory of active locations: CSV or ODS."),
    authority: str | None = typer.Option(
        None, "--authority", help="Its Location Local Authority; by default the council's name."
    ),
    heading: list[str] = typer.Option(
        [], "--heading", help="COLUMN=HEADING of your file, or none=HEADING to leave it."
    ),
    headings: Path | None = typer.Option(None, "--headings", help="A place file that remembers such headings."),
    sheet: str | None = typer.Option(None, "--sheet", help="The sheet of a workbook that has several."),
    decimal: str | None = typer.Option(None, "--decimal", help="What separates decimals: point or comma."),
    days: str | None = typer.Option(None, "--days", help="What stands first in 06/04/2026: day or month."),
    figures: Path | None = typer.Option(
        None, "--figures", help="A list of the figures below, one a line, with values."
    ),
    clients: int | None = typer.Option(None, "--clients", help="People whose homecare the council pays for."),
    self_funders: int | None = typer.Option(None, "--self-funders", help="People who buy homecare themselves."),
    care_workers: int | None = typer.Option(None, "--care-workers", help="Care workers in post."),
    contracted: int | None = typer.Option(None, "--contracted", help="Providers with a contract, listed or not."),
    private: int | None = typer.Option(None, "--private", help="Providers without one, listed or not."),
    fee: float | None = typer.Option(None, "--fee", help="£ an hour that the council pays."),
    self_funder_price: float | None = typer.Option(
        None, "--self-funder-price", help="£ an hour that a self-funder pays."
    ),
    question: list[str] | None = typer.Option(
        None, "--question", help="A common question, instead of the three policies; may be given again."
    ),
    list_questions: bool = typer.Option(False, "--list-questions", help="List the common questions, write nothing."),
    out: Path | None = typer.Option(None, "--out", help="The folder to write; by default one of the council's name."),
    no_probe: bool = _NO_PROBE,
    quiet: bool = _QUIET,
    as_json: bool = _JSON,
) -> None:
    """Write a commented scenario folder to start from: a place, its zones, a baseline and three policies.

    Every council of England with adult social care duties is known by its name or code. Figures that you do not give
    are estimated from what is published of it, or from the population of your zones; for a place that is no such
    council, and without zones, Wigan's stand in.

    With --question it has scenarios that ask common questions, each with its partner to compare with. Without a council
    these are put into the folder that --out names, if it has a baseline, or into a new one on Wigan's place.
    """
    from caremarket_sim.scenario.beginnings import write_new
    from caremarket_sim.scenario.given import OPTIONS, Given
    from caremarket_sim.scenario.held.figures import read_figures
    from caremarket_sim.scenario.held.said import says_of
    from caremarket_sim.scenario.questions import asked
    from caremarket_sim.scenario.workspace import shown_path

    if list_questions:
        _list_questions(as_json)
        return
    questions = asked(question or ())
    options = (clients, self_funders, care_workers, contracted, private, fee, self_funder_price)
    said = {key: value for key, value in zip(OPTIONS, options, strict=True) if value is not None}
    says = says_of(heading, headings, sheet, decimal, days)
    listed, notes = ({}, []) if figures is None else read_figures(figures, shown_path(figures), says)
    given = Given(zones or None, providers, complete, cqc, authority, {**listed, **said}, says, notes.append)
    there = {path.name for path in out.iterdir()} if council is None and out is not None and out.is_dir() else set()
    folder = write_new(council, out, given, questions)
    files = sorted({path.name for path in folder.iterdir()} - there)
    tried = [] if no_probe or quiet else [folder / "baseline.yaml"]
    commands = [one.command(folder.as_posix()) for one in questions]
    if as_json:
        _write_json(
            {"folder": str(folder), "files": files, "notes": notes, "compare": commands, "places": _plausible(tried)}
        )
    elif not quiet:
        wrote = f"put into {folder}, where the rest is as it was" if there else f"wrote {folder}"
        typer.echo("\n  ".join([f"{wrote}: {', '.join(files)}", *notes]))
        for line in () if there else _of_the_figures(council, zones is not None, folder):
            typer.echo(line)
        for one, command in zip(questions, commands, strict=True):
            typer.echo(f"{one.asks} {command}")
        for place in _plausible(tried):
            typer.echo(place["sentence"])


def validate(
    files: list[str] = typer.Argument(..., help="Scenario, place, zones or providers files, or builtin:wigan/block."),
    no_probe: bool = _NO_PROBE,
    quiet: bool = _QUIET,
    as_json: bool = _JSON,
) -> None:
    """Check scenario and place files: every mistake at once, with file, line and what would be right.

    Of a good scenario it says what takes effect when; a lever that never does is a mistake. Of each place, good files
    given, it says whether its market with no new policy resembles what is published: a few futures are simulated the
    first time, and what was found is remembered. Of a place file it says which figures are estimates, and what would be
    better.
    """
    from caremarket_sim.scenario.explanations import takes_effect, to_be_replaced, understood

    problems: dict[Problem, None] = {}
    answers: list[dict[str, Any]] = []
    for file in files:
        try:
            line = understood(file)
            policy, estimates = takes_effect(file), to_be_replaced(file)
        except BadInput as bad:
            problems.update(dict.fromkeys(bad.problems))
            answers.append({"file": file, "good": False, "problems": [_as_record(problem) for problem in bad.told]})
        else:
            answers.append(
                {"file": file, "good": True, "understood": line, "takes_effect": policy, "estimates": estimates}
            )
            if not quiet and not as_json:
                typer.echo("\n  ".join([f"{file}: {line}", *policy, *estimates]))
    places = [] if no_probe or quiet or problems else _plausible(files)
    if as_json:
        _write_json({"good": not problems, "files": answers, "places": places})
    else:
        for place in places:
            typer.echo(place["sentence"])
    if problems:
        raise BadInput(problems)


def show(
    file: str = typer.Argument(..., help="A scenario or place file, or builtin:wigan/baseline."),
    resolved: bool = typer.Option(False, "--resolved", help="Every lever, the neutral ones too."),
    as_json: bool = _JSON,
) -> None:
    """Show a scenario merged with what it extends, and where each value comes from."""
    from caremarket_sim.scenario import explanations
    from caremarket_sim.scenario.places import Place

    found = explanations.read(file)
    if isinstance(found, Place):
        answer, text = explanations.place_in_full(found), explanations.place_text(found)
    else:
        answer = explanations.scenario_in_full(found, every_lever=resolved)
        text = explanations.scenario_text(found, every_lever=resolved)
    if as_json:
        _write_json(answer)
    else:
        typer.echo(text)


def diff(
    first: str = typer.Argument(..., metavar="A", help="A scenario file."),
    second: str = typer.Argument(..., metavar="B", help="Another."),
    as_json: bool = _JSON,
) -> None:
    """Show what differs between two scenarios: only what can change a number."""
    from caremarket_sim.scenario import explanations, load

    problems: list[Problem] = []
    scenarios = []
    for file in (first, second):
        try:
            scenarios.append(load(file))
        except BadInput as bad:
            problems.extend(bad.problems)
    if problems:
        raise BadInput(dict.fromkeys(problems))
    found = explanations.differences(*scenarios)
    if as_json:
        rows = [{"what": row.what, "first": row.first, "second": row.second} for row in found]
        _write_json({"first": first, "second": second, "same": not found, "differences": rows})
    elif not found:
        typer.echo("no difference: every result of the two is the same")
    else:
        widths = [max(len(getattr(row, column)) for row in found) for column in ("what", "first")]
        for row in found:
            typer.echo(f"{row.what:<{widths[0]}}  {row.first:<{widths[1]}}  ->  {row.second}")


def _of_the_figures(council: str | None, zoned: bool, folder: Path) -> list[str]:
    """What to know of the figures in a new folder."""
    from caremarket_sim.scenario.councils import council_called, nearest_councils

    if council is None:
        return ["the place is Wigan, as shipped; for your own council put its name after `new`, such as Leeds"]
    place = folder / "place.yaml"
    if zoned or council_called(council) is not None:
        return [f"the figures in {place} that you did not give are estimates: replace them"]
    near = ", ".join(nearest_councils(council))
    return [
        f"no council with adult social care duties is called {council} (most like it: {near})",
        f"its figures stand in for your own: replace those in {place} and zones.csv",
    ]


def _list_questions(as_json: bool) -> None:
    """Every common question: its name, what it asks, and the command that answers it on Wigan."""
    from caremarket_sim.scenario.questions import questions

    if as_json:
        found = [{"name": one.name, "asks": one.asks, "compare": one.command()} for one in questions().values()]
        _write_json({"questions": found})
        return
    for one in questions().values():
        typer.echo(f"{one.name}: {one.asks}\n  {one.command()}")
    typer.echo("For your own council, such as Leeds: caremarket new Leeds --question fee-freeze")


def _plausible(files: Sequence[str | Path]) -> list[dict[str, Any]]:
    """Whether each place of these files resembles what is published, as simulated now or remembered."""
    scenarios = {one.spin_up_key: one for one in map(_scenario_on, files) if one is not None}
    if not scenarios:
        return []
    from caremarket_sim.asking import telling
    from caremarket_sim.runs.plausibility import PROBING, probe, remembered

    found = []
    for scenario in scenarios.values():
        known = remembered(scenario)
        if known is None:
            with telling(False) as (tell, say):
                say(f"{scenario.place.name}: {PROBING}; some seconds, after compiling once; --no-probe leaves it out")
                known = probe(scenario, tell=tell)
        found.append(known.summary())
    return found


def _scenario_on(file: str | Path) -> Scenario | None:
    """A scenario on the place that a good file is about; None for a table of zones or providers."""
    from caremarket_sim.scenario import Scenario, explanations
    from caremarket_sim.scenario.places import Place

    if str(file).lower().endswith(".csv"):
        return None
    read = explanations.read(file)
    if isinstance(read, Place):
        return Scenario("baseline", read.name, read.path, read)
    return read.scenario


def _as_record(problem: Problem) -> dict[str, Any]:
    file = None if problem.file is None else str(problem.file)
    return {"file": file, "line": problem.line, "what": problem.what, "right": problem.right}


def _write_json(answer: dict[str, Any]) -> None:
    typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))
