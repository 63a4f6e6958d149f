"""A script that starts workers is imported by each of them, and so does its work under `if __name__ == "__main__":`."""

from __future__ import annotations

import ast
import sys
import tokenize
from types import FrameType


class NotGuarded(SystemExit):
    """A script would start workers while it is imported, which every worker would do again.

    It leaves the script, with its message and no more: to the interpreter that is how a program ends.
    """


def require_guard() -> None:
    """Leave a script that asks for workers outside its main part, before one is started. Raises NotGuarded.

    The script is the file that Python was started with. Where it cannot be read, workers say it as they end.
    """
    line = _line_of_script()
    if line is None:
        return
    script = sys.modules["__main__"].__file__
    assert script is not None
    if not _is_guarded(script, line):
        raise NotGuarded(
            f'{script}:{line}: a script that starts workers does so under `if __name__ == "__main__":`, because each '
            "of them imports it; or give workers=0 to do without them"
        )


def _line_of_script() -> int | None:
    """The line that the script is at, or None where workers would import no script."""
    main = sys.modules["__main__"]
    spec = getattr(main, "__spec__", None)
    if getattr(main, "__file__", None) is None or (spec is not None and spec.name.endswith("__main__")):
        return None  # a terminal, a notebook, or a package's own main part, which workers leave alone
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_globals is vars(main) and frame.f_code.co_name == "<module>":
            return frame.f_lineno
        frame = frame.f_back
    return None


def _is_guarded(script: str, line: int) -> bool:
    """Whether the statement at this line asks what the script is called; so, too, where it cannot be read."""
    try:
        with tokenize.open(script) as source:
            statements = ast.parse(source.read()).body
    except (OSError, SyntaxError, ValueError):
        return True
    here = [one for one in statements if one.lineno <= line <= (one.end_lineno or one.lineno)]
    return any(isinstance(part, ast.Name) and part.id == "__name__" for one in here for part in ast.walk(one))
