"""Whether a place is plausible is said before anything is compared there, and beyond hard limits nothing is."""

import csv
import io
import json
import shutil

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caremarket_sim.cli import main
from caremarket_sim.compiled.keeping import KeptIsDamaged
from caremarket_sim.errors import ComparisonRefused
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.parameters import sources
from caremarket_sim.report.results import read_csv
from caremarket_sim.runs.allowances import allowances
from caremarket_sim.runs.plausibility import (
    BAND,
    LATER,
    LIMIT,
    from_records,
    judged,
    kept_at,
    limits,
    people_of,
    probe,
    refuse_implausible,
    remembered,
)
from caremarket_sim.runs.targets import targets
from caremarket_sim.scenario import load, read_place
from caremarket_sim.scenario.beginnings import write_new
from caremarket_sim.scenario.given import Given
from caremarket_sim.studies.compare.study import compare
from caremarket_sim.telling.files import csv_bytes
from tests.small_place import FOLDER, WIGAN, small

QUICK = ("--replicates", "1", "--years", "1", "--workers", "0", "--assumption-replicates", "0")
NAMES = list(INDICATORS)
pytestmark = pytest.mark.usefixtures("undrawn")


def with_fee(folder, fee):
    """The small place, whose council pays this much an hour."""
    shutil.copytree(FOLDER, folder)
    place = folder / "place.yaml"
    place.write_text(place.read_text(encoding="utf-8").replace("value: 23.56", f"value: {fee}"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def lavish(tmp_path_factory):
    """A place whose council pays so much that half of it is profit."""
    return with_fee(tmp_path_factory.mktemp("lavish") / "small", 60)


def in_bands(**moved):
    """One future in which every target is met but those moved."""
    values = np.full(len(NAMES), 0.0)
    for one in (*limits(), *targets()):
        values[NAMES.index(one.indicator)] = (one.low + one.high) / 2
    values[NAMES.index("nhs_cost")] = values[NAMES.index("delayed_nights")] = 0.0
    values[NAMES.index("people_waiting")] = 0.0
    for name, value in moved.items():
        values[NAMES.index(name)] = value
    return values[None]


def test_a_place_that_is_no_market_is_refused_with_why_and_nothing_is_written(lavish, tmp_path, capsys):
    words = ["compare", str(lavish / "block.yaml"), "--out", str(tmp_path / "out"), *QUICK]
    assert main(words) == 3
    said = capsys.readouterr().err
    assert "NOT PLAUSIBLE: median margin of contracted providers " in said and "(-5% to 20%)" in said
    assert "--allow implausible" in said
    assert not (tmp_path / "out").exists()


def test_it_is_compared_when_that_is_allowed_and_says_so_on_screen_in_the_folder_and_on_the_first_page(
    lavish, tmp_path, capsys
):
    out = tmp_path / "out"
    words = ["compare", str(lavish / "block.yaml"), "--out", str(out), *QUICK, "--report"]
    assert main([*words, "--allow", "implausible", "--why", "to see"]) == 0
    assert "NOT PLAUSIBLE: " in capsys.readouterr().out
    assert "NOT PLAUSIBLE: " in (out / "banner.txt").read_text(encoding="utf-8")
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.index("NOT PLAUSIBLE: ") < page.index("Nine headline indicators")
    rows = read_csv(out / "plausibility.csv")
    assert {BAND, LIMIT, LATER} == set(rows.held_to) and not rows[rows.held_to == LIMIT].within.all()


def test_a_place_where_no_market_settles_is_refused_and_does_not_fill_the_memory(tmp_path, capsys):
    folder = with_fee(tmp_path / "small", 10.5)
    assert main(["compare", str(folder / "block.yaml"), "--out", str(tmp_path / "out"), *QUICK]) == 3
    assert "NOT PLAUSIBLE: no market settles in Small: in 4 of 4 futures; in year" in capsys.readouterr().err
    assert main(["validate", str(folder / "place.yaml")]) == 0
    assert "NOT PLAUSIBLE: no market settles in Small" in capsys.readouterr().out
    assert main(["run", str(folder / "baseline.yaml"), "--out", str(tmp_path / "out"), *QUICK[:-2]]) == 4
    assert "people whose payer is council got care" in capsys.readouterr().err


def test_python_refuses_it_too(lavish):
    scenarios = [load(lavish / f"{name}.yaml").with_weeks(52) for name in ("baseline", "block")]
    with pytest.raises(ComparisonRefused, match="NOT PLAUSIBLE") as refused:
        compare(*scenarios, replicates=1, workers=0, assumption_replicates=0)
    assert refused.value.exit_status == 3


def test_a_plausible_place_says_in_a_line_which_published_figures_it_misses(tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["compare", str(FOLDER / "block.yaml"), "--out", str(out), *QUICK, "--report"]) == 0
    screen = " ".join(capsys.readouterr().out.split())
    found = probe(small(), workers=0)
    assert not found.beyond and found.outside
    assert found.sentence in screen
    page = (out / "report.html").read_text(encoding="utf-8")
    assert found.sentence.replace("\N{APOSTROPHE}", "&#39;") in page and "NOT PLAUSIBLE" not in page
    for one in found.outside:
        assert one.words in found.sentence


def test_validate_says_it_of_each_place_once_and_only_when_the_files_are_good(lavish, capsys):
    files = [str(path) for path in (*sorted(FOLDER.glob("*.yaml")), *sorted(lavish.glob("*.yaml")))]
    assert main(["validate", *files, str(FOLDER / "zones.csv")]) == 0
    lines = capsys.readouterr().out.splitlines()
    said = [line for line in lines if "published figures" in line]
    assert lines[-2:] == said
    assert said[0].startswith("Small with no new policy meets ") and said[1].startswith("NOT PLAUSIBLE: ")
    assert main(["validate", *files, "nowhere.yaml"]) == 2
    assert "published figures" not in capsys.readouterr().out
    assert main(["validate", *files, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [place["plausible"] for place in answer["places"]] == [True, False]
    for words in (["--no-probe"], ["--quiet"]):
        assert main(["validate", *files, *words]) == 0
        assert "published figures" not in "".join(capsys.readouterr())


def test_what_a_probe_takes_is_said_before_it_and_not_again(tmp_path, capsys):
    folder = with_fee(tmp_path / "small", 23.57)
    kept_at(load(folder / "block.yaml")).unlink(missing_ok=True)
    assert main(["validate", str(folder / "place.yaml")]) == 0
    assert "Small: trying the place with no new policy, 4 futures of 3 years" in capsys.readouterr().err
    assert main(["validate", str(folder / "block.yaml")]) == 0
    found = capsys.readouterr()
    assert found.err == "" and "published figures" in found.out


@pytest.mark.slow
def test_new_says_it_of_the_place_it_wrote(tmp_path, capsys):
    (tmp_path / "three.csv").write_text("name,contracted\nA,yes\nB,yes\nC,yes\n", encoding="utf-8")
    words = ["new", "Testham", "--zones", str(WIGAN / "zones.csv"), "--providers", str(tmp_path / "three.csv")]
    assert main([*words, "--out", str(tmp_path / "testham")]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("Testham with no new policy meets 1")
    # at £18 the council reviews its fee until somebody takes packages; at £14 no review raises it fast enough
    assert main([*words, "--complete", "--fee", "14", "--out", str(tmp_path / "poor")]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("NOT PLAUSIBLE: ")
    assert main([*words, "--no-probe", "--out", str(tmp_path / "untried")]) == 0
    assert "published figures" not in capsys.readouterr().out


def test_a_probe_is_remembered_by_what_determines_it(lavish):
    found = probe(small(), workers=0)
    assert remembered(small()) == found
    assert remembered(small("block", 104).with_prices("frozen")) == found
    assert kept_at(small().with_parameters({"overhead.scale_exponent": 0.65})) != kept_at(small())
    assert remembered(load(lavish / "block.yaml")) != found


def test_a_memory_that_cannot_be_read_is_made_again(tmp_path):
    scenario = load(with_fee(tmp_path / "small", 23.58) / "baseline.yaml")
    found = probe(scenario, workers=0)
    file = kept_at(scenario)
    whole = file.read_bytes()
    for spoilt in (b"", b"[]", b"{}", b'{"overall": [[1, 2]]}', b'{"overall": 3}', whole[:40]):
        file.write_bytes(spoilt)
        with pytest.warns(KeptIsDamaged):
            assert remembered(scenario) is None
    with pytest.warns(KeptIsDamaged):
        assert probe(scenario, workers=0) == found
    assert file.read_bytes() == whole


@given(
    st.lists(
        st.lists(st.one_of(st.just(float("nan")), st.floats(-1e9, 1e9)), min_size=len(NAMES), max_size=len(NAMES)),
        min_size=1,
        max_size=3,
    )
)
def test_whatever_the_market_is_the_sentence_names_all_that_is_outside_and_nothing_else(futures):
    found = judged(small(), np.array(futures))
    for one in found.judged:
        values = [future[NAMES.index(one.indicator)] for future in futures]
        known = [value for value in values if value == value]
        mean = sum(known) / len(known) if known else float("nan")
        if one.held_to == LIMIT and one.indicator in ("nhs_cost", "delayed_nights", "people_waiting"):
            mean /= people_of(small())
        outside = bool(known) and not one.low <= mean <= one.high
        assert one.within is not outside
        assert (one.words in found.sentence) is (not one.within)
    assert found.sentence.startswith("NOT PLAUSIBLE") is bool(found.beyond)
    assert "\n" not in found.sentence


@pytest.mark.parametrize("limit", limits(), ids=lambda limit: limit.indicator)
def test_each_limit_alone_refuses_and_names_the_value_and_the_bound(limit):
    scale = people_of(small()) if limit.per else 1
    within = judged(small(), in_bands())
    assert not within.beyond and refuse_implausible([within]) is None
    beyond = judged(small(), in_bands(**{limit.indicator: (limit.high + 0.05 * abs(limit.high)) * scale}))
    assert [one.indicator for one in beyond.beyond] == [limit.indicator]
    with pytest.raises(ComparisonRefused, match="NOT PLAUSIBLE"):
        refuse_implausible([within, beyond])
    allowed = allowances("implausible", "the place is a test")
    assert "because: the place is a test" in (refuse_implausible([beyond], allowed) or "")


def test_a_market_that_collapses_only_within_the_horizon_is_said_to():
    found = judged(small(), in_bands())
    later = found.over_the_horizon(in_bands(delayed_nights=20.0 * people_of(small())), people_of(small()))
    assert later.sentence.startswith("NOT PLAUSIBLE: delayed nights in hospital 20 nights a year")
    assert later.over_the_horizon(in_bands(), people_of(small())).sentence == found.sentence


def test_what_is_written_is_read_back_as_it_was(tmp_path):
    found = judged(small(), in_bands(delayed_nights=1e6, turnover=float("nan")))
    (tmp_path / "plausibility.csv").write_bytes(csv_bytes(pd.DataFrame(found.records())))
    (again,) = from_records(read_csv(tmp_path / "plausibility.csv").to_dict("records"))
    assert again.sentence == found.sentence and again.beyond == found.beyond
    rows = list(csv.DictReader(io.StringIO((tmp_path / "plausibility.csv").read_text(encoding="utf-8-sig"))))
    assert len(rows) == len(targets()) + len(limits())


def test_limits_have_sources_grades_and_the_arithmetic_that_they_state():
    for one in limits():
        assert one.indicator in INDICATORS and one.per in ("", "person")
        assert one.grade in ("measured", "derived", "assumed") and (one.source or one.grade == "assumed")
        assert set(one.source) <= set(sources())
        assert one.low < one.high and one.meaning
    by = {one.indicator: one for one in limits()}
    people = 229_283 / 0.75
    assert by["delayed_nights"].high == pytest.approx(13_440 * 365 / people, rel=0.01)
    assert by["nhs_cost"].high == pytest.approx(16 * 395 + 0.67 * 3500, rel=0.05)
    for target in targets():  # a limit is never narrower than the band of what is usual
        if target.indicator in by:
            assert by[target.indicator].low <= target.low and by[target.indicator].high >= target.high


@pytest.mark.slow
@pytest.mark.parametrize("complete", [False, True])
@pytest.mark.parametrize(("listed", "providers"), [(1, 10), (3, 20), (5, 60)])
def test_over_short_lists_the_baseline_keeps_within_limits_or_says_so(tmp_path, listed, providers, complete):
    zones = pd.read_csv(WIGAN / "zones.csv")
    columns = ["population", "population_65plus", "population_85plus"]
    scale = providers / 0.88 * 1000 / zones.population_65plus.sum()
    zones[columns] = (zones[columns] * scale).round().astype(int)
    zones.to_csv(tmp_path / "zones.csv", index=False)
    rows = "".join(f"P{number},yes,{900 // (number + 1)}\n" for number in range(listed))
    (tmp_path / "list.csv").write_text(f"name,contracted,weekly_hours\n{rows}", encoding="utf-8")
    given = Given(tmp_path / "zones.csv", tmp_path / "list.csv", complete)
    folder = write_new("Testham", tmp_path / "testham", given)
    place = read_place(folder / "place.yaml")
    there = place.contracted_providers + place.private_providers
    assert there == listed if complete else abs(there - providers) <= 1
    scenario = load(folder / "baseline.yaml")
    found = probe(scenario)
    how = {"replicates": 2, "years": 2, "assumption_replicates": 0}
    own = compare(scenario, load(folder / "block.yaml"), **how, allow=("implausible",), why="it is a test")
    nights = own.samples["baseline"].overall[:, NAMES.index("delayed_nights")].mean() / people_of(scenario)
    if nights > 16.0:
        assert "NOT PLAUSIBLE" in own.plausibility[0].sentence
    if not complete:
        assert not found.beyond and len(found.outside) <= 4
