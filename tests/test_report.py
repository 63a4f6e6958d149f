"""The report: everything on it is in the CSV files, whatever a title holds is text, and rows add up."""

import base64
import csv
import io
import json
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from caremarket_sim.cli import main
from caremarket_sim.errors import BadInput
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.report import Settings, write_report
from caremarket_sim.report.audiences import AUDIENCES
from caremarket_sim.report.equity import tile_places
from caremarket_sim.report.outlines import outlines_of, read_outlines
from caremarket_sim.report.results import read_csv, read_results
from caremarket_sim.report.social_value import proxies
from caremarket_sim.runs.plausibility import from_records
from caremarket_sim.telling.answer import bottom_line, to_people, trial_sentence
from caremarket_sim.telling.charts import PALE, Ground, Line, course
from caremarket_sim.telling.maps import Tile, outline_map, tile_key, tile_map, tint
from caremarket_sim.telling.palette import COLOURS
from caremarket_sim.telling.svg import told_apart
from caremarket_sim.telling.words import first_year_sentences, moved, quantity, smallest_in_words, span

SMALL = Path(__file__).parent / "data" / "small"
WIGAN = Path(__file__).resolve().parents[1] / "scenarios" / "wigan"
SCRIPT, IMAGE = "<script>alert(1)</script>", '"><img src=x onerror=alert(2)>'
VOID = {"meta", "link", "img", "br", "line", "polyline", "polygon", "rect", "circle", "hr"}
PAGES = (
    "decision", "finance", "scrutiny", "provider", "worker", "citizen", "health", "equity", "social-value",
    "budget", "groups", "assumptions", "validation", "run",
)  # fmt: skip


class Reader(HTMLParser):
    """The page as a reader meets it: text by section, table cells, tags, and what it would fetch."""

    def __init__(self, text):
        super().__init__()
        self.open, self.section, self.tags, self.addresses = [], "", set(), []
        self.text, self.rows, self.words = {}, [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        held = dict(attributes)
        self.tags.add(tag)
        assert not any(name.startswith("on") for name in held), f"{tag} runs something: {held}"
        self.addresses += [held[name] for name in ("href", "src", "data", "action") if name in held]
        if tag == "svg":
            self.words.append(held["aria-label"])
        if tag == "section":
            self.section = held["id"]
        if tag == "tr":
            self.rows.append((self.section, []))
        if tag in ("td", "th"):
            self.rows[-1][1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open and self.open[-1] == tag, f"{tag} closes {self.open[-1:]}"
            self.open.pop()
        if tag in ("td", "th"):
            self.text[self.section] += " "

    def handle_data(self, data):
        self.text[self.section] = self.text.get(self.section, "") + data
        if self.open and ({"td", "th"} & set(self.open)):
            self.rows[-1][1][-1] += data

    def table_rows(self, section):
        """Rows of cells, with white space as one space."""
        return [[" ".join(cell.split()) for cell in cells] for found, cells in self.rows if found == section]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A small place whose titles, names and reasons are markup."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "caremarket.toml").write_text("", encoding="utf-8")
    for file in SMALL.iterdir():
        shutil.copy(file, folder / file.name)
    swaps = {
        "baseline.yaml": ("The small place as it is", SCRIPT),
        "block.yaml": ("The block preset from the first week", f"'{IMAGE}'"),
        "place.yaml": ("name: Small", f"name: '{SCRIPT}'"),
        "zones.csv": ("Millgate", SCRIPT),
    }
    for name, (before, after) in swaps.items():
        text = (folder / name).read_text(encoding="utf-8")
        assert before in text
        (folder / name).write_text(text.replace(before, after), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def compared(hostile, tmp_path_factory):
    """The results of a comparison with its report, made once from the command line."""
    folder = tmp_path_factory.mktemp("report") / "results"
    files = [str(hostile / f"{name}.yaml") for name in ("baseline", "block", "zero-hours-spot")]
    words = ["--replicates", "3", "--workers", "0", "--assumption-replicates", "1", "--equal-budget", "--report"]
    assert main(["compare", *files, "--out", str(folder), *words, "--quiet"]) == 0
    return folder


@pytest.fixture(scope="module")
def html(compared):
    return (compared / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html):
    return Reader(html)


def table(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_first_page_tells_the_answer_and_then_each_policys_line_of_time(compared, page):
    said = table(compared / "timeline.csv")
    assert {row["scenario"] for row in said} == {"block", "zero-hours-spot"}
    first = " ".join(page.text["decision"].split())
    assert all(" ".join(row["sentence"].split()) in first for row in said)
    assert first.index("For people who draw on care: ") < first.index("Decided in the week of 1 April 2024")


def test_the_report_is_one_well_formed_file_with_a_page_for_everybody(html, page):
    assert not page.open, "every tag is closed"
    assert tuple(name for name in page.text if name in PAGES) == PAGES
    assert len(html.encode()) < 6_000_000
    assert "{{" not in html and "{%" not in html


def test_nothing_is_fetched_and_nothing_runs(page):
    assert not page.tags & {"script", "img", "iframe", "object", "embed", "form", "base"}
    assert all(address.startswith(("#", "data:")) for address in page.addresses)


def test_titles_and_names_that_are_markup_show_as_text(html, page):
    assert SCRIPT not in html and IMAGE not in html
    said = " ".join(page.text.values())
    assert SCRIPT in said and IMAGE in said
    assert any(SCRIPT in words for words in page.words), "a zone's name in the words of the map"


def test_every_number_on_the_decision_page_is_found_in_the_csvs_with_its_interval(compared, page):
    every = {(row["period"], row["scenario"], row["indicator"]): row for row in table(compared / "differences.csv")}
    levels = {
        (row["scenario"], row["indicator"]): row
        for row in table(compared / "levels.csv")
        if row["period"] == "in force"
    }
    headlines = [indicator for indicator in INDICATORS.values() if indicator.headline]
    results = read_results(compared)
    people = {name: to_people(results.tables["differences"], name) for name in results.others}
    found = {row[0].split(",")[0]: row for row in page.table_rows("decision")}
    allowed = {"95", "2024", "25"}
    for indicator in headlines:
        row = found[indicator.label]
        base = levels["baseline", indicator.id]
        mean = quantity(float(base["mean"]), indicator)
        interval = span(float(base["low"]), float(base["high"]), indicator, signed=False)
        assert row[1] == f"{mean} ({interval})"
        numbers = [mean, interval, smallest_in_words(indicator)]
        for cell, scenario in zip(row[2:], ("block", "zero-hours-spot"), strict=True):
            entry = every["in force", scenario, indicator.id]
            difference = moved(float(entry["difference"]), indicator)
            whole = moved(float(every["all", scenario, indicator.id]["difference"]), indicator)
            interval = span(float(entry["low"]), float(entry["high"]), indicator)
            often = f"better in {float(entry['p_better']) * 3:.0f} of {entry['replicates']}"
            alike = round(float(entry["p_same"]) * 3)
            often += f", {alike} alike" if alike else ""
            person = people[scenario].get(indicator.id)
            assert cell.removeprefix("▲ ").removeprefix("▼ ") == (
                f"{entry['verdict']} {difference} ({interval}); {often}; all 1 year {whole}"
                + (f"; {person}" if person else "")
            )
            numbers += [difference, interval, often, whole, person or ""]
        allowed |= {number for text in numbers for number in re.findall(r"[\d.]+", text.replace(",", ""))}
    allowed |= {row["replicates"] for row in every.values()}
    told = " ".join(one for name in people for one in bottom_line(results.tables["differences"],
                    results.tables["spend"], name, results.periods))  # fmt: skip
    told += trial_sentence(results.tables["assumptions"], results.others)
    allowed |= set(re.findall(r"\d+(?:\.\d+)?", told.replace(",", "")))
    (tried,) = from_records(read_csv(compared / "plausibility.csv").to_dict("records"))
    allowed |= set(re.findall(r"\d+(?:\.\d+)?", tried.sentence.replace(",", "")))
    first_years = read_csv(compared / "first_year.csv")
    assert set(first_years.scenario) == {"block", "zero-hours-spot"}
    for sentence in first_year_sentences(first_years):
        assert sentence in " ".join(page.text["decision"].split())
        allowed |= set(re.findall(r"\d+(?:\.\d+)?", sentence))
    for row in first_years.itertuples():
        assert row.worse_in * row.replicates == pytest.approx(round(row.worse_in * row.replicates))
    allowed |= {"2024", "2025", "25", "26"}  # from when: fiscal years
    said = " ".join(row["sentence"] for row in table(compared / "timeline.csv"))
    allowed |= set(re.findall(r"\d+(?:\.\d+)?", said.replace(",", "")))
    now = next(row for row in table(compared / "periods.csv") if row["period"] == "in force")
    allowed |= {str(int(now["begins"][-2:])), now["weeks"], "2"}  # from when, weeks left, years that would leave enough
    shown = set(
        re.findall(r"\d+(?:\.\d+)?", page.text["decision"].replace(SCRIPT, "").replace(IMAGE, "").replace(",", ""))
    )
    assert shown <= allowed, shown - allowed


def test_the_first_page_says_what_the_baseline_is_and_is_not(page):
    said = " ".join(page.text["decision"].split())
    assert "typical English borough of 2024/25" in said
    assert "It is not" in said and "today" in said and "no forecast" in said
    assert "consequences of stated assumptions" in said


def test_the_rows_of_the_finance_page_add_up_by_payer_by_year_and_in_total(page):
    rows = [row for row in page.table_rows("budget")]
    starts = [at for at, row in enumerate(rows) if row[0] == "£ thousand" and row[-1] == "Total"]
    assert len(starts) == 3
    for start in starts:
        lines, everything = [], 0
        for row in rows[start + 1 :]:
            if len(row) == 1:
                lines = []
                continue
            numbers = [int(cell.replace(",", "")) for cell in row[1:]]
            assert sum(numbers[:-1]) == numbers[-1], row
            if row[0] == "All payers":
                assert numbers[-1] == everything
                break
            if row[0].endswith(": total"):
                assert numbers == [sum(column) for column in zip(*lines, strict=True)] if lines else True
                everything += numbers[-1] - sum(line[-1] for line in lines)
                lines = []
            else:
                lines.append(numbers)
            if not row[0].endswith(": total"):
                everything += numbers[-1]


def test_what_some_gain_others_pay(page):
    (total,) = [row for row in page.table_rows("finance") if row[0] == "Sum of what is shown"]
    assert all(abs(int(cell)) <= 8 for cell in total[2:])


def test_every_chart_says_in_words_what_it_shows_and_has_its_numbers_beside_it(html, compared):
    figures = html.split("<figure>")[1:]
    assert len(figures) > 10
    for figure in figures:
        figure = figure.split("</figure>")[0]
        labels = re.findall(r'<svg[^>]* role="img" aria-label="([^"]*)"', figure)
        assert labels and all(len(label) > 40 and re.search(r"\d", label) for label in labels)
        name = re.search(r'download="([^"]+)"', figure)
        assert name
        data = re.search(r'href="data:text/csv;charset=utf-8;base64,([^"]+)"', figure)
        content = base64.b64decode(data.group(1))
        assert content == (compared / "report-tables" / name.group(1)).read_bytes()
        assert len(list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))) > 1


def test_pictures_hold_nothing_of_when_or_where_they_were_drawn(html, compared, tmp_path):
    again = write_report(compared, to=tmp_path / "again.html")
    assert again.read_text(encoding="utf-8") == html
    assert not re.search(r"<svg[^>]*\bid=", html)


def test_a_report_is_written_over_no_file_but_one_of_ours(compared, tmp_path, capsys):
    (tmp_path / "thesis.html").write_text("<p>four years of work</p>")
    assert main(["report", str(compared), "--to", str(tmp_path / "thesis.html")]) == 2
    assert "not ours" in capsys.readouterr().err
    assert [path.read_text() for path in tmp_path.iterdir()] == ["<p>four years of work</p>"]
    for _ in range(2):
        assert main(["report", str(compared), "--to", str(tmp_path / "report.html"), "--quiet"]) == 0
    (tmp_path / "report-tables" / "decision.csv").write_text("mine")
    assert main(["report", str(compared), "--to", str(tmp_path / "report.html"), "--quiet"]) == 5
    assert (tmp_path / "report-tables" / "decision.csv").read_text() == "mine"


def test_the_report_is_part_of_the_results_that_are_verified(compared):
    manifest = json.loads((compared / "manifest.json").read_text(encoding="utf-8"))
    assert "report.html" in manifest["outputs"] and "report-tables/decision.csv" in manifest["outputs"]
    assert main(["verify", str(compared), "--quiet"]) == 0


def test_equal_budgets_stand_beside_the_policy_as_written(compared, page):
    terms = table(compared / "equal_budget_terms.csv")
    said = " ".join(page.text["equal-budget"].split())
    assert {row["scenario"] for row in terms} == {"block", "zero-hours-spot"}
    for row in terms:
        assert row["sentence"] in said
        if row["role"] == "solved":
            assert abs(float(row["share"])) <= 0.003
            assert f"{row['scenario']}: differences from baseline, as written and at equal budget" in said


def test_small_cells_carry_a_warning_and_what_is_not_modelled_is_listed(page):
    said = " ".join(page.text["equity"].split())
    assert "fewer than 10 people" in said
    for characteristic in ("Gender reassignment", "pregnancy", "race", "religion", "sexual orientation", "Disability"):
        assert characteristic in said
    zones = [row for row in page.table_rows("groups") if row[0] in (SCRIPT, "Brookside", "Hillend")]
    assert len(zones) == 3
    for row in zones:
        assert ("*" in row[2]) == (int(row[1]) < 10)


def test_zones_keep_their_squares_apart_and_about_where_they_lie():
    zones = [{"latitude": 53 + y / 10, "longitude": x / 10} for y in range(5) for x in range(5)]
    places = tile_places(zones)
    assert len(set(places)) == 25
    assert places[0][0] > places[-1][0], "north is up"
    assert places[0][1] < places[4][1], "east is right"


def test_a_users_map_is_drawn_and_one_that_lacks_a_zone_is_refused(compared, tmp_path):
    results = read_results(compared)
    ring = [[0, 0], [1, 0], [1, 1], [0, 0]]
    features = [
        {
            "type": "Feature",
            "properties": {"code": zone["code"]},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for zone in results.place["zones"]
    ]
    path = tmp_path / "map.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    assert len(read_outlines(path, results.place["zones"])) == 3
    drawn = write_report(compared, Settings(outlines=path), tmp_path / "mapped.html").read_text(encoding="utf-8")
    assert "in their outlines" in drawn
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features[1:]}), encoding="utf-8")
    with pytest.raises(BadInput, match="no outline"):
        read_outlines(path, results.place["zones"])
    path.write_text("not a map", encoding="utf-8")
    with pytest.raises(BadInput, match="is no JSON.*FeatureCollection"):
        read_outlines(path, results.place["zones"])


def test_outlines_are_shipped_for_the_wards_of_wigan_and_drawn_unasked():
    zones = [{"code": row["zone_code"], "name": row["zone_name"]} for row in table(WIGAN / "zones.csv")]
    rings = outlines_of(zones, None)
    assert rings is not None and len(rings) == len(zones) == 25
    assert outlines_of([*zones, {"code": "E00000000", "name": "elsewhere"}], None) is None
    tiles = [Tile(zone["name"], 0, 0, "+0.012", 0.5, sign="▲") for zone in zones]
    drawn = outline_map("block", list(zip(tiles, rings, strict=True)), "words")
    said = [text for tag, text, _ in drawn.shapes if tag == "text"]
    assert said.count("+0.012") > 5 and set(said) <= {"block", "+0.012", "▲"}


@pytest.mark.parametrize("count", [1, 2, 25, 60])
def test_nothing_on_a_map_of_squares_lies_on_anything_else(count):
    zones = [{"latitude": 53 + (n * 7 % 60) / 100, "longitude": (n * 11 % 60) / 100} for n in range(count)]
    places = tile_places(zones)
    tiles = [Tile(f"A zone with a long name {n}", row, column, "+0.012", 0.5, "*")
             for n, (row, column) in enumerate(places)]  # fmt: skip
    drawn = tile_map("block", tiles, "words")
    boxes = [(at["x"], at["y"], at["width"], at["height"]) for tag, _, at in drawn.shapes if tag == "rect"]
    texts = [(text, at) for tag, text, at in drawn.shapes if tag == "text" and at["text_anchor"] == "middle"]
    assert len(boxes) == count and len(texts) == 2 * count
    for number, (text, at) in enumerate(texts):
        x, y, width, height = boxes[number // 2]
        assert len(text) * at["font_size"] * (0.66 if number % 2 else 0.56) <= width
        assert y <= at["y"] - at["font_size"] and at["y"] <= y + height
        assert at["font_size"] >= 7
    numbers = count == 60
    assert ("60 A zone" in tile_key(tiles)) == numbers


def test_names_that_begin_alike_are_told_apart_where_they_are_cut():
    names = ["block", "collaborative", "collaborative-contract-only", "collaborative-on-the-cheap"]
    cut = told_apart(names, 15)
    assert cut == dict(zip(names, ["block", "collaborative", "colla…ract-only", "colla…the-cheap"], strict=True))


def test_an_axis_spans_enough_that_little_does_not_look_like_much():
    line = Line("a", 0, [(1.0, 0.600), (2.0, 0.601)])
    drawn = course("t", [line], {1.0: "24/25", 2.0: "25/26"}, "{:g}".format, "words", ground=Ground(least=0.2))
    points = next(at["points"] for tag, _, at in drawn.shapes if tag == "polyline")
    heights = [float(pair.split(",")[1]) for pair in points.split()]
    assert abs(heights[0] - heights[1]) < 2


def test_pages_name_only_indicators_that_there_are():
    named = {id_ for audience in AUDIENCES for id_ in (*audience.indicators, *audience.drawn)}
    assert named <= set(INDICATORS)
    assert {proxy["indicator"] for proxy in proxies()} <= set(INDICATORS)


def test_a_folder_without_a_comparison_is_refused_in_a_sentence(compared, tmp_path, capsys):
    assert main(["report", str(tmp_path)]) == 2
    assert "there are no results here" in capsys.readouterr().err
    folder = tmp_path / "torn"
    shutil.copytree(compared, folder)
    (folder / "levels.csv").unlink()
    assert main(["report", str(folder)]) == 2
    assert "levels.csv is missing" in capsys.readouterr().err
    assert main(["report", str(compared), "--qaly-from", "50000", "--qaly-to", "10000"]) == 2


def luminance(colour):
    """Relative luminance of a colour as WCAG defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_what_is_written_in_pictures_can_be_read_in_grey():
    for colour in COLOURS:
        assert contrast(colour, "#ffffff") >= 4.5 and contrast(colour, PALE) >= 4.5
    for value in (-1, -0.5, 0, 0.5, 1):
        assert contrast("#1b1b1b", tint(value)) >= 7


BROWSER = Path(__file__).parent / "browser"


def what_a_browser_lacks():
    """Why the report cannot be opened in a browser here, or nothing if it can."""
    if shutil.which("node") is None:
        return "there is no Node.js"
    if not (BROWSER / "node_modules" / "axe-core").is_dir():
        return "axe-core and playwright-core are not installed: run `npm ci` in tests/browser"
    if shutil.which("chromium") is None:
        return "there is no chromium"
    return ""


def require_browser():
    """Skip the test that calls this where there is no browser to drive; on CI, where there must be one, it fails."""
    if lacking := what_a_browser_lacks():
        if os.environ.get("CI") == "true":
            pytest.fail(lacking)
        pytest.skip(lacking)


@pytest.mark.slow
def test_in_a_browser_it_asks_for_nothing_logs_nothing_and_is_accessible_wide_narrow_and_printed(compared):
    require_browser()
    command = ["node", "check.mjs", str(compared / "report.html"), shutil.which("chromium")]
    process = subprocess.run(command, cwd=BROWSER, capture_output=True, text=True, timeout=240, check=False)
    assert process.returncode == 0, process.stderr
    found = json.loads(process.stdout)
    assert found["requests"] == []
    assert found["errors"] == [] and found["dialogs"] == []
    assert found["violations"] == [] and found["passes"] > 40
    assert found["overflow"] == {"1280": 0, "320": 0}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="there is no chromium")
def test_what_is_to_be_read_prints_on_fifteen_pages_and_parameters_are_folded_away(html, tmp_path):
    assert re.search(r"<details>\s*<summary>Every parameter", html)
    annexes = [name for name in re.findall(r'<section id="([^"]+)" class="annex"', html)]
    assert annexes == ["budget", "groups", "assumptions", "validation", "run"]
    before = pages_printed(html.replace("</style>", ".annex{display:none}</style>"), tmp_path)
    assert before <= 15 and before < pages_printed(html, tmp_path)


def pages_printed(html, folder):
    """On how many pages of A4 Chromium prints a page."""
    (folder / "page.html").write_text(html, encoding="utf-8")
    pdf = folder / "page.pdf"
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={folder}/own"]
    command = ["chromium", *options, f"--print-to-pdf={pdf}", (folder / "page.html").as_uri()]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    return len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))
