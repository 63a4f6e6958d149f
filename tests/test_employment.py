"""Employment as a dimension of its own: nine cells that differ in nothing but the norm, and what the norm reaches."""

import pytest

from benchmarks.employment import FOLDER, FORMS, NORMS
from caremarket_sim.policy import of_preset
from caremarket_sim.scenario import load
from caremarket_sim.scenario.never import never_in_force

PRESETS_OF = {"block": "block", "spot": "zero-hours-spot", "collaborative": "collaborative"}


def test_there_are_nine_cells():
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == sorted(f"{f}-{n}" for f in FORMS for n in NORMS)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("norm", NORMS)
def test_a_cell_is_the_shipped_policy_but_for_its_norm_and_without_a_cap(form, norm):
    scenario = load(FOLDER / f"{form}-{norm}.yaml")
    (change,) = scenario.changes
    wanted = {"employment.contract_norm": norm.replace("-", "_"), "employment.zero_hours_cap": 1.0}
    assert dict(change.levers) == {**dict(of_preset(PRESETS_OF[form])), **wanted}
    assert not never_in_force(scenario)
