"""Mesa's batch_run and SolaraViz work on CareMarket, on each version of Mesa."""

import importlib.util
import inspect
import os

import mesa
import pytest

from caremarket_sim.indicators import WEEKLY
from caremarket_sim.model import CareMarket
from caremarket_sim.settling import simulate
from tests.small_place import small


def batch(**parameters):
    """batch_run for seeds 1 and 2, as each version of Mesa wants it."""
    how = {"max_steps": 3, "display_progress": False}
    if "rng" in inspect.signature(mesa.batch_run).parameters:
        return mesa.batch_run(CareMarket, parameters, rng=[1, 2], **how)
    return mesa.batch_run(CareMarket, {**parameters, "rng": [1, 2]}, **how)


@pytest.mark.smoke
def test_batch_run_gives_the_week_asked_for_of_each_seed_and_what_if():
    rows = batch(scenario=[small(weeks=8)], shocks__absence=[0.0, 0.2])
    assert len(rows) == 4
    for row in rows:
        scenario = small(weeks=8).with_levers(shocks__absence=row["shocks__absence"])
        simulated = simulate(row["rng"], [scenario])[0].weekly[2]
        assert row["Step"] == 3
        assert [row[name] for name in WEEKLY] == simulated.tolist()


def test_what_solara_asks_of_a_model_is_there():
    parameters = inspect.signature(CareMarket.__init__).parameters
    assert all(parameter.kind is not parameter.VAR_POSITIONAL for parameter in parameters.values())
    required = [name for name, one in parameters.items() if one.default is one.empty]
    assert required == ["self", "kwargs"]  # the one name for any keyword that it lets pass
    assert getattr(CareMarket(small(), rng=1), "scenario", None) is None  # else a reset would bring an empty one
    model = type(CareMarket(small(), rng=1))(scenario=small(), rng=2, shocks__absence=0.1)
    assert model.running
    assert len(model.datacollector.get_model_vars_dataframe()) == 1


@pytest.fixture
def solara():
    """Solara, which comes with the extras `solara` and `test`."""
    if importlib.util.find_spec("solara") is None:
        lacking = "Solara is not installed: pip install 'caremarket-sim[solara]'"
        if os.environ.get("CI") == "true":
            pytest.fail(lacking)
        pytest.skip(lacking)
    return importlib.import_module("solara")


@pytest.mark.filterwarnings("ignore:Failed to validate hooks")  # Solara's, of Mesa 3.3's own components
def test_solara_viz_shows_what_the_model_measures_and_steps_it(solara):
    from ipyvuetify import Btn
    from ipywidgets import Image
    from mesa.visualization import SolaraViz, make_plot_component

    model = CareMarket(small(), rng=1)

    @solara.component
    def page():
        with solara.AppLayout(navigation=False):
            SolaraViz(model, components=[make_plot_component("turnover")], name="Homecare")

    _, context = solara.render(page(), handle_error=False)
    next(button for button in context.find(Btn).widgets if "Step" in button.children).click()
    assert model.week == 1
    assert len(model.datacollector.get_model_vars_dataframe()["turnover"]) == 2
    assert bytes(context.find(Image).widget.value).startswith(b"\x89PNG")
    context.close()


@pytest.mark.filterwarnings("ignore:Failed to validate hooks")  # Solara's, of Mesa 3.3's own components
def test_solaras_buttons_step_and_reset_the_model(solara):
    from ipyvuetify import Btn
    from mesa.visualization.solara_viz import ModelController, ModelCreator

    model, chosen = solara.reactive(CareMarket(small(), rng=1)), solara.reactive({})
    slider = {"type": "SliderFloat", "label": "absence", "value": 0.1, "min": 0.0, "max": 0.5, "step": 0.1}

    @solara.component
    def page():
        with solara.Column():
            how = {"render_interval": solara.use_reactive(1), "play_interval": solara.use_reactive(1)}
            ModelController(model, model_parameters=chosen, use_threads=solara.use_reactive(False), **how)
            settings = {"scenario": small(), "rng": 1, "shocks__absence": slider}
            ModelCreator(model, settings, model_parameters=chosen)

    _, context = solara.render(page(), handle_error=False)

    def press(label):
        next(button for button in context.find(Btn).widgets if label in button.children).click()

    press("Step")
    press("Step")
    assert model.value.week == 2
    press("Reset")
    assert model.value.week == 0
    assert model.value.levers["shocks.absence"] == 0.1
    context.close()
