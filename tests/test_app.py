"""The page in the browser: what is put together on it is what the command line takes, and says the same numbers."""

import contextlib
import json
import re
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from caremarket_sim.app import folders, levers
from caremarket_sim.app.drafts import Draft, read_draft, value_at
from caremarket_sim.app.estimates import estimates_html
from caremarket_sim.app.growing import Growing
from caremarket_sim.app.lines import time_line
from caremarket_sim.cli import main
from caremarket_sim.errors import BadInput
from caremarket_sim.policy import LEVERS, of_preset
from caremarket_sim.scenario import load
from tests.small_place import FOLDER, small
from tests.test_report import BROWSER, require_browser
from tests.test_whatif import made_up, moved_by

START = date(2024, 4, 1)
TABLES = ("differences.csv", "levels.csv", "spend.csv", "breakdowns.csv", "overall.csv")


@pytest.fixture
def place(tmp_path):
    folder = folders.visit(tmp_path / "workspace")
    return folders.place_folder(folders.YOURS, folder, FOLDER)


def drafted(start="collaborative.yaml", name="policy-1", **moves):
    moved = Draft(name, "A policy", start, {})
    for key, value in moves.items():
        moved = moved.moved(START, key.replace("__", "."), value)
    return moved


@pytest.mark.parametrize("lever", LEVERS.values(), ids=list(LEVERS))
@pytest.mark.parametrize("preset", ["collaborative", "block"])
def test_a_lever_s_inputs_hold_its_value(lever, preset):
    for value in (lever.neutral, of_preset(preset)[lever.key], *lever.contrast):
        given = levers.as_given(lever, value, 3)
        assert tuple(given) == levers.input_ids(lever, 3)
        assert levers.value_of(lever, list(given.values())) == value


def test_what_a_lever_does_not_take_is_refused_with_what_would_be_right():
    with pytest.raises(BadInput, match="0.7 to 1.5"):
        levers.value_of(LEVERS["fee.level"], [7.0])


def test_what_is_moved_is_written_and_read_as_the_command_line_does(place):
    draft = drafted(fee__level=1.1, employment__wage_floor=13.5, stewardship__citizens_weights=
                    {"hours": 0.5, "wages": 0.25, "connectors": 0.25})  # fmt: skip
    reading = read_draft(draft, place)
    found = load(reading.path)
    assert value_at(found, START, "fee.level") == 1.1
    assert value_at(found, START, "employment.wage_floor") == 13.5
    assert value_at(found, START, "contract.sourcing") == value_at(
        load(place / draft.start), START, "contract.sourcing"
    )
    assert any("fee.level: 1 → 1.1" in one.words for one in reading.differs)
    assert {one.move for one in reading.differs} == set(draft.moves)
    assert main(["validate", "--quiet", "--no-probe", str(reading.path)]) == 0


def test_a_lever_that_cannot_take_effect_says_so(place):
    reading = read_draft(drafted("baseline.yaml", procurement__zoned=True), place)
    assert "procurement.zoned" in " ".join(reading.never)


def test_what_is_taken_back_leaves_no_trace(place):
    draft = drafted(fee__level=1.1)
    assert draft.without(START, "fee.level").text == drafted().text


def test_a_move_that_another_makes_needless_can_be_taken_back_all_the_same(place):
    later = date(2024, 7, 1)
    draft = drafted(fee__level=1.1).moved(later, "fee.level", 1.1)
    assert {one.move for one in read_draft(draft, place).differs} == {(START, "fee.level"), (later, "fee.level")}


def test_a_line_of_time_is_drawn_of_what_changes_and_of_nothing_else(place):
    draft = drafted(fee__level=1.1).moved(date(2024, 7, 1), "community.connectors_fte", 20)
    drawn = time_line(read_draft(draft, place).scenario, START)
    assert drawn is not None and drawn.count("Decided") == 2 and 'role="img" aria-label=' in drawn
    assert time_line(load(place / "baseline.yaml"), START) is None


def test_what_is_estimated_says_so_and_what_is_not_is_grey_and_says_why():
    shown = estimates_html([moved_by({"fee.level": 1.15})], small(), made_up())
    assert "Estimated at once: differences from baseline" in shown
    assert re.search(r'class="worse"[^>]*>\+£1\.\d+ million a year <small>worse \(', shown), shown
    assert re.search(r'class="unknown"[^>]*>not estimated <small>.*of samples held out', shown)
    unknown = estimates_html([moved_by({"stewardship.pay_checks": 1})], small(), made_up())
    assert "mine: The emulator does not know stewardship.pay_checks." in unknown and "worse" not in unknown


def test_a_policy_takes_the_name_of_no_file_that_a_folder_brings(place):
    drafted(name="policy-1").write(place)
    assert folders.new_name(place) == "policy-2"


@pytest.mark.parametrize("title", ['=HYPERLINK("http://x")', "a: b # c", '"', "<b>", "\u2028é"])
def test_a_title_is_text_whatever_it_holds(place, title):
    draft = Draft("policy-1", title, "baseline.yaml", {})
    assert read_draft(draft, place).scenario.title == " ".join(title.split())


def test_two_visits_write_into_folders_of_their_own(tmp_path):
    first, second = (folders.visit(tmp_path) for _ in range(2))
    assert first != second
    one, other = (folders.place_folder(folders.YOURS, folder, FOLDER) for folder in (first, second))
    read_draft(drafted(fee__level=1.1), one)
    assert not (other / "policy-1.yaml").exists()


def test_every_council_and_a_folder_can_be_chosen(tmp_path):
    assert len(folders.places(FOLDER)) == 2 + 153
    folder = folders.visit(tmp_path)
    target = folders.place_folder("Rutland", folder)
    folders.ask(["fee-freeze"], target)
    assert {"baseline.yaml", "collaborative.yaml", "fee-freeze.yaml"} <= set(folders.starts(target))
    with pytest.raises(BadInput, match="baseline"):
        folders.copied(tmp_path, tmp_path / "copy")


@pytest.mark.slow
def test_a_comparison_that_grew_is_what_compare_finds_to_the_byte(place, tmp_path):
    drafts = [drafted(fee__level=1.1), drafted("block.yaml", "policy-2")]
    readings = [read_draft(draft, place) for draft in drafts]
    growing = Growing(
        [*(one.scenario for one in readings), load(place / "baseline.yaml")],
        [one.path for one in readings], "baseline", place / "results-1", futures=5, workers=2,
    )  # fmt: skip
    growing.start()
    growing.wait(600)
    assert growing.error == "" and growing.finished, growing.status
    assert "5 of 5" in growing.status and "table" in growing.views["answer"]
    assert main(["verify", str(place / "results-1")]) == 0
    again = tmp_path / "again"
    files = [str(one.path) for one in readings] + [str(place / "baseline.yaml")]
    assert (
        main(["compare", *files, "--reference", "baseline", "--replicates", "5", "--quiet", "--out", str(again)]) == 0
    )
    for name in TABLES:
        assert (again / name).read_bytes() == (place / "results-1" / name).read_bytes(), name


@pytest.mark.slow
def test_work_that_nobody_waits_for_ends(place):
    reading = read_draft(drafted(), place)
    growing = Growing([reading.scenario, load(place / "baseline.yaml")], [], "baseline", place / "results-1", 200, 1)
    growing.start()
    while growing.under_way and growing.known is None:
        time.sleep(0.05)
    growing.stop()
    growing.wait(60)
    assert not growing.under_way and not growing.finished
    assert "Stopped" in growing.status


@pytest.mark.slow
def test_the_page_in_a_browser(tmp_path):
    require_browser()
    folder = tmp_path / "place"
    shutil.copytree(FOLDER, folder)
    command = [sys.executable, "-m", "caremarket_sim", "app", str(folder), "--no-browser", "--port", "0"]
    with subprocess.Popen(
        [*command, "--workspace", str(tmp_path / "workspace"), "--workers", "2"], stdout=subprocess.PIPE, text=True
    ) as served:
        try:
            assert served.stdout is not None
            address = re.search(r"http://127\.0\.0\.1:\d+", served.stdout.readline())
            assert address is not None
            driven = subprocess.run(
                ["node", "app.mjs", address[0], shutil.which("chromium") or "", "20", str(tmp_path / "taken")],
                cwd=BROWSER, capture_output=True, text=True, timeout=1800, check=False,
            )  # fmt: skip
            working = until_none(lambda: workers_of(served.pid))
            begun = descendants(served.pid)
        finally:
            served.terminate()
    assert driven.returncode == 0, driven.stderr
    assert working == [], "whoever leaves leaves work behind"
    assert until_none(lambda: [pid for pid in begun if Path(f"/proc/{pid}").exists()]) == []
    found = json.loads(driven.stdout)
    assert found["outside"] == found["errors"] == found["dialogs"] == []
    assert not found["violations"], json.dumps(found["violations"], indent=1)
    assert all(over <= 0 for over in found["overflow"].values()), found["overflow"]
    assert found["pictures_without_words"] == 0 and found["printed"] == [True, False]
    assert found["shown"] == "20" and "community.connectors_fte: " in found["draft"]
    assert found["last"] == found["undone"] == "Simulated: 20 of 20 futures. Done."
    assert "as they were" in found["stale"]
    by_keyboard = found["keyboard"]
    assert by_keyboard["chosen"] and by_keyboard["kept_focus"] and "Done" in by_keyboard["status"]
    assert by_keyboard["file"] == "policy-1.yaml" and len(by_keyboard["tabs"]) == len(set(by_keyboard["tabs"])) == 7
    assert not by_keyboard["pushed_out_of_view"]
    assert by_keyboard["unreached"] == by_keyboard["unseen"] == [] and by_keyboard["controls"] > 60
    kept_files_say_the_same(tmp_path / "taken", tmp_path)
    assert found["other"]["policies"] == 1 and "Done" in found["other"]["status"]
    assert "Nothing." in found["other"]["draft"] and "collaborative" not in found["other"]["draft"]


def kept_files_say_the_same(taken, folder):
    """The scenario files validate, the results verify, and `compare` on the files finds the results to the byte."""
    names = {path.name.partition("-")[2] for path in taken.glob("*-*")}
    assert {"brief.html", "brief.docx", "report.html", "results.xlsx"} <= names
    [saved] = taken.glob("file-*.yaml")
    assert "HYPERLINK" in saved.read_text() and "community.connectors_fte: 20" in saved.read_text()
    for archive in ("place_files-place.zip", "results-results.zip"):
        shutil.unpack_archive(taken / archive, folder / "kept")
    assert (folder / "kept" / "your-folder" / "policy-1.yaml").read_bytes() == saved.read_bytes()
    names = ("policy-1.yaml", "policy-2.yaml", "baseline.yaml")
    files = [str(folder / "kept" / "your-folder" / name) for name in names]
    assert main(["validate", "--quiet", "--no-probe", *files]) == 0
    results, again = next((folder / "kept").glob("results-*")), folder / "again"
    assert main(["verify", str(results)]) == 0
    assert main(["compare", *files, "--reference", "baseline", "--quiet", "--out", str(again)]) == 0
    for name in TABLES:
        assert (again / name).read_bytes() == (results / name).read_bytes(), name
    shutil.unpack_archive(taken / "other-results.zip", folder / "other")
    [others] = (folder / "other").glob("results-*")
    assert overall(others, "policy-1") == overall(results, "policy-2"), "both visits simulate the block preset"
    assert "HYPERLINK" not in (others / "manifest.json").read_text(encoding="utf-8")


def overall(results: Path, scenario: str) -> list[str]:
    """What a results folder has of a scenario, a line a future and indicator, its name left out."""
    lines = (results / "overall.csv").read_text(encoding="utf-8-sig").splitlines()
    return [line.partition(",")[2] for line in lines if line.startswith(f"{scenario},")]


def parents() -> dict[int, int]:
    """The parent of every process of this machine."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended since
            found[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    return found


def descendants(pid: int) -> list[int]:
    """Every process that a process has begun, and that those have."""
    children = [child for child, parent in parents().items() if parent == pid]
    return [*children, *(one for child in children for one in descendants(child))]


def workers_of(pid: int) -> list[int]:
    """Worker processes at work for a page: those whom the servers that it keeps to start them have started."""
    every = parents()
    return [child for child in descendants(pid) if every.get(child) not in (pid, None)]


def until_none(left, seconds=60.0):
    """What is left of something after waiting for it to go."""
    end = time.monotonic() + seconds
    while left() and time.monotonic() < end:
        time.sleep(0.2)
    return left()


def test_the_command_says_what_is_missing(tmp_path, capsys):
    assert main(["app", str(tmp_path)]) == 2
    assert "baseline.yaml" in capsys.readouterr().err


def test_workspace_is_all_that_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = folders.visit(Path("workspace"))
    read_draft(drafted(fee__level=1.1), folders.place_folder(folders.YOURS, folder, FOLDER))
    assert [path.name for path in tmp_path.iterdir()] == ["workspace"]
