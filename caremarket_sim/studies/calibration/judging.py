"""How each pattern is judged from the numbers found: a value, what it rests on in words, and what else is missed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from caremarket_sim.methods.statistics import interval

Numbers = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Judged:
    """The value that is held to the pattern's range, what was found in words, and further conditions not met."""

    value: float
    words: str
    misses: tuple[str, ...] = ()


def _mean(found: Numbers, name: str) -> float:
    return float(np.nanmean(found[name]))


def _shown(found: Numbers, name: str, factor: float = 1.0, places: int = 2) -> str:
    """A mean with its interval."""
    one = interval(found[name])
    mean, low, high = (factor * float(part) for part in (one.mean, one.low, one.high))
    return f"{mean:.{places}f} ({low:.{places}f} to {high:.{places}f})"


def _percent(found: Numbers, name: str) -> str:
    return f"{_shown(found, name, 100.0, 1)}%"


def _plain(name: str, words: str) -> Callable[[Numbers], Judged]:
    """Judged by one number alone."""

    def judge(found: Numbers) -> Judged:
        return Judged(_mean(found, name), words.format(_shown(found, name, 1.0, 3), _percent(found, name)))

    return judge


def _ratio(top: float, bottom: float) -> float:
    """A ratio, nan where there is nothing to divide by."""
    return top / bottom if bottom else float("nan")


def _unless(*conditions: tuple[bool, str]) -> tuple[str, ...]:
    return tuple(words for met, words in conditions if not met)


def by_experience(found: Numbers) -> Judged:
    """S3."""
    words = (
        f"{_percent(found, 'S3_first')} a year leave with under a year in the sector, {_percent(found, 'S3_long')} "
        "with ten years or more"
    )
    return Judged(_mean(found, "S3"), words)


def slow_fall(found: Numbers) -> Judged:
    """S4."""
    words = f"the share changes by {_shown(found, 'S4', 100.0)} points a year"
    return Judged(
        _mean(found, "S4"), words, _unless((bool(interval(found["S4"]).high < 0.0), "it does not clearly fall"))
    )


def recruits(found: Numbers) -> Judged:
    """S5."""
    words = (
        f"{_percent(found, 'S5')} of starters have worked in care before; {_percent(found, 'S5_back')} of those who "
        "leave start with a provider here again"
    )
    return Judged(_mean(found, "S5"), words)


def pay(found: Numbers) -> Judged:
    """S6."""
    true, naive = _mean(found, "S6"), _mean(found, "S6_naive")
    words = (
        f"10% more pay changes leaving by {_shown(found, 'S6', 100.0)} points; the regression finds "
        f"{_shown(found, 'S6_naive', 100.0)}, {_ratio(naive, true):.2f} of it"
    )
    misses = _unless(
        (naive < 0.0, "the regression finds that better paid workers leave more"),
        (_ratio(naive, true) <= 0.5, "the regression finds more than half of the effect"),
    )
    return Judged(true, words, misses)


def floor(found: Numbers) -> Judged:
    """S7."""
    spread, posts, zero, later = (_mean(found, f"S7_{name}") for name in ("spread", "posts", "zero", "zero_later"))
    signs = {
        "pay is not compressed": spread < 0.0,
        "posts filled fall by 3% or more": posts > -0.03,
        "zero-hours do not rise for a time": interval(found["S7_zero"]).low > 0.0 and later < zero,
    }
    words = (
        f"the spread of pay changes by {_percent(found, 'S7_spread')}, posts filled by {_percent(found, 'S7_posts')}, "
        f"zero-hours by {_shown(found, 'S7_zero', 100.0)} points in the year and "
        f"{_shown(found, 'S7_zero_later', 100.0)} two years on"
    )
    return Judged(float(sum(signs.values())), words, tuple(name for name, met in signs.items() if not met))


def competition(found: Numbers) -> Judged:
    """S9."""
    usual, crowded = _mean(found, "S9_usual"), _mean(found, "S9_crowded")
    better, worse = _mean(found, "S9_better"), _mean(found, "S9_worse")
    words = (
        f"{usual:.1%} a year close, {crowded:.1%} with more entrants; {better:.1%} of the better half and {worse:.1%} "
        "of the worse"
    )
    likelier = interval(found["S9_crowded"] - found["S9_usual"]).low > 0.0
    misses = _unless(
        (better < worse, "better agencies close as often as worse ones"),
        (bool(likelier), "agencies do not clearly close more often with more entrants"),
    )
    return Judged(_ratio(crowded, usual), words, misses)


def monopsony(found: Numbers) -> Judged:
    """S10."""
    signs = {}
    parts = []
    for name, label in (("fee", "fee"), ("quality_latent", "quality")):
        gap = interval(found[f"S10_{name}_many"] - found[f"S10_{name}_few"])
        signs[f"{label} is not clearly lower"] = bool(gap.high < 0.0)
        parts.append(f"{label} by {float(gap.mean):.4f} ({float(gap.low):.4f} to {float(gap.high):.4f})")
    words = f"with many bidders in place of few {' and '.join(parts)}"
    return Judged(float(sum(signs.values())), words, tuple(name for name, met in signs.items() if not met))


def hand_backs(found: Numbers) -> Judged:
    """S12."""
    value = _mean(found, "S12_any_after") - _mean(found, "S12_any_before")
    words = (
        f"margins fall by {_shown(found, 'S12_margin', -100.0, 1)} points; packages are handed back in "
        f"{_mean(found, 'S12_any_after'):.0%} of futures, {_shown(found, 'S12_after', 1.0, 0)} a year, against "
        f"{_mean(found, 'S12_any_before'):.0%} without the shock"
    )
    return Judged(value, words)


def relearning(found: Numbers) -> Judged:
    """S16."""
    before, after, cost = (float(found[f"S16_{name}"].sum()) for name in ("before", "after", "episodes"))
    fall, net = 1.0 - _ratio(after, before), _ratio(before - after - cost, before)
    words = f"care in the year costs {fall:.0%} less; less the cost of the episodes that is {net:+.0%}"
    return Judged(net, words, _unless((0.4 <= fall <= 0.75, f"care costs {fall:.0%} less and not some 60%")))


def satisfied(found: Numbers) -> Judged:
    """S13."""
    return Judged(_mean(found, "S13"), f"{_percent(found, 'S13')} are, {_percent(found, 'S13_usual')} at usual fees")


JUDGES: dict[str, Callable[[Numbers], Judged]] = {
    "S1": _plain("turnover", "turnover is {1}"),
    "S2": _plain("vacancy_rate", "vacancies are {1}"),
    "S3": by_experience,
    "S4": slow_fall,
    "S5": recruits,
    "S6": pay,
    "S7": floor,
    "S8": _plain("closure_rate", "{1} close in a year"),
    "S9": competition,
    "S10": monopsony,
    "S11": _plain("S11", "fees grow {0} times as fast as costs"),
    "S12": hand_backs,
    "S13": satisfied,
    "S15": _plain("S15", "the last hours bring {0} of the average"),
    "S16": relearning,
    "S17": _plain("S17", "experience changes by {1}"),
}
