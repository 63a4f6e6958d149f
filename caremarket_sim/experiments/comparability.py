"""Which scenarios may be compared: all that is not policy must be the same on both sides."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass, fields

from caremarket_sim.errors import ComparisonRefused
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.scenario import Scenario
from caremarket_sim.settling import code_version


@dataclass(frozen=True, slots=True)
class Ground:
    """What two scenarios must share for their difference to be the effect of policy, each as a text to compare."""

    horizon: str
    prices: str
    price_base: str
    place: str
    parameters: str
    model_version: str
    indicator_definitions: str


def ground(scenario: Scenario) -> Ground:
    """The ground that a scenario stands on when it is run by this version of the model."""
    overrides = scenario.parameters.overrides
    return Ground(
        horizon=f"{scenario.weeks} weeks from {scenario.start.isoformat()}",
        prices=scenario.prices,
        price_base=str(scenario.place.price_base),
        place=f"{scenario.place.name} ({scenario.place.key[:12]})",
        parameters=", ".join(f"{name} = {value:g}" for name, value in sorted(overrides.items())) or "the register's",
        model_version=code_version(),
        indicator_definitions=indicator_definitions(),
    )


def indicator_definitions() -> str:
    """A hash of what the indicators are: a change of any definition, unit, direction or threshold changes it."""
    digest = hashlib.sha256()
    for indicator in INDICATORS.values():
        digest.update(repr(astuple(indicator)).encode())
    return digest.hexdigest()[:16]


def differing_ground(grounds: Mapping[str, Ground], reference: str) -> list[str]:
    """Every way in which a scenario stands on other ground than the reference, a sentence each."""
    found = []
    for name, other in grounds.items():
        for field in fields(Ground):
            ours, theirs = getattr(grounds[reference], field.name), getattr(other, field.name)
            if ours != theirs:
                found.append(f"{field.name.replace('_', ' ')}: {reference} has {ours}, {name} has {theirs}")
    return found


def require_common_ground(grounds: Mapping[str, Ground], reference: str, allow: str | None = None) -> str | None:
    """Refuse scenarios that differ in more than policy, or with a reason to allow it return the banner to show.

    Raises ComparisonRefused when they differ and no reason is given. Returns None when they do not differ.
    """
    found = differing_ground(grounds, reference)
    if not found:
        return None
    if not allow:
        raise ComparisonRefused(
            "the difference between these would not be the effect of policy alone:\n"
            + "".join(f"  {what}\n" for what in found)
            + 'make them equal, or compare all the same with --allow "why", and the results will carry a banner'
        )
    return "NOT A LIKE-FOR-LIKE COMPARISON (" + "; ".join(found) + f"). Allowed because: {allow}"


def as_record(found: Ground) -> dict[str, str]:
    """The ground as it is written to the manifest."""
    return asdict(found)
