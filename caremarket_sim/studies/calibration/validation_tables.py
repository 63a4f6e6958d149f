"""The parts of the validation document that rest on longer work: the plausible set, comparisons, sweeps, screening."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.findings.draws import FILE as DRAWS
from caremarket_sim.findings.frames import headlines
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.screening import PARTIAL
from caremarket_sim.methods.statistics import CLEAR
from caremarket_sim.results.periods import ALL, verdict_period
from caremarket_sim.telling.files import csv_bytes
from caremarket_sim.telling.words import labelled, quantity, span

Tables = Mapping[str, pd.DataFrame]
NAMES = ("before", "after", "shares", "carried", "screening")
MOST_SHOWN = 25


def kept_tables(results: Sequence[Path], kept: Path | None) -> Tables:
    """The main tables of these results, by what they are; those of `kept` for what the results do not hold."""
    found: dict[str, pd.DataFrame] = {}
    if kept is not None:
        for name in NAMES:
            if (kept / f"{name}.csv").is_file():
                found[name] = _read(kept / f"{name}.csv")
    new = {name: table for folder in results for name, table in _tables_of(folder).items()}
    if kept is not None and new:
        from caremarket_sim.results.durable import write_document, writing

        with writing(kept):
            kept.mkdir(parents=True, exist_ok=True)
        for name, table in new.items():
            write_document(kept / f"{name}.csv", csv_bytes(table), ",".join(table.columns))
            new[name] = _read(kept / f"{name}.csv")
    return found | new


def _tables_of(folder: Path) -> dict[str, pd.DataFrame]:
    """What a results folder says, in the few rows that the document needs."""
    if (folder / "ranking.csv").is_file():
        return {"screening": _screening(_read(folder / "ranking.csv"))}
    if (folder / "outputs.csv").is_file():
        return {"carried": _carried(_read(folder / "outputs.csv"), _read(folder / "samples.csv"))}
    if (folder / "differences.csv").is_file():
        table = _read(folder / "differences.csv")
        main = table[
            (table.period == verdict_period(table.period)) & table.indicator.isin([one.id for one in headlines()])
        ]
        columns = ["scenario", "reference", "indicator", "period", "difference", "low", "high", "verdict"]
        columns += ["replicates", "draws"]
        if int(table.draws.max()) == 1:
            return {"before": main[columns]}
        shares = _read(folder / "shares.csv")
        return {"after": main[columns], "shares": shares[shares.headline]}
    right = "name a folder that `compare`, `sweep` or `sensitivity` has written"
    raise BadInput(Problem("there are no tables here for the document", file=folder, right=right))


def _screening(ranking: pd.DataFrame) -> pd.DataFrame:
    """Each factor's mean rank measure over the outputs, as a share of each output's largest, strongest first."""
    ranking = ranking.assign(size=ranking["value"].abs())
    ranking["share"] = ranking["size"] / ranking.groupby(["indicator", "scenario"])["size"].transform("max")
    parts = []
    for factor, rows in ranking.groupby("factor", sort=False):
        strongest = rows.sort_values("share", ascending=False, kind="stable").head(3)
        where = "; ".join(f"{row.indicator} of {row.scenario}" for row in strongest.itertuples())
        parts.append({"factor": factor, "score": rows.share.mean(), "highest": rows.share.max(),
                      "first_in": int((rows["rank"] == 1).sum()), "outputs": len(rows),
                      "strongest_on": where, "measure": rows.measure.iloc[0]})  # fmt: skip
    return pd.DataFrame(parts).sort_values("score", ascending=False, kind="stable", ignore_index=True)


def _carried(outputs: pd.DataFrame, samples: pd.DataFrame) -> pd.DataFrame:
    """Each difference over all samples: lowest, median and highest mean, how often it has its sign, and with what."""
    factors = [name for name in samples.columns if name != "sample"]
    ranks = samples.set_index("sample")[factors].rank()
    rows = []
    for (indicator, scenario, reference), part in outputs[outputs.reference.notna()].groupby(
        ["indicator", "scenario", "reference"], sort=False
    ):
        means = part.groupby("sample").value.mean()
        together = ranks.corrwith(means.rank())
        strongest = together.abs().idxmax()
        rows.append({"scenario": scenario, "reference": reference, "indicator": indicator, "samples": len(means),
                     "lowest": means.min(), "median": means.median(), "highest": means.max(),
                     "same_sign": np.mean(np.sign(means) == np.sign(means.median())),
                     "strongest": strongest, "rank_correlation": together[strongest]})  # fmt: skip
    return pd.DataFrame(rows)


def plausible_set() -> str:
    """How the shipped set was made, how it fits, and what the targets leave open."""
    folder = DRAWS.parent
    record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    fit, known = _read(folder / "fit.csv"), _read(folder / "identifiability.csv")
    recipe = record["recipe"]
    waves = " and ".join(str(count) for count in recipe["waves"])
    shares = " and then ".join(f"{share:.2%}" for share in record["left_after_each_wave"])
    carried = known[known.carried.notna()]
    middles = "; ".join(
        f"`{row.parameter}` {row.register:g} against {row.set_median:.3g}" for row in carried.itertuples()
    )
    lines = [
        f"{record['plausible']} draws of {len(recipe['parameters'])} parameters, found by history matching: {waves} "
        f"samples of the ranges ({recipe['replicates']} future{'s' if recipe['replicates'] > 1 else ''} each), an "
        f"emulator a quantity, then {record['finalists']} finalists on {recipe['final_replicates']} futures. The "
        f"emulators left {shares} of the ranges. A finalist is kept when the mean of every quantity that constrains "
        "lies in its band and the place stands still for five years, and both hold with "
        f"{recipe['confirming_replicates']} further futures, on which standing still is asked strictly; the simulation "
        "alone decides. Parameters that were measured are not fitted. "
        "`caremarket calibrate scenarios/wigan/baseline.yaml --again RECORD` makes the same set again from its record.",
        "The register's own values are "
        + (
            "plausible: they are draw 1, the centre that runs without `--draws` take. The draw nearest to the middle "
            f"of the set is draw {record['nearest_to_the_middle']}. Of what carries most of a comparison, the register "
            f"against the set's median: {middles}."
            if record["register_is_plausible"]
            else f"draw 1 in none of the sets: they miss {', '.join(record['register_misses'])}."
        ),
        markdown(
            ("quantity", "range", "register", "set: lowest, median, highest", "constrains"),
            (
                (row.label, f"{row.low:g} to {row.high:g}", f"{row.register:.4g}",
                 f"{row.lowest:.4g}, {row.median:.4g}, {row.highest:.4g}",
                 "yes" if row.constrains else f"no: {row.why}")
                for row in fit.itertuples()
            ),
        ),  # fmt: skip
        "What the targets say of each parameter: `width` is that of the middle nine tenths of the set over that of the "
        "range, 1 where they say nothing.",
        markdown(
            ("parameter", "range", "register", "set", "width", "the targets leave it", "carries"),
            (
                (f"`{row.parameter}`", f"{row.low:g} to {row.high:g}", f"{row.register:g}",
                 f"{row.set_low:.3g} to {row.set_high:.3g}", f"{row.width_ratio:.2f}", row.says,
                 "" if pd.isna(row.carried) else row.carried)
                for row in known.itertuples()
            ),
        ),
    ]  # fmt: skip
    return "\n\n".join(lines)


def compared(tables: Tables) -> list[str]:
    """The comparison before and after calibration, side by side."""
    if "before" not in tables or "after" not in tables:
        return []
    before, after = tables["before"], tables["after"]
    both = before.merge(after, on=["scenario", "reference", "indicator"], suffixes=("_before", "_after"))
    if "shares" in tables:
        both = both.merge(tables["shares"], on=["scenario", "reference", "indicator"])
    rows, changed, held, sure = [], [], 0, 0
    for row in both.itertuples():
        one = INDICATORS[row.indicator]
        same = row.verdict_before == row.verdict_after
        held += same and row.verdict_before in CLEAR
        sure += row.same_sign == 1.0 and row.verdict_before in CLEAR
        if not same:
            changed.append(f"{row.scenario}, {one.label.lower()}: {row.verdict_before}, then {row.verdict_after}")
        rows.append(
            (row.scenario, labelled(one), _gap(row.difference_before, row.low_before, row.high_before, one),
             row.verdict_before, _gap(row.difference_after, row.low_after, row.high_after, one), row.verdict_after,
             f"{row.same_sign:.0%}", "–" if pd.isna(row.ignorance) else f"{row.ignorance:.0%}")
        )  # fmt: skip
    first, last = before.iloc[0], after.iloc[0]
    when = "over all weeks" if first.period == ALL else "in the weeks in which all are in force"
    clear = int(before.verdict.isin(CLEAR).sum())
    return [
        "## Three ways of commissioning, before and after calibration",
        f"Differences from {first.reference} {when}. Before: the register's values, {first.replicates} "
        f"futures, so that intervals hold chance alone. After: {last.draws} draws of the set on {last.replicates} "
        "futures each, so that they hold ignorance of the assumptions too. *Same sign* is the share of draws in which "
        "the difference has the sign of its mean; *ignorance* its share of the variance of a single run's difference.",
        markdown(
            ("scenario", "indicator", "before", "verdict", "after", "verdict", "same sign", "ignorance"), rows
        ),
        f"Of {clear} clear verdicts before, {held} are the same after, and {sure} have the same sign in every draw.",
        "Verdicts that changed:\n\n" + "\n".join(f"- {one}" for one in changed) if changed else "No verdict changed.",
    ]  # fmt: skip


def ranged(tables: Tables) -> list[str]:
    """The comparison over the whole ranges of what is carried."""
    if "carried" not in tables:
        return []
    table = tables["carried"]
    rows = []
    for row in table.itertuples():
        one = INDICATORS[row.indicator]
        rows.append(
            (row.scenario, labelled(one), quantity(row.median, one, signed=True),
             span(row.lowest, row.highest, one), f"{row.same_sign:.0%}",
             f"`{row.strongest}` ({row.rank_correlation:+.2f})")
        )  # fmt: skip
    sure = int((table.same_sign == 1.0).sum())
    return [
        "## Across the whole ranges of what is carried",
        f"Overhead scale, travel density, entry and exit over the whole of the register's ranges, targets met or not: "
        f"{int(table.samples.max())} samples, the same futures at each. {sure} of {len(table)} headline differences "
        "have one sign everywhere. *Goes most with* is the parameter of the highest rank correlation.",
        markdown(("scenario", "indicator", "median difference", "lowest to highest", "same sign", "goes most with"),
                 rows),
    ]  # fmt: skip


def screened(tables: Tables) -> list[str]:
    """What matters most to the differences between regimes, and so what to measure first."""
    if "screening" not in tables:
        return []
    from caremarket_sim.parameters import register

    table, known = tables["screening"], register()

    def grade_of(name: str) -> str:
        return known[name].grade if name in known else "of an earlier model"

    top = table.head(MOST_SHOWN)
    assumed = [name for name in top.head(10).factor if name in known and known[name].grade == "assumed"]
    first = "; ".join(f"`{name}` ({known[name].meaning})" for name in assumed[:5])
    how = (
        f"Morris screening of {len(table)} uncertain parameters over the whole of their ranges, on the headline "
        "differences between ways of commissioning: those that went most with them when all uncertain parameters were "
        "varied at once (`scenarios/designs/screen-every-assumption.yaml`, then `what-matters-most.yaml`). It was made "
        "of few trajectories on one future, so the order of neighbours in the list means little. *Score* is the mean "
        "over those differences of a parameter's mean absolute effect (μ*) as a share of the largest."
    )
    if "measure" in table and table.measure.iloc[0] == PARTIAL:
        how = (
            f"All {len(table)} uncertain parameters over the whole of their ranges at once "
            "(`scenarios/designs/screen-every-assumption.yaml`), on headlines and on differences between ways of "
            "commissioning, by partial rank correlation. *Score* is the mean over these of a parameter's correlation "
            "as a share of the largest, whatever its sign; far down the list it is mostly luck."
        )
    return [
        "## What matters most to the differences between ways of commissioning",
        how,
        markdown(
            ("", "parameter", "grade", "score", "strongest on"),
            (
                (str(place), f"`{row.factor}`", grade_of(row.factor), f"{row.score:.2f}", row.strongest_on)
                for place, row in enumerate(top.itertuples(), start=1)
            ),
        ),
        f"**What to measure first.** Of the ten that matter most {len(assumed)} are assumptions without any published "
        f"figure: {first}. A council that wants to narrow its answer would learn most from measuring these, in this "
        "order, before it refines anything further down the list.",
    ]


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; bars in cells are escaped."""
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(str(cell).replace('|', '∣') for cell in row)} |" for row in rows]
    return "\n".join(lines)


def _gap(difference: float, low: float, high: float, indicator) -> str:
    return f"{quantity(difference, indicator, signed=True)} ({span(low, high, indicator)})"


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(path.read_bytes()), encoding="utf-8-sig", keep_default_na=False, na_values=[""])
