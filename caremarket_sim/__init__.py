"""Compare ways of commissioning homecare by simulating the market of one council.

What a notebook needs is here, each name loaded on first use, so that importing the package is instant:

    import caremarket_sim as cm

    baseline = cm.load("scenarios/wigan/baseline.yaml")
    cm.compare(baseline, baseline.with_levers(employment__zero_hours_cap=0.1), replicates=50)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for editors and type checkers; _HOME says the same to Python
    from caremarket_sim.experiments.compare import compare as compare
    from caremarket_sim.experiments.explain import explain as explain
    from caremarket_sim.experiments.explore import explore as explore
    from caremarket_sim.experiments.runs import run as run
    from caremarket_sim.experiments.sensitivity import sensitivity as sensitivity
    from caremarket_sim.experiments.stories import story as story
    from caremarket_sim.experiments.stress import stress as stress
    from caremarket_sim.experiments.sweep import load_sweep as load_sweep
    from caremarket_sim.experiments.sweep import sweep as sweep
    from caremarket_sim.indicators import INDICATORS as INDICATORS
    from caremarket_sim.model import PROCESSES as PROCESSES
    from caremarket_sim.model import CareMarket as CareMarket
    from caremarket_sim.model import CareWorker as CareWorker
    from caremarket_sim.model import Client as Client
    from caremarket_sim.model import Commissioner as Commissioner
    from caremarket_sim.model import Provider as Provider
    from caremarket_sim.parameters import REGISTER as REGISTER
    from caremarket_sim.parameters import Parameters as Parameters
    from caremarket_sim.policy import LEVERS as LEVERS
    from caremarket_sim.policy import PRESETS as PRESETS
    from caremarket_sim.policy import Levers as Levers
    from caremarket_sim.scenario import Scenario as Scenario
    from caremarket_sim.scenario import load as load

__version__ = "0.1.0"

_HOME = {
    "compare": "experiments.compare",
    "run": "experiments.runs",
    "sweep": "experiments.sweep",
    "load_sweep": "experiments.sweep",
    "sensitivity": "experiments.sensitivity",
    "explain": "experiments.explain",
    "explore": "experiments.explore",
    "stress": "experiments.stress",
    "story": "experiments.stories",
    "INDICATORS": "indicators",
    "CareMarket": "model",
    "CareWorker": "model",
    "Client": "model",
    "Commissioner": "model",
    "Provider": "model",
    "PROCESSES": "model",
    "REGISTER": "parameters",
    "Parameters": "parameters",
    "LEVERS": "policy",
    "PRESETS": "policy",
    "Levers": "policy",
    "Scenario": "scenario",
    "load": "scenario",
}


def __getattr__(name: str) -> Any:
    """The name from the module that defines it, imported now and kept (PEP 562)."""
    if name not in _HOME:
        from caremarket_sim.errors import suggestion

        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; {suggestion(name, _HOME)}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return ["__version__", *_HOME]
