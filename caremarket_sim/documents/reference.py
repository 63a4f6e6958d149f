"""Reference pages: parameters, levers and indicators as their registers hold them."""

from __future__ import annotations

from caremarket_sim.documents import code, table
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.national import Dated, Item, calendar
from caremarket_sim.parameters import register, sources
from caremarket_sim.policy import LEVERS, PRESET_TITLES, PRESETS, REASONS, Lever
from caremarket_sim.policy.values import Value, shown


def parameters_page() -> str:
    """The parameter register as Markdown, by subject."""
    known = register()
    page = [
        "# Parameters",
        "Every number of the model. *Measured*: read in a publication. *Derived*: arithmetic on published figures. "
        "*Assumed*: no figure was found, and the range is ours. A scenario file may set any of them within its range, "
        "under `parameters:`. Written by `caremarket docs parameters`.",
    ]
    for subject in dict.fromkeys(parameter.subject for parameter in known.values()):
        rows = [
            (
                code(parameter.name),
                parameter.meaning,
                shown(parameter.value),
                f"{shown(parameter.low)} to {shown(parameter.high)}",
                parameter.unit,
                parameter.grade,
                ", ".join(parameter.source),
            )
            for parameter in known.values()
            if parameter.subject == subject
        ]
        header = ("name", "meaning", "value", "range", "unit", "grade", "source")
        page += [f"## {subject}", table(header, rows)]
    found = [(one.id, one.publisher, one.title, one.year, one.address) for one in sources().values()]
    page += ["## Sources", table(("id", "publisher", "title", "year", "address"), found)]
    return "\n\n".join(page) + "\n"


def national_page() -> str:
    """The national calendar as Markdown."""
    page = [
        "# The national calendar",
        "What the nation sets, by the day from which it holds. *Measured*: read in a publication or a law. *Derived*: "
        "arithmetic on published figures. *Assumed*: ours, within the range. A scenario may have any of it otherwise, "
        "under [`national:`](../how-to/national-calendar.md). Written by `caremarket docs national`.",
    ]
    for item in calendar().values():
        unit = f", {item.unit}" if item.unit else ""
        moves = f"Moves `{item.indicator}` {'up' if item.direction > 0 else 'down'}. "
        bounds = "true or false" if item.kind == "flag" else f"{shown(item.low)} to {shown(item.high)}"
        stays = "What a scenario sets grows on from there as here." if item.kind == "grows" else "What it sets stays."
        page += [
            f"## {item.label}",
            f"{code(item.name)}{unit}: {item.meaning} {moves}A scenario may set {bounds}. {stays}",
            _dated_values(item),
        ]
    return "\n\n".join(page) + "\n"


def _dated_values(item: Item) -> str:
    def value(one: Dated) -> str:
        return shown(bool(one.value)) if item.kind == "flag" else shown(one.value)

    rows = [
        (
            str(one.day),
            value(one),
            "" if one.low == one.high else f"{shown(one.low)} to {shown(one.high)}",
            one.grade,
            ", ".join(one.source),
            one.note,
        )
        for one in item.dated
    ]
    return table(("from", "value", "range", "grade", "source", "note"), rows)


def calendar_as_table() -> str:
    """Every item of the national calendar with what it is at first, and when it changes."""
    rows = [
        (code(item.name), item.label, shown(item.dated[0].value), ", ".join(str(one.day) for one in item.dated[1:4]))
        for item in calendar().values()
    ]
    return table(("item", "what", "at first", "changes on (first three)"), rows)


def levers_page() -> str:
    """The levers and the presets as Markdown."""
    page = [
        "# Levers",
        "What a policy may set. At its neutral value, that of a typical English borough of 2024/25, a lever does "
        "nothing new. Shares are numbers from 0 to 1. *Moves* names the indicator that the lever should move, and how. "
        "Written by `caremarket docs levers`.",
        levers_table(),
    ]
    for name, values in PRESETS.items():
        reasons = [
            (code(key), shown(value), "yes" if REASONS[name][key].assumed else "", REASONS[name][key].why)
            for key, value in values.items()
        ]
        page += [
            f"## Preset `{name}`: {PRESET_TITLES[name]}",
            table(("lever", "value", "assumed", "why"), reasons),
        ]
    return "\n\n".join(page) + "\n"


def levers_table() -> str:
    """Every lever: its values, the neutral one, and what it should move."""
    rows = []
    for key, lever in LEVERS.items():
        neutral = shown(lever.neutral) + (
            f" ({lever.source})" if lever.source else " (assumed)" if lever.assumption else ""
        )
        first, second = (shown(value) for value in lever.contrast)
        moves = f"{lever.indicator} {'up' if lever.direction > 0 else 'down'} from {first} to {second}"
        rows.append(
            (
                code(key),
                lever.meaning,
                lever.values_in_words,
                lever.unit,
                neutral,
                moves,
                lever.begins,
                _partners(lever),
            )
        )
    return table(("lever", "meaning", "values", "unit", "neutral", "moves", "begins", "does something only with"), rows)


def _partners(lever: Lever) -> str:
    """The sets of partners of which one must be in force: a number off its neutral value, others as they stand."""

    def worded(other: str, value: Value) -> str:
        if other == lever.key:
            return f"(if {shown(value)})"
        return f"{other}: {shown(value)}" if LEVERS[other].kind in ("flag", "choice") else f"{other} off neutral"

    return "; or ".join(", ".join(worded(*one) for one in together.items()) for together in lever.partners)


def indicators_page() -> str:
    """The indicators as Markdown, by family."""
    page = [
        "# Indicators",
        "Everything that is measured, as `data/indicators.toml` has it. Headline indicators are in bold. A formula is "
        "arithmetic on sums over the weeks of a period. Written by `caremarket docs indicators`.",
    ]
    formulas = [
        (code(one.id), code(one.formula), code(one.by_group) if one.groups else "") for one in INDICATORS.values()
    ]
    for family, rows in indicator_tables().items():
        page += [f"## {family.capitalize()}", rows]
    page += ["## Formulas", table(("indicator", "formula", "by group"), formulas)]
    return "\n\n".join(page) + "\n"


def indicator_tables() -> dict[str, str]:
    """A table of indicators for each family."""
    header = ("indicator", "label and definition", "unit", "better", "smallest that matters", "audience")
    tables = {}
    for family in dict.fromkeys(indicator.family for indicator in INDICATORS.values()):
        rows = [
            (
                f"**{code(indicator.id)}**" if indicator.headline else code(indicator.id),
                f"**{indicator.label}**. {indicator.definition}",
                indicator.unit,
                indicator.better,
                shown(indicator.smallest),
                indicator.audience,
            )
            for indicator in INDICATORS.values()
            if indicator.family == family
        ]
        tables[family] = table(header, rows)
    return tables
