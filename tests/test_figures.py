"""Figures: drawn from any number of replicates, readable without colour, the same to the byte each time."""

import numpy as np
import pytest

from caremarket_sim.errors import BadInput
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.scenario import load
from caremarket_sim.studies.compare import figures
from caremarket_sim.telling.files import png_bytes
from caremarket_sim.telling.palette import style_of
from caremarket_sim.telling.raster import painted
from caremarket_sim.telling.svg import Drawing, spread
from caremarket_sim.telling.words import shown_in
from tests.test_architecture import loaded
from tests.test_compare import WIGAN, drawn, sample

NAMES = ("block", "zero-hours-spot", "collaborative")


def samples(replicates: int = 5):
    return {
        name: sample(load(WIGAN / f"{name}.yaml"), drawn(seed, replicates) + seed) for seed, name in enumerate(NAMES)
    }


@pytest.mark.parametrize("what", ["outcomes", "costs", "jobs", "differences"])
def test_a_figure_is_the_same_to_the_byte_each_time(what):
    content = png_bytes(figures.figure(what, samples(), "block"))
    assert content.startswith(b"\x89PNG")
    assert content == png_bytes(figures.figure(what, samples(), "block"))


@pytest.mark.parametrize("what", ["outcomes", "costs", "jobs", "differences"])
def test_a_figure_is_drawn_from_a_single_replicate_and_from_missing_values(what):
    assert png_bytes(figures.figure(what, samples(1), "block"))
    unknown = samples()
    for found in unknown.values():
        for values in (found.weekly, found.yearly, found.overall):
            values[..., 0] = np.nan
    assert png_bytes(figures.figure(what, unknown, "block"))


def test_scenarios_are_told_apart_by_line_and_marker_as_well_as_colour():
    axis = figures.figure("jobs", samples(), "block").axes[0]
    assert len({str(line._dash_pattern) for line in axis.lines}) == len(NAMES)
    assert len({line.get_marker() for line in axis.lines if line.get_marker() != "v"}) == len(NAMES)
    assert {text.get_text() for text in axis.texts} == set(NAMES)


def test_seven_scenarios_are_told_apart_and_each_style_stands_out_in_grey():
    assert len({style_of(position) for position in range(7)}) == 7
    for position in range(7):
        colour, _, marker = style_of(position)
        assert contrast(colour) >= 4.5, colour
        drawing = Drawing(20.0, 20.0, "")
        drawing.mark(10.0, 10.0, marker, colour)
        assert drawing.shapes and painted(drawing)


def contrast(colour):
    """How much a colour stands out on white, as WCAG counts it."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def test_the_key_of_the_differences_lies_under_their_title():
    picture = figures.figure("differences", samples(), "block")
    picture.draw_without_rendering()
    key = picture.axes[0].get_legend()
    assert key is not None
    title = picture._suptitle.get_window_extent()
    assert key.get_window_extent().y1 <= title.y0 and title.y1 <= picture.bbox.y1


@pytest.mark.parametrize("count", [1, 2, 5, 12])
@pytest.mark.parametrize("gap", [0.0, 4.0, 14.0])
def test_labels_stand_in_order_apart_within_their_room_and_where_they_belong_if_they_can(count, gap):
    places = [50.0 + gap * (number % 4) for number in range(count)]
    found = spread(places, 11.0, 0.0, 100.0)
    assert min(found) >= -1e-9 and max(found) <= 100.0 + 1e-9
    apart = np.diff(sorted(found))
    assert (apart >= min(11.0, 100.0 / max(count - 1, 1)) - 1e-9).all()
    ordered = [found[at] for at in sorted(range(count), key=lambda at: places[at])]
    assert ordered == sorted(found)
    assert gap < 11.0 or count > 4 or found == places


@pytest.mark.parametrize("family", figures.FAMILIES)
def test_every_axis_of_a_family_has_its_indicator_and_unit(family):
    drawn_axes = figures.figure(family, samples(), "block").axes
    shown = [one for one in INDICATORS.values() if one.headline and one.family == family]
    assert [axis.get_ylabel() for axis in drawn_axes] == [shown_in(one)[1] for one in shown]
    for axis, indicator in zip(drawn_axes, shown, strict=True):
        assert axis.get_title(loc="left").startswith(indicator.label)


def test_labels_at_the_ends_of_lines_that_meet_do_not_lie_on_each_other():
    same = {name: sample(load(WIGAN / f"{name}.yaml"), drawn(1)) for name in NAMES}
    axis = figures.figure("outcomes", same, "block").axes[0]
    heights = sorted(text.xyann[1] for text in axis.texts)
    assert np.diff(heights).min() > 0.1


def test_better_is_to_the_right_whichever_way_an_indicator_counts():
    base = drawn(1)
    directions = np.array([-1.0 if one.better == "lower" else 1.0 for one in INDICATORS.values()])
    smallest = np.array([one.smallest for one in INDICATORS.values()])
    better = {
        "block": sample(load(WIGAN / "block.yaml"), base),
        "collaborative": sample(load(WIGAN / "collaborative.yaml"), base + 3 * smallest * directions),
    }
    _, *drawn_axes = figures.figure("differences", better, "block").axes
    shown = [one for one in INDICATORS.values() if one.headline]
    for axis, indicator in zip(drawn_axes, shown, strict=True):
        (point,) = {line.get_xdata()[0] for line in axis.lines if len(line.get_xdata()) == 1}
        scale = shown_in(indicator)[0]
        assert abs(point) == pytest.approx(3 * indicator.smallest * scale)
        left, right = axis.get_xlim()
        assert (point - left) / (right - left) > 0.5 and left == -right
        assert abs(right) >= 2 * indicator.smallest * scale, "no axis shows less than matters"


def test_an_unknown_figure_is_refused_with_those_there_are():
    with pytest.raises(BadInput, match="outcomes, costs, jobs, differences"):
        figures.figure("pie", samples(), "block")


def test_matplotlib_is_loaded_only_when_something_is_drawn():
    assert "matplotlib" not in loaded(
        "import caremarket_sim.studies.compare.figures, caremarket_sim.studies.compare.study"
    )
