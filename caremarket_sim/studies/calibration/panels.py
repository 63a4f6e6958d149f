"""What no weekly record keeps: who left and came back, how large agencies are, what each person's care came to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.market.codes import IN_POST, ONBOARDING, POOL, RECEIVING
from caremarket_sim.market.market import Market
from caremarket_sim.market.people import NUMBERS_A_WEEK
from caremarket_sim.studies.calibration.probe import END, Eye


class Jobs:
    """Follows care workers: weeks in post and leavers by experience in the sector, leavers who return to care here, and
    starters who have worked in care before.

    Also keeps, for each whole year, everybody in post at its start with their pay and traits, and whether they left.
    """

    def __init__(self, bands: tuple[float, ...] = (1.0, 5.0, 10.0, 20.0)):
        self.bands = np.array(bands)
        self.weeks = np.zeros(len(bands) + 1)
        self.left = np.zeros(len(bands) + 1)
        self.leavers = 0
        self.back = 0
        self.starters = 0
        self.from_care = 0
        self.years: list[NDArray[np.float64]] = []
        self._gone: set[int] = set()
        self._starting: NDArray[np.int64] | None = None
        self._before: NDArray[np.int8] = np.zeros(0, np.int8)
        self._start: dict[str, NDArray] | None = None
        self._left_this_year: list[NDArray[np.int64]] = []

    def eyes(self) -> dict[str, list[Eye]]:
        """Where in the week to look."""
        return {"carers_leave": [self._take_down], "providers_recruit": [self._count_leavers], END: [self._count_back]}

    def _take_down(self, market: Market, parameters, policy) -> None:
        workers = market.workers
        if market.week % 52 == 0:
            self._end_year()
            here = workers.status == IN_POST
            self._start = {
                name: workers.rows[name][here].copy()
                for name in ("number", "pay", "tenure", "age", "qualified", "training", "guaranteed", "experience")
            }
        self._before = workers.status.copy()
        here = self._before == IN_POST
        self.weeks += np.bincount(np.digitize(workers.experience[here], self.bands), minlength=len(self.weeks))

    def _count_leavers(self, market: Market, parameters, policy) -> None:
        workers = market.workers
        gone = (self._before == IN_POST) & (workers.status[: len(self._before)] != IN_POST)
        self.left += np.bincount(np.digitize(workers.experience[gone], self.bands), minlength=len(self.left))
        self.leavers += int(np.count_nonzero(gone))
        numbers = workers.number[gone]
        self._gone.update(numbers[workers.status[gone] == POOL].tolist())
        self._left_this_year.append(numbers.copy())

    def _count_back(self, market: Market, parameters, policy) -> None:
        rows = market.workers.rows[market.workers.status == ONBOARDING]
        starting = rows["number"].copy()
        if self._starting is not None:
            new = ~np.isin(starting, self._starting)
            self.starters += int(np.count_nonzero(new))
            self.from_care += int(np.count_nonzero(new & (rows["experience"] > 0.0)))
        self._starting = starting
        back = self._gone.intersection(starting.tolist())
        self.back += len(back)
        self._gone -= back

    def _end_year(self) -> None:
        if self._start is not None:
            left = np.isin(self._start["number"], np.concatenate(self._left_this_year))
            s = self._start
            columns = (left, np.log(s["pay"]), s["tenure"] < 52, s["tenure"] > 260, s["age"], s["qualified"],
                       np.log1p(s["training"]), s["guaranteed"] == 0.0, s["experience"])  # fmt: skip
            self.years.append(np.column_stack([np.asarray(column, float) for column in columns]))
        self._left_this_year = []

    def rates(self) -> NDArray[np.float64]:
        """Leavers a year and post by band of experience."""
        return 52.0 * self.left / np.maximum(self.weeks, 1.0)

    def naive_pay_effect(self) -> float:
        """Points of yearly leaving for 10% more pay in a linear regression on who left within the year, with what a
        survey would know (tenure, age, qualification, training, contract, experience) and no effects of worker or
        employer."""
        table = np.vstack(self.years)
        table[:, 4] /= 10.0
        slopes = np.linalg.lstsq(np.column_stack([np.ones(len(table)), table[:, 1:]]), table[:, 0], rcond=None)[0]
        return float(slopes[1] * np.log(1.1))


class Sizes:
    """How many people agencies care for, looked at every quarter of the first weeks."""

    def __init__(self, until: int = 156) -> None:
        self._until = until
        self._found: list[NDArray[np.float64]] = []

    def __call__(self, market: Market, parameters, policy) -> None:
        if market.week % 13 == 6 and market.week < self._until:
            providers = market.providers
            self._found.append(providers.clients[providers.open == 1].copy())

    def quantities(self) -> dict[str, float]:
        """Mean size, and the shares of agencies with under 30 and with four people or fewer."""
        each = [(found.mean(), np.mean(found < 30), np.mean(found <= 4)) for found in self._found]
        mean, small, tiny = np.mean(each, axis=0)
        return {"clients_per_provider": float(mean), "under_30_share": float(small), "tiny_share": float(tiny)}


class Closures:
    """Which of the agencies that traded at the start closed, by their quality then."""

    def __init__(self) -> None:
        self._quality: dict[int, float] = {}
        self._weeks: dict[int, int] = {}
        self._closed: set[int] = set()

    def __call__(self, market: Market, parameters, policy) -> None:
        providers = market.providers
        trading = (providers.open == 1) & (providers.closing == 0)
        if not self._quality:
            pairs = zip(providers.number[trading].tolist(), providers.quality[trading].tolist(), strict=True)
            self._quality = dict(pairs)
            self._weeks = dict.fromkeys(self._quality, 0)
        still = set(providers.number[trading].tolist())
        for number in self._quality:
            if number in still and number not in self._closed:
                self._weeks[number] += 1
            else:
                self._closed.add(number)

    def rates(self) -> tuple[float, float, float]:
        """Closures a year and agency: of all, of the better and of the worse half by opening quality."""
        numbers = list(self._quality)
        middle = float(np.median(list(self._quality.values())))
        found = []
        for chosen in (
            numbers,
            [number for number in numbers if self._quality[number] > middle],
            [number for number in numbers if self._quality[number] <= middle],
        ):
            closed = sum(number in self._closed for number in chosen)
            found.append(52.0 * closed / max(sum(self._weeks[number] for number in chosen), 1))
        return found[0], found[1], found[2]


class InCare:
    """Quality of life of those who receive care, ASCOT points, over all weeks from a week on.

    The indicator of that name is of everybody who is followed.
    """

    def __init__(self, first_week: int):
        self.first_week = first_week
        self._sum, self._people = 0.0, 0

    def eyes(self) -> dict[str, list[Eye]]:
        """Where in the week to look."""
        return {END: [self._look]}

    @property
    def mean(self) -> float:
        """Over people and weeks."""
        return self._sum / self._people

    def _look(self, market: Market, parameters, policy) -> None:
        if market.week >= self.first_week:
            receive = market.clients.status == RECEIVING
            self._sum += float(market.clients.quality_of_life[receive].sum())
            self._people += int(np.count_nonzero(receive))


class Packages:
    """Hours of care in the year after referral of each person referred to the council in the first year.

    Looks when needs are about to change (who has come) and at the end (the hours delivered).
    """

    def __init__(self) -> None:
        self.hours: dict[int, float] = {}

    def eyes(self) -> dict[str, list[Eye]]:
        """Where in the week to look."""
        return {"needs_change": [self._arrive], END: [self._add]}

    def _arrive(self, market: Market, parameters, policy) -> None:
        if not 0 <= market.week < 52:
            return
        clients = market.clients
        new = _week_of(clients.number) == market.week
        for number in clients.number[new & (clients.payer == 0)].tolist():
            self.hours[number] = 0.0

    def _add(self, market: Market, parameters, policy) -> None:
        clients = market.clients
        week = _week_of(clients.number)
        recent = (week >= 0) & (week < 52) & (market.week - week < 52) & (clients.delivered > 0.0)
        for number, hours in zip(clients.number[recent].tolist(), clients.delivered[recent].tolist(), strict=True):
            if number in self.hours:
                self.hours[number] += hours


def _week_of(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """The week that each person was referred in, from the number that was given then; far below 0 for older ones."""
    return numbers // NUMBERS_A_WEEK - 1_000_000
