"""What a message tells somebody to write is taken: all levers, parameters and figures, many spoilt spellings."""

import math
import re
import shutil
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.parameters import register
from caremarket_sim.policy import LEVERS
from caremarket_sim.policy.advice import Span
from caremarket_sim.scenario.explanations import understood
from caremarket_sim.scenario.places import figure_kinds
from caremarket_sim.scenario.providers import LATITUDES, WEEKLY_HOURS
from caremarket_sim.scenario.sheets import number_in, number_right
from caremarket_sim.studies.sweep.design_files import read_design

SCENARIOS = Path(__file__).parents[1] / "scenarios"
NUMBER = r"[-+]?\d[\d.e+-]*"
FORMS = (
    re.compile(rf"(?:.*: )?write ({NUMBER})(?: or ({NUMBER}))?"),
    re.compile(r"write (true|false)(?: or (false))?"),
    re.compile(r"write such as (\{.*\})"),
    re.compile(r"write one of: (.*)"),
    re.compile(rf"write a(?P<whole> whole)? number from ({NUMBER}) to ({NUMBER})(?: \([^)]*\))?((?:, or [a-z_]+)*)"),
    re.compile(rf"did you mean ([a-z_]+)\?(?: or an amount from ({NUMBER}) to ({NUMBER}) £ an hour)?"),
    re.compile(rf"write one of: (.*?) or an amount from ({NUMBER}) to ({NUMBER}) £ an hour"),
    re.compile(r"write (\d{4}-\d{2}-\d{2})"),
)


def advised(problem: Problem) -> list[str]:
    """All that a message says may be written; of a range its ends and its middle. It must be of a known form."""
    right = (problem.right or "").removesuffix(", or leave it blank")
    found = next(match for form in reversed(FORMS) if (match := form.fullmatch(right)))
    words = [word for group in found.groups() if group for word in re.split(r",? or |, (?![^{]*\})", group)]
    words = [word for word in words if word and word.strip() != "whole"]
    if " from " in right:
        low, high = (float(word) for word in words if re.fullmatch(NUMBER, word))
        middle = (low + high) / 2
        words.append(str(math.ceil(middle) if "whole" in right else middle))
    return words


def spellings(low: float, high: float) -> st.SearchStrategy[str]:
    """Ways in which somebody may write a number that is, or is not, between two bounds."""
    width = high - low
    numbers = st.floats(low - width, high + 2 * width) | st.floats(-200, 200) | st.sampled_from([0.0, low, high, 1.0])
    plain = st.builds(lambda number, places: f"{number:.{places}f}", numbers, st.integers(0, 3))
    large = st.builds(lambda number: f"{number:,.2f}", st.floats(-2e6, 2e6))
    written = plain | large | st.builds(lambda text: text.replace(".", ","), plain)
    written |= st.builds(lambda text: text.translate(str.maketrans(",.", ".,")), large)
    written |= st.builds(lambda text: text.replace(",", " "), large) | st.builds("+{}".format, plain)
    spoilt = st.builds(
        str.format,
        st.sampled_from(
            ["{}", "{}%", "{} %", "{} per cent", "{} percent", "£{}", "£ {}", "{}p", "{} years", "{} weeks", "{}k",
             "£{}m", "{} an hour", "about {}", "{} - {}", "({})", "{}pp", "{} pounds", "x{}", "0{}", "00{}", "{}."]
        ),
        written, written,
    )  # fmt: skip
    return spoilt | st.sampled_from(
        ["1/3", "3/4", "1/0", "7/2", "yes", "no", "on", "none", "n/a", "half", "statutory", "real living wage", ".inf",
         "-.inf", ".nan", "true", "false", "2026-04-01", "01/04/2026", "1,05", "1.000,5", "~", "block", "[1]", "{a: 1}",
         "5%,", "%", "£", "1e400", "0x10", "1_000", "1_05", "\N{MINUS SIGN}3%", "½", "١٢%", "12’000"]
    )  # fmt: skip


def quoted(text: str) -> str:
    return f'"{text}"'


lever_and_text = st.sampled_from(sorted(LEVERS)).flatmap(
    lambda key: st.tuples(st.just(key), spellings(*(LEVERS[key].bounds or (0.0, 1.0))), st.booleans())
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Problems that `validate` finds in a place of which one lever of its regime is set to a text as it is written."""
    folder = tmp_path_factory.mktemp("place") / "wigan"
    shutil.copytree(SCENARIOS / "wigan", folder)
    text = (folder / "place.yaml").read_text(encoding="utf-8")

    def problems(key: str, value: str) -> tuple[Problem, ...]:
        file = folder / "place.yaml"
        file.write_text(f"{text}\nregime:\n  {key}: {value}\n", encoding="utf-8")
        try:
            understood(str(file))
        except BadInput as bad:
            return bad.problems
        return ()

    return problems


@given(lever_and_text)
@example(("fee.level", "3%", False))
@example(("fee.level", "1,05", True))
@example(("community.coop_support", "50,000", True))
@example(("procurement.phase_in_weeks", "2 months", False))
def test_whatever_a_refusal_of_a_lever_tells_to_write_is_taken_by_validate(place, given):
    key, text, in_quotes = given
    for problem in place(key, quoted(text) if in_quotes else text):
        if problem.what.startswith(key):
            for word in advised(problem):
                assert place(key, word) == (), (problem, word)
        else:
            assert "YAML" in problem.what or "cannot be read" in problem.what or problem.right is None, problem


@pytest.mark.parametrize("key", LEVERS)
def test_a_lever_without_a_value_or_with_a_list_is_told_values_that_it_takes(place, key):
    (problem,) = place(key, "")
    for word in advised(problem):
        assert place(key, word) == (), word


@given(
    st.sampled_from([lever for lever in LEVERS.values() if lever.kind == "weights"]),
    st.lists(st.integers(0, 100), min_size=5, max_size=5),
    st.sampled_from(["{}%", "{} per cent", "{}"]),
)
def test_weights_in_per_cent_are_told_those_that_they_are(lever, cuts, form):
    cuts = [0, *sorted(cuts[: len(lever.parts) - 1]), 100]
    weights = {part: form.format(to - start) for part, (start, to) in zip(lever.parts, pairwise(cuts), strict=True)}
    with pytest.raises(BadInput) as refused:
        lever.accept(weights)
    told = {part: one for part in lever.parts for one in refused.value.problems if one.what.split()[1] == part}
    right = {part: float(advised(told[part])[0]) for part in lever.parts}
    if "1" not in weights.values() or form != "{}":  # "1" may be a whole as well as a hundredth
        assert lever.accept(right) == pytest.approx({part: float(weights[part].split("%")[0].split()[0]) / 100
                                                     for part in lever.parts})  # fmt: skip


numbered = [(f"parameter {one.name}", Span(one.low, one.high, one.unit)) for one in register().values()]
numbered += [(one.key, Span(one.low, one.high, one.unit, one.kind == "whole")) for one in figure_kinds().values()]


@given(st.sampled_from(numbered).flatmap(lambda one: st.tuples(st.just(one), spellings(one[1].low, one[1].high))))
def test_whatever_a_parameter_or_figure_is_told_to_be_is_within_its_bounds(given):
    (name, span), text = given
    for value in (text, _number(text)):
        if isinstance(value, str) or not span.takes(value):
            for word in advised(Problem(name, right=span.instead_of(value))):
                assert span.takes(float(word)), (name, value, word)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


@given(st.sampled_from([WEEKLY_HOURS, LATITUDES, (0.0, 200_000.0)]), st.data())
def test_whatever_a_cell_of_a_file_is_told_to_hold_is_taken(bounds, data):
    cell = data.draw(spellings(*bounds))
    if number_in(cell, bounds) is None:
        for word in advised(Problem("cell", right=number_right(cell, bounds))):
            assert number_in(word, bounds) is not None, (cell, word)


START = date(2024, 4, 1)


WRITTEN = ["%d/%m/%Y", "%d.%m.%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%b-%Y", "%d %B %Y", "%B %d, %Y", "%dst %B %Y"]
WRITTEN += ["%A %d %B", "week %W"]


@given(st.integers(-800, 2000), st.sampled_from(WRITTEN))
def test_whatever_a_date_is_told_to_be_is_taken(tmp_path_factory, days, form):
    day = START + timedelta(days=days)
    file = tmp_path_factory.mktemp("dates") / "scenario.yaml"
    text = f"{day:{form}}"

    def problems(written: str) -> tuple[Problem, ...]:
        file.write_text(
            f"format: 2\nextends: builtin:wigan/baseline\nyears: 7\npolicy:\n  - from: {written}\n    use: block\n"
        )
        try:
            understood(str(file))
        except BadInput as bad:
            return bad.problems
        return ()

    (problem,) = problems(text)
    if not (problem.right or "").startswith("write year-month-day"):
        assert problem.right == f"write {day}" or form == "%m/%d/%Y"
        assert problems(advised(problem)[0]) == ()
    else:
        assert day < START or form in ("%m/%d/%Y", *WRITTEN[-2:])  # 4 January, where an American means 1 April
        assert problem.right == f"write year-month-day, {START} or later"


@pytest.mark.parametrize(
    ("key", "value", "right"),
    [
        ("fee.level", "3%", "write 1.03"),
        ("fee.level", "-3%", "write 0.97"),
        ("fee.level", "105%", "write 1.05"),
        ("fee.level", "1,05", "write 1.05"),
        ("fee.level", 105, "multiples are numbers, not per cent: write 1.05"),
        ("fee.level", "60%", "write a number from 0.7 to 1.5 (multiple of the place's fee)"),
        ("shocks.demand", "60%", "write 0.6 or 1.6"),
        ("employment.zero_hours_cap", "12,5%", "write 0.125"),
        ("employment.zero_hours_cap", "120%", "write a number from 0 to 1 (share of posts)"),
        ("employment.wage_floor", "1260p", "write 12.6"),
        ("employment.wage_floor", "£12,60", "write 12.60"),
        ("community.coop_support", "£50k", "write 50000"),
        ("community.coop_support", "1.250,50", "write 1250.50"),
        ("community.coop_support", "2 million", "write a number from 0 to 500000 (£ a year)"),
        ("procurement.phase_in_weeks", "3 months", "write a whole number from 0 to 104 (weeks)"),
        ("procurement.max_providers", "8 providers", "write 8"),
        ("contract.term_years", "2,5", "write a whole number from 1 to 10 (years)"),
        ("contract.minimum_visit_minutes", "20 minutes", "write 15 or 30"),
        ("fee.ceiling", "no limit", "write a number from 10 to 60 (£ an hour), or none"),
    ],
)
def test_a_number_is_read_as_it_is_most_likely_meant(key, value, right):
    with pytest.raises(BadInput) as refused:
        LEVERS[key].accept(value)
    assert refused.value.problems[0].right == right


@pytest.mark.parametrize("name", [*LEVERS, "leaving.nearest", "hospital.admission_rate"])
def test_the_levels_that_a_design_is_told_to_give_are_taken(name, tmp_path):
    file = tmp_path / "design.yaml"

    def problems(written: str) -> list[Problem]:
        file.write_text(
            "format: 2\nscenarios: [builtin:wigan/collaborative]\nsampler: {method: latin_hypercube, samples: 2}\n"
            f"factors:\n  {name}: {written}\n"
        )
        try:
            read_design(file)
        except BadInput as bad:
            return [one for one in bad.problems if "no effect" not in one.what]
        return []

    for wrong in ("1", "{levels: 1}", "[]"):
        (problem,) = problems(wrong)
        assert problem.right is not None and problem.right.endswith("]"), problem
        assert problems(problem.right[problem.right.index("[") :]) == [], problem
