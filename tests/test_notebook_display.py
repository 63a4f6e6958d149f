"""What a notebook shows: tables with every text escaped, frames with their units, names that are nearly right."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

import caremarket_sim as cm
from caremarket_sim import markup
from caremarket_sim.errors import BadInput
from caremarket_sim.methods.factors import Factor
from caremarket_sim.methods.samplers import Sampler
from caremarket_sim.methods.statistics import VERDICTS
from caremarket_sim.runs.progress import Line
from caremarket_sim.studies.explore.study import explore
from caremarket_sim.studies.sensitivity.result import Sensitivity
from caremarket_sim.studies.sensitivity.study import analyse
from caremarket_sim.studies.stress.result import StressTest
from caremarket_sim.studies.stress.study import stress
from caremarket_sim.studies.sweep.study import sweep_of_function
from tests.small_place import small

BAD = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


@cache
def comparison():
    scenarios = [small("baseline"), small("block").named("block", BAD)]
    return cm.compare(*scenarios, replicates=2, workers=1, assumption_replicates=0)


@cache
def run():
    return cm.run(small("block").named("block", BAD), replicates=2, workers=1)


@cache
def swept():
    factors = tuple(Factor(f"x{n} {BAD}" if n == 0 else f"x{n}", unit="£") for n in range(3))
    sampler = Sampler("saltelli", 32)
    return sweep_of_function(lambda a, b, c: np.sin(a) + b**2 + 0.0 * c, factors, sampler, name=BAD)


@cache
def sensitivity():
    return Sensitivity(swept(), tuple(analyse(swept(), output, 1) for output in swept().questions()))


@cache
def exploration():
    return explore(swept(), indicator=swept().asked[0], threshold=1.0, below=True)


@cache
def stressed() -> StressTest:
    return stress(small("block"), shocks=["labour-shock"], replicates=2, workers=1)


SHOWN = {
    "scenario": lambda: small("block").named("block", BAD),
    "changed scenario": lambda: small("block").with_parameters(hospital__admission_rate=0.5),
    "place": lambda: small().place,
    "levers": lambda: small("collaborative").levers_at(0),
    "run": run,
    "comparison": comparison,
    "sweep": swept,
    "sensitivity": sensitivity,
    "exploration": exploration,
    "stress test": stressed,
}


@pytest.mark.parametrize("what", SHOWN)
def test_what_a_notebook_shows_is_a_table_or_sentences_with_every_text_escaped(what):
    html = SHOWN[what]()._repr_html_()
    assert ("<table>" in html and "</table>" in html) or "<li>" in html
    assert "<script" not in html and "<img" not in html


def test_a_table_escapes_its_caption_its_columns_and_its_cells():
    html = markup.table(BAD, (BAD, BAD), [(BAD, BAD)]) + markup.sentences(BAD, [BAD])
    assert "<script" not in html and "<img" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 7


def test_a_scenario_shows_its_levers_with_their_values_and_a_parameter_beside_the_register_s():
    html = small("block")._repr_html_()
    for key, value in small("block").levers_at(0).differences(small().place.regime).items():
        assert f">{key}<" in html, value
    html = small("block").with_parameters(hospital__admission_rate=0.5)._repr_html_()
    assert "hospital.admission_rate" in html and "in the register: " in html


@pytest.mark.parametrize("what", ["differences", "outcomes"])
def test_a_figure_is_shown_as_a_picture_though_nobody_loaded_pyplot(what):
    assert comparison().plot(what)._repr_png_().startswith(b"\x89PNG")


FRAMES = {
    "compare.frame": lambda: comparison().frame(),
    "compare.levels": lambda: comparison().levels(),
    "compare.overall": lambda: comparison().overall(),
    "compare.yearly": lambda: comparison().yearly(),
    "compare.weekly": lambda: comparison().weekly(),
    "compare.by": lambda: comparison().by("zone"),
    "compare.assumptions": lambda: comparison().assumptions(),
    "run.frame": lambda: run().frame(),
    "run.by": lambda: run().by("payer"),
    "sweep.samples": lambda: swept().samples(),
    "sweep.frame": lambda: swept().frame(),
    "sensitivity.frame": lambda: sensitivity().frame(),
    "sensitivity.ranking": lambda: sensitivity().ranking(),
    "sensitivity.convergence": lambda: sensitivity().convergence(),
    "sensitivity.noise": lambda: sensitivity().noise(),
    "sensitivity.missing": lambda: sensitivity().missing(),
    "sensitivity.emulators": lambda: sensitivity().emulators(),
    "explore.frame": lambda: exploration().frame(),
    "explore.regret": lambda: exploration().regret(),
    "explore.course": lambda: exploration().course(),
    "stress.frame": lambda: stressed().frame(),
    "stress.course": lambda: stressed().course(),
}


@pytest.mark.parametrize("what", FRAMES)
def test_every_frame_carries_units_and_what_its_numbers_cover(what):
    frame = FRAMES[what]()
    assert isinstance(frame, pd.DataFrame)
    assert frame.attrs["units"]["turnover"] == cm.INDICATORS["turnover"].unit
    assert frame.attrs["note"]
    if what.startswith("sweep"):
        assert frame.attrs["units"]["x1"] == "£"


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: comparison().by("zones"), "did you mean zone?"),
        (lambda: comparison().plot("outcome"), "did you mean outcomes?"),
        (lambda: run().plot("differences"), "outcomes, costs, jobs"),
        (lambda: sensitivity().plot("bar"), "did you mean bars?"),
        (lambda: sensitivity().of("turnovr"), "the design does not ask about 'turnovr'"),
        (lambda: exploration().plot("boxs"), "did you mean boxes?"),
        (lambda: stressed().plot("labour-shok"), "did you mean labour-shock?"),
        (lambda: small().with_levers(employment__zero_hour_cap=0.1), "did you mean employment.zero_hours_cap?"),
        (lambda: small().with_parameters(hospital__admision_rate=0.1), "did you mean hospital.admission_rate?"),
        (lambda: small().with_prices("frosen"), "did you mean frozen?"),
        (lambda: cm.compare(small(), small("block"), reference="blok"), "did you mean block?"),
    ],
)
def test_a_name_that_is_nearly_right_is_refused_with_the_right_one(ask, says):
    with pytest.raises(BadInput) as refused:
        ask()
    assert says in str(refused.value)


def test_a_name_that_the_package_does_not_have_is_refused_with_the_nearest():
    with pytest.raises(AttributeError, match="did you mean compare?"):
        _ = cm.compair


def test_what_is_shown_of_a_result_without_a_notebook_is_short():
    for thing in (comparison(), run(), small("block"), small("block").place):
        assert len(repr(thing)) < 200
    assert repr(comparison()).startswith("<Comparison of block against baseline: 2 futures, ")


def test_python_writes_the_brief_and_the_report_and_says_the_answer(tmp_path):
    found = comparison()
    written = [found.brief(tmp_path / "brief.html"), found.report(tmp_path / "report.html"),
               found.brief(tmp_path / "brief.docx")]  # fmt: skip
    assert all(path.is_file() for path in written)
    brief, report = (path.read_text(encoding="utf-8") for path in written[:2])
    assert BAD not in brief and BAD not in report
    (said,) = found.bottom_line().values()
    assert said[1] in report.replace("&#39;", "'")
    (tmp_path / "mine.html").write_text("my own")
    with pytest.raises(BadInput, match="not ours"):
        found.brief(tmp_path / "mine.html")


def test_groups_have_verdicts_and_no_rows_of_nothing():
    found = comparison().by("zone")
    assert found["mean"].notna().all()
    assert set(found[found.scenario == "block"].verdict) <= set(VERDICTS)


def test_progress_is_one_line_that_is_written_over_and_away():
    said, now = [], iter([0.0, 0.1, 1.0, 2.0, 3.0])
    line = Line(said.append, lambda: next(now))
    for done in (0, 1, 2, 4):
        line.tell("simulating", done, 4)
    line.close()
    assert said == ["simulating: 0 of 4", "simulating: 2 of 4, about 1 s left", "simulating: 4 of 4", ""]


def test_nothing_is_shown_where_nobody_watches(capsys):
    cm.run(small("block"), replicates=1, workers=1, years=1)
    assert capsys.readouterr().err == ""
