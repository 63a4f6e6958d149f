"""What is in docs/ is what the code writes, and says all that is in the code."""

import ast
import re
from pathlib import Path

import pytest

from caremarket_sim import week
from caremarket_sim.cli import app, main
from caremarket_sim.cli.command_page import EXIT_STATUSES
from caremarket_sim.cli.documents import DOCUMENTS
from caremarket_sim.documents.assumptions import structural
from caremarket_sim.documents.formats import results_tables
from caremarket_sim.documents.odd import expected, faults, odd_page
from caremarket_sim.documents.reference import levers_page
from caremarket_sim.documents.terminal import for_terminal
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.parameters import register, sources
from caremarket_sim.policy import LEVERS

ROOT = Path(__file__).resolve().parents[1]
ODD = odd_page()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_is_what_its_command_writes(name):
    kept = (ROOT / "docs" / DOCUMENTS[name].file).read_text(encoding="utf-8")
    assert kept == DOCUMENTS[name].text(app), "run `caremarket docs all docs`, look at the difference and keep it"


def test_docs_all_writes_every_document_and_finds_the_one_that_is_out_of_date(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["docs", "all", "written"]) == 0
    assert {path.relative_to("written").as_posix() for path in Path("written").rglob("*.md")} == {
        document.file for document in DOCUMENTS.values()
    }
    assert main(["docs", "all", "written", "--check"]) == 0
    card = Path("written/model-card.md")
    card.write_text(card.read_text(encoding="utf-8").replace("It is no statistical model", "It is a forecast"))
    assert main(["docs", "all", "written", "--check"]) == 1
    assert capsys.readouterr().out == f"{card} is not what `caremarket docs card` writes\n"


def test_documents_go_to_no_folder_that_cannot_be(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    assert main(["docs", "all", "file"]) == 5
    assert "file/reference/parameters.md: Not a directory" in capsys.readouterr().err.replace("\\", "/")


def test_the_odd_has_the_seven_elements_and_is_true_of_the_code():
    kept = (ROOT / "docs" / "odd.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\d) ", kept, re.MULTILINE) == list("1234567")
    assert faults(kept) == []


def without(text: str, heading: str, name: str) -> str:
    """The text without the row of this name in the table below the heading."""
    before, after = text.split(f" {heading}\n", 1)
    cut, changed = re.subn(rf"^\| \**`{re.escape(name)}`\** \|.*\n", "", after, count=1, flags=re.MULTILINE)
    assert changed
    return f"{before} {heading}\n{cut}"


@pytest.mark.parametrize("heading", expected())
def test_whatever_is_dropped_from_the_odd_is_missed(heading):
    name = expected()[heading][-1]
    assert faults(without(ODD, heading, name)) == [f"{heading}: {name} is missing"]


def test_a_process_renamed_in_the_odd_is_found():
    assert faults(ODD.replace("| `carers_leave` |", "| `workers_leave` |")) == [
        "Processes of a week: carers_leave is missing",
        "Processes of a week: there is no workers_leave in the code",
    ]


def test_a_process_renamed_in_the_code_is_found(monkeypatch):
    def workers_leave(market, parameters, policy, draws):
        """Care workers leave."""

    renamed = [workers_leave if one.__name__ == "carers_leave" else one for one in week.PROCESSES]
    monkeypatch.setattr(week, "PROCESSES", tuple(renamed))
    assert "Processes of a week: workers_leave is missing" in faults(ODD)


def test_processes_in_another_order_are_found(monkeypatch):
    first, second, *others = week.PROCESSES
    monkeypatch.setattr(week, "PROCESSES", (second, first, *others))
    assert faults(ODD) == ["Processes of a week: the order is not that of the code"]


def test_every_process_has_its_rule_in_the_odd():
    for process in week.PROCESSES:
        assert process.__doc__, process.__name__
        if process.__module__ != week.__name__:
            assert f"**`{process.__name__}`**: " in ODD


def test_the_assumptions_log_has_every_assumed_parameter_and_every_structural_assumption():
    log = (ROOT / "docs" / "assumptions.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([a-z_]+\.\w+)` \|", log, re.MULTILINE))
    assert listed == {parameter.name for parameter in register().values() if parameter.grade == "assumed"}
    assert all(f"### {one['name']}" in log for one in structural())


@pytest.mark.parametrize("one", structural(), ids=lambda one: one["name"])
def test_a_structural_assumption_says_why_what_else_what_it_moves_and_how_to_try_it(one):
    assert set(one) - {"evidence"} == {"name", "what", "why", "otherwise", "moves", "tried"}
    assert all(name in INDICATORS for name in one["moves"])
    assert all(name in sources() for name in one.get("evidence", ()))


def test_every_column_of_a_results_folder_has_a_meaning_and_no_other():
    tables, columns = results_tables()
    assert {name for one in tables.values() for name in one["columns"]} == set(columns)


def test_every_exit_status_in_the_code_is_explained():
    used = set()
    for source in (ROOT / "caremarket_sim").rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                names = [target.id for target in node.targets if isinstance(target, ast.Name)]
                if {"exit_status", "DIFFERENCE_FOUND", "FINISHED_WITH_FAILURES"} & set(names):
                    used.add(node.value.value)
    assert used <= set(EXIT_STATUSES)
    assert {1, 2, 3, 4, 5, 70, 130} == used


def test_on_a_terminal_a_wide_table_is_a_list_with_every_name_and_value():
    shown = for_terminal(levers_page())
    assert max((line.count(" | ") for line in shown.splitlines() if line.startswith("|")), default=0) < 4
    for key in LEVERS:
        assert re.search(rf"^- \*\*`?{re.escape(key)}`?\*\*: \S", shown, re.MULTILINE), key
    narrow = "| a | b |\n| --- | --- |\n| 1 | 2 |"
    assert for_terminal(narrow) == narrow
