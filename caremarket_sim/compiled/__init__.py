"""Tools for what is compiled by numba; the rules themselves are in `mechanisms/`, what they share in `market/`.

Four kinds of function are compiled, always without fast maths, and each gives the same answer uncompiled
(`NUMBA_DISABLE_JIT=1`): a `process` is a sentence of the week, an `entry` is what Python calls, whatever is `compiled`
is part of those that call it, and a `step` that takes the market stands in their very lines: to hand its thirty arrays
to another function takes longer to compile than the step. Tables come in as structured arrays, one row a person or
provider, parameters and levers as rows whose fields are their names, so that a formula names the number it uses.

numba's own cache does not notice a change in a helper of another file, and raises where nothing is writable. So what
is compiled of a file is kept in a folder named by the hash of all sources that it can be made of: a mechanism's own
file, the tools and the market; any other file's, all of the package's.
"""

import functools
import hashlib
import os
import platform
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core import config
from numba.core.dispatcher import Dispatcher

INNER: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""What Python never calls needs no way in for Python, which takes longer to compile than most rules."""
_config: Any = config
_PACKAGE = Path(__file__).parent.parent
_COMMON = ("compiled", "market")
"""Folders whose code may become part of any compiled function; what the levers' options are called is data."""


def is_compiled() -> bool:
    """Whether rules are compiled, or run as they are written (`NUMBA_DISABLE_JIT=1`)."""
    return not _config.DISABLE_JIT


def compiled(function):
    """A helper of compiled functions, which Python cannot call: compiled as part of those that do."""
    return _inner(numba.njit(error_model="numpy", **INNER)(function)) if is_compiled() else uncompiled(function)


def step(function):
    """A step of one compiled function, set apart for whoever reads it: compiled into it."""
    if not is_compiled():
        return uncompiled(function)
    return _inner(numba.njit(error_model="numpy", inline="always", **INNER)(function))


class _Inner(Dispatcher):
    """What has no way in for Python: without a word of its own, calling it would end the interpreter."""

    def __call__(self, *arguments):
        raise TypeError(f"{self.__name__} is part of compiled functions; from Python call plain({self.__name__})")


def _inner(dispatcher):
    dispatcher.__class__ = _Inner
    return dispatcher


def entry(function):
    """A compiled function that Python calls; what has been compiled is kept in `cache_folder`."""
    return kept(function, error_model="numpy") if is_compiled() else uncompiled(function)


def kept(function, **options):
    """The function as numba compiles it with these options, cached in the folder of its file."""
    before = _config.CACHE_DIR
    _config.CACHE_DIR = str(cache_folder(Path(function.__code__.co_filename)))
    try:
        return numba.njit(cache=True, **options)(function)
    finally:
        _config.CACHE_DIR = before


def uncompiled(function):
    """The function as it is written: rows know their fields by name, whole numbers wrap, divisions by zero pass."""

    @functools.wraps(function)
    def perform(*arguments):
        with np.errstate(all="ignore"):
            return function(*map(by_name, arguments))

    return perform


def plain(function):
    """A compiled helper as it is written, for the few that Python calls with `Numbers` instead of rows."""
    return getattr(function, "py_func", None) or function.__wrapped__


def by_name(argument):
    """A table whose rows know their fields by name; anything else as it is."""
    table = isinstance(argument, np.ndarray) and argument.dtype.names
    return argument.view(np.recarray) if table else argument


@cache
def cache_folder(source: Path) -> Path:
    """The folder that keeps what is compiled of a source file: one for each state of all that it is made of."""
    digest = hashlib.sha256(_versions() + _common())
    own = [source] if source.parent.name == "mechanisms" else _sources("", "**/*.py")
    for file in own:
        digest.update(file.read_bytes())
    name = f"{source.stem.strip('_')}-{digest.hexdigest()[:16]}"
    base = os.environ.get("CAREMARKET_CACHE") or Path(
        os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "caremarket-sim"
    )
    for candidate in (Path(base), Path(tempfile.gettempdir(), f"caremarket-sim-{os.environ.get('USER', 'user')}")):
        folder = candidate / "compiled" / name
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK) and _is_ours(folder):
            return folder
    return Path(tempfile.mkdtemp(prefix="caremarket-sim-compiled-"))


@cache
def _common() -> bytes:
    """Content of what any compiled function may be made of."""
    files = [file for folder in _COMMON for file in _sources(folder, "*.py")]
    return b"".join(file.read_bytes() for file in [*files, _PACKAGE / "data" / "levers.toml"])


@cache
def _versions() -> bytes:
    return " ".join((numba.__version__, llvmlite.__version__, np.__version__, sys.version, platform.machine())).encode()


def _sources(folder: str, pattern: str) -> list[Path]:
    aside = {"cli", "reporting", "experiments", "app", "scenarios", "telling", "studies", "report"}
    found = sorted((_PACKAGE / folder).glob(pattern))
    return [file for file in found if not aside & set(file.relative_to(_PACKAGE).parts)]


def _is_ours(folder: Path) -> bool:
    """Whether nobody else could have put code there: compiled code is loaded without a question."""
    return not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()
