"""The brief: two printed pages with the numbers of the CSV files, in the words of the report, text staying text."""

import json
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pytest

import caremarket_sim as cm
from caremarket_sim.cli import main
from caremarket_sim.findings import placebo
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.statistics import CLEAR, VERDICTS
from caremarket_sim.report import Settings, write_report
from caremarket_sim.report.audiences import AUDIENCES
from caremarket_sim.report.brief import brief_html
from caremarket_sim.report.effects import effect_table
from caremarket_sim.report.page import report_html
from caremarket_sim.report.results import read_results
from caremarket_sim.results.belongings import Belongings
from caremarket_sim.studies.compare.tables import difference_rows
from caremarket_sim.telling.answer import bottom_line, from_when, to_people
from caremarket_sim.telling.words import change, clauses, in_a_sentence, labelled, more, per_cent, quantity
from tests.test_report import BROWSER, Reader, pages_printed, require_browser

SMALL = Path(__file__).parent / "data" / "small"
SCRIPT = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("https://example.org","a formula")'
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W_TEXT, W_PARAGRAPH = f"{WORD}t", f"{WORD}p"


def compared_with(folder, names, *options):
    """A comparison of scenarios of the small place, the first the reference, with its brief."""
    words = ["--replicates", "3", "--workers", "0", "--brief", "--quiet", *options]
    files = [str(folder / f"{name}.yaml") for name in names]
    assert main(["compare", *files, "--out", str(folder / "results"), *words]) == 0
    return folder / "results"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The small place, in which a title is markup, one policy changes nothing and one begins in the second year."""
    folder = tmp_path_factory.mktemp("brief")
    for file in SMALL.iterdir():
        shutil.copy(file, folder / file.name)
    block = (folder / "block.yaml").read_text(encoding="utf-8")
    text = block.replace("The block preset from the first week", f"'{SCRIPT}'")
    (folder / "block.yaml").write_text(text, encoding="utf-8")
    same = "format: 2\nextends: baseline.yaml\ntitle: As it is\n"
    (folder / "same.yaml").write_text(same.replace("As it is", f"'{FORMULA}'"), encoding="utf-8")
    policy = "policy:\n  - from: 2025-04-01\n    why: x\n    set: {shocks.fee_freeze: true}\n"
    (folder / "freeze.yaml").write_text(same.replace("As it is", "A freeze") + policy, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def compared(small):
    options = ["--years", "2", "--assumption-replicates", "1"]
    return compared_with(small, ["baseline", "zero-hours-spot", "block", "same"], *options)


@pytest.fixture(scope="module")
def many(tmp_path_factory, small):
    """A comparison of seven scenarios, without a trial of assumptions."""
    folder = tmp_path_factory.mktemp("many")
    for file in small.glob("*.*"):
        shutil.copy(file, folder / file.name)
    for number in (1, 2):
        text = (folder / "freeze.yaml").read_text(encoding="utf-8").replace("shocks.fee_freeze: true", "fee.level: 1.1")
        (folder / f"freeze-{number}.yaml").write_text(text + f"# {number}\n", encoding="utf-8")
    names = ["baseline", "block", "zero-hours-spot", "same", "freeze", "freeze-1", "freeze-2"]
    return compared_with(folder, names, "--years", "2", "--assumption-replicates", "0")


def told(html):
    """The text of a page, without markup and with white space as one space."""
    body = re.sub(r"<(style|svg)\b.*?</\1>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("\u2060", "").replace("&#39;", "'").split())


def answer(results, name):
    tables = results.tables
    return bottom_line(tables["differences"], tables["spend"], name, results.periods)


def test_the_bottom_line_is_three_sentences_with_the_verdicts_of_the_differences(compared):
    results = read_results(compared)
    for name in results.others:
        said = answer(results, name)
        assert [one.split(":")[0] for one in said] == [
            "For people who draw on care",
            "For care workers",
            "For what it costs",
        ]
        table = results.differences(name).reset_index()
        for sentence, family in zip(said, ("outcomes", "jobs", "costs"), strict=True):
            rows = table[table.indicator.isin([i.id for i in INDICATORS.values() if i.headline and i.family == family])]
            plain = re.sub(r" \([^()]*\)", "", sentence)
            assert clauses(rows) in plain
        spend = results.tables["spend"]
        row = spend[(spend.scenario == name) & (spend.payer == "Council")].iloc[0]
        assert f"the council spends {more(row.difference)}" in said[2]


def test_how_much_is_in_natural_units_points_apart_from_per_cent(compared):
    results = read_results(compared)
    said = " ".join(answer(results, "zero-hours-spot"))
    row = results.differences("zero-hours-spot").loc["zero_hours_share"]
    assert f"{change(row.difference, 'zero_hours_share')})" in said and "percentage points)" in said
    spend = results.differences("zero-hours-spot").loc["council_spend"]
    percent = 100 * spend.difference / spend.reference_mean
    assert f"{change(spend.difference, 'council_spend')}, {per_cent(percent)}" in said
    assert "-" not in re.sub(r"[a-z]-[a-z]", "", said), "a minus is a minus"
    assert not re.search(r"[+−]0(\.0+)?(?![.\d])", said), "nothing has a sign that is nothing"


def test_a_policy_that_changes_nothing_is_identical_and_begins_nothing(compared):
    results = read_results(compared)
    assert all("identical on" in one for one in answer(results, "same"))
    assert "No new policy begins; the market goes on as it is." in told(brief_html(results))


def test_the_first_year_is_that_in_which_the_policy_begins(many):
    text = told((many / "brief.html").read_text(encoding="utf-8"))
    assert "In 2024/25, in which it begins" in text
    assert "In 2025/26, in which it begins" in text


def test_the_brief_has_the_headlines_who_pays_and_what_it_depends_on(compared):
    results = read_results(compared)
    text = told((compared / "brief.html").read_text(encoding="utf-8"))
    for indicator in INDICATORS.values():
        if indicator.headline:
            assert indicator.label in text and in_a_sentence(indicator.label) in text
    for payer in ("Council", "Clients of the council", "Self-funders", "NHS", "All payers together"):
        assert payer in text
    assert "how fast overheads fall with a provider’s size" in text and "two assumptions that carry most" in text
    assert results.periods.sentence in text
    assert "it is no forecast" in text


def test_what_the_market_is_stands_first_and_what_plain_money_does_beside_what_it_depends_on(compared):
    results = read_results(compared)
    page = Reader(brief_html(results))
    assert "It is not" in page.text["answer"] and "it is no forecast" in page.text["answer"]
    assert "as plain fee" not in page.text["terms"]
    block = results.tables["differences"][results.tables["differences"].scenario == "block"]
    money = block.assign(scenario=placebo.NAME, verdict="no clear difference")
    beside = pd.concat([money, block.assign(reference=placebo.NAME)], ignore_index=True).assign(fee_level=1.234)
    page = Reader(brief_html(replace(results, tables={**results.tables, "placebo": beside})))
    said = " ".join(page.text["terms"].split())
    rows = results.differences("block").loc[[one.id for one in INDICATORS.values() if one.headline]]
    clear = rows[rows.verdict.isin(CLEAR)].reset_index()
    told = clauses(clear, CLEAR) if len(clear) else "not clearly different on any headline"
    assert "what block adds, paid as a fee 1.23 times the place’s" in said
    assert f"is not clearly different on any headline. Against that block is {told}." in said.replace("\u2060", "")


def test_without_a_trial_of_assumptions_it_says_so(many):
    assert "were not tried at the ends of their ranges" in told((many / "brief.html").read_text(encoding="utf-8"))


def test_from_when_a_clear_verdict_holds_is_the_first_of_the_years_to_the_last_that_have_it(compared):
    results = read_results(compared)
    table = results.tables["differences"].copy()
    own = (table.scenario == "block") & table.period.isin([results.periods.verdicts, "year_1", "year_2"])
    table.loc[own, "verdict"] = "no clear difference"
    for indicator, periods in {
        "turnover": ["year_1", "year_2"], "council_spend": ["year_2"], "nhs_cost": ["year_1"],
    }.items():  # fmt: skip
        at = own & (table.indicator == indicator) & table.period.isin([results.periods.verdicts, *periods])
        table.loc[at, "verdict"] = "worse"
    assert from_when(table, "block", results.periods) == (
        "So in every single year (▲ better, ▼ worse): from 2024/25 on turnover of care workers ▼; from 2025/26 on "
        "council spend ▼; over the years together, but not in each of the last, NHS cost ▼."
    )
    assert from_when(table, "same", results.periods) == ""


def test_a_brief_that_is_written_again_is_no_difference_and_one_that_somebody_changed_is(compared, capsys):
    kept = (compared / "brief.html").read_bytes()
    Belongings(compared).write_all([("brief.html", kept + b"<!-- another version of the words -->")])
    assert main(["verify", str(compared), "--quiet"]) == 0
    (compared / "brief.html").write_bytes(kept.replace(b"worse", b"better"))
    assert main(["verify", str(compared), "--quiet"]) == 1
    (compared / "brief.html").write_bytes(kept)
    assert "brief.html has been changed" in "".join(capsys.readouterr())


def test_titles_stay_text_and_nothing_is_fetched(compared):
    html = (compared / "brief.html").read_text(encoding="utf-8")
    assert SCRIPT not in html and "&lt;script&gt;" in html
    assert not re.search(r'(?:src|href)="(?!#|data:)', html)


def test_the_same_results_give_the_same_brief_and_report_writes_it_too(compared, tmp_path, capsys):
    first = (compared / "brief.html").read_bytes()
    assert main(["report", str(compared), "--brief"]) == 0
    assert "The brief is" in capsys.readouterr().out
    assert (compared / "brief.html").read_bytes() == first
    assert main(["report", str(compared), "--brief", "--to", str(tmp_path / "ours.html"), "--quiet"]) == 0
    assert (tmp_path / "ours.html").read_bytes() == first
    (tmp_path / "mine.html").write_text("my own", encoding="utf-8")
    assert main(["report", str(compared), "--brief", "--to", str(tmp_path / "mine.html")]) == 2
    assert main(["verify", str(compared), "--quiet"]) == 0


@pytest.mark.parametrize(
    ("value", "shown"),
    [(-0.0001, "0.0"), (0.0001, "0.0"), (-0.123, "−12.3"), (0.123, "+12.3"), (float("nan"), "–")],
)
def test_signs_are_true_ones_and_nothing_has_none(value, shown):
    assert quantity(value, INDICATORS["turnover"], signed=True) == shown


def test_a_headline_says_what_it_is_to_a_person(compared):
    results = read_results(compared)
    told = to_people(results.tables["differences"], "zero-hours-spot", VERDICTS)
    row = results.differences("zero-hours-spot").loc["zero_hours_share"]
    number = 100 * abs(row.difference)
    shown = f"{number:.0f}" if number >= 9.5 else f"{number:.1f}"
    assert told["zero_hours_share"] == (
        f"of 100 care workers {shown} {'more' if row.difference > 0 else 'fewer'} have no sure hours"
    )
    assert not to_people(results.tables["differences"], "same", VERDICTS), "nothing is nothing to anybody"


def test_every_place_has_the_same_verdict_words(compared, small, tmp_path, capsys):
    """CSV, screen, JSON, Python, brief, report and Excel; and of breakdowns CSV and report."""
    headlines = {one.id: one for one in INDICATORS.values() if one.headline}
    told = pd.read_csv(compared / "differences.csv", encoding="utf-8-sig")
    told = told[(told.period == "in force") & told.indicator.isin(headlines)]
    verdicts = {(row.scenario, row.indicator): row.verdict for row in told.itertuples()}
    assert len(verdicts) == 3 * 9 and set(verdicts.values()) <= set(VERDICTS)

    names = ["baseline", "zero-hours-spot", "block", "same"]
    command = ["compare", *(str(small / f"{name}.yaml") for name in names), "--out", str(compared), "--resume"]
    command += ["--replicates", "3", "--workers", "0", "--years", "2", "--assumption-replicates", "1"]
    capsys.readouterr()
    assert main([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {(row["scenario"], row["indicator"]): row["verdict"] for row in found["differences"]} == verdicts
    frame = cm.compare(*(cm.load(small / f"{name}.yaml") for name in names), replicates=3, years=2, workers=1,
                       assumption_replicates=0).period("in force")  # fmt: skip
    frame = frame[frame.indicator.isin(headlines)]
    assert {(row.scenario, row.indicator): row.verdict for row in frame.itertuples()} == verdicts
    shown = {(row.scenario, labelled(headlines[row.indicator])): difference_rows(frame[frame.index == row.Index])[0]
             for row in frame.itertuples()}  # fmt: skip
    for (scenario, label), cells in shown.items():
        (id_,) = (one.id for one in headlines.values() if labelled(one) == label)
        assert cells[5] == verdicts[scenario, id_]

    write_report(compared, to=tmp_path / "report.html")
    pages = ((compared / "brief.html", "answer"), (tmp_path / "report.html", "decision"))
    for path, section in pages:
        rows = {row[0].split(",")[0]: row for row in Reader(path.read_text(encoding="utf-8")).table_rows(section)}
        for one in headlines.values():
            for name, cell in zip(names[1:], rows[one.label][2:], strict=True):
                assert cell.lstrip("▲▼ ").startswith(verdicts[name, one.id]), (path.name, name, one.id)

    assert main(["export", str(compared), "--to", str(tmp_path / "all.xlsx"), "--quiet"]) == 0
    header, *rows = openpyxl.load_workbook(tmp_path / "all.xlsx")["differences"].iter_rows(values_only=True)
    sheet = pd.DataFrame(rows, columns=list(header))
    sheet = sheet[(sheet.period == "in force") & sheet.indicator.isin(headlines)]
    assert {(row.scenario, row.indicator): row.verdict for row in sheet.itertuples()} == verdicts

    cells = pd.read_csv(compared / "breakdowns.csv", encoding="utf-8-sig")
    assert set(cells.verdict) <= {*VERDICTS, "reference"}
    assert cells["mean"].notna().all(), "no rows of nothing"
    own = cells[(cells.indicator == "quality_of_life") & (cells.dimension == "zone") & (cells.period == "all")]
    page = Reader((tmp_path / "report.html").read_text(encoding="utf-8")).table_rows("groups")
    for name in ("Millgate", "Brookside", "Hillend"):
        row = next(row for row in page if row[0] == name)
        for scenario, cell in zip(names[1:], row[3:], strict=True):
            verdict = own[(own.group == name) & (own.scenario == scenario)].verdict.iloc[0]
            assert cell.lstrip("▲▼ ").startswith(verdict)


@pytest.mark.slow
def test_in_a_browser_it_is_accessible_and_asks_for_nothing(many):
    require_browser()
    command = ["node", "check.mjs", str(many / "brief.html"), str(shutil.which("chromium"))]
    process = subprocess.run(command, cwd=BROWSER, capture_output=True, text=True, timeout=240, check=True)
    found = json.loads(process.stdout)
    assert found["requests"] == found["errors"] == found["dialogs"] == found["violations"] == []
    assert found["overflow"] == {"1280": 0, "320": 0}
    assert found["printed"]["pages"] == 2


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="there is no chromium")
@pytest.mark.parametrize("results", ["compared", "many"])
def test_it_prints_on_two_pages(results, request, tmp_path):
    html = (request.getfixturevalue(results) / "brief.html").read_text(encoding="utf-8")
    assert pages_printed(html, tmp_path) == 2


def test_word_has_what_the_page_has_with_its_pictures_and_text_stays_text(compared, tmp_path, capsys):
    assert main(["report", str(compared), "--brief", "--to", "docx"]) == 0
    first = (compared / "brief.docx").read_bytes()
    assert main(["export", str(compared), "--to", str(tmp_path / "a.docx"), "--quiet"]) == 0
    assert (tmp_path / "a.docx").read_bytes() == first, "equal results give equal bytes"
    assert main(["verify", str(compared), "--quiet"]) == 0
    with zipfile.ZipFile(tmp_path / "a.docx") as file:
        content = file.read("word/document.xml").decode()
        pictures = [name for name in file.namelist() if name.startswith("word/media/")]
    assert "<w:instrText" not in content and "<w:fldSimple" not in content and "<w:hyperlink" not in content
    assert len(pictures) == 3 and content.count('descr="') == 3
    said = " ".join(in_document(docx.Document(tmp_path / "a.docx")))
    page = Reader((compared / "brief.html").read_text(encoding="utf-8"))
    results = read_results(compared)
    for name in results.others:
        tables = results.tables
        for sentence in bottom_line(tables["differences"], tables["spend"], name, results.periods, CLEAR, payers=False):
            assert sentence in said
    for section in ("answer", "terms"):
        for row in page.table_rows(section):
            for cell in row:
                assert "".join(cell.replace("\u2060", "").split()) in "".join(said.split())
    assert FORMULA in said and SCRIPT in said
    (tmp_path / "mine.docx").write_bytes(b"my own")
    assert main(["report", str(compared), "--brief", "--to", str(tmp_path / "mine.docx")]) == 2
    assert (tmp_path / "mine.docx").read_bytes() == b"my own"


def in_document(made):
    """Every paragraph of a Word document, those in tables too."""
    for paragraph in made.element.iter(W_PARAGRAPH):
        yield "".join(node.text or "" for node in paragraph.iter(W_TEXT))


def test_the_report_of_many_ways_tells_each_reader_in_sentences_and_has_the_tables_in_an_annex(many, tmp_path):
    results = read_results(many)
    html, _ = report_html(results, Settings())
    page = Reader(html)
    shown = {cells[0] for cells in page.table_rows("indicators")}
    for audience in AUDIENCES:
        for name in results.others:
            rows = results.differences(name).loc[list(audience.indicators)].reset_index()
            clear = rows[rows.verdict.isin(CLEAR)]
            said = clauses(clear) if len(clear) else "nothing clear that matters"
            assert f"{name}: {said}." in " ".join(page.text[audience.id].split())
            assert all(any(cell.startswith(labelled(INDICATORS[id_])) for cell in shown)
                       for id_ in clear.indicator)  # fmt: skip
    for name in results.others:
        for sentence in results.timeline(name):
            assert sentence in " ".join(page.text["assumptions"].split())
    if shutil.which("chromium") is not None:
        assert pages_printed(html.replace("</style>", ".annex{display:none}</style>"), tmp_path) <= 15


@pytest.mark.parametrize("results", ["compared", "many"])
def test_what_moves_in_no_policy_is_named_under_a_readers_table_and_not_a_row_of_it(results, request):
    found = read_results(request.getfixturevalue(results))
    for audience in AUDIENCES:
        table = effect_table(found, audience.indicators, "x", audience.id, brief=True)
        rows = {row.head.text for group in table.groups for row in group.rows}
        of = [found.differences(name) for name in found.others]
        clear = [id_ for id_ in audience.indicators if any(one.verdict[id_] in CLEAR for one in of)]
        for id_ in audience.indicators:
            moves = id_ in clear or not clear
            assert (labelled(INDICATORS[id_]) in rows) == moves
            assert (in_a_sentence(INDICATORS[id_].label) in table.note) != moves
