"""Work given to the executors is all answered, whatever the tasks and their workers do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from caremarket_sim.results.records import Failure, Success
from caremarket_sim.runs.executors import perform
from tests.tiny_tasks import die_the_first_time, nap, square, square_unless_told_otherwise, surroundings

ROOT = Path(__file__).parents[1]


def forty(**what: int) -> list[tuple[int, str]]:
    """Forty tasks, of which those numbered do something else than square their number."""
    told = {number: name for name, number in what.items()}
    return [(number, told.get(number, "")) for number in range(40)]


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(true, seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.smoke
@pytest.mark.parametrize("chunk", [1, 3, 40])
def test_of_forty_runs_one_that_raises_and_one_that_kills_its_worker_cost_none_of_the_others(chunk):
    told: list[str] = []
    tasks = forty(**{"raise": 7, "die": 11})
    answers = list(perform(square_unless_told_otherwise, tasks, workers=2, chunk=chunk, tell=told.append))
    assert sorted(index for index, _ in answers) == list(range(40))
    results = dict(answers)
    failed = {index: result for index, result in results.items() if isinstance(result, Failure)}
    assert {index: failure.kind for index, failure in failed.items()} == {7: "raised", 11: "killed"}
    assert failed[7].message == "ValueError: told to raise at 7"
    assert "in square_unless_told_otherwise" in failed[7].traceback
    assert "3 workers died" in failed[11].message and "SIGKILL" in failed[11].message
    assert all(result.value == index**2 for index, result in results.items() if isinstance(result, Success))
    assert sum("died" in sentence for sentence in told) >= 3


def test_a_run_whose_worker_died_by_chance_is_done_at_the_next_try(tmp_path):
    trace = str(tmp_path / "was-here")
    results = dict(perform(die_the_first_time, [(1, ""), (2, trace), (3, "")], workers=2))
    assert {index: result.value for index, result in results.items()} == {0: 1, 1: 4, 2: 9}


def test_a_worker_that_leaves_and_an_answer_that_cannot_be_sent_are_failures_of_their_own_task():
    tasks = forty(**{"leave": 3, "return a lock": 5})
    results = dict(perform(square_unless_told_otherwise, tasks, workers=2, chunk=4))
    failed = {index: result.message for index, result in results.items() if isinstance(result, Failure)}
    assert failed.keys() == {3, 5}
    assert failed[3] == "SystemExit: 3" and "pickle" in failed[5]


def test_a_task_that_cannot_be_pickled_fails_alone():
    results = dict(perform(square, [1, (number for number in ()), 3], workers=1))
    assert [type(results[index]) for index in range(3)] == [Success, Failure, Success]
    assert "pickle" in results[1].message


def test_a_function_that_cannot_be_sent_is_refused_at_once():
    with pytest.raises(TypeError, match="top of a module"):
        perform(lambda task: task, [1, 2])


@pytest.mark.parametrize("wrong", [{"chunk": 0}, {"workers": -1}])
def test_impossible_arguments_are_refused_at_once(wrong):
    with pytest.raises(ValueError, match="must be"):
        perform(square, [1], **wrong)


def test_no_tasks_no_answers():
    assert list(perform(square, [])) == []


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_results_do_not_depend_on_the_number_of_workers(workers):
    results = dict(perform(square_unless_told_otherwise, forty(**{"raise": 9}), workers=workers, chunk=2))
    assert [results[i].value if isinstance(results[i], Success) else results[i].message for i in range(40)] == [
        "ValueError: told to raise at 9" if number == 9 else number**2 for number in range(40)
    ]


def test_workers_hold_numerical_libraries_to_one_thread_and_load_no_heavy_module():
    before = os.environ.get("OMP_NUM_THREADS")
    found = next(iter(perform(surroundings, [0], workers=1)))[1].value
    assert found["threads"] == {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    assert found["heavy"] == []
    assert os.environ.get("OMP_NUM_THREADS") == before


def test_workers_have_the_environment_that_the_driver_has_when_it_gives_them_work(monkeypatch):
    for named in ("/first", "/second"):
        monkeypatch.setenv("CAREMARKET_CACHE", named)
        assert next(iter(perform(surroundings, [0], workers=1)))[1].value["cache"] == named
    monkeypatch.delenv("CAREMARKET_CACHE")
    assert next(iter(perform(surroundings, [0], workers=1)))[1].value["cache"] is None


def test_closing_the_iterator_ends_the_workers_in_the_middle_of_what_they_do():
    answers = perform(surroundings, [0] * 3, workers=1)
    pid = next(answers)[1].value["pid"]
    answers.close()
    assert wait_until(lambda: not is_running(pid))
    start = time.monotonic()
    naps = perform(nap, [0.0, 30.0, 30.0], workers=2)
    next(naps)
    naps.close()
    assert time.monotonic() - start < 10


DRIVER = """
    import sys
    from caremarket_sim.runs.executors import perform
    from tests.tiny_tasks import nap, surroundings
    if __name__ == "__main__":
        for index, result in perform(surroundings, [0] * 8, workers=2):
            print(result.value["pid"], flush=True)
        print("napping", flush=True)
        for index, result in perform(nap, [3.0] * 2, workers=2):
            pass
"""


def start_driver(tmp_path: Path, script: str = DRIVER, **how) -> subprocess.Popen:
    path = tmp_path / "driver.py"
    path.write_text(textwrap.dedent(script), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "start_new_session": True, **how}
    return subprocess.Popen([sys.executable, str(path)], env=environment, **how)


def children(pid: int) -> list[int]:
    """All processes that descend from this one, by their parents in /proc."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    found, new = [], [pid]
    while new:
        new = [child for child, parent in parents.items() if parent in new]
        found += new
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_a_driver_that_is_interrupted_or_killed(tmp_path, ending):
    driver = start_driver(tmp_path)
    assert driver.stdout is not None
    while driver.stdout.readline() != "napping\n":
        assert driver.poll() is None
    assert wait_until(lambda: len(children(driver.pid)) >= 3)
    workers = children(driver.pid)
    if ending == signal.SIGINT:  # the terminal sends it to all, workers too
        os.killpg(driver.pid, signal.SIGINT)
    else:
        driver.kill()
    driver.communicate(timeout=20)
    assert driver.returncode == -ending or driver.returncode == 130
    assert wait_until(lambda: not any(is_running(pid) for pid in workers))


COMPARES = f"""
    import caremarket_sim as cm
    print("begins")
    baseline, block = (cm.load(f"{ROOT}/tests/data/small/{{name}}.yaml") for name in ("baseline", "block"))
    found = cm.compare(baseline, block, replicates=1, workers=2, assumption_replicates=0)
    print("ends")
"""
PERFORMS = """
    from caremarket_sim.runs.executors import perform
    from tests.tiny_tasks import square
    print("begins")
    print(list(perform(square, [1, 2], workers=1)))
"""


@pytest.mark.parametrize("script", [COMPARES, PERFORMS], ids=["compares", "performs"])
def test_a_script_that_does_not_guard_its_main_part_is_told_so_in_one_sentence(tmp_path, script):
    driver = start_driver(tmp_path, script)
    said, errors = driver.communicate(timeout=120)
    assert (driver.returncode, said) == (1, "begins\n")
    line = next(n for n, text in enumerate(script.splitlines(), start=1) if "workers=" in text)
    [sentence] = errors.splitlines()
    assert sentence.startswith(f"{tmp_path / 'driver.py'}:{line}: ")
    assert 'under `if __name__ == "__main__":`' in sentence


@pytest.mark.parametrize("guard", ["", "if __name__ == '__main__':", "if __name__ != '__mp_main__' and True:"])
def test_a_script_whose_workers_would_not_do_its_work_again_does_it(tmp_path, guard):
    work = "print(list(perform(square, [1, 2], workers=WORKERS)))".replace("WORKERS", "1" if guard else "0")
    script = PERFORMS.replace(
        "print(list(perform(square, [1, 2], workers=1)))", f"{guard or 'if True:'}\n        {work}"
    )
    driver = start_driver(tmp_path, script)
    said, errors = driver.communicate(timeout=60)
    assert (driver.returncode, errors) == (0, "")
    assert said.splitlines()[-1].startswith("[(0, Success(value=1")
