"""Which scenarios may be compared: all that is not policy must be the same on both sides."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass, fields

from caremarket_sim.errors import ComparisonRefused
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.runs.allowances import NOTHING, Allowances
from caremarket_sim.scenario import Scenario
from caremarket_sim.settling import code_version

NOT_LIKE_FOR_LIKE = "NOT A LIKE-FOR-LIKE COMPARISON: the differences are not the effect of policy alone."


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
        place=f"{scenario.place.name} ({(scenario.place.home or scenario.place).key[:12]})",
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


def differing_ground(grounds: Mapping[str, Ground], reference: str) -> dict[str, list[str]]:
    """Every way in which a scenario stands on other ground than the reference, a sentence each, by what allows it."""
    found: dict[str, list[str]] = {}
    for field in fields(Ground):
        code = field.name.replace("_", "-")
        for name, other in grounds.items():
            ours, theirs = getattr(grounds[reference], field.name), getattr(other, field.name)
            if ours != theirs:
                found.setdefault(code, []).append(f"{reference} has {ours}, {name} has {theirs}")
    return found


def require_common_ground(
    grounds: Mapping[str, Ground], reference: str, allowed: Allowances = NOTHING
) -> list[str | None]:
    """What the banner says of scenarios that differ in more than policy, in so far as that is allowed.

    Raises ComparisonRefused, with every difference that is not.
    """
    found = differing_ground(grounds, reference)
    refused = {code: said for code, said in found.items() if code not in allowed.codes}

    def refusal() -> ComparisonRefused:
        codes = " ".join(f"--allow {code}" for code in refused)
        return ComparisonRefused(
            "the difference between these would not be the effect of policy alone:\n"
            + "".join(f"  {code.replace('-', ' ')}: {one}\n" for code, said in refused.items() for one in said)
            + f'make them equal, or compare all the same with {codes} --why "…", and the results will carry a banner'
        )

    said = [allowed.admit(code, sentences, refusal) for code, sentences in found.items()]
    return [NOT_LIKE_FOR_LIKE, *said] if said else []


def as_record(found: Ground) -> dict[str, str]:
    """The ground as it is written to the manifest."""
    return asdict(found)
