"""The command `docs`: reference pages made from the registers, so that they are never out of date."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import typer

_OUT = typer.Option(None, "--out", help="The file to write; stdout without it.")


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    docs = typer.Typer(
        no_args_is_help=True,
        rich_markup_mode=None,
        help="Write reference pages from the code.",
        epilog="Example: caremarket docs levers",
    )
    docs.command("parameters", epilog="Example: caremarket docs parameters --out parameters.md")(parameters)
    docs.command("levers", epilog="Example: caremarket docs levers")(levers)
    docs.command("indicators", epilog="Example: caremarket docs indicators")(indicators)
    docs.command("schema", epilog="Example: caremarket docs schema --out scenario.schema.json")(schema)
    app.add_typer(docs, name="docs")


def parameters(out: Path | None = _OUT) -> None:
    """Every number of the model: value, range, unit, grade, source, meaning; and the dated series."""
    _write(parameters_page(), out)


def levers(out: Path | None = _OUT) -> None:
    """Every lever of a policy, what it should move, and the presets with their reasons."""
    _write(levers_page(), out)


def indicators(out: Path | None = _OUT) -> None:
    """Everything that is measured: unit, direction, audience, definition."""
    _write(indicators_page(), out)


def schema(
    out: Path | None = _OUT,
    of: str = typer.Option("scenario", "--of", help="Which files: scenario or place."),
) -> None:
    """The JSON Schema of scenario or place files, for editors."""
    from caremarket_sim.errors import BadInput, Problem, suggestion
    from caremarket_sim.scenario.schema import SCHEMAS, schema_text

    if of not in SCHEMAS:
        raise BadInput(Problem(f"there is no schema of {of}", right=suggestion(of, SCHEMAS)))
    _write(schema_text(of), out)


def parameters_page() -> str:
    """The parameter register as Markdown, by subject."""
    from caremarket_sim.parameters import register as parameter_register
    from caremarket_sim.parameters import series_table, sources
    from caremarket_sim.policy.values import shown

    known = parameter_register()
    page = [
        "# Parameters",
        "",
        "Every number of the model. *Measured*: read in a publication. *Derived*: arithmetic on published figures. "
        "*Assumed*: no figure was found, and the range is ours.",
    ]
    for subject in dict.fromkeys(parameter.subject for parameter in known.values()):
        rows = [
            (
                f"`{parameter.name}`",
                shown(parameter.value),
                f"{shown(parameter.low)} to {shown(parameter.high)}",
                parameter.unit,
                parameter.grade,
                ", ".join(parameter.source),
                parameter.meaning,
            )
            for parameter in known.values()
            if parameter.subject == subject
        ]
        page += [
            "",
            f"## {subject}",
            "",
            *_table(["name", "value", "range", "unit", "grade", "source", "meaning"], rows),
        ]
    series = [(name, str(day), shown(value), status) for name, day, value, status in series_table()]
    page += ["", "## Dated series", "", *_table(("series", "from", "value", "status"), series)]
    found = [(one.id, one.publisher, one.title, one.year, one.address) for one in sources().values()]
    page += ["", "## Sources", "", *_table(["id", "publisher", "title", "year", "address"], found)]
    return "\n".join(page) + "\n"


def levers_page() -> str:
    """The levers and the presets as Markdown."""
    from caremarket_sim.policy import LEVERS, PRESET_TITLES, PRESETS, REASONS
    from caremarket_sim.policy.values import shown

    rows = []
    for key, lever in LEVERS.items():
        neutral = shown(lever.neutral) + (
            f" ({lever.source})" if lever.source else " (assumed)" if lever.assumption else ""
        )
        needs = ", ".join(f"{other}: {shown(lever.needs[other])}" for other in lever.demanded)
        first, second = (shown(value) for value in lever.contrast)
        moves = f"{lever.indicator} {'up' if lever.direction > 0 else 'down'} from {first} to {second}"
        rows.append((f"`{key}`", lever.values_in_words, lever.unit, neutral, lever.meaning, moves, needs))
    page = [
        "# Levers",
        "",
        "What a policy may set. At its neutral value, that of a typical English borough of 2024/25, a lever does "
        "nothing new. Shares are numbers from 0 to 1. *Moves* names the indicator that the lever should move, and how.",
        "",
        *_table(["lever", "values", "unit", "neutral", "meaning", "moves", "needs"], rows),
    ]
    for name, values in PRESETS.items():
        reasons = [
            (f"`{key}`", shown(value), "yes" if REASONS[name][key].assumed else "", REASONS[name][key].why)
            for key, value in values.items()
        ]
        page += ["", f"## Preset `{name}`: {PRESET_TITLES[name]}", ""]
        page += _table(("lever", "value", "assumed", "why"), reasons)
    return "\n".join(page) + "\n"


def indicators_page() -> str:
    """The indicators as Markdown, by family."""
    from caremarket_sim.indicators import INDICATORS
    from caremarket_sim.policy.values import shown

    page = ["# Indicators", "", "Everything that is measured. Headline indicators are in bold."]
    for family in dict.fromkeys(indicator.family for indicator in INDICATORS.values()):
        rows = [
            (
                f"**`{indicator.id}`**" if indicator.headline else f"`{indicator.id}`",
                indicator.label,
                indicator.unit,
                indicator.better,
                shown(indicator.smallest),
                indicator.audience if isinstance(indicator.audience, str) else ", ".join(indicator.audience),
                indicator.definition,
            )
            for indicator in INDICATORS.values()
            if indicator.family == family
        ]
        header = ("indicator", "label", "unit", "better", "smallest that matters", "audience", "definition")
        page += ["", f"## {family.capitalize()}", "", *_table(header, rows)]
    return "\n".join(page) + "\n"


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A Markdown table."""
    names = list(header)
    lines = [names, ["---"] * len(names), *rows]
    return ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines]


def _write(text: str, out: Path | None) -> None:
    """To stdout, or to a file that is whole or as it was."""
    if out is None:
        typer.echo(text, nl=False)
        return
    from caremarket_sim.errors import CannotWrite

    part = out.with_name(f".{out.name}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(out)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise CannotWrite(f"cannot be written: {error.strerror or error}", out) from None
