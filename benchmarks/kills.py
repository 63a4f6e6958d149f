"""Work that is killed at random moments and gone on with: does it end with the same tables?

`python -m benchmarks.kills [--times 40] [--seed 1] [--json]` compares and sweeps the small place of the tests, here and
on a Dask cluster of its own, kills by turns what drives it, a worker, what starts workers, or the scheduler, each at a
random moment of the time that it is there, and goes on with `--resume` until it is done. The tables must be those of
work that nobody killed, to the byte.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from caremarket_sim.results.query import as_csv, table
from caremarket_sim.results.records import LEDGER
from caremarket_sim.results.store import Store

ROOT = Path(__file__).resolve().parent.parent
SMALL = ROOT / "tests" / "data" / "small"
TABLES = ("outcomes", "weekly", "breakdowns")
HERE = ("driver", "worker", "fork server")
WHO = {"here": HERE, "on Dask": ("driver", "worker", "scheduler")}
"""Whom there is to kill, by where the work is done."""
Spans = dict[str, tuple[float, float]]
TRIES = 6
"""How often killed work is gone on with before it counts as lost, and work that was not hit is begun again."""
PAUSE = 0.02
"""Seconds between two looks at who is there."""
DESIGN = """format: 1
scenarios: [baseline.yaml, block.yaml]
years: 1
replicates: 2
sampler: {method: latin_hypercube, samples: 3}
factors: {fee.level: {low: 0.95, high: 1.05}}
"""


@dataclass(frozen=True)
class Work:
    """A command, how it is told to go on with what is in its folder, and the tables that are compared."""

    command: tuple[str, ...]
    going_on: tuple[str, ...] = ("--resume",)
    root: Path = ROOT

    def begun(self, folder: Path, *more: str) -> subprocess.Popen:
        """The command at work on a folder."""
        command = [sys.executable, "-W", "ignore", *(word.format(folder=folder) for word in self.command), *more]
        return subprocess.Popen(
            command, cwd=self.root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
        )


@dataclass(frozen=True)
class Trial:
    """What was killed in which work, after how many seconds, and whether the tables came out the same."""

    work: str
    victim: str
    seconds: float
    killed: bool
    same: bool
    said: str = ""


def tables_of(folder: Path) -> dict[str, bytes]:
    """The tables of a results folder as bytes."""
    with Store.read(folder) as store:
        return {name: as_csv(table(store, name)) for name in TABLES}


def children_of(process: int) -> dict[int, str]:
    """Processes that a process has started, each with its command line."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == process:
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
    return found


def to_kill(driver: int, victim: str, cluster: Sequence[int] = ()) -> int | None:
    """The process of that part in the work; None where there is none at the moment."""
    if victim == "driver":
        return driver
    if victim == "scheduler" or (victim == "worker" and cluster):
        nanny = cluster[victim == "worker"]
        return nanny if victim == "scheduler" else next(iter(children_of(nanny)), None)
    servers = [process for process, line in children_of(driver).items() if "forkserver" in line]
    if victim == "fork server" or not servers:
        return next(iter(servers), None)
    return next(iter(children_of(servers[0])), None)


def tried(
    name: str, work: Work, victim: str, seconds: float, folder: Path, right: dict[str, bytes], on: Sequence[str] = (),
    cluster: Sequence[int] = (), equal: Callable[[Path], dict[str, bytes]] = tables_of,
) -> Trial:  # fmt: skip
    """The work killed once, not before so many seconds, and gone on with until it is done."""
    driver, killed = work.begun(folder, *on), False
    time.sleep(seconds)
    while driver.poll() is None and not killed:  # whoever is not there yet, or no longer, is waited for
        process = to_kill(driver.pid, victim, cluster)
        if process is None:
            time.sleep(PAUSE)
            continue
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
            killed = True
    said = driver.communicate()[1]
    status = driver.returncode
    for _ in range(TRIES):
        if status == 0:
            break
        if not (folder / LEDGER).exists():
            shutil.rmtree(folder, ignore_errors=True)  # killed before there was anything to go on with
        again = work.begun(folder, *(work.going_on if folder.exists() else ()))
        said, status = again.communicate()[1], again.returncode
        if status == 70:
            break
    try:
        same = status == 0 and equal(folder) == right
    except Exception as error:  # noqa: BLE001 - tables that cannot be read are not the same
        same, said = False, f"{said}\n{error}"
    return Trial(name, victim, round(seconds, 2), killed, same, "" if same else f"status {status}: {said[-500:]}")


@contextmanager
def dask(folder: Path) -> Iterator[tuple[str, list[int]]]:
    """The address of a Dask scheduler with one worker, and the processes of the two."""
    file, processes = folder / "scheduler.json", []
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    options = (
        ("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-show", "--dashboard-address", "127.0.0.1:0"),
        ("worker", "--nthreads", "1", "--nworkers", "1", "--host", "127.0.0.1", "--no-dashboard"),
    )
    try:
        for one in options:
            command = [sys.executable, "-W", "ignore", "-m", "dask", one[0], "--scheduler-file", str(file), *one[1:]]
            processes.append(
                subprocess.Popen(
                    command, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
            )
            while not (file.exists() and file.read_text()):
                time.sleep(0.05)
        yield json.loads(file.read_text())["address"], [process.pid for process in processes]
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()


def whole(
    work: Work, folder: Path, victims: Sequence[str], on: Sequence[str] = (), cluster: Sequence[int] = ()
) -> Spans:
    """The work done with nobody killed: from when until when, in seconds, each of its parts was there."""
    began, driver = time.monotonic(), work.begun(folder, *on)
    seen = {}
    while driver.poll() is None:
        now = time.monotonic() - began
        for victim in victims:
            if to_kill(driver.pid, victim, cluster) is not None:
                seen[victim] = (seen.get(victim, (now, now))[0], now)
        time.sleep(PAUSE)
    said = driver.communicate()[1]
    if driver.returncode:
        raise RuntimeError(f"{work.command} cannot be done even when nobody kills it: {said}")
    return seen


@contextmanager
def hands(aside: Path, where: str) -> Iterator[tuple[Sequence[str], list[int]]]:
    """How the command is told who is to do the work, here or on Dask, and the processes of the cluster."""
    if where == "here":
        yield ("--workers", "2"), []
    else:
        with dask(Path(tempfile.mkdtemp(dir=aside))) as (address, processes):
            yield ("--cluster", address), processes


def trials(times: int, seed: int) -> Iterator[Trial]:
    """So many kills, by turns of a comparison and a sweep, here and on a cluster, and of every part."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        aside = Path(name)
        folder = Path(shutil.copytree(SMALL, aside / "small"))
        (folder / "design.yaml").write_text(DESIGN, encoding="utf-8")
        how = ("--quiet", "--out", "{folder}")
        allowed = ("--allow", "implausible", "--allow", "never-in-force", "--why", "a trial of kills")
        compare = ("-m", "caremarket_sim", "compare", *(str(folder / f"{one}.yaml") for one in ("baseline", "block")))
        works = {
            "compare": Work((*compare, "--years", "1", "--replicates", "4", *allowed, *how)),
            "sweep": Work(("-m", "caremarket_sim", "sweep", str(folder / "design.yaml"), *how)),
        }
        there, right = {}, {}
        for name, work in works.items():
            whole(work, aside / f"compiling-{name}", (), ("--workers", "2"))  # the first time is longer
            right[name] = tables_of(aside / f"compiling-{name}")
            for where, victims in WHO.items():
                results = aside / f"whole-{name}-{where}"
                with hands(aside, where) as (on, cluster):
                    there[name, where] = whole(work, results, victims, on, cluster)
                if tables_of(results) != right[name]:
                    raise RuntimeError(f"{name} is not the same {where} as before even when nobody kills it")
        each = [(name, where, victim) for where, victims in WHO.items() for victim in victims for name in works]
        for turn in range(times):
            if turn % len(each) == 0:
                chance.shuffle(each)  # every part of every work is killed once before any is killed again
            name, where, victim = each[turn % len(each)]
            first, last = there[name, where][victim]
            for once in range(TRIES):  # work that was done, this time, before that moment is tried at an earlier one
                last, results = chance.uniform(first, last), aside / f"killed-{turn}-{once}"
                with hands(aside, where) as (on, cluster):
                    one = tried(f"{name} {where}", works[name], victim, last, results, right[name], on, cluster)
                if one.killed or not one.same:
                    break
            yield one


def main() -> int:
    """Print each trial, how many came out the same and how often each part was hit; status 1 unless all did."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = []
    for one in trials(options.times, options.seed):
        found.append(one)
        print(json.dumps(one.__dict__) if options.json else one, flush=True)
    same = sum(one.same for one in found)
    hit = Counter(f"{one.victim} ({one.work})" for one in found if one.killed)
    print(f"{same} of {len(found)} are the same; hit: {', '.join(f'{who} {n}' for who, n in sorted(hit.items()))}.")
    return 0 if same == len(found) else 1


if __name__ == "__main__":
    sys.exit(main())
