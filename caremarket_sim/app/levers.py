"""Levers as the page shows them: an input each, with unit, neutral value, grade, and what it needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from htmltools import Tag, tags
from shiny import ui

from caremarket_sim.policy import LEVERS
from caremarket_sim.policy.levers import Lever
from caremarket_sim.policy.values import Value, shown

STEPS_OF_RANGE = 20
"""An arrow key moves a number by about so much of its range."""
GROUPS = {
    "contract": "Contracts", "procurement": "Tenders", "fee": "Fees", "employment": "Employment",
    "sourcing": "Finding a provider", "stewardship": "Stewardship", "provision": "The council's own service",
    "community": "Community", "hospital": "Hospital", "shocks": "Shocks",
}  # fmt: skip


def grouped_levers() -> dict[str, list[Lever]]:
    """Every lever by the heading that it stands under, in the order of the register."""
    found: dict[str, list[Lever]] = {}
    for lever in LEVERS.values():
        found.setdefault(GROUPS.get(lever.group, lever.group.capitalize()), []).append(lever)
    return found


def input_ids(lever: Lever, showing: int) -> tuple[str, ...]:
    """The names of a lever's inputs, one or one a part of weights, in one showing of all levers.

    Each showing has inputs of its own: what a browser says late of an earlier one is not taken for a move.
    """
    return tuple(f"lever_{showing}_{name}" for name in _names(lever))


def _names(lever: Lever) -> tuple[str, ...]:
    return lever.fields if lever.kind == "weights" else (lever.key.replace(".", "_"),)


def lever_input(lever: Lever, value: Value, showing: int) -> Tag:
    """A lever at a value, with its label and what there is to know of it."""
    parts = [f": {part}" for part in lever.parts] if lever.kind == "weights" else [""]
    labels = [tags.span(f"{named(lever)}{part} ", tags.code(lever.key)) for part in parts]
    controls = [
        _control(lever, id_, label, given)
        for (id_, given), label in zip(as_given(lever, value, showing).items(), labels, strict=True)
    ]
    return tags.div(*controls, tags.p(about(lever), class_="about"), class_="lever")


def named(lever: Lever) -> str:
    """A lever as one reads it: Wage floor, for employment.wage_floor."""
    return lever.key.partition(".")[2].replace("_", " ").capitalize()


def _control(lever: Lever, id_: str, label: Tag, value: Any) -> Tag:
    if lever.kind == "flag":
        return ui.input_checkbox(id_, label, value)
    if lever.kind == "choice":
        return ui.input_select(id_, label, {option: option for option in lever.options}, selected=value)
    if isinstance(value, str):
        return ui.input_text(id_, label, value, update_on="blur")
    low, high = (0.0, 1.0) if lever.kind == "weights" else lever.bounds or (0.0, 1.0)
    step = 1.0 if lever.kind == "whole" else round((high - low) / STEPS_OF_RANGE, 2)
    return ui.input_numeric(id_, label, value, min=low, max=high, step=step, update_on="blur")


def about(lever: Lever) -> str:
    """What a lever is, its values, the neutral one and how well that is known, when it begins, what it needs."""
    grade = "assumed" if lever.assumption else f"source {lever.source}" if lever.source else "nothing new"
    said = f"{lever.meaning} {lever.values_in_words}{f' {lever.unit}' if lever.unit else ''}; "
    said += f"neutral {shown(lever.neutral)} ({grade}). Begins {lever.begins}."
    if lever.partners:
        together = " or ".join(
            " and ".join(f"{key} {shown(value)}" for key, value in one.items()) for one in lever.partners
        )
        said += f" Does nothing without {together}."
    return said


def value_of(lever: Lever, given: Sequence[Any]) -> Value:
    """A lever's value from its inputs. Raises BadInput with what would be right where it takes no such value."""
    if lever.kind == "weights":
        return lever.accept(dict(zip(lever.parts, given, strict=True)))
    (value,) = given
    if isinstance(value, str) and lever.kind != "choice":
        value = _number(value.strip())
    return lever.accept(value)


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def as_given(lever: Lever, value: Value, showing: int) -> dict[str, Any]:
    """What a lever's inputs hold where it has this value."""
    written = lever.kind == "wage_floor" or lever.may_be_none
    held = list(value.values()) if isinstance(value, dict) else [shown(value) if written else value]
    plain = [int(one) if isinstance(one, float) and one.is_integer() else one for one in held]
    return dict(zip(input_ids(lever, showing), plain, strict=True))
