"""All that is compiled is compiled on all cores before work begins, whatever happens to those who help."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from caremarket_sim import warming
from caremarket_sim.compiled import folder_of
from caremarket_sim.runs.design import ready
from caremarket_sim.week import PROCESSES, steps_of

ROOT = Path(__file__).resolve().parents[1]
CHILDREN = "/proc/{}/task/{}/children"


def test_every_rule_of_the_week_is_among_those_that_helpers_compile():
    assert set(warming.rules()) == {rule.__name__ for rule in steps_of(PROCESSES).rules if rule is not None}


def almost_compiled(folder: Path, *without: str) -> None:
    """Make a folder in which everything is compiled and kept but these rules."""
    ready()
    (folder / "compiled").mkdir(mode=0o700)
    for source in (ROOT / "caremarket_sim").rglob("*.py"):
        text = source.read_text(encoding="utf-8")
        if "\n@entry" in text or "\n@process" in text or "entry(" in text:
            kept = folder_of(source)
            shutil.copytree(kept, folder / "compiled" / kept.name, ignore=shutil.ignore_patterns("all"))
    for name in without:
        assert [file.unlink() for file in folder.rglob(f"*.{name}-*")], name


def descendants(process: int) -> list[int]:
    """The children of a process and theirs."""
    try:
        children = list(map(int, Path(CHILDREN.format(process, process)).read_text().split()))
    except FileNotFoundError:
        return []
    return [one for child in children for one in (child, *descendants(child))]


@pytest.mark.slow
@pytest.mark.skipif(not Path(CHILDREN.format(os.getpid(), os.getpid())).exists(), reason="the system lists no children")
def test_helpers_that_are_killed_leave_the_rest_to_who_needs_it_and_nobody_waits_for_ever(tmp_path):
    almost_compiled(tmp_path, *list(warming.rules())[:3])
    program = (
        "from caremarket_sim.warming import compile_together; print(compile_together(lambda what, done, total: 0))"
    )
    environment = {**os.environ, "CAREMARKET_CACHE": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as asked:
        deadline = time.monotonic() + 120
        while len(helpers := descendants(asked.pid)[1:]) < 1 and time.monotonic() < deadline:
            time.sleep(0.2)
        assert helpers
        os.kill(helpers[0], signal.SIGKILL)
        assert asked.communicate(timeout=120)[0].strip() == "False"


def test_helpers_compile_the_copy_that_asks_for_it_not_one_that_lies_in_the_working_folder(tmp_path):
    other = tmp_path / "here" / "caremarket_sim"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("raise RuntimeError('another copy')\n", encoding="utf-8")
    program = tmp_path / "program.py"
    program.write_text(
        "from caremarket_sim.warming import compile_together\nprint(compile_together(lambda what, done, total: 0))\n",
        encoding="utf-8",
    )
    command, environment = [sys.executable, str(program)], {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=other.parent, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


def test_the_server_of_workers_loads_what_is_compiled_if_it_is_kept_and_compiles_nothing(tmp_path):
    program = "from caremarket_sim.runs.preloaded import load_what_is_kept; print(load_what_is_kept())"
    ready()
    for cache, loaded in ((os.environ.get("CAREMARKET_CACHE"), True), (str(tmp_path), False)):
        environment = {**os.environ, "PYTHONPATH": str(ROOT)} | ({"CAREMARKET_CACHE": cache} if cache else {})
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60, check=True
        )
        assert done.stdout.strip() == str(loaded)
    assert not [file for file in tmp_path.rglob("*") if file.is_file()], "a server that waits for a compiler is no help"
