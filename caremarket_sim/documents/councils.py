"""The reference page of councils: who is known by name, and what their figures are estimated to be."""

from __future__ import annotations

from caremarket_sim.documents import code, table
from caremarket_sim.scenario.council_estimates import figures_of
from caremarket_sim.scenario.councils import Council, councils, zones_of

INTRODUCTION = (
    "The 153 councils of England with adult social care duties, which `caremarket new NAME` knows by name or code. "
    "Zones are wards in Greater Manchester and small areas (MSOA) elsewhere, joined to 60 where there are more. "
    "**Every figure of homecare here is an estimate**, with its range; [how they are made](../councils.md). The "
    "council's own numbers are better than any of them. Written by `caremarket docs councils`."
)
HEADER = (
    "council",
    "code",
    "region",
    "zones",
    "people 65 and over",
    "council clients",
    "self-funders",
    "providers under contract",
    "other providers",
    "care workers",
)
SHOWN = ("council_clients", "self_funders", "contracted_providers", "private_providers", "care_workers")


def councils_page() -> str:
    """Every council as Markdown, by name."""
    rows = [_row(one) for one in sorted(councils().values(), key=lambda one: one.name)]
    return "\n\n".join(["# Councils", INTRODUCTION, table(HEADER, rows)]) + "\n"


def _row(council: Council) -> tuple[str, ...]:
    figures, zones = figures_of(council), zones_of(council)
    older = f"{zones['population_65plus'].sum():,.0f}"
    counts = [f"{figures[key].value:,.0f} ({figures[key].low:,.0f} to {figures[key].high:,.0f})" for key in SHOWN]
    return (council.name, code(council.code), council.region, str(len(zones)), older, *counts)
