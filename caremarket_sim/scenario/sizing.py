"""Levers that are amounts, scaled from a council of Wigan's size to another's."""

from __future__ import annotations

import re

from caremarket_sim.policy import Levers
from caremarket_sim.scenario.places import Place

SIZED = {"stewardship.capacity_fte": 0.1, "community.connectors_fte": 0.1, "community.coop_support": 1000.0}
"""Levers that are amounts, which presets and scenarios give for a council of Wigan's size, and the steps of scaling."""
_WRITTEN = re.compile(rf"^( *)({'|'.join(map(re.escape, SIZED))}): ([0-9.]+)(.*)$", re.MULTILINE)


FEWEST = 40
"""People below whom one firm is a place's whole market (the City of London, with 44, settles in every future tried)."""


def too_few(people: float) -> str:
    """What to do where so few people draw on homecare that no market of their own lasts; nothing elsewhere."""
    if people >= FEWEST:
        return ""
    return (
        f"{people:,.0f} people who draw on homecare are too few for a market of their own: one firm is all of it, and "
        "once it has nobody left nobody can be found; make them a zone of the neighbour's place whose firms serve them"
    )


def sized_text(key: str, levers: Levers, clients: float, wigan: Place, indent: str) -> str:
    """Levers that are amounts, scaled from Wigan's size to so many clients: the lines of `set:` or `regime:`."""
    lines = [
        f"{indent}# Amounts, scaled by council clients from a council of Wigan's size.",
        f"{indent}{key}:",
    ]
    for lever in SIZED:
        value = float(levers[lever])  # type: ignore[arg-type]
        if value:
            lines.append(_line(f"{indent}  ", lever, value, clients / wigan.council_clients))
    return "\n".join(lines) + "\n"


def resized(text: str, scale: float) -> str:
    """A file's text with every amount that it writes scaled, and what it is for Wigan beside it."""
    return _WRITTEN.sub(lambda found: _resized(found, scale), text)


def _resized(found: re.Match[str], scale: float) -> str:
    indent, lever, value, rest = found.groups()
    remark = rest.strip().removeprefix("#")
    return _line(indent, lever, float(value), scale) + (f";{remark}" if remark else "")


def _line(indent: str, lever: str, value: float, scale: float) -> str:
    step = SIZED[lever]
    scaled = round(max(round(value * scale / step), 1) * step, 1) if value else 0.0
    return f"{indent}{lever}: {scaled:g}  # {value:g} for Wigan"
