"""Futures of a benchmark, one after the other or side by side, each kept as soon as it is done."""

import inspect
import os
import pickle
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any


def ask(parser: ArgumentParser) -> None:
    """The options of a benchmark that simulates many futures."""
    parser.add_argument("--futures", type=int, default=20)
    parser.add_argument("--workers", type=int, help="side by side; as many as processors unless told")
    parser.add_argument(
        "--keep",
        type=Path,
        help="folder in which each future is kept when done; what is there of this code is not redone",
    )


def asked_for(description: str | None, work: Callable[[int], Any], first_seed: int) -> list[Any]:
    """What `work` finds in each future that the command line of a benchmark asks for, by the options of `ask` alone."""
    parser = ArgumentParser(description=description)
    ask(parser)
    options = parser.parse_args()
    return each(work, range(first_seed, first_seed + options.futures), options.workers, options.keep)


def each(work: Callable[[int], Any], seeds: Sequence[int], workers: int | None, keep: Path | None = None) -> list[Any]:
    """What `work` finds in each future, in the order of the seeds; says on stderr how many are done.

    With `keep`, a folder, futures that were kept there by the same code are taken from there.
    """
    found = {seed: kept for seed in seeds if (kept := _kept(work, seed, keep)) is not None}
    ahead = [seed for seed in seeds if seed not in found]
    _tell(len(found), len(seeds))
    with ProcessPoolExecutor(workers or os.cpu_count(), mp_context=get_context("forkserver")) as pool:
        under_way = {pool.submit(work, seed): seed for seed in ahead}
        for done in as_completed(under_way):
            seed = under_way[done]
            found[seed] = done.result()
            if keep is not None:
                keep.mkdir(parents=True, exist_ok=True)
                partial = _file(work, seed, keep).with_suffix(".part")
                partial.write_bytes(pickle.dumps(found[seed]))
                partial.replace(_file(work, seed, keep))
            _tell(len(found), len(seeds))
    return [found[seed] for seed in seeds]


def _kept(work, seed: int, keep: Path | None) -> Any:
    file = None if keep is None else _file(work, seed, keep)
    return pickle.loads(file.read_bytes()) if file is not None and file.is_file() else None


def _file(work, seed: int, keep: Path) -> Path:
    """Where a future is kept: by what is done with it and with which settings, the code of the model, and the seed."""
    from caremarket_sim.settling import code_version

    asked = work if isinstance(work, partial) else partial(work)
    function = asked.func
    written = inspect.isfunction(function)  # in a module that is called `__main__` where it is a command
    benchmark = Path(inspect.getfile(function)).stem if written else function.__module__
    settings = "".join(f"-{value}" for value in (*asked.args, *(f"{k}-{v}" for k, v in sorted(asked.keywords.items()))))
    return keep / f"{benchmark}-{function.__name__}{settings}-{code_version()[:16]}-{seed}.pickle"


def _tell(done: int, of: int) -> None:
    print(f"{done} of {of} futures done", file=sys.stderr, flush=True)
