"""What the server that workers are forked from loads beside their modules: all that is compiled, if it is kept.

A worker would need longer to load it than to simulate a year. Nothing is compiled here, and what goes wrong here goes
wrong again in the worker that needs it, where it is reported.
"""

from contextlib import suppress
from pathlib import Path

from caremarket_sim import week
from caremarket_sim.compiled import folder_of, is_compiled
from caremarket_sim.warming import warm_up


def load_what_is_kept() -> bool:
    """Load what is compiled if all of it is kept, and say whether it was."""
    with suppress(Exception):
        folder = folder_of(Path(week.__file__))
        if is_compiled() and folder is not None and (folder / "all").exists():
            warm_up()
            return True
    return False


load_what_is_kept()
