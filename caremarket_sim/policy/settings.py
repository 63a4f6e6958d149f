"""A complete set of lever values, and the row of numbers that compiled code reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from caremarket_sim import markup
from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.policy.levers import LEVERS
from caremarket_sim.policy.values import Value, shown

ROW_TYPE = np.dtype([(name, np.float64) for lever in LEVERS.values() for name in lever.fields])


class Levers(Mapping[str, Any]):
    """Every lever with a value; immutable. Those not given have their neutral value.

    Raises BadInput, with every mistake, for an unknown lever or a value that the lever does not take.
    """

    __slots__ = ("_row", "_values")

    def __init__(self, values: Mapping[str, object] | None = None) -> None:
        given = accepted_levers(values or {})
        self._values: dict[str, Value] = {key: given.get(key, lever.neutral) for key, lever in LEVERS.items()}
        numbers = [LEVERS[key].as_numbers(value) for key, value in self._values.items()]
        self._row = np.array([tuple(number for group in numbers for number in group)], dtype=ROW_TYPE)

    @property
    def row(self) -> np.ndarray:
        """One row of float64 numbers named by the levers' `fields`; a copy, so that nobody can change the levers."""
        return self._row.copy()

    def changed(self, values: Mapping[str, object]) -> Levers:
        """These levers with some of them set to other values."""
        return Levers({**self._values, **values})

    def differences(self, other: Levers) -> dict[str, Value]:
        """The values that differ from those of `other`."""
        return {key: value for key, value in self._values.items() if value != other._values[key]}

    def __getitem__(self, key: str) -> Any:
        value = self._values[key]
        return dict(value) if isinstance(value, dict) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Levers) and self._values == other._values

    def __hash__(self) -> int:
        return hash(self._row.tobytes())

    def __reduce__(self) -> tuple[type[Levers], tuple[dict[str, Value]]]:
        return Levers, (self.differences(NEUTRAL),)

    def __repr__(self) -> str:
        return f"Levers({self.differences(NEUTRAL)!r})"

    def as_html(self, title: str, before: Levers) -> str:
        """The levers that differ from those of `before` as a table for a notebook."""
        rows = [
            (key, shown(value), LEVERS[key].unit or "", LEVERS[key].meaning)
            for key, value in self.differences(before).items()
        ]
        return markup.table(title, ("lever", "value", "unit", "what it is"), rows)

    def _repr_html_(self) -> str:
        moved = len(self.differences(NEUTRAL))
        return self.as_html(f"{moved} of {len(self)} levers are not at their neutral values", NEUTRAL)


def accepted_levers(values: Mapping[str, object]) -> dict[str, Value]:
    """The values in their levers' own types. Raises BadInput with every unknown lever and every wrong value."""
    accepted: dict[str, Value] = {}
    problems: list[Problem] = []
    for key, value in values.items():
        if key not in LEVERS:
            problems.append(unknown_lever(key))
            continue
        try:
            accepted[key] = LEVERS[key].accept(value)
        except BadInput as bad:
            problems.extend(bad.problems)
    if problems:
        raise BadInput(problems)
    return accepted


def unknown_lever(key: str) -> Problem:
    """What to say of a lever that there is not."""
    return Problem(f"there is no lever {key}", right=suggestion(key, LEVERS, "`caremarket docs levers` lists them"))


def unmet_needs(key: str, levers: Mapping[str, Value]) -> dict[str, Value]:
    """What to set so that a lever does something: what lacks of its first set of partners; nothing where one holds."""
    missing = [
        {other: wanted for other, wanted in together.items() if not LEVERS[other].counts(levers[other], wanted)}
        for together in LEVERS[key].partners
        if together.get(key, levers[key]) == levers[key]
    ]
    return {} if {} in missing or not missing else missing[0]


NEUTRAL = Levers()
