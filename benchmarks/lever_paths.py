"""The path of a lever: the processes whose code reads it, found in the sources, and the week with that path cut."""

import ast
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from caremarket_sim import settling, week
from caremarket_sim.compiled.draws import draws_of
from caremarket_sim.indicators import Outcome, outcome_of
from caremarket_sim.parameters import Numbers
from caremarket_sim.policy import LEVERS, ROW_TYPE

PACKAGE = Path(week.__file__).parent
FACES = {"agents.py", "errors.py", "indicators.py", "model.py", "parameters.py"}
"""Files that declare, show or measure what the week does, and read no lever or parameter for it."""


def science() -> list[Path]:
    """The files that make the week and what it starts from."""
    folders = ("", "mechanisms", "market", "opening", "compiled")
    found = [path for folder in folders for path in sorted((PACKAGE / folder).glob("*.py"))]
    return [path for path in found if path.name not in FACES]


@cache
def mentions() -> dict[str, frozenset[str]]:
    """Every name, attribute and text that a function of the science mentions, by the function's name."""
    found: dict[str, set[str]] = {}
    for path in science():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                found.setdefault(node.name, set()).update(_words(node))
    return {name: frozenset(words) for name, words in found.items()}


def _words(node: ast.FunctionDef) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute):
            yield part.attr
        elif isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


@cache
def words_within(process: str) -> frozenset[str]:
    """All that a process mentions, itself and in every function that it reaches."""
    seen, ahead = set(), {process}
    words: set[str] = set()
    while ahead:
        name = ahead.pop()
        seen.add(name)
        words |= mentions()[name]
        ahead |= {word for word in mentions()[name] if word in mentions()} - seen
    return frozenset(words)


def path_of(key: str) -> tuple[str, ...]:
    """The processes that read a lever, in the order of the week."""
    fields = set(LEVERS[key].fields)
    return tuple(process.__name__ for process in week.PROCESSES if fields & words_within(process.__name__))


def with_path_cut(key: str, reference, scenario, settled, seed: int, path: tuple[str, ...] = ()) -> Outcome:
    """The outcome of a scenario in whose weeks every process of the lever's path, or of `path`, sees the value of
    `reference`.

    The lever keeps its value in the decisions and in the levers in force, where any other process could read it.
    """
    path, fields = path or path_of(key), LEVERS[key].fields
    parameters = scenario.parameters.numbers
    market = settling.fork(settled, scenario)
    for number in range(scenario.weeks):
        market.asked[:] = scenario.levers_at(number).row
        held, draws = reference.levers_at(number).row, draws_of(seed, market.week)
        for process in week.PROCESSES:
            if process.__name__ in path:
                _hold(process, fields, held, market, parameters, draws)
            else:
                _carry_out(process, market, parameters, draws)
        market.week += 1
    return outcome_of(market)


def _carry_out(process, market, parameters, draws) -> None:
    """One process of the week, if it has anything to do."""
    policy, due = _numbers(market.levers.tobytes()), getattr(process, "when", None)
    if due is None or due(market, parameters, policy, draws):
        process(market, parameters, policy, draws)


@lru_cache(64)
def _numbers(row: bytes) -> Numbers:
    return Numbers(np.frombuffer(bytearray(row), ROW_TYPE))


def _hold(process, fields: tuple[str, ...], reference: np.ndarray, market, parameters, draws) -> None:
    """Carry out the process with the reference's value of these fields.

    Afterwards they are what they would have been.
    """
    rows = (market.levers, market.decided, market.asked)
    in_force, decided, asked = ([row[field].copy() for field in fields] for row in rows)
    for row in rows:
        for field in fields:
            row[field] = reference[field]
    _carry_out(process, market, parameters, draws)
    if process is week.policy_takes_effect:
        decided = asked
    if market.levers.tobytes() == market.decided.tobytes():
        in_force = decided
    for row, values in zip(rows, (in_force, decided, asked), strict=True):
        for field, value in zip(fields, values, strict=True):
            row[field] = value


def identical(one: Outcome, other: Outcome) -> bool:
    """Whether two outcomes agree in every number."""
    return all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)
        for name in ("weekly", "yearly", "overall", "breakdowns", "counts")
    )
