"""What commands share: options in groups, scenario files read, results folders opened, progress, the last lines."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

if TYPE_CHECKING:
    from caremarket_sim.results.belongings import Belongings
    from caremarket_sim.results.store import Store
    from caremarket_sim.runs.allowances import Allowances
    from caremarket_sim.runs.design import FailedReplicate
    from caremarket_sim.runs.work import How, Tell
    from caremarket_sim.scenario import Scenario

FINISHED_WITH_FAILURES = 4
MOST_YEARS = 10
"""The longest horizon, as `scenario.timing` has it: to ask there would load numeric libraries for `--help`."""
File = Annotated[Path, typer.Argument(help="A scenario file.", show_default=False)]
Files = Annotated[list[Path], typer.Argument(help="Scenario files.", show_default=False)]
Out = Annotated[Path | None, typer.Option(help="Folder for the results. Default: results/<files>-<key>.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed that every replicate's own seed is drawn from.")]
Replicates = Annotated[int, typer.Option(min=1, help="How many simulated futures.")]
Years = Annotated[int | None, typer.Option(min=1, max=MOST_YEARS, help="Years to simulate. Default: as the files say.")]
Workers = Annotated[int | None, typer.Option(min=0, help="Worker processes; 0 for none. Default: all cores.")]


def _answering(address: str | None) -> str | None:
    """The address of a scheduler, asked before anything is planned or written."""
    if address is not None:
        from caremarket_sim.runs.cluster import require_scheduler

        require_scheduler(address)
    return address


Cluster = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Dask scheduler to use instead.", callback=_answering)
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with what is in the results folder.")]
Replace = Annotated[bool, typer.Option("--replace", help="Start again in a results folder that is there.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what it would take, judged by one timed task, and write nothing.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object; all else goes to standard error.")]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CODE", help="Let through what would be refused, under a banner; may be repeated. A refusal names it."
    ),
]
Why = Annotated[str, typer.Option(metavar="TEXT", help="Why that is allowed: the banner says it.", show_default=False)]


@dataclass(frozen=True)
class Hands:
    """Who does the work."""

    workers: Workers = None
    cluster: Cluster = None


@dataclass(frozen=True)
class Kept:
    """What becomes of a results folder that is there."""

    resume: Resume = False
    replace: Replace = False


@dataclass(frozen=True)
class Excused:
    """What would be refused and is let through, and why."""

    allow: Allow = None
    why: Why = ""

    @property
    def allowances(self) -> Allowances:
        """As a study takes it."""
        from caremarket_sim.runs.allowances import allowances

        return allowances(self.allow or (), self.why)


@dataclass(frozen=True)
class Voice:
    """How much is said, and in which form."""

    quiet: Quiet = False
    as_json: AsJson = False

    @property
    def silent(self) -> bool:
        """Whether nothing is said of how far the work is."""
        return self.quiet or self.as_json

    def end(self, about: Mapping[str, Any], *sentences: str) -> None:
        """What was found: one JSON object, or sentences, or nothing."""
        if self.as_json:
            typer.echo(json.dumps(about, ensure_ascii=False, allow_nan=False))
        elif not self.quiet:
            for sentence in sentences:
                typer.echo(sentence)


def grouped(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command as the command line has it: each group of options that it takes spread out, in its place."""
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: kind for name, kind in hints.items() if is_dataclass(kind)}
    spread: list[inspect.Parameter] = []
    for parameter in inspect.signature(command).parameters.values():
        kind = groups.get(parameter.name)
        of = get_type_hints(kind, include_extras=True) if kind else {}
        options = [(one.name, one.default, of[one.name]) for one in fields(kind)] if kind else [
            (parameter.name, parameter.default, hints[parameter.name])
        ]  # fmt: skip
        spread += [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
            for name, default, annotation in options
        ]

    @wraps(command)
    def called(**given: Any) -> Any:
        made = {name: kind(**{one.name: given.pop(one.name) for one in fields(kind)}) for name, kind in groups.items()}
        return command(**given, **made)

    del called.__wrapped__  # typer would look through to it
    called.__annotations__ = {one.name: one.annotation for one in spread}
    called.__signature__ = inspect.Signature(spread)  # type: ignore[attr-defined]
    return called


def loaded(files: list[Path]) -> tuple[list[Scenario], list[Path]]:
    """Every scenario and the files they were made from, or every problem of every file at once."""
    from caremarket_sim.errors import BadInput
    from caremarket_sim.scenario import resolve

    scenarios, inputs, problems = [], [], []
    for file in files:
        try:
            found = resolve(file)
        except BadInput as error:
            problems += error.problems
        else:
            scenarios.append(found.scenario)
            inputs += [*map(Path, found.files), found.scenario.place.path]
    if problems:
        raise BadInput(problems)
    return scenarios, list(dict.fromkeys(inputs))


@contextmanager
def telling(quiet: bool) -> Iterator[tuple[Tell, Callable[[str], None]]]:
    """A progress bar on standard error: what is being done, how far it is, and the time left."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("· left"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )
    with bar:
        shown = bar.add_task("starting", total=None)
        last = ""

        def tell(what: str, done: int, total: int) -> None:
            nonlocal last
            if what == "simulating" and not done:
                what = "spinning up and simulating"
            bar.update(shown, description=what, completed=done, total=total or None)
            if not quiet and not console.is_terminal and what != last:
                console.print(f"{what} …", highlight=False)
            last = what

        def say(sentence: str) -> None:
            bar.console.print(sentence, highlight=False, markup=False)

        yield tell, say


@contextmanager
def opened_results(
    folder: Path, planned: int | Callable[[], int], inputs: Sequence[Path], hands: Hands, kept: Kept, silent: bool
) -> Iterator[tuple[Store, How]]:
    """The results folder open to be written to, with a manifest at the end; and how the work is done and told."""
    from caremarket_sim.results.manifest import recorded
    from caremarket_sim.results.store import Store
    from caremarket_sim.runs.plan import layout
    from caremarket_sim.settling import code_version

    with (
        Store.open(folder, layout(), code_version(), resume=kept.resume, replace=kept.replace) as store,
        telling(silent) as (tell, say),
        recorded(store, planned=planned, inputs=list(inputs), cluster=hands.cluster),
    ):
        yield store, {"workers": hands.workers, "cluster": hands.cluster, "tell": tell, "say": say}


def tell_estimate(
    tasks: Sequence[Any],
    play: Callable[[Any], Any],
    folder: Path,
    hands: Hands,
    voice: Voice,
    about: Mapping[str, Any] = {},  # noqa: B006 - never written to
    first: str = "",
) -> None:
    """Print what the tasks would take, judged by one of them; nothing is written."""
    from caremarket_sim.runs.design import ready
    from caremarket_sim.runs.preflight import dry_run

    with telling(voice.silent) as (tell, _):
        ready(tell)
        tell("timing one task", 0, 0)
        estimate = dry_run(tasks, play, folder, workers=hands.workers, cluster=hands.cluster)
    if voice.as_json:
        typer.echo(json.dumps({**asdict(estimate), "seconds": estimate.seconds, **about, "folder": str(folder)}))
    else:
        typer.echo(f"{first}{estimate.sentence} They would go to {folder}.")


def beside(results: Path, out: Path | None, what: str, *, replace: bool) -> Belongings:
    """A folder for what is made from results, which stay as they are. Raises BadInput if it holds something.

    Nothing is changed yet: what is to be replaced goes when the new is there to be written.
    """
    from caremarket_sim.results.belongings import Belongings

    ours = Belongings(out or results.parent / f"{results.name}-{what}")
    ours.require(resume=None, replace=replace)
    return ours


def write_files(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write every file into a results folder, each whole or not at all."""
    from caremarket_sim.results.belongings import Belongings

    Belongings(folder).write_all(files)


def paragraphs(sentences: Iterable[str]) -> list[str]:
    """Sentences with an empty line after each."""
    return [f"{sentence}\n" for sentence in sentences]


def leave(failed: Sequence[FailedReplicate]) -> None:
    """End with the status for failed futures, if there are any."""
    if failed:
        typer.echo(f"{len(failed)} futures failed; the first: {failed[0].message}", err=True)
        raise typer.Exit(FINISHED_WITH_FAILURES)
