"""Sensitivity in plain words: what drives each output, and how far the answer can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.screening import FALSE_SHARE, PARTIAL, PLAIN
from caremarket_sim.studies.sweep.words import label, weeks_asked_about
from caremarket_sim.telling.words import listed

if TYPE_CHECKING:
    from caremarket_sim.methods.indices import Index
    from caremarket_sim.studies.sensitivity.result import Analysis, Sensitivity

MOST_NAMED = 3
MOST_ON_ALL = 10
"""Factors named of those that go with some of all outputs."""

NEGLIGIBLE = 0.05
"""A factor with a smaller share of the variance than this is not called a driver."""

UNSETTLED = 0.1
"""A share that moves by more than this between half the samples and all has not settled."""

MOSTLY = 0.5
"""Where factors one by one explain less than this share of the variance, it is said."""

WHAT_IT_IS = {
    "ST": "share of the variance, with interactions",
    "emulator ST": "share of the variance, with interactions, by the emulator",
    "mu_star": "mean change over the factor's whole range",
    "PAWN above chance": "shift of the distribution, above chance",
    PARTIAL: "partial rank correlation, beside the strongest others",
    PLAIN: "rank correlation",
}


def sentences(found: Sensitivity) -> list[str]:
    """One paragraph an output, and last what holds for all of them."""
    said = [found.sweep.banner] if found.sweep.banner else []
    said += _screening(found)
    said += [" ".join(_about(found, one)) for one in found.analyses]
    if found.sweep.failed:
        said.append(f"{len(found.sweep.failed)} runs failed; the first: {found.sweep.failed[0][3]}.")
    if found.sweep.replicates == 1 and found.sweep.reference is not None:
        said.append(
            "Every sample was simulated on one future, so chance cannot be told from what the factors do together; "
            "`replicates: 2` or more would."
        )
    said.append(weeks_asked_about(found.sweep))
    return said


def _screening(found: Sensitivity) -> list[str]:
    """What a screening of very many factors found over all outputs, and what it cannot find."""
    table = found.screening()
    if table.empty:
        return []
    some, samples = table[table.found > 0], min(one.used for one in found.analyses if one.screen is not None)
    first = some.head(MOST_ON_ALL).itertuples(index=False)
    most = f" The most often: {listed([f'{row.factor} ({row.found})' for row in first])}." if len(some) else ""
    outputs, size = int(table.outputs.iloc[0]), float(table.smallest_found.iloc[0])
    return [
        f"{len(table)} factors were screened on {samples} samples by rank correlation: {len(some)} of them go with "
        f"some of {outputs} outputs, {len(table) - len(some)} with none as far as this could show.{most}",
        f"Of the factors found for an output no more than {FALSE_SHARE:.0%} are luck, on average. One that explains "
        f"{size**2:.1%} of what the strongest leave of an output's variance is found four times in five, a weaker one "
        "less often: not found does not mean without effect. What lifts an output in one half of its range and lowers "
        "it as much in the other, or acts only through others, is not found.",
        f"No other index was worked out: with {len(table)} factors that takes minutes an output, and many more samples "
        "than factors to tell anything.",
    ]


def _about(found: Sensitivity, one: Analysis) -> list[str]:
    names = [factor.name for factor in found.sweep.factors]
    said = []
    if one.note:
        said.append(f"{label(one.output)}: no indices, because {one.note}.")
    else:
        said.append(f"{label(one.output)}: {_drivers(one, names)}")
        said += _trust(one, names)
    if one.without:
        left = f", and {one.left_out} were left out with them" if one.left_out > len(one.without) else ""
        many = f"{len(one.without)} of {len(found.sweep.values)} samples have"
        said.append(f"{many if len(one.without) > 1 else many.replace('have', 'has')} no value{left}.")
    if one.noise is not None:
        said.append(f"Of the variance between samples {one.noise.in_means:.0%} is chance.")
    return said


def _drivers(one: Analysis, names: list[str]) -> str:
    ranked = one.ranked()
    if one.screen is not None:
        return _found(one, ranked, names)
    unit = INDICATORS[one.output.indicator].unit if one.output.indicator in INDICATORS else ""
    clear = [index for index in ranked if index.low > 0 or (index.value > 0 and index.low != index.low)]
    if one.primary != "mu_star":
        clear = [index for index in clear if index.value >= NEGLIGIBLE]
    if not clear:
        return f"no factor shows a clear influence ({WHAT_IT_IS[one.primary]})."
    shown = [f"{names[index.factor]} ({_amount(index, one.primary, unit)})" for index in clear[:MOST_NAMED]]
    drives = "drives it most" if len(shown) == 1 else "drive it most"
    rest = [names[index.factor] for index in ranked if index.low <= 0 <= index.high]
    text = f"{listed(shown)} {drives} ({WHAT_IT_IS[one.primary]})"
    if rest:
        many = f"{len(rest)} of {len(names)} factors have" if len(rest) > 1 else f"{rest[0]} has"
        text += f"; {many} no influence that can be told from none"
    return text + "."


def _found(one: Analysis, ranked: list[Index], names: list[str]) -> str:
    """Which of very many factors go with an output."""
    clear = [index for index in ranked if one.clear(index)]
    if not clear:
        return f"none of the {len(names)} factors was found to go with it."
    shown = listed([f"{names[index.factor]} ({index.value:+.2f})".replace("-", "−") for index in clear[:MOST_NAMED]])
    first = f"{shown} {'goes' if len(clear) == 1 else 'go'} with it most" if len(clear) <= MOST_NAMED else \
        f"{len(clear)} of {len(names)} factors go with it, most {shown}"  # fmt: skip
    return f"{first} ({WHAT_IT_IS[PARTIAL]})."


def _amount(index: Index, primary: str, unit: str) -> str:
    if primary == "mu_star":
        return f"{index.value:.3g} {unit}".strip()
    if primary.endswith("above chance"):
        return f"{index.value:.2f}"
    return f"{index.value:.0%}, {max(0.0, index.low):.0%} to {index.high:.0%}" if index.low == index.low else \
        f"{index.value:.0%}"  # fmt: skip


def _trust(one: Analysis, names: list[str]) -> list[str]:
    said = []
    alone = sum(max(0.0, index.value) for index in one.indices if index.measure == "S1")
    if one.primary == "ST" and alone < MOSTLY:
        said.append(
            f"One by one the factors explain {alone:.0%} of the variance; the rest is what they do together, or "
            "chance, which looks the same."
        )
    if one.emulator is not None and (one.primary == "emulator ST" or not one.emulator.trusted):
        share = max(0.0, one.emulator.holdout)
        said.append(
            f"The emulator explains {share:.0%} of the variance of runs held out"
            + ("." if one.emulator.trusted else ", too little to rank by.")
        )
    if len(one.course) >= 2:
        (_, before), (_, after) = one.course[-2:]
        order = [sorted(part, key=lambda index: -index.value)[0].factor for part in (before, after)]
        size = max(abs(index.value) for index in after) or 1.0
        scale = size if one.primary == "mu_star" else 1.0
        moved = max(abs(one_.value - other.value) for one_, other in zip(before, after, strict=True)) / scale
        if order[0] != order[1]:
            said.append(f"On half of the samples {names[order[0]]} came first: take more samples.")
        elif moved > UNSETTLED:
            said.append(f"Not settled: an index moved by {moved:.2f} from half of the samples to all of them.")
    return said
