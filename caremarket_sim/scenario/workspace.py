"""Where files may refer to each other: inside the workspace, or to the scenarios shipped with the package."""

from __future__ import annotations

import os
import re
from pathlib import Path

from caremarket_sim.errors import BadInput, Problem, suggestion

MARKER = "caremarket.toml"
BUILTIN = "builtin:"
_BUILTIN_NAME = re.compile(r"builtin:([a-z0-9][a-z0-9-]*(?:/[a-z0-9][a-z0-9-]*)*)/([a-z0-9][a-z0-9-]*)\Z")


def shipped_scenarios() -> Path:
    """The folder of the shipped scenarios: in the installed package, or beside it in a source tree."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "scenarios"
    return installed if installed.is_dir() else package.parent / "scenarios"


def builtin_names() -> list[str]:
    """What may follow `extends:` for a shipped scenario, such as builtin:wigan/baseline."""
    shipped = shipped_scenarios()
    return sorted(
        f"{BUILTIN}{path.relative_to(shipped).with_suffix('').as_posix()}" for path in shipped.glob("*/**/*.yaml")
    )


def workspace_of(path: Path) -> Path:
    """The folder inside which a file may refer to others: the nearest above it that holds `caremarket.toml`.

    Without one it is the file's own folder. `path` must be resolved. The shipped scenarios are their own workspace.
    """
    shipped = shipped_scenarios()
    for folder in path.parents:
        if folder == shipped or os.path.isfile(folder / MARKER):
            return folder
    return path.parent


def located(reference: str) -> Path:
    """The path of a file named on the command line or in Python: a path, or a builtin name."""
    return _builtin(reference) if reference.startswith(BUILTIN) else Path(reference)


def referred(reference: str, from_file: Path) -> Path:
    """The resolved path of a file that another one refers to.

    Raises BadInput when it leaves the workspace of `from_file` (symbolic links followed first) or no builtin has its
    name.
    """
    if reference.startswith(BUILTIN):
        return _builtin(reference)
    if "\0" in reference or not reference:
        raise BadInput(Problem("an empty or impossible path", right="write a path relative to this file"))
    here = from_file.resolve()
    workspace = workspace_of(here)
    try:
        target = (here.parent / reference).resolve()
    except (OSError, RuntimeError) as error:  # a loop of symbolic links
        raise BadInput(Problem(f"{reference} cannot be followed: {error}")) from None
    if not target.is_relative_to(workspace):
        right = f"keep it inside {workspace}"
        if not os.path.isfile(workspace / MARKER):
            right += f", or mark a folder above both as the workspace with an empty {MARKER}"
        raise BadInput(Problem(f"{reference} lies outside the workspace", right=right))
    return target


def shown_path(path: Path) -> str:
    """A path as a reader knows it: relative to the folder they are in where it lies below it."""
    try:
        return path.relative_to(Path.cwd()).as_posix() if path.is_absolute() else path.as_posix()
    except (ValueError, OSError):
        return path.as_posix()


def _builtin(reference: str) -> Path:
    name = _BUILTIN_NAME.match(reference)
    path = shipped_scenarios() / name[1] / f"{name[2]}.yaml" if name else None
    if path is None or not path.is_file():
        raise BadInput(Problem(f"there is no {reference}", right=suggestion(reference, builtin_names())))
    return path
