"""The reference page of the Python interface: what `import caremarket_sim as cm` offers, and what it gives back."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import caremarket_sim
from caremarket_sim.documents import filled, first_sentence


def api_page() -> str:
    """Every name that the package offers, as Markdown whose docstrings the documentation site fills in."""
    offered = {name: getattr(caremarket_sim, name) for name in dir(caremarket_sim) if not name.startswith("_")}
    functions = {name: one for name, one in offered.items() if inspect.isfunction(one)}
    classes = {name: one for name, one in offered.items() if inspect.isclass(one)}
    registers = {name: one for name, one in offered.items() if isinstance(one, Mapping)}
    results = _distinct([_given_back(one) for one in functions.values()], classes.values())
    entries = _distinct([type(next(iter(one.values()))) for one in registers.values()], classes.values())
    return filled(
        "api",
        functions=[_place(one) for one in functions.values()],
        results=[_place(one) for one in results],
        classes=[_place(one) for one in classes.values()],
        registers=[(name, len(one), _said(one)) for name, one in registers.items()],
        entries=[_place(one) for one in entries],
    )


def _place(one: Any) -> str:
    """Where a function or class is defined."""
    return f"{one.__module__}.{one.__qualname__}"


def _given_back(function: Any) -> Any:
    """The class that a function returns, if it is one of ours."""
    name = str(inspect.signature(function).return_annotation)
    return getattr(import_module(function.__module__), name, None)


def _distinct(found: list[Any], known: Any) -> list[Any]:
    """Our classes among those found, each once, without those that have an entry already."""
    ours = [one for one in found if inspect.isclass(one) and one.__module__.startswith(caremarket_sim.__name__)]
    return [one for one in dict.fromkeys(ours) if one not in known]


def _said(register: Mapping[str, Any]) -> str:
    """What an entry of a register is."""
    entry = next(iter(register.values()))
    return first_sentence(type(entry).__doc__) if type(entry).__module__.startswith("caremarket_sim") else "A bundle."
