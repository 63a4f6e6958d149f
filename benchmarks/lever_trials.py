"""What is tried of every lever: each bound or option against another value, with the levers that it needs."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.lever_paths import identical, with_path_cut
from caremarket_sim import settling
from caremarket_sim.indicators import Outcome, outcome_of
from caremarket_sim.policy import LEVERS, NEUTRAL
from caremarket_sim.policy.values import Value, shown
from caremarket_sim.scenario import Change, Scenario

NEEDS = {
    ("contract.sourcing", "block_first"): {"contract.guaranteed_volume": 1.0},
    ("contract.sourcing", "own_choice"): {},
}
"""What an option needs where that is not what the lever needs."""
OPTIONS = {
    ("contract.sourcing", "block_first"): ("block_hours_unused_spend", -1),
    ("employment.contract_norm", "zero_hours"): ("zero_hours_share", 1),
}
"""What an option moves, and which way, where the lever declares another option's."""
SILENT_WITHOUT = {
    "contract.outcome_measure": "contract.outcome_share",
    "contract.package_flexibility": "stewardship.codesign_months",
    "contract.sourcing": "procurement.zoned",
    "fee.ceiling": "fee.rule",
    "procurement.backup_share": "contract.sourcing",
    "procurement.phase_in_weeks": "procurement.retender_at_start",
    "procurement.providers_per_zone": "procurement.zoned",
    "procurement.weights": "procurement.retender_at_start",
    "stewardship.citizens_weights": "stewardship.citizens_share",
    "stewardship.codesign_months": "procurement.retender_at_start",
    "stewardship.profit_norm": "stewardship.open_book",
}
"""Levers that do exactly nothing while another, which they need, is at its neutral value."""


@dataclass(frozen=True)
class Trial:
    """A lever at a value against another; `expected` is the declared direction, 0 where none is declared."""

    key: str
    value: Value
    against: Value
    expected: int
    years: int

    @property
    def name(self) -> str:
        """The value against the other, to read."""
        return f"{worded(self.value)} against {worded(self.against)}"

    @property
    def needs(self) -> Mapping[str, Value]:
        """Levers that are set on both sides."""
        return NEEDS.get((self.key, self.value if isinstance(self.value, str) else ""), LEVERS[self.key].needs)

    @property
    def indicator(self) -> str:
        """What the value should move."""
        return OPTIONS.get((self.key, worded(self.value)), (LEVERS[self.key].indicator,))[0]

    def scenarios(self, start: Scenario) -> tuple[Scenario, Scenario]:
        """The place under the other value and under the value, both with the levers needed, from the first week."""
        before = start.place.regime.changed({**self.needs, self.key: self.against})
        after = before.changed({self.key: self.value})
        start = start.with_weeks(52 * self.years)
        return under(start, before), under(start, after)


def worded(value: Value) -> str:
    """A lever's value to read; of weights those above zero."""
    if isinstance(value, dict):
        return ", ".join(f"{part} {weight:.2g}" for part, weight in value.items() if weight > 0.0)
    return shown(value)


def under(start: Scenario, levers) -> Scenario:
    """The scenario with these levers in force from its first week."""
    return Scenario(
        "trial", "", start.path, start.place, start.weeks, start.prices, start.parameters, (Change(0, levers),)
    )


def trials(key: str, at_once: int = 3, tendered: int = 5) -> list[Trial]:
    """Every bound or option of a lever against its neutral value, and its declared contrast.

    So many years, more where the lever waits for a tendered contract to start.
    """
    lever = LEVERS[key]
    years = tendered if "procurement.retender_at_start" in {key, *lever.needs} else at_once
    first, second = lever.contrast
    if lever.kind in ("flag", "choice"):
        found = [(option, lever.neutral) for option in lever.options or (False, True) if option != lever.neutral]
    elif lever.kind == "weights":
        corners = [{part: float(part == whole) for part in lever.parts} for whole in lever.parts]
        found = [(second, first), *((corner, lever.neutral) for corner in corners)]
    else:
        values = [*lever.options, *(lever.allowed or lever.bounds)]
        found = [(value, lever.neutral) for value in map(lever.accept, values) if value != lever.neutral]
        if lever.contrast != lever.bounds and (second, first) not in found:
            found.insert(0, (second, first))
    return [Trial(key, value, against, _expected(key, value, against), years) for value, against in found]


def _expected(key: str, value: Value, against: Value) -> int:
    lever = LEVERS[key]
    if (key, worded(value)) in OPTIONS:
        return OPTIONS[key, worded(value)][1]
    if (against, value) == lever.contrast or lever.kind == "wage_floor" or lever.may_be_none:
        return lever.direction
    if lever.contrast != lever.bounds:
        return 0
    return lever.direction if value > against else -lever.direction


def outcome(start: Scenario, settled, seed: int, known: dict[str, Outcome]) -> Outcome:
    """The outcome of a scenario whose market has settled; each is simulated once."""
    if start.key not in known:
        known[start.key] = outcome_of(settling.go_through(start, settling.fork(settled, start), seed))
    return known[start.key]


def cut(trial: Trial, start: Scenario, settled, seed: int, known: dict[str, Outcome]) -> tuple[bool, bool, bool | None]:
    """Whether one seed's outcome differs in anything: as it is, with the lever's path cut, and without what it needs.

    The last is None for a lever that does something by itself.
    """
    before, after = trial.scenarios(start)
    usual = outcome(before, settled, seed, known)
    whole = not identical(usual, outcome(after, settled, seed, known))
    severed = not identical(usual, with_path_cut(trial.key, before, after, settled, seed))
    off = SILENT_WITHOUT.get(trial.key)
    if off not in trial.needs:
        return whole, severed, None
    lacking = [under(one, one.levers_at(0).changed({off: NEUTRAL[off]})) for one in (before, after)]
    first, second = (outcome(one, settled, seed, known) for one in lacking)
    return whole, severed, not identical(first, second)
