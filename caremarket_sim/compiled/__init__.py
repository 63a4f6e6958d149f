"""Tools for what is compiled by numba; the rules themselves are in `mechanisms/`, what they share in `market/`.

Four kinds of function are compiled, always without fast maths, and each gives the same answer uncompiled
(`NUMBA_DISABLE_JIT=1`): a `process` is a sentence of the week, an `entry` is what Python calls, whatever is `compiled`
is part of those that call it, and a `step` that takes the market stands in the very lines of its rule. The market is a
`bundle`. Tables come in as structured arrays, one row a person or provider, parameters and levers as rows whose fields
are their names, so that a formula names the number it uses.

numba's own cache does not notice a change in a helper of another file, and raises where nothing is writable. So what
is compiled of a file is kept in a folder named by the hash of all sources that it can be made of: a mechanism's own
file, the tools and the market; any other file's, all of the package's. Every copy of the package finds it there.
"""

import functools
import hashlib
import pickle
import platform
import sys
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core import config
from numba.core.caching import IndexDataCacheFile
from numba.core.dispatcher import Dispatcher

from .compilers import PartCompiler, WholeCompiler
from .keeping import cache_folder, is_for_us, keep, kept

INNER: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""What Python never calls needs no way in for Python, which takes longer to compile than most rules."""
_PART: dict[str, Any] = {**INNER, "error_model": "numpy", "pipeline_class": PartCompiler, "forceinline": True}
"""How a helper is compiled: into the lines of those that call it, however long it is. A call hands seven numbers over
for each array, and what is around it has to be kept; left to LLVM's judgement a week takes a twelfth longer."""
_config: Any = config
_PACKAGE = Path(__file__).parent.parent
_COMMON = ("compiled", "market")
"""Folders whose code may become part of any compiled function; what the levers' options are called is data."""


def is_compiled() -> bool:
    """Whether rules are compiled, or run as they are written (`NUMBA_DISABLE_JIT=1`)."""
    return not _config.DISABLE_JIT


def compiled(function):
    """A helper of compiled functions, which Python cannot call: compiled as part of those that do."""
    return _inner(numba.njit(**_PART)(function)) if is_compiled() else uncompiled(function)


def step(function):
    """A step of one compiled function, set apart for whoever reads it: compiled into it."""
    if not is_compiled():
        return uncompiled(function)
    return _inner(numba.njit(inline="always", **_PART)(function))


class _Inner(Dispatcher):
    """What has no way in for Python: without a word of its own, calling it would end the interpreter.

    It is compiled once for all whole numbers: numba would compile it anew for each constant that it is called with, and
    the constant finds its way in anyway where the call is compiled.
    """

    def get_call_template(self, args, kws):
        return super().get_call_template(tuple(map(numba.types.unliteral, args)), kws)

    def __call__(self, *arguments):
        raise TypeError(f"{self.__name__} is part of compiled functions; from Python call plain({self.__name__})")


def _inner(dispatcher):
    dispatcher.__class__ = _Inner
    return dispatcher


def entry(function):
    """A compiled function that Python calls; what has been compiled is kept in `folder_of` its file."""
    return cached(function, error_model="numpy") if is_compiled() else uncompiled(function)


def cached(function, **options):
    """The function as numba compiles it with these options, cached in the folder of its file where there is one."""
    options["pipeline_class"] = WholeCompiler
    source = Path(function.__code__.co_filename)
    folder = folder_of(source)
    if folder is None:
        return numba.njit(**options)(function)
    before, _config.CACHE_DIR = _config.CACHE_DIR, str(folder)
    try:
        dispatcher: Any = numba.njit(cache=True, **options)(function)
    finally:
        _config.CACHE_DIR = before
    cache, stamp = dispatcher._cache, dispatcher._cache._impl.locator.get_source_stamp()
    if source.is_relative_to(_PACKAGE):  # the folder is named by all that it is made of, wherever this copy lies
        cache._cache_path, stamp = str(folder), folder.name
    cache._cache_file = _KeptFiles(cache.cache_path, cache._impl.filename_base, stamp)
    return dispatcher


class _KeptFiles(IndexDataCacheFile):
    """The files in which numba keeps compiled code, each with its hash: numba itself loads whatever is there."""

    def _load_index(self):
        content = kept(Path(self._index_path))
        stamp, overloads = pickle.loads(content) if content else (None, {})
        return overloads if stamp == self._source_stamp else {}

    def _save_index(self, overloads):
        keep(Path(self._index_path), self._dump((self._source_stamp, overloads)))

    def _load_data(self, name):
        content = kept(Path(self._data_path(name)))
        return None if content is None else pickle.loads(content)

    def _save_data(self, name, data):
        keep(Path(self._data_path(name)), self._dump(data))


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
def folder_of(source: Path) -> Path | None:
    """The folder that keeps what is compiled of a source file: one for each state of all that it is made of.

    None where nothing can be kept: each process compiles for itself then.
    """
    digest = hashlib.sha256(_versions() + _common())
    own = [source] if source.parent.name == "mechanisms" else _sources("", "**/*.py")
    if source.is_relative_to(_PACKAGE):
        digest.update(source.relative_to(_PACKAGE).as_posix().encode())
    for file in own:
        digest.update(file.read_bytes())
    base = cache_folder()
    folder = base and base / "compiled" / f"{source.stem.strip('_')}-{digest.hexdigest()[:16]}"
    return folder if folder is not None and is_for_us(folder) else None


@cache
def _common() -> bytes:
    """Content of what any compiled function may be made of."""
    files = [file for folder in _COMMON for file in _sources(folder, "*.py")]
    return b"".join(file.read_bytes() for file in [*files, _PACKAGE / "data" / "levers.toml"])


@cache
def _versions() -> bytes:
    versions = numba.__version__, llvmlite.__version__, np.__version__, sys.version, platform.machine()
    return " ".join((*versions, str(_config.BOUNDSCHECK))).encode()


def _sources(folder: str, pattern: str) -> list[Path]:
    aside = {"cli", "reporting", "experiments", "app", "scenarios", "telling", "studies", "report"}
    found = sorted((_PACKAGE / folder).glob(pattern))
    return [file for file in found if not aside & set(file.relative_to(_PACKAGE).parts)]
