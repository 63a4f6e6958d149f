"""Loops whose order matters or that visit every person, compiled by numba.

A kernel takes arrays and every number as an argument, imports numpy and numba only (`_memory` also llvmlite, which
numba compiles with), and gives the same answer uncompiled (`NUMBA_DISABLE_JIT=1`). Tables come in as structured arrays,
one row a person or provider; parameters and levers as structured arrays of one row, so that a kernel's formula names
the number it uses.

numba's own cache does not notice a change in a helper of another file, and raises where nothing is writable; so the
compiled code is cached in a folder named by the hash of all kernel sources and the versions they were compiled with.
"""

import functools
import hashlib
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core import config


def cache_folder() -> Path:
    """The folder that holds compiled kernels: one for each state of the sources and versions."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    versions = numba.__version__, llvmlite.__version__, np.__version__, sys.version, platform.machine()
    digest.update(" ".join(versions).encode())
    base = os.environ.get("CAREMARKET_CACHE") or Path(
        os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "caremarket-sim"
    )
    for candidate in (Path(base), Path(tempfile.gettempdir(), f"caremarket-sim-{os.environ.get('USER', 'user')}")):
        folder = candidate / "kernels" / digest.hexdigest()[:16]
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK) and _is_ours(folder):
            return folder
    return Path(tempfile.mkdtemp(prefix="caremarket-sim-kernels-"))


def _is_ours(folder: Path) -> bool:
    """Whether nobody else could have put code there: compiled code is loaded without a question."""
    return not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()


def is_compiled() -> bool:
    """Whether kernels are compiled, or run as they are written (`NUMBA_DISABLE_JIT=1`)."""
    return not _config.DISABLE_JIT


def compiled(function):
    """Compile a kernel in nopython mode, without fast maths, cached in `cache_folder()`."""
    if not is_compiled():
        return uncompiled(function)
    before = _config.CACHE_DIR
    _config.CACHE_DIR = _FOLDER
    try:
        return numba.njit(cache=True, fastmath=False, error_model="numpy")(function)
    finally:
        _config.CACHE_DIR = before


def uncompiled(function):
    """The kernel as it is written: rows know their fields by name, whole numbers wrap, divisions by zero pass."""

    def named(argument):
        table = isinstance(argument, np.ndarray) and argument.dtype.names
        return argument.view(np.recarray) if table else argument

    @functools.wraps(function)
    def perform(*arguments):
        with np.errstate(all="ignore"):
            return function(*map(named, arguments))

    return perform


_FOLDER = str(cache_folder())
_config: Any = config
