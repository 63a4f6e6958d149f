"""A workbook of results has the numbers of the CSV files, says what is what, and runs nothing out of anybody's text."""

import csv
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from caremarket_sim.cli import main
from caremarket_sim.documents.formats import exported_tables
from caremarket_sim.errors import BadInput
from caremarket_sim.results import workbook as of
from caremarket_sim.results.store import Store
from caremarket_sim.results.workbook import COLUMNS, FIRST, Told, export_workbook
from tests.small_place import FOLDER

TITLE = '=HYPERLINK("https://example.org","a formula")'


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """A comparison of two scenarios of the small place, one with a formula for a title and a number for a name."""
    folder = tmp_path_factory.mktemp("compared")
    for file in ("place.yaml", "zones.csv", "baseline.yaml"):
        (folder / file).write_bytes((FOLDER / file).read_bytes())
    head = f"format: 2\nextends: baseline.yaml\nprices: frozen\ntitle: '{TITLE}'\npolicy:\n"
    step = "  - from: 2024-04-01\n    why: '=1+1'\n    set: {fee.level: 1.1}\n"
    (folder / "2024.yaml").write_text(head + step, encoding="utf-8")
    files = [str(folder / name) for name in ("baseline.yaml", "2024.yaml")]
    options = ["--replicates", "2", "--years", "1", "--workers", "0", "--assumption-replicates", "0", "--quiet"]
    admitted = ["--allow", "prices", "--allow", "implausible", "--why", "to have a banner"]
    assert main(["compare", *files, "--out", str(folder / "results"), *options, *admitted]) == 0
    return folder / "results"


@pytest.fixture(scope="module")
def book(compared, tmp_path_factory):
    path = tmp_path_factory.mktemp("excel") / "all.xlsx"
    assert main(["export", str(compared), "--to", str(path), "--quiet"]) == 0
    return openpyxl.load_workbook(path)


def rows_of(sheet):
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_every_csv_file_of_the_folder_is_a_sheet_with_the_same_header_and_numbers(compared, book):
    files = sorted(compared.glob("*.csv"))
    assert files and {file.stem for file in files} <= set(book.sheetnames)
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as text:
            header, *told = csv.reader(text)
        read, *rows = rows_of(book[file.stem])
        assert read == header
        assert len(rows) == len(told)
        for row, cells in zip(rows, told, strict=True):
            for value, cell in zip(row, cells, strict=True):
                if isinstance(value, bool):
                    assert str(value) == cell
                elif isinstance(value, int | float):
                    assert value == pytest.approx(float(cell), rel=1e-15, abs=0)
                else:
                    assert (value or "") == cell.removeprefix("'")


def test_the_first_sheet_says_what_is_on_every_other_and_under_which_banner(compared, book):
    first = rows_of(book[FIRST])
    assert book.sheetnames[:2] == [FIRST, COLUMNS]
    listed = {row[0]: row for row in first[first.index(["sheet", "a row is", "rows"]) + 1 :]}
    assert list(listed) == book.sheetnames[2:]
    for name, row in listed.items():
        assert row[1], f"what a row of {name} is"
        assert row[2] == book[name].max_row - 1
    banner = (compared / "banner.txt").read_text(encoding="utf-8").strip()
    assert ["read this first", banner, None] in first


def test_every_column_has_a_meaning_and_indicators_have_their_units(book):
    _, *told = rows_of(book[COLUMNS])
    assert [(name, column) for name, column, *_ in told] == [
        (sheet, column) for sheet in book.sheetnames[2:] for column in rows_of(book[sheet])[0]
    ]
    assert [row for row in told if not row[2]] == []
    units = {row[0]: row[2] for row in rows_of(book["indicators"])[1:]}
    assert units["turnover"] == "share a year"
    header, *rows = rows_of(book["differences"])
    assert all(row[header.index("unit")] for row in rows)


def test_a_title_that_is_a_formula_stays_text_also_after_it_is_edited(book):
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    ours = [cell for cell in cells if cell.value == TITLE]
    assert len(ours) >= 2, "on the first sheet and among the scenarios"
    assert all(cell.data_type == "s" and cell.quotePrefix and cell.hyperlink is None for cell in ours)
    links = [cell.hyperlink for cell in cells if cell.hyperlink is not None]
    assert links and all(link.target is None and link.location for link in links), "only to sheets of its own"


def test_a_name_that_looks_like_a_number_stays_a_name(book):
    header, *rows = rows_of(book["levels"])
    assert {row[header.index("scenario")] for row in rows} == {"baseline", "2024"}


def test_the_same_results_give_the_same_bytes_and_a_workbook_replaces_only_one_of_ours(compared, tmp_path):
    (tmp_path / "mine.xlsx").write_bytes(b"my own")
    assert main(["export", str(compared), "--to", str(tmp_path / "mine.xlsx")]) == 2
    assert (tmp_path / "mine.xlsx").read_bytes() == b"my own"
    (tmp_path / "link.xlsx").symlink_to(tmp_path / "mine.xlsx")
    assert main(["export", str(compared), "--to", str(tmp_path / "link.xlsx")]) == 2
    written = []
    for _ in range(2):
        assert main(["export", str(compared), "--to", str(tmp_path / "new" / "a.xlsx")]) == 0
        written.append((tmp_path / "new" / "a.xlsx").read_bytes())
    assert written[0] == written[1]
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.xlsx"]


def test_it_is_written_into_the_results_or_another_folder_by_name_of_the_format(compared, tmp_path, capsys):
    assert main(["export", str(compared), "--to", "xlsx"]) == 0
    assert (compared / "results.xlsx").is_file()
    assert main(["verify", str(compared), "--quiet"]) == 0
    assert main(["export", str(compared), "--to", str(tmp_path / "tables"), "--format", "xlsx", "--json"]) == 0
    assert (tmp_path / "tables" / "results.xlsx").read_bytes() == (compared / "results.xlsx").read_bytes()
    assert main(["export", str(compared), "--to", str(tmp_path / "a.xlsx"), "--format", "csv"]) == 2
    assert "leave out one of them" in capsys.readouterr().err


def test_a_table_that_is_asked_for_is_there_whole_or_refused(compared, tmp_path, monkeypatch):
    path = tmp_path / "weekly.xlsx"
    assert main(["export", str(compared), "--to", str(path), "--table", "weekly", "--table", "outcomes"]) == 0
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[2:] == ["weekly", "outcomes"]
    assert book["weekly"].max_row == 1 + 2 * 2 * 52
    assert [row for row in rows_of(book[COLUMNS]) if not row[2]] == []
    monkeypatch.setattr(of, "MOST_ROWS", 100)
    with Store.read(compared) as store:
        with pytest.raises(BadInput, match="export it as csv or parquet"):
            export_workbook(store, path, exported_tables(), ["weekly"])
        export_workbook(store, path, exported_tables())
    book = openpyxl.load_workbook(path)
    assert "levels" not in book.sheetnames
    assert any(row[0] == "levels" and "left out" in row[1] for row in rows_of(book[FIRST]))


def test_text_of_any_kind_comes_back_as_it_is(compared, tmp_path):
    hard = [
        "=1+1",
        "+44",
        "-5 apples",
        "@now",
        "\tx",
        "007",
        "1e5",
        "https://example.org",
        "mailto:x@y",
        "<b>&amp;",
        "ü\n£",
    ]
    sheets = [
        of.Sheet("texts", Told("a text", {}), ["detail", "empty"], [[text, None] for text in [*hard, "x" * 40_000]])
    ]
    with Store.read(compared) as store:
        content = of.workbook(store, sheets)
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet3.xml")
    read = openpyxl.load_workbook(io.BytesIO(content))["texts"]
    values = [row[0] for row in rows_of(read)[1:]]
    assert values[:-1] == hard
    assert values[-1] == "x" * 32_766 + "…"
    assert all(row[1] is None for row in rows_of(read)[1:])


def test_excel_is_told_of_where_exporting_is():
    page = (Path(__file__).resolve().parents[1] / "docs" / "how-to" / "sql.md").read_text(encoding="utf-8")
    assert "--to xlsx" in page
