"""The register of parameters: every number has a home, a source and a range, is used, and matters."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from benchmarks.lever_paths import science
from benchmarks.parameters import ends, known_markets, try_out
from caremarket_sim.parameters import Parameters, register, sources

PACKAGE = Path(__file__).parents[1] / "caremarket_sim"
PROCESSES = [
    file
    for folder in ("mechanisms", "market", "opening", "compiled")
    for file in sorted((PACKAGE / folder).glob("*.py"))
    if file.stem != "hashing"
]
NEUTRAL = {0.0, 0.5, 1.0, 2.0, 1e-9, 1e-6, 1e-3, 1e-2, 1e6, 1e300}
"""Halves and doubles, guards against a division by nothing, and a score below any other."""
CONVERSIONS = {4.0, 5.0, 7.0, 12.0, 13.0, 15.0, 52.0, 60.0, 100.0, 111.2}
"""Weeks of a month, weekdays and days of a week, months and weeks of a year, weeks of a quarter, minutes of a quarter
and of an hour, pence of a pound, kilometres of a degree."""
GROUPS_OF_NEED = {8.0, 20.0}
"""Where breakdowns part people by hours a week: they change no outcome."""
PARTS = 24
every_parameter = pytest.mark.parametrize("parameter", register().values(), ids=list(register()))


@cache
def words_of_the_science() -> frozenset[str]:
    """Every word in the code of the week and of what it starts from."""
    return frozenset(word for file in science() for word in re.findall(r"\w+", file.read_text(encoding="utf-8")))


@every_parameter
def test_a_value_lies_within_its_range_and_the_range_is_wider_than_a_point(parameter):
    assert parameter.low <= parameter.value <= parameter.high
    assert parameter.low < parameter.high


@every_parameter
def test_a_parameter_says_its_unit_meaning_and_grade(parameter):
    assert parameter.unit and parameter.meaning
    assert parameter.grade in ("measured", "derived", "assumed")


@every_parameter
def test_a_figure_that_was_read_somewhere_says_where_and_every_source_is_known(parameter):
    assert parameter.source or parameter.grade != "measured"
    assert set(parameter.source) <= set(sources())


@every_parameter
def test_a_parameter_is_used_by_name(parameter):
    assert parameter.field in words_of_the_science()


def test_code_asks_for_no_number_that_the_register_does_not_hold():
    fields = {parameter.field for parameter in register().values()}
    asked = set()
    for file in science():
        asked |= set(re.findall(r"\bp(?:arameters)?\.([a-z]\w*_\w+)", file.read_text(encoding="utf-8")))
    assert asked and asked <= fields


@pytest.mark.parametrize("file", PROCESSES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_process_holds_no_fraction_of_its_own(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    numbers = {part.value for one in functions for part in ast.walk(one) if isinstance(part, ast.Constant)}
    fractions = {number for number in numbers if isinstance(number, float)}
    own = {"recording": GROUPS_OF_NEED}
    assert fractions - NEUTRAL - CONVERSIONS <= own.get(file.stem, set())


def test_an_override_reaches_the_row_that_compiled_code_reads():
    assert Parameters({"pay.opening": 12.2}).row["pay_opening"][0] == 12.2


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_parameter_moves_an_indicator_at_each_end_of_its_range(part):
    known = known_markets()
    assert [end for end in ends()[part::PARTS] if not try_out(*end, known.get(end)).market] == []
