"""What holds of policies as standing regimes, in sentences."""

from __future__ import annotations

from caremarket_sim.findings.frames import headline_rows
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.results.periods import span_of_years
from caremarket_sim.studies.standing.study import Standing
from caremarket_sim.telling.words import clauses, in_a_sentence, listed


def standing_sentences(standing: Standing) -> list[str]:
    """Every regime against the reference on the headlines, and where one does not repeat its cycle."""
    frame = standing.frame()
    said = [
        "As standing regimes, each in force for years, means over whole contract cycles at prices held, "
        f"{standing.futures} futures spread over the phases:"
    ]
    for name, (weeks, count) in standing.cycles.items():
        length = f"{count} cycle{'' if count == 1 else 's'} of {span_of_years(weeks)}"
        if name != standing.reference:
            rows = frame[(frame.scenario == name) & headline_rows(frame)]
            said.append(f"- {name} ({length}) against {standing.reference} is {clauses(rows)}.")
        moved = [in_a_sentence(INDICATORS[one].label) for one, still in standing.repeats(name).items() if not still]
        if moved:
            said.append(f"- {name} does not repeat its cycle on {listed(moved)}: it has not settled.")
    if standing.failed:
        said.append(f"- {len(standing.failed)} futures failed and are left out of all; the first: {standing.failed[0]}")
    return said
