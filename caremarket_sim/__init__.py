"""Compare ways of commissioning homecare by simulating the market of one council.

What a notebook needs is here, each name loaded on first use, so that importing the package is instant:

    import caremarket_sim as cm

    baseline = cm.load("scenarios/wigan/baseline.yaml")
    cm.compare(baseline, baseline.with_levers(employment__zero_hours_cap=0.1), replicates=50)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for editors and type checkers; _HOME says the same to Python
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
    from caremarket_sim.studies.compare.run import run as run
    from caremarket_sim.studies.compare.study import compare as compare
    from caremarket_sim.studies.explain.study import explain as explain
    from caremarket_sim.studies.explore.study import explore as explore
    from caremarket_sim.studies.sensitivity.study import sensitivity as sensitivity
    from caremarket_sim.studies.story.study import story as story
    from caremarket_sim.studies.stress.study import stress as stress
    from caremarket_sim.studies.sweep.study import load_sweep as load_sweep
    from caremarket_sim.studies.sweep.study import sweep as sweep

__version__ = "0.1.0"

_HOME = {
    "compare": "studies.compare.study",
    "run": "studies.compare.run",
    "sweep": "studies.sweep.study",
    "load_sweep": "studies.sweep.study",
    "sensitivity": "studies.sensitivity.study",
    "explain": "studies.explain.study",
    "explore": "studies.explore.study",
    "stress": "studies.stress.study",
    "story": "studies.story.study",
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
