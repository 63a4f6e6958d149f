"""What the server that workers are forked from loads beside their modules: all that is compiled, if it is kept.

A worker would need longer to load it than to simulate a year. Nothing is compiled here, and what goes wrong here goes
wrong again in the worker that needs it, where it is reported.
"""

from contextlib import suppress

from caremarket_sim.warming import all_is_kept, warm_up


def load_what_is_kept() -> bool:
    """Load what is compiled if all of it is kept, and say whether it was."""
    with suppress(Exception):
        if all_is_kept():
            warm_up()
            return True
    return False


load_what_is_kept()
