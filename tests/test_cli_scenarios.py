"""The commands on scenario files, and how the command line ends when something is wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from caremarket_sim import cli
from caremarket_sim.cli import main
from caremarket_sim.policy import LEVERS
from caremarket_sim.scenario import load

ROOT = Path(__file__).resolve().parents[1]
WIGAN = ROOT / "scenarios" / "wigan"
NEW_FILES = [
    "baseline.yaml",
    "block.yaml",
    "caremarket.toml",
    "collaborative.yaml",
    "place.yaml",
    "zero-hours-spot.yaml",
    "zones.csv",
]


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """Run a command in an empty folder and return its status, stdout and stderr; places are not tried."""
    monkeypatch.chdir(tmp_path)

    def call(*words):
        untried = ["--no-probe"] if words[:1] in (("new",), ("validate",)) and "--help" not in words else []
        status = main([*(str(word) for word in words), *untried])
        return status, *capsys.readouterr()

    return call


def test_new_writes_a_folder_that_validates_and_says_what_stands_in(call, tmp_path):
    status, out, err = call("new", "Stockton-on-Tees: the 'North'")
    folder = tmp_path / "stockton-on-tees-the-north"
    assert (status, err) == (0, "")
    assert sorted(path.name for path in folder.iterdir()) == NEW_FILES
    assert "replace" in out
    status, out, err = call("validate", *sorted(folder.glob("*.yaml")), folder / "zones.csv")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert len([line for line in lines if not line.startswith("  ")]) == 6
    assert len([line for line in lines if line.startswith("  Decided in the week of 1 April 2024")]) == 3
    assert load(folder / "baseline.yaml").place.name == "Stockton-on-Tees: the 'North'"
    figures = load(folder / "block.yaml").place.figures
    assert all(figure.grade == "assumed" and "stand-in" in figure.source[0] for figure in figures.values())


def test_new_writes_the_same_market_as_the_shipped_one_until_figures_are_replaced(call, tmp_path):
    call("new", "Anytown", "--out", "here/there")
    assert load(tmp_path / "here" / "there" / "block.yaml").key == load(WIGAN / "block.yaml").key


def test_new_leaves_what_is_there_as_it_was(call, tmp_path):
    (tmp_path / "salford").mkdir()
    status, out, err = call("new", "Salford")
    assert status == 2 and out == ""
    assert err == "salford: exists already; name another folder with --out\n"
    assert list((tmp_path / "salford").iterdir()) == []


@pytest.mark.parametrize("name", ["", "  ", "../..", "…", "a\x07b", "x" * 100])
def test_new_refuses_what_is_no_name(call, tmp_path, name):
    status, out, err = call("new", name)
    assert (status, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_new_that_cannot_write_leaves_nothing(call, tmp_path):
    (tmp_path / "file").write_text("kept", encoding="utf-8")
    status, out, err = call("new", "Salford", "--out", "file/salford")
    assert (status, out) == (5, "")
    assert "cannot be written" in err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_new_that_is_stopped_half_way_leaves_nothing(call, tmp_path, monkeypatch):
    def full(*_args, **_keywords):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    status, _, err = call("new", "Salford")
    assert status == 5 and "No space left on device" in err
    assert list(tmp_path.iterdir()) == []


def test_validate_says_in_a_line_what_it_understood_and_in_another_what_takes_effect_when(call):
    status, out, err = call("validate", WIGAN / "collaborative.yaml")
    assert (status, err) == (0, "")
    understood, policy = out.splitlines()
    assert "in preparation: co-design to 30 December 2024" in policy
    assert "in force from 9 June 2025 with new contracts, in all zones from 1 December 2025" in policy
    assert "Wigan, 260 weeks from 2024-04-01 at projected prices; 1 change of policy from 2024-04-01" in understood


def test_validate_checks_every_file_and_says_each_mistake_once(call, tmp_path):
    (tmp_path / "a.yaml").write_text("format: 2\nextends: builtin:wigan/baseline\nyears: 11\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("format: 2\nextends: a.yaml\nprices: low\n", encoding="utf-8")
    status, out, err = call("validate", "a.yaml", "b.yaml", "builtin:wigan/block")
    assert status == 2
    assert [line.split(": ")[0] for line in err.splitlines()] == ["a.yaml:3", "b.yaml:3"]
    assert out.startswith("builtin:wigan/block: ")


def test_validate_answers_in_json(call, tmp_path):
    (tmp_path / "a.yaml").write_text("format: 2\nextends: builtin:wigan/baseline\nyears: 11\n", encoding="utf-8")
    status, out, err = call("validate", "a.yaml", "builtin:wigan/block", "--json")
    answer = json.loads(out)
    assert status == 2 and err
    assert [file["good"] for file in answer["files"]] == [False, True]
    assert answer["files"][0]["problems"][0]["line"] == 3


def test_validate_quietly_says_nothing_of_good_files(call):
    assert call("validate", "builtin:wigan/block", "--quiet") == (0, "", "")


def test_show_names_the_origin_of_every_value(call):
    status, out, _ = call("show", WIGAN / "collaborative-on-the-cheap.yaml", "--resolved")
    assert status == 0
    lines = {line.split()[0]: line for line in out.splitlines() if line.startswith("  ")}
    assert set(lines) == set(LEVERS)
    assert lines["procurement.max_providers"].rstrip().endswith("collaborative-on-the-cheap.yaml:12")
    assert "preset collaborative" in lines["contract.term_years"]
    assert "neutral" in lines["shocks.demand"]


def test_show_answers_in_json_and_shows_places(call):
    answer = json.loads(call("show", WIGAN / "block.yaml", "--json")[1])
    assert answer["key"] == load(WIGAN / "block.yaml").key
    assert answer["policy"][0]["levers"]["contract.guaranteed_volume"]["value"] == 0.9
    place = json.loads(call("show", WIGAN / "place.yaml", "--json")[1])
    assert place["figures"]["council_fee"] | {"note": ""} == {
        "value": 23.56,
        "low": 22.02,
        "high": 24.1,
        "unit": "£ an hour",
        "source": ["B07"],
        "grade": "measured",
        "note": "",
    }
    assert "Gateshead" in call("show", WIGAN / "place.yaml")[1]


def test_diff_shows_what_differs_from_when(call, tmp_path):
    text = "format: 2\nextends: builtin:wigan/block\nyears: 4\npolicy:\n"
    text += "  - from: 2025-04-07\n    set: {fee.level: 1.1}\n  - from: 2026-04-06\n    set: {fee.level: 1}\n"
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    status, out, _ = call("diff", "builtin:wigan/block", "a.yaml")
    assert status == 0
    assert [" ".join(line.split()) for line in out.splitlines()] == [
        "weeks 260 -> 208",
        "from 2025-04-07 fee.level 1 -> 1.1",
        "from 2026-04-06 fee.level 1 -> 1",
    ]
    answer = json.loads(call("diff", "builtin:wigan/block", "a.yaml", "--json")[1])
    assert not answer["same"] and len(answer["differences"]) == 3


def test_diff_of_a_scenario_and_its_copy_is_nothing(call, tmp_path):
    text = "format: 2\nextends: builtin:wigan/block\ntitle: A copy\npolicy:\n"
    text += "  - from: 2025-04-07\n    set: {fee.level: 1}\n  - from: 2031-04-07\n    set: {fee.level: 1.2}\n"
    (tmp_path / "copy.yaml").write_text(text, encoding="utf-8")
    assert call("diff", "builtin:wigan/block", "copy.yaml")[1] == "no difference: every result of the two is the same\n"


def test_docs_write_levers_and_parameters_in_full(call, tmp_path):
    from caremarket_sim.parameters import REGISTER

    page = call("docs", "levers")[1]
    assert all(f"| `{key}` |" in page for key in LEVERS)
    assert "## Preset `collaborative`" in page
    assert call("docs", "parameters", "--out", "parameters.md") == (0, "", "")
    page = (tmp_path / "parameters.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in page for name in REGISTER)
    assert [path.name for path in tmp_path.iterdir()] == ["parameters.md"]


def test_docs_write_indicators_in_full(call):
    from caremarket_sim.indicators import INDICATORS

    page = call("docs", "indicators")[1]
    assert all(f"`{name}`" in page for name in INDICATORS)


def test_docs_give_the_schema_that_is_shipped(call):
    from caremarket_sim.scenario.schema import shipped_schema
    from caremarket_sim.studies.sweep import design_schema

    assert call("docs", "schema")[1] == shipped_schema("scenario")
    assert call("docs", "schema", "--of", "place")[1] == shipped_schema("place")
    assert call("docs", "schema", "--of", "design")[1] == design_schema.shipped_schema()
    assert call("docs", "schema", "--of", "plaice")[0] == 2


def test_in_a_source_tree_all_documents_are_written_with_the_package_s_schemas(call, tmp_path):
    data = tmp_path / "caremarket_sim" / "data"
    data.mkdir(parents=True)
    assert call("docs", "all", str(tmp_path / "docs"))[0] == 0
    ours = Path(__file__).resolve().parents[1] / "caremarket_sim" / "data"
    names = [f"{one}.schema.json" for one in ("design", "manifest", "place", "scenario")]
    assert sorted(file.name for file in data.iterdir()) == names
    assert all((data / name).read_bytes() == (ours / name).read_bytes() for name in names)
    (data / names[0]).write_text("{}", encoding="utf-8")
    status, said, _ = call("docs", "all", str(tmp_path / "docs"), "--check")
    assert status == 1 and "design.schema.json is not what" in said


def test_docs_that_cannot_be_written_say_so(call):
    status, out, err = call("docs", "levers", "--out", "nowhere/levers.md")
    assert (status, out) == (5, "")
    assert "nowhere/levers.md: No such file or directory" in err.replace("\\", "/")


@pytest.mark.parametrize("words", [["nonsense"], ["validate"], ["show", "--nonsense"], ["docs", "nonsense"], ["new"]])
def test_a_command_line_that_is_not_understood_ends_with_2(call, words):
    status, out, err = call(*words)
    assert (status, out) == (2, "")
    assert err and "Traceback" not in err


def test_a_traceback_is_shown_only_when_asked_for(call):
    assert "Traceback" not in call("validate", "nowhere.yaml")[2]
    status, _, err = call("validate", "nowhere.yaml", "--debug")
    assert status == 2 and "Traceback" in err


@pytest.mark.parametrize(
    ("raised", "status", "said"),
    [
        (ZeroDivisionError("oh"), 70, "a fault of ours"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (typer.Abort(), 130, ""),
    ],
)
def test_our_own_defects_and_interruptions_have_their_own_status(call, monkeypatch, raised, status, said):
    def fail(*_args, **_keywords):
        raise raised

    monkeypatch.setattr("caremarket_sim.scenario.explanations.understood", fail)
    found, out, err = call("validate", "x.yaml")
    assert (found, out) == (status, "")
    assert said in err and "Traceback" not in err


def test_every_command_has_help_with_an_example(call):
    for command in (["new"], ["validate"], ["show"], ["diff"], ["docs", "levers"], ["docs", "parameters"]):
        status, out, _ = call(*command, "--help")
        assert status == 0 and "Example: caremarket " + " ".join(command) in out


def test_the_version_is_the_package_s(call):
    from caremarket_sim import __version__

    assert call("--version")[1] == f"caremarket-sim {__version__}\n"


def test_what_is_read_only_in_part_is_no_failure():
    program = "import sys; from caremarket_sim.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "docs", "levers"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=20) == 0


def test_what_compiles_leaves_no_colour_code_on_a_terminal():
    program = """if True:
        from caremarket_sim.cli import main
        main(["--version"])
        import caremarket_sim.compiled
        from numba.core.errors import termcolor
        assert termcolor().highlight("a word") == "a word"
    """
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def test_the_command_has_the_parts_that_the_manual_names():
    commands = {command.name for command in cli.app.registered_commands}
    assert {"new", "validate", "show", "diff", "run", "compare"} <= commands
