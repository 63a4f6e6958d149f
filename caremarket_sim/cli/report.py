"""The command that writes the report of a results folder."""

from __future__ import annotations

import json
from pathlib import Path

import typer


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("report", epilog="Example: caremarket report results/block-collaborative")(report)


def report(
    results: Path = typer.Argument(..., metavar="RESULTS", help="A folder that `compare` wrote.", show_default=False),
    to: Path | None = typer.Option(
        None,
        "--to",
        help="The file to write; FILE.docx, or docx, for a brief in Word. Default: report.html or brief.html.",
    ),
    brief: bool = typer.Option(False, "--brief", help="Write the brief instead: two printed pages."),
    lowest: float = typer.Option(10_000.0, "--qaly-from", help="Lowest worth of an ASCOT-QALY to show, £."),
    highest: float = typer.Option(70_000.0, "--qaly-to", help="Highest worth of an ASCOT-QALY to show, £."),
    budget: float | None = typer.Option(
        None, help="The council's budget, £ a year. Default: what the reference costs."
    ),
    outlines: Path | None = typer.Option(None, "--map", help="GeoJSON of the zones, to draw instead of tiles."),
    small_cell: float = typer.Option(10.0, min=0, help="People behind a number below which it carries a warning."),
    quiet: bool = typer.Option(False, "--quiet", help="Say nothing when all is well."),
    as_json: bool = typer.Option(False, "--json", help="Print one JSON object; all else goes to standard error."),
) -> None:
    """Write the report: one HTML file that needs no network, first the decision, then a page for each reader.

    With --brief two pages to print instead: the answer in three sentences a policy, with the nine headlines; who pays,
    what it depends on and what could go wrong in the first year. There is nothing to set about it. `--brief --to docx`
    writes brief.docx for Word, with the same content.
    """
    from caremarket_sim.report import Settings, write_brief, write_report

    settings = Settings((lowest, highest), budget, outlines, small_cell)
    path = write_brief(results, to) if brief else write_report(results, settings, to)
    what = "brief" if brief else "report"
    if as_json:
        typer.echo(json.dumps({what: str(path), "bytes": path.stat().st_size}))
    elif not quiet:
        typer.echo(f"The {what} is {path} ({path.stat().st_size / 1e6:.1f} MB)")
