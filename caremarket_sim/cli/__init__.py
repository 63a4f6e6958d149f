"""The `caremarket` command: its parts, how it ends, and how it says what went wrong.

Every part imports what it needs inside its commands, so that `--help` is instant.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import typer

from caremarket_sim.cli import app as page
from caremarket_sim.cli import documents, report, results, scenarios
from caremarket_sim.errors import BadInput, CaremarketError
from caremarket_sim.studies import STUDIES

DONE, USAGE, OUR_DEFECT, INTERRUPTED = 0, 2, 70, 130

app = typer.Typer(
    name="caremarket",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Compare ways of commissioning homecare: outcomes, costs and job stability, side by side.",
    epilog="Example: caremarket compare scenarios/wigan/block.yaml scenarios/wigan/collaborative.yaml",
)


@app.callback(invoke_without_command=True)
def _caremarket(
    version: bool = typer.Option(False, "--version", help="Show the version and stop."),
    debug: bool = typer.Option(False, "--debug", help="Show a traceback with an error; allowed after any command."),
) -> None:
    if version:
        from caremarket_sim import __version__

        typer.echo(f"caremarket-sim {__version__}")
        raise typer.Exit(DONE)


scenarios.register(app)
for study in STUDIES:
    import_module(f"caremarket_sim.studies.{study}.command").register(app)
results.register(app)
documents.register(app)
report.register(app)
page.register(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; every expected failure is said in lines, without a traceback."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    end = words.index("--") if "--" in words else len(words)
    debug = "--debug" in words[:end]
    words = [word for word in words[:end] if word != "--debug"] + words[end:]
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter is no reason to stop
    os.environ.setdefault("NUMBA_DISABLE_ERROR_MESSAGE_HIGHLIGHTING", "1")  # or what compiles ends in a colour code
    try:
        result = app(args=words, standalone_mode=False)
        sys.stdout.flush()
        status = result if isinstance(result, int) and not isinstance(result, bool) else DONE
        if status == INTERRUPTED:
            print("caremarket: interrupted", file=sys.stderr)
        return status
    except CaremarketError as error:
        _traceback_if(debug)
        _say(error)
        return error.exit_status
    except (KeyboardInterrupt, typer.Abort):
        _traceback_if(debug)
        print("caremarket: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return _read_enough()
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # typer's own way of ending then, with 1
            return _read_enough()
        raise
    except Exception as error:  # noqa: BLE001 - the last place to say it in one line
        show, status = getattr(error, "show", None), getattr(error, "exit_code", None)
        if show is not None and isinstance(status, int):
            show()  # the command line was not understood; typer says how it is written
            return status
        _traceback_if(debug)
        where = "" if debug else "; --debug shows where"
        text = " ".join(f"{type(error).__name__}: {error}".split())
        print(f"caremarket: a fault of ours, not yours: {text}{where}", file=sys.stderr)
        return OUR_DEFECT


def _say(error: CaremarketError) -> None:
    """An expected failure, a line for each thing that is wrong."""
    if isinstance(error, BadInput):
        for problem in error.told:
            print(problem if problem.file is not None else f"caremarket: {problem}", file=sys.stderr)
    else:
        print(f"caremarket: {error}", file=sys.stderr)


def _read_enough() -> int:
    """Whoever read our output, such as `head`, wants no more of it; that is no failure."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return DONE


def _traceback_if(debug: bool) -> None:
    if debug:
        import traceback

        traceback.print_exc()
