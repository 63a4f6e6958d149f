"""What is not ours in a folder survives every command; what is ours is known to be, whenever work is killed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
import typer.main

from caremarket_sim.cli import app, main
from caremarket_sim.errors import BadInput, CannotWrite
from caremarket_sim.results.belongings import NAME, Belongings
from caremarket_sim.results.query import export
from caremarket_sim.results.store import Store
from tests.test_ledger import final_tables, tasks_of
from tests.tiny_driver import CODE, carry_out
from tests.tiny_model import LAYOUT

ROOT = Path(__file__).parents[1]
SCENARIOS = ROOT / "scenarios"
WIGAN = SCENARIOS / "wigan"
BASELINE, BLOCK = str(WIGAN / "baseline.yaml"), str(WIGAN / "block.yaml")
DESIGN = str(SCENARIOS / "designs" / "fee-and-labour-grid.yaml")
THESIS = b"four years of work"

COMMANDS = {
    "run": [BASELINE],
    "compare": [BASELINE, BLOCK],
    "stress": [BASELINE, BLOCK],
    "explain": [BLOCK],
    "sweep": [DESIGN],
    "sensitivity": [DESIGN],
    "sensitivity of results": [str(SCENARIOS)],
    "whatif": [str(SCENARIOS / "designs" / "what-if.yaml")],
    "explore": [str(SCENARIOS)],
    "story": [BASELINE],
    "calibrate": [BASELINE],
    "check": [BASELINE],
}


def options_of(command: str) -> set[str]:
    """Which of the two it has; what is made from finished results is not resumed."""
    found = typer.main.get_command(app).commands[command.split()[0]]  # type: ignore[attr-defined]
    has = {"--replace", "--resume"} & {option for one in found.params for option in one.opts}
    return has - {"--resume"} if command.endswith("of results") else has


CASES = [
    pytest.param(name, [name.split()[0], *arguments, option], id=f"{name} {option}")
    for name, arguments in COMMANDS.items()
    for option in sorted(options_of(name))
]


def test_every_command_that_replaces_or_resumes_is_tried_here():
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert {name for name in commands if name != "docs" and options_of(name)} == {name.split()[0] for name in COMMANDS}


def everything(folder: Path) -> dict[str, tuple[str, bytes]]:
    """All that is below a folder: kind and content of each file, link and folder; links are not followed."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = ("link", os.readlink(path).encode())
        else:
            found[name] = ("folder", b"") if path.is_dir() else ("file", path.read_bytes())
    return found


def of_ours(folder: Path) -> Belongings:
    ours = Belongings(folder)
    ours.write_all([("differences.csv", b"a\n"), ("manifest.json", b"{}"), ("weekly/part-000001.parquet", b"p")])
    return ours


def thesis_in(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(THESIS)


def thesis_alone(folder: Path, outside: Path) -> str:
    thesis_in(folder, "thesis.tex", "chapters/one.tex")
    return "chapters/, thesis.tex"


def among_names_of_results(folder: Path, outside: Path) -> str:
    thesis_in(folder, "manifest.json", "weekly/part-000001.parquet", "breakdowns/notes.txt", "ledger.sqlite")
    return "breakdowns/, ledger.sqlite, manifest.json and 1 more"


def among_names_of_calibration(folder: Path, outside: Path) -> str:
    thesis_in(folder, "checks.csv", "record.json", "wave-1/ledger.sqlite", ".written")
    return ".written, checks.csv, record.json and 1 more"


def in_a_repository(folder: Path, outside: Path) -> str:
    of_ours(folder)
    thesis_in(folder, ".git/HEAD", ".git/objects/ab/cdef")
    return ".git/"


def tampered_manifest(folder: Path, outside: Path) -> str:
    names = ("../outside/thesis.tex", str(outside / "thesis.tex"), "thesis.tex")
    entry = {"sha256": hashlib.sha256(THESIS).hexdigest(), "bytes": len(THESIS)}
    thesis_in(folder, "thesis.tex")
    (folder / "manifest.json").write_text(json.dumps({"outputs": dict.fromkeys(names, entry)}))
    return "manifest.json, thesis.tex"


def tampered_notes(folder: Path, outside: Path) -> str:
    of_ours(folder)
    hash_ = hashlib.sha256(THESIS).hexdigest()
    names = ("../outside/thesis.tex", str(outside / "thesis.tex"), "weekly/../../outside/thesis.tex", "..")
    with (folder / NAME).open("a") as notes:
        notes.writelines(json.dumps([name, what]) + "\n" for name in names for what in (hash_, "folder", "database"))
    thesis_in(folder, "thesis.tex")
    return "thesis.tex"


def one_note_added(folder: Path, outside: Path) -> str:
    of_ours(folder)
    thesis_in(folder, "weekly/note.txt")
    return "weekly/note.txt"


def one_table_edited(folder: Path, outside: Path) -> str:
    of_ours(folder)
    (folder / "differences.csv").write_bytes(b"a\nwhat I think of it\n")
    return "differences.csv"


def the_folder_a_link(folder: Path, outside: Path) -> str:
    folder.rmdir()
    folder.symlink_to(outside, target_is_directory=True)
    return "this is a symbolic link"


def the_folder_a_link_to_ours(folder: Path, outside: Path) -> str:
    of_ours(folder.parent / "ours")
    folder.rmdir()
    folder.symlink_to(folder.parent / "ours", target_is_directory=True)
    return "this is a symbolic link"


def a_folder_within_a_link(folder: Path, outside: Path) -> str:
    of_ours(folder)
    shutil.rmtree(folder / "weekly")
    thesis_in(outside, "part-000001.parquet", "part-000002.parquet")
    (folder / "weekly").symlink_to(outside, target_is_directory=True)
    return "symbolic links: weekly"


def a_folder_within_a_link_to_a_copy(folder: Path, outside: Path) -> str:
    of_ours(folder)
    shutil.copytree(folder / "weekly", outside / "weekly")
    shutil.rmtree(folder / "weekly")
    (folder / "weekly").symlink_to(outside / "weekly", target_is_directory=True)
    return "symbolic links: weekly"


def a_file_a_link(folder: Path, outside: Path) -> str:
    of_ours(folder)
    shutil.move(folder / "differences.csv", outside / "differences.csv")
    (folder / "differences.csv").symlink_to(outside / "differences.csv")
    return "symbolic links: differences.csv"


def a_link_to_nothing(folder: Path, outside: Path) -> str:
    of_ours(folder)
    (folder / "manifest.json").unlink()
    (folder / "manifest.json").symlink_to(outside / "not-there.json")
    return "symbolic links: manifest.json"


def the_lock_a_link(folder: Path, outside: Path) -> str:
    of_ours(folder)
    (folder / ".lock").symlink_to(outside / "not-there")
    return "symbolic links: .lock"


def the_notes_a_link(folder: Path, outside: Path) -> str:
    of_ours(folder)
    shutil.move(folder / NAME, outside / NAME)
    (folder / NAME).symlink_to(outside / NAME)
    return f"symbolic links: {NAME}"


def another_name_of_the_thesis(folder: Path, outside: Path) -> str:
    of_ours(folder)
    (folder / "differences.csv").unlink()
    os.link(outside / "thesis.tex", folder / "differences.csv")
    return "differences.csv"


def a_pipe(folder: Path, outside: Path) -> str:
    of_ours(folder)
    (folder / "differences.csv").unlink()
    os.mkfifo(folder / "differences.csv")
    return "differences.csv"


def half_of_something_else(folder: Path, outside: Path) -> str:
    of_ours(folder)
    thesis_in(folder, ".differences.csv.0123abcd.part")
    return ".differences.csv.0123abcd.part"


HOSTILE: list[Callable[[Path, Path], str]] = [
    thesis_alone, among_names_of_results, among_names_of_calibration, in_a_repository, tampered_manifest,
    tampered_notes, one_note_added, one_table_edited, the_folder_a_link, the_folder_a_link_to_ours,
    a_folder_within_a_link, a_folder_within_a_link_to_a_copy, a_file_a_link, a_link_to_nothing, the_lock_a_link,
    the_notes_a_link, another_name_of_the_thesis, a_pipe, half_of_something_else,
]  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="links and pipes are made otherwise on Windows")
@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda one: one.__name__)
@pytest.mark.parametrize(("name", "words"), CASES)
def test_a_folder_with_a_thesis_in_it_survives_every_command_and_is_told_what_stood_in_the_way(
    hostile, name, words, tmp_path, capsys
):
    folder, outside = tmp_path / "folder", tmp_path / "outside"
    folder.mkdir()
    thesis_in(outside, "thesis.tex")
    named = hostile(folder, outside)
    before = everything(tmp_path) if hostile is not a_pipe else {}
    assert main([*words, "--out", str(folder), "--quiet"]) == 2
    said = capsys.readouterr().err
    assert named in said and "nothing was changed" in said
    assert str(folder) in said
    if hostile is a_pipe:
        (folder / "differences.csv").unlink()
        before = {"outside": ("folder", b""), "outside/thesis.tex": ("file", THESIS)}
        assert before.items() <= everything(tmp_path).items()
        assert {path.name for path in folder.iterdir()} == {"manifest.json", "weekly", NAME}
    else:
        assert everything(tmp_path) == before


@pytest.mark.parametrize(("name", "words"), CASES)
def test_without_either_option_a_folder_of_ours_is_refused_with_the_options_that_there_are(
    name, words, tmp_path, capsys
):
    of_ours(tmp_path / "folder")
    before = everything(tmp_path)
    assert main([*words[:-1], "--out", str(tmp_path / "folder"), "--quiet"]) == 2
    said = capsys.readouterr().err
    assert "there are results here already" in said
    assert {"--replace", "--resume"} & set(re.findall(r"--\w+", said)) == options_of(name)
    assert everything(tmp_path) == before


def test_what_is_ours_is_replaced_whole_and_what_a_desktop_left_stays(tmp_path):
    ours = of_ours(tmp_path)
    inner = Belongings(ours.adopt("wave-1"))
    inner.write("ledger.csv", b"1\n")
    (tmp_path / ".DS_Store").write_bytes(b"Finder")
    (tmp_path / "weekly" / "Thumbs.db").write_bytes(b"Explorer")
    assert Belongings(tmp_path).require(replace=True)
    assert not Belongings(tmp_path).take(replace=True)
    assert sorted(everything(tmp_path)) == [".DS_Store", "weekly", "weekly/Thumbs.db"]


def test_a_folder_within_that_somebody_moved_in_is_not_ours_although_it_has_notes_of_ours(tmp_path):
    of_ours(tmp_path)
    of_ours(tmp_path / "older-results")
    with pytest.raises(BadInput, match="older-results/"):
        Belongings(tmp_path).take(replace=True)
    assert (tmp_path / "older-results" / "differences.csv").is_file()


def test_what_another_process_is_writing_within_is_not_replaced(tmp_path):
    outer = of_ours(tmp_path)
    with Store.open(outer.adopt("wave-1"), LAYOUT, CODE):
        before = set(everything(tmp_path))
        with pytest.raises(CannotWrite, match="another run is writing"):
            Belongings(tmp_path).take(replace=True)
        assert set(everything(tmp_path)) == before
    assert not Belongings(tmp_path).take(replace=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["table.csv", "figures/one.png"])
def test_nothing_is_written_or_discarded_over_a_file_that_is_not_ours_or_through_a_link(name, tmp_path):
    folder, outside = tmp_path / "folder", tmp_path / "outside"
    thesis_in(folder, name)
    for deed in (lambda: Belongings(folder).write(name, b"new"), lambda: Belongings(folder).discard([name])):
        with pytest.raises(CannotWrite, match="not, or is no longer, as we wrote it"):
            deed()
    thesis_in(outside, "one.png")
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "figures").symlink_to(outside, target_is_directory=True)
    (folder / "table.csv").symlink_to(outside / "one.png")
    for deed in (lambda: Belongings(folder).write(name, b"new"), lambda: Belongings(folder).discard([name])):
        with pytest.raises(CannotWrite, match="symbolic link"):
            deed()
    assert everything(outside) == {"one.png": ("file", THESIS)}


def test_an_export_replaces_what_it_wrote_and_nothing_else(tmp_path):
    carry_out(tmp_path / "results", tasks_of(2), workers=0)
    with Store.read(tmp_path / "results") as store:
        export(store, tmp_path / "tables", "csv")
        export(store, tmp_path / "tables", "csv")
        thesis_in(tmp_path / "tables", "runs.csv")
        with pytest.raises(CannotWrite, match="runs.csv"):
            export(store, tmp_path / "tables", "csv")
    assert (tmp_path / "tables" / "runs.csv").read_bytes() == THESIS


@pytest.mark.parametrize(
    "words",
    [
        ["docs", "levers", "--out"],
        ["docs", "schema", "--out"],
        ["check", BASELINE, "--quiet", "--document"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_document_is_written_over_no_file_but_one_of_ours(words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    thesis_in(tmp_path, "thesis.md")
    assert main([*words, "thesis.md"]) == 2
    assert "not ours" in capsys.readouterr().err
    assert everything(tmp_path) == {"thesis.md": ("file", THESIS)}


def test_all_documents_are_written_over_their_like_and_not_over_a_councils_own_of_that_name(tmp_path, capsys):
    assert main(["docs", "all", str(tmp_path)]) == 0
    (tmp_path / "reference" / "levers.md").unlink()
    (tmp_path / "evidence.md").write_text("# Evidence\n\nthat we gathered ourselves\n")
    before = everything(tmp_path)
    assert main(["docs", "all", str(tmp_path)]) == 2
    assert "evidence.md" in capsys.readouterr().err
    assert everything(tmp_path) == before


KILLED = """
    import os, shutil, sys
    from pathlib import Path
    import pyarrow.parquet
    from caremarket_sim.runs import batch
    from caremarket_sim.results.belongings import Belongings
    from caremarket_sim.results.store import Store
    from tests.tiny_driver import CODE, SCENARIOS
    from tests.tiny_model import LAYOUT, TinyOutcome, TinyTask, play

    def work(folder, **how):
        tasks = [TinyTask(seed, SCENARIOS) for seed in range(2)]
        with Store.open(folder, LAYOUT, CODE, **how) as store:
            store.describe([scenario.record() for scenario in SCENARIOS])
            batch.carry_out(store, tasks, batch.runs_of(tasks, CODE), play, TinyOutcome, workers=0)
            Belongings(folder).write_all([("manifest.json", b"{}"), ("figures/one.png", b"2")])

    def killed_at(moment, real):
        def called(*arguments, **options):
            if counted[0] == moment:
                if real is write:
                    real(arguments[0], bytes(arguments[1])[:7])
                os._exit(9)
            counted[0] += 1
            return real(*arguments, **options)
        return called

    write, counted = os.write, [0]
    root, moment = Path(sys.argv[1]), 0
    work(root / "finished")
    while True:
        folder = root / f"{sys.argv[2]}-{moment}"
        if sys.argv[2] == "replaced":
            shutil.copytree(root / "finished", folder)
        child = os.fork()
        if not child:
            for name in ("write", "fsync", "replace", "unlink", "rmdir", "mkdir", "open"):
                setattr(os, name, killed_at(moment, getattr(os, name)))
            work(folder, replace=sys.argv[2] == "replaced")
            os._exit(0)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
            break
        moment += 1
    print(moment)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("kind", ["new", "replaced"])
def test_work_killed_at_any_moment_can_be_resumed_and_replaced_and_leaves_nothing_half_written(kind, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path), kind], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 40
    carry_out(tmp_path / "straight", tasks_of(2), workers=0)
    for moment in range(int(done.stdout)):
        folder, copy = tmp_path / f"{kind}-{moment}", tmp_path / "copy"
        if not folder.exists():
            continue
        shutil.copytree(folder, copy)
        Store.open(copy, LAYOUT, CODE, replace=True).close()
        assert sorted(everything(copy)) == [".lock", NAME, "ledger.sqlite"], moment
        shutil.rmtree(copy)
        ledger = folder / "ledger.sqlite"
        if kind == "replaced" and not ledger.exists() and Belongings(folder).require(resume=True):
            with pytest.raises(CannotWrite, match="the ledger is missing"):
                carry_out(folder, tasks_of(2), workers=0)
            continue
        carry_out(folder, tasks_of(2), workers=0)
        assert final_tables(folder) == final_tables(tmp_path / "straight"), moment
        assert not list(folder.rglob(".*.part")), moment


def test_a_note_that_a_kill_cut_short_is_no_note_and_spoils_none(tmp_path):
    of_ours(tmp_path)
    with (tmp_path / NAME).open("ab") as notes:
        notes.write(b'["table.csv", "0123')
    Belongings(tmp_path).write("table.csv", b"1\n")
    assert Belongings(tmp_path).is_ours("table.csv")
    assert Belongings(tmp_path).require(replace=True)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / NAME).write_bytes((tmp_path / NAME).read_bytes()[:20])
    Belongings(tmp_path / "new").write("table.csv", b"1\n")
    assert Belongings(tmp_path / "new").is_ours("table.csv")
