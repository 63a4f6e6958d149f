"""The emulators as one page that answers by itself: sliders, differences with their bars, and what to think of them."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from markupsafe import Markup

from caremarket_sim.indicators import INDICATORS, Indicator
from caremarket_sim.methods.factors import Factor
from caremarket_sim.methods.standing_in import BARS, FUTURES
from caremarket_sim.methods.statistics import BETTER, HIGHER, LOWER, NO_CLEAR_DIFFERENCE, TOO_SMALL, WORSE
from caremarket_sim.policy.values import shown as as_written_value
from caremarket_sim.studies.whatif.inputs import bounds
from caremarket_sim.studies.whatif.result import FAR, Emulated, WhatIf, one_sided, to_json
from caremarket_sim.studies.whatif.words import (
    NO_FORECAST,
    bars_in_words,
    fitted_to,
    left_out,
    meaning,
    unit,
    years,
)
from caremarket_sim.telling.blocks import Block, Cell, Data, Group, Page, Panel, Points, Row, Table, Text
from caremarket_sim.telling.page import html_page
from caremarket_sim.telling.words import in_a_sentence, labelled, quantity, shown_in

HERE = Path(__file__).parent
STEPS = 100
"""A slider has so many steps from one end to the other; whole numbers go one by one."""
UNMOVED = "Nothing is moved: these are what the emulator says of the market as it is."


def whatif_page(found: WhatIf) -> str:
    """The whole page as one HTML file that needs no network."""
    pages = [
        Page("move", "Move levers", "", _move(found)),
        Page("trust", "How far to trust it", "", _trust(found)),
        Page("how", "How it was made", "", _how(found)),
    ]
    return html_page(
        f"What if? {found.title}",
        f"{found.place}, {years(found)}, held against {found.reference}",
        pages,
        first="the levers",
        parts="Parts of this page",
        style=(HERE / "page.css").read_text(encoding="utf-8"),
        script=(HERE / "page.js").read_text(encoding="utf-8"),
    )


def _move(found: WhatIf) -> list[Block]:
    blocks: list[Block] = [Text(one, "warning") for one in (found.banner, found.stale) if one]
    blocks.append(Text(f"{bars_in_words()} {NO_FORECAST}", "note"))
    if not found.shown:
        return [*blocks, Text("No indicator can be shown: none of the emulators is good enough.", "warning")]
    return [*blocks, Panel(_panel(found))]


def _panel(found: WhatIf) -> Markup:
    numbers = zip(found.factors, found.starts, strict=True)
    controls = Markup("").join(_control(number, factor, start) for number, (factor, start) in enumerate(numbers))
    answers = Markup("").join(_answers(found, scenario) for scenario in found.scenarios)
    held = json.dumps(for_page(found), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return Markup(
        '<noscript><p class="warning">Sliders need JavaScript, which this browser does not run.</p></noscript>'
        '<div class="whatif"><form id="levers" autocomplete="off"><h3>Levers</h3>{controls}'
        '<p><button type="button" id="back">Put every lever back</button></p></form>'
        '<div class="answers"><h3>Differences from {reference}</h3>'
        '{answers}</div><p id="said" role="status">{unmoved}</p></div>'
        '<script type="application/json" id="emulator">{held}</script>'
    ).format(controls=controls, reference=found.reference, unmoved=UNMOVED, answers=answers, held=Markup(held))


def _control(number: int, factor: Factor, start: Any) -> Markup:
    """A lever: its label, its control, where it stands and where it starts."""
    label = Markup('<label for="lever-{n}">{what}</label> <small>{key}</small>').format(
        n=number, what=meaning(factor), key=factor.name
    )
    in_unit = f" {unit(factor)}" if unit(factor) else ""
    if factor.levels:
        options = Markup("").join(
            Markup('<option value="{i}"{selected}>{text}</option>').format(
                i=place, selected=Markup(" selected") if level == start else "", text=as_written_value(level)
            )
            for place, level in enumerate(factor.levels)
        )
        control = Markup('<select id="lever-{n}">{options}</select>').format(n=number, options=options)
    else:
        low, high = bounds(factor)
        step = 1 if factor.whole else step_of(low, high)
        control = Markup(
            '<output for="lever-{n}"></output>'
            '<input type="range" id="lever-{n}" min="{low}" max="{high}" step="{step}" value="{start}">'
            '<small class="ends"><span>{low}</span><span>{high}</span></small>'
        ).format(n=number, low=f"{low:g}", high=f"{high:g}", step=f"{step:g}", start=f"{start:g}")
    starts = Markup("<small>Starts at {start}{unit}.</small>").format(start=as_written_value(start), unit=in_unit)
    return Markup('<div class="lever">{label}{control}{starts}</div>').format(
        label=label, control=control, starts=starts
    )


def step_of(low: float, high: float) -> float:
    """A slider's step: 1, 2 or 5 times a power of ten, some STEPS from end to end."""
    rough = (high - low) / STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * times for times in (1.0, 2.0, 5.0, 10.0) if power * times >= rough * 0.999)


def _answers(found: WhatIf, scenario: str) -> Markup:
    """A table of one scenario's differences, which the page's script fills in."""
    rows = Markup("").join(
        Markup(
            '<tr id="answer-{n}"><th scope="row">{label} <small>{mean} in {reference}</small></th>'
            '<td class="number">–</td><td class="bar" aria-hidden="true"></td><td class="verdict">–</td></tr>'
        ).format(
            n=found.outputs.index(one), label=labelled(INDICATORS[one.indicator]),
            mean=quantity(one.reference_mean, INDICATORS[one.indicator]), reference=found.reference,
        )
        for one in found.shown
        if one.scenario == scenario
    )  # fmt: skip
    return Markup(
        '<table><caption>{scenario}</caption><thead><tr><th scope="col">Indicator</th><th scope="col">Difference, and '
        'its bar</th><th scope="col" class="bar">Shown on a line; | is no difference</th><th scope="col">Verdict</th>'
        "</tr></thead><tbody>{rows}</tbody></table>"
    ).format(scenario=scenario, rows=rows)


def for_page(found: WhatIf) -> dict[str, Any]:
    """What the page's script answers from: the emulators, and how it says what it finds."""
    held = json.loads(to_json(found))
    return {
        "factors": [
            {**{key: one[key] for key in ("name", "levels", "whole")}, "numeric": factor.numeric,
             "bounds": bounds(factor), "unit": unit(factor), "start": start}
            for one, factor, start in zip(held["factors"], found.factors, found.starts, strict=True)
        ],
        "points": held["points"],
        "outputs": [
            None if one.why_not else {**told, **_saying(one, found)}
            for one, told in zip(found.outputs, held["outputs"], strict=True)
        ],
        "futures": FUTURES,
        "sure": one_sided(found.looks) / one_sided(1, 1.0 - BARS),
        "words": {"better": BETTER, "worse": WORSE, "higher": HIGHER, "lower": LOWER, "small": TOO_SMALL,
                  "unclear": NO_CLEAR_DIFFERENCE, "far": FAR, "unmoved": UNMOVED},
    }  # fmt: skip


def _saying(one: Emulated, found: WhatIf) -> dict[str, Any]:
    """How an output's differences are written: factor, decimals, unit, label, and how far its line goes."""
    indicator = INDICATORS[one.indicator]
    factor, in_unit = shown_in(indicator)
    assert one.stand_in is not None
    reach = abs(one.stand_in.mean(found.points)) + one.stand_in.bar(found.points)
    return {
        "factor": factor,
        "places": decimals(indicator),
        "unit": "pts" if in_unit.startswith("%") else in_unit,
        "label": in_a_sentence(indicator.label),
        "better": indicator.better,
        "smallest": indicator.smallest,
        "line": float(reach.max()),
    }


def decimals(indicator: Indicator) -> int:
    """How many decimals an indicator is shown with."""
    return len(quantity(0.0, indicator).partition(".")[2])


def _trust(found: WhatIf) -> list[Block]:
    rows = [
        Row(
            Cell(labelled(INDICATORS[one.indicator]), one.scenario if len(found.scenarios) > 1 else ""),
            [
                Cell(quantity(one.stand_in.judged.errors[one.stand_in.mean.kind], INDICATORS[one.indicator])),
                Cell(quantity(one.stand_in.judged.typical, INDICATORS[one.indicator])),
                Cell(f"{one.stand_in.judged.within:.0%}"),
                Cell(f"{one.stand_in.judged.covered:.0%}"),
                Cell("not shown" if one.why_not else "shown", one.stand_in.mean.kind),
            ],
        )
        for one in found.outputs
        if one.stand_in is not None
    ]
    columns = ["Indicator", "Error beyond sampling", f"Standard error of {FUTURES} futures", "Err by less than that",
               "Within the bars", "Here"]  # fmt: skip
    table = Data("held_out", found.frame())
    note = "Of samples held out in turn, and of futures that the emulator was not fitted to."
    tried = [f"{meaning(one)} ({one.name}): {_range(one)}" for one in found.factors]
    return [
        Text(
            "Every emulator was fitted again and again without an eighth of the samples, and held to those. What does "
            f"not err by less than the standard error of {FUTURES} simulated futures at nine samples of ten is not "
            "shown, nor is what lies farther from every sample than was tried: its row is grey."
        ),
        *([Points(left_out(found), "What is left out")] if left_out(found) else []),
        Table("Held to samples left out", columns, [Group("", rows)], note, table, numbers=True),
        Points(tried, "What was tried"),
        Text(
            "Everything else stays as it is. Levers that take effect with a tender are not here unless they are named "
            "above: a tender is an upheaval of its own, and is simulated."
        ),
    ]  # fmt: skip


def _range(factor: Factor) -> str:
    if factor.levels:
        return " or ".join(as_written_value(level) for level in factor.levels)
    return f"{factor.low:g} to {factor.high:g}{f' {unit(factor)}' if unit(factor) else ''}"


def _how(found: WhatIf) -> list[Block]:
    return [
        Text(fitted_to(found)),
        Text(
            "A difference is taken future by future: policy and reference meet the same people with the same luck. A "
            "Gaussian process and boosted trees are fitted to each indicator, and whichever errs less on samples held "
            "out stands in for the model; the chance of one future is emulated too, as it differs between policies."
        ),
        Text(f"Version {found.version}, code {found.code[:16]}. Nothing that is moved here leaves this page."),
    ]
