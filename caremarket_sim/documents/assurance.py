"""Documents for those who assure the quality of an analysis: drafts that a council completes and signs."""

from __future__ import annotations

from collections import Counter

from caremarket_sim import __version__
from caremarket_sim.documents import code, filled, named_sources, table
from caremarket_sim.documents.assumptions import structural
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.parameters import register, sources
from caremarket_sim.policy import LEVERS, PRESET_TITLES
from caremarket_sim.policy.values import shown
from caremarket_sim.runs.plausibility import limits
from caremarket_sim.runs.targets import targets
from caremarket_sim.week import PROCESSES


def quality_page() -> str:
    """A draft of a quality-assurance statement after HM Treasury's Aqua Book."""
    return filled("quality", targets=_targets(), **_facts())


def stress_page() -> str:
    """The STRESS-ABS checklist (Monks et al. 2019), filled in."""
    return filled("stress", presets="; ".join(PRESET_TITLES.values()), **_facts())


def card_page() -> str:
    """A model card (Mitchell et al. 2019): what the model is for, and what it must not be used for."""
    headline = [one for one in INDICATORS.values() if one.headline]
    rows = [(one.label, one.unit, one.better, one.definition) for one in headline]
    return filled(
        "card", headlines=table(("indicator", "unit", "better", "definition"), rows), targets=_targets(), **_facts()
    )


def evidence_page() -> str:
    """How strong the evidence is: grades by part of the model, and who published."""
    known = register()
    grades = ("measured", "derived", "assumed")
    subjects = dict.fromkeys(parameter.subject for parameter in known.values())
    counted = {subject: Counter(one.grade for one in known.values() if one.subject == subject) for subject in subjects}
    rows = [(subject, *(str(count[grade]) for grade in grades)) for subject, count in counted.items()]
    used = [one for one in known.values() if one.grade != "assumed"]
    return filled(
        "evidence",
        subjects=table(("part of the model", *grades), rows),
        published=table(
            ("parameter", "what it says", "grade", "source"),
            [(code(one.name), one.meaning, one.grade, named_sources(one.source) or "–") for one in used],
        ),
        sources=len(sources()),
        limits=table(
            ("a market with no new policy", "from", "to", "unit", "grade", "how it was set", "sources"),
            [
                (
                    one.label,
                    shown(one.low),
                    shown(one.high),
                    one.unit,
                    one.grade,
                    one.meaning,
                    named_sources(one.source),
                )
                for one in limits()
            ],
        ),
        **_facts(),
    )


def _facts() -> dict[str, object]:
    """Counts that several documents give, so that none gives an old one."""
    known = register()
    return {
        "version": __version__,
        "parameters": len(known),
        "grades": Counter(parameter.grade for parameter in known.values()),
        "levers": len(LEVERS),
        "indicators": len(INDICATORS),
        "processes": len(PROCESSES),
        "structural": len(structural()),
    }


def _targets() -> str:
    """Published aggregates that the baseline is held against."""
    rows = [(one.label, one.published, one.band, named_sources(one.evidence)) for one in targets()]
    return table(("quantity", "published", "band", "evidence"), rows)
