"""What is refused unless allowed by name and for a reason, `--allow CODE --why TEXT`, and the banner over results.

Each code names one ground for refusal. Whoever would refuse asks `Allowances.admit`, which refuses, or returns the
sentence for the banner under which the results then stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from caremarket_sim.errors import BadInput, CaremarketError, Problem, suggestion
from caremarket_sim.scenario import Scenario
from caremarket_sim.scenario.never import never_in_force

NEVER_IN_FORCE, IMPLAUSIBLE = "never-in-force", "implausible"

CODES = {
    IMPLAUSIBLE: "a place beyond the limits of what can be compared",
    NEVER_IN_FORCE: "levers that are moved and never in force",
    "horizon": "scenarios of different length or start",
    "prices": "scenarios whose prices move differently",
    "price-base": "scenarios with prices of different years",
    "place": "scenarios of different places",
    "parameters": "scenarios with different parameters",
    "model-version": "results of different versions of the model",
    "indicator-definitions": "results whose indicators are defined differently",
}
"""Every ground for refusal that may be allowed, and what it lets through."""


@dataclass(frozen=True)
class Allowances:
    """The grounds for refusal that are allowed, and why. Raises BadInput for a code that there is not, or no reason."""

    codes: tuple[str, ...] = ()
    why: str = ""

    def __post_init__(self) -> None:
        problems = [
            Problem(f"nothing is allowed by the name {code!r}", right=suggestion(code, CODES))
            for code in self.codes
            if code not in CODES
        ]
        if self.codes and not self.why.strip():
            right = f'say why, in words for the banner: --allow {self.codes[0]} --why "…"'
            problems.append(Problem(f"{', '.join(self.codes)} is allowed without a reason", right=right))
        if self.why and not self.codes:
            problems.append(Problem("a reason is given and nothing is allowed", right="say what: --allow CODE"))
        if problems:
            raise BadInput(problems)

    def admit(self, code: str, found: Sequence[str], refusal: Callable[[], CaremarketError]) -> str | None:
        """What the banner says of what was found, if its code is allowed; None where nothing was found.

        Raises the refusal where something was found that is not allowed.
        """
        if not found:
            return None
        if code not in self.codes:
            raise refusal()
        return f"{code.replace('-', ' ').upper()} ({'; '.join(found)}). Allowed because: {self.why}"


NOTHING = Allowances()


def allowances(allow: str | Iterable[str] = (), why: str = "") -> Allowances:
    """What is allowed, from one code or several. Raises BadInput for a code that there is not, or without a reason."""
    codes = (allow,) if isinstance(allow, str) else tuple(allow)
    return Allowances(tuple(dict.fromkeys(codes)), why)


def banner_of(sentences: Iterable[str | None]) -> str | None:
    """One banner of all that was admitted; None where nothing was."""
    return "\n".join(sentence for sentence in sentences if sentence) or None


def require_in_force(scenarios: Iterable[Scenario], allowed: Allowances = NOTHING) -> str | None:
    """What the banner says where a scenario moves levers that are never in force; None where none does.

    Raises BadInput, with every such lever, where that is not allowed.
    """
    problems = list(dict.fromkeys(problem for scenario in scenarios for problem in never_in_force(scenario)))
    found = [f"{problem.file}: {problem.what}" for problem in problems]
    return allowed.admit(NEVER_IN_FORCE, found, lambda: BadInput(problems))
