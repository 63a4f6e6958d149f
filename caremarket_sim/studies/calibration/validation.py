"""The validation document, in Markdown: what the checks found, what the targets leave open, and what that changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from rich import box
from rich.table import Table
from rich.text import Text

from caremarket_sim.findings.draws import FILE as DRAWS
from caremarket_sim.findings.versions import holds_now
from caremarket_sim.methods.statistics import interval
from caremarket_sim.settling import code_version
from caremarket_sim.studies.calibration.checks import FAILED, Check, Checked, counts
from caremarket_sim.studies.calibration.validation_tables import (
    compared,
    kept_tables,
    markdown,
    plausible_set,
    ranged,
    screened,
)
from caremarket_sim.studies.calibration.zero_hours import PARTS

_STYLES = {"passed": "green", "failed": "red"}


def check_table(done: Checked) -> Table:
    """Every check, for the screen."""
    table = Table(title=Text(f"Checks of {done.scenario.title}"), box=box.SIMPLE_HEAD, title_style="bold")
    table.title_justify = "left"
    for column in ("check", "of", "value", "range", "status"):
        table.add_column(column)
    for one in done.checks:
        shown = (one.id, _short(one.label, 48), _number(one.value), _range(one), one.status)
        table.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in shown))
    return table


MARK = "Written by `caremarket check`"
"""What tells a validation document of ours from another file."""


def validation_document(done: Checked, results: Sequence[Path], kept: Path | None) -> str:
    """The document. `results`: folders of comparisons, sweeps and sensitivity analyses whose main tables it takes up.

    With `kept`, a folder, those tables are kept there and taken from there when no results are given.
    """
    tables = kept_tables(results, kept)
    found = counts(done.checks)
    place = done.scenario.place
    parts = [
        "# Validation: what the model is held to",
        f"How far {place.name}, as it is simulated with no new policy, "
        "resembles what has been published of markets like it; which assumptions the published figures leave open; and "
        f"which conclusions of a comparison do not depend on them. {MARK}; made anew with "
        "`caremarket check scenarios/wigan/baseline.yaml --document docs/validation.md`.",
        f"**{found['passed']} checks passed, {found['failed']} failed, {found['not testable']} cannot be tested.** "
        f"Every number is a mean over {len(done.seeds)} simulated futures. Ranges come from the publications named, by "
        "their ids in the register of sources; where one figure is published the width is ours and says so. None was "
        "moved to let the model pass. Agreement is no proof that the model foretells anything: much of it was set up "
        "to agree. Disagreement is a warning.",
        "## Calibration targets",
        "Means of three years at the prices of 2024/25, with no new policy.",
        markdown(
            ("quantity", "model", "range", "status", "evidence"),
            ((c.label, _number(c.value), _range(c), c.status, " ".join(c.evidence)) for c in _of(done, "target")),
        ),
        _failures(_of(done, "target")),
        "## Patterns",
        "Each is tested once, by a small experiment where it takes one.",
        markdown(
            ("", "pattern", "measured as", "model", "range", "status"),
            (
                (c.id, c.label, c.measured, f"{_number(c.value)} {c.unit}".strip(), _range(c), c.status)
                for c in _of(done, "pattern")
            ),
        ),
        "What each rests on:",
        "\n".join(f"- **{c.id}** {c.why}" for c in _of(done, "pattern")),
        "## The gap in turnover between zero-hours and other contracts",
        gap_section(done),
        "## What longer runs found",
        "All above is of the model as it is. What follows comes from runs that take hours and are made anew less "
        f"often: the plausible set {_age_of_the_set()}, and the tables after it are those that were kept beside this "
        "page when they were made, of the model of that day. What holds over the set, switched and settled, at an "
        "equal fee and at an equal budget, stands in `docs/conclusions.md`.",
        "## The plausible set",
        plausible_set(),
        *compared(tables),
        *ranged(tables),
        *screened(tables),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def gap_section(done: Checked) -> str:
    """What carries the gap, in words and a table."""
    found = done.found
    gap = float(found["gap"].mean())
    rows = []
    for name, words in PARTS.items():
        part = interval(found[f"gap_{name}"])
        rows.append((words, f"{100 * float(part.mean):.2f}", f"{float(part.mean) / gap:.0%}",
                     f"{100 * float(part.low):.2f} to {100 * float(part.high):.2f}"))  # fmt: skip
    hours = float(found["gap_hours"].mean()) / gap
    composition = float(sum(found[f"gap_{name}"].mean() for name in ("tenure", "age", "skills"))) / gap
    left = float(found["gap_left"].mean())
    return (
        f"Zero-hours has no term of its own in the chance of leaving. The gap that comes out is {100 * gap:.1f} points "
        "(from chances, over three years; published 3.1 to 6.9, raw). It is taken apart by the terms of the leaving "
        "chance, each by its difference in mean log-odds between the two groups (Yun 2004), so that the parts add up. "
        f"Uncertain hours carry {hours:.0%} of it, composition (tenure, age, skills) {composition:.0%}, the rest pay "
        "and employers. If hours were as certain for people on zero-hours as for the others, and nothing else "
        f"changed, {100 * left:.1f} points would be left.\n\n"
        + markdown(("carried by", "points", "share", "95% interval, points"), rows)
    )


def _age_of_the_set() -> str:
    record = json.loads((DRAWS.parent / "record.json").read_text(encoding="utf-8"))
    if record["code_version"] == code_version():
        return "was made with this very code"
    same = holds_now(record["code_version"], "plausible set")
    return "was made with code that gives the same results" if same else "was made with an earlier model"


def _of(done: Checked, kind: str) -> list[Check]:
    return [check for check in done.checks if check.kind == kind]


def _failures(checks: Iterable[Check]) -> str:
    failed = [check for check in checks if check.status == FAILED]
    return "\n".join(f"- **{check.label}** fails. {check.why}" for check in failed)


def _number(value: float) -> str:
    return "–" if not np.isfinite(value) else f"{value:.4g}"


def _range(check: Check) -> str:
    if not np.isfinite(check.low):
        return "–"
    if check.low == check.high:
        return f"{check.low:g}"
    return f"{check.low:g} to {check.high:g}"


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
