"""The hash behind every draw: published answers, uniformity, independence of who, what, when and seed, avalanche."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats

from caremarket_sim.compiled import hashing
from caremarket_sim.compiled.draws import draws_of
from tests.small_place import from_python

mix, uniform, pair, stream_key = map(from_python, (hashing.mix, hashing.uniform, hashing.pair, hashing.stream_key))
normal_quantile, poisson_quantile = map(from_python, (hashing.normal_quantile, hashing.poisson_quantile))
gumbel = from_python(hashing.gumbel)
SPLITMIX64 = {
    # seed: the first outputs, as in the reference implementation (Vigna, prng.di.unimi.it/splitmix64.c)
    1234567: (
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ),
    0: (0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC),
}
WEEKS, AGENTS, PARTS, SEEDS = 60, 400, 12, 40


def drawn(seeds=1, weeks=1, agents=1, parts=1):
    """Uniforms by seed, week, part and agent, of one process."""
    who = np.arange(agents) + 1
    out = np.empty((seeds, weeks, parts, agents))
    for seed in range(seeds):
        for week in range(weeks):
            draws = draws_of(seed, week)
            for part in range(parts):
                out[seed, week, part] = draws.uniform("carers_leave", who, part)
    return out


def faults(grid):
    """What is wrong with a grid of uniforms whose rows are one step apart: repeats, and correlations at any lag."""
    found = []
    if len(np.unique(grid)) < grid.size:
        found.append("a draw occurs twice")
    rows = stats.norm.ppf(grid)
    for step in (1, 2, 4, 13):
        before, after = rows[:-step], rows[step:]
        for lag in range(-20, 21):
            x = before[:, max(0, -lag) : before.shape[1] - max(0, lag)]
            y = after[:, max(0, lag) : after.shape[1] - max(0, -lag)]
            z = float((x * y).sum()) / math.sqrt(x.size)
            if abs(z) > 4.5:
                found.append(f"rows {step} apart go together at lag {lag}: z = {z:.1f}")
    return found


@pytest.mark.parametrize("seed", SPLITMIX64)
def test_the_mixer_gives_the_published_sequence_of_splitmix64(seed):
    with np.errstate(over="ignore"):
        states = [np.uint64(seed) + np.uint64(n) * hashing.GOLDEN for n in range(len(SPLITMIX64[seed]))]
    assert tuple(int(mix(state)) for state in states) == SPLITMIX64[seed]


def unmixed(output):
    """The state from which the mixer makes this output: its steps undone, last first."""
    x = (output ^ (output >> 31) ^ (output >> 62)) * pow(int(hashing.SECOND), -1, 1 << 64) % (1 << 64)
    x = (x ^ (x >> 27) ^ (x >> 54)) * pow(int(hashing.FIRST), -1, 1 << 64) % (1 << 64)
    return ((x ^ (x >> 30) ^ (x >> 60)) - int(hashing.GOLDEN)) % (1 << 64)


@pytest.mark.parametrize("output", [0, 1, 1 << 63, (1 << 64) - 1], ids=["lowest", "next", "middle", "highest"])
def test_not_even_the_lowest_and_the_highest_hash_give_0_or_1(output):
    who = 17
    key = np.uint64(unmixed(output) ^ int(mix(np.uint64(who))))
    assert int(mix(np.uint64(unmixed(output)))) == output
    assert 0.0 < uniform(key, who, 0) < 1.0
    assert math.isfinite(normal_quantile(uniform(key, who, 0)))


def test_draws_are_uniform():
    draws = drawn(seeds=2, weeks=50, agents=10_000).ravel()
    counts = np.histogram(draws, bins=1024, range=(0.0, 1.0))[0]
    assert stats.chisquare(counts).pvalue > 1e-4
    assert stats.kstest(draws, "uniform").pvalue > 1e-4


def test_two_weeks_of_an_agent_fill_the_square_evenly():
    weeks = drawn(weeks=2, agents=200_000)[0, :, 0]
    counts = np.histogram2d(*weeks, bins=32, range=((0, 1), (0, 1)))[0]
    assert stats.chisquare(counts.ravel()).pvalue > 1e-4


@pytest.mark.parametrize(
    "grid",
    [
        pytest.param(drawn(weeks=WEEKS, agents=AGENTS)[0, :, 0], id="weeks"),
        pytest.param(drawn(weeks=WEEKS, agents=AGENTS)[0, :, 0].T, id="agents"),
        pytest.param(drawn(parts=WEEKS, agents=AGENTS)[0, 0], id="parts"),
        pytest.param(drawn(seeds=WEEKS, agents=AGENTS)[:, 0, 0], id="seeds"),
        pytest.param(drawn(seeds=SEEDS, weeks=AGENTS)[:, :, 0, 0], id="seeds against weeks"),
        pytest.param(drawn(weeks=AGENTS, parts=PARTS * 3)[0, :, :, 0].T, id="parts against weeks"),
    ],
)
def test_draws_one_step_apart_have_nothing_to_do_with_each_other(grid):
    assert not faults(grid)


def test_a_stream_shifted_from_week_to_week_is_found_out():
    stream = np.random.default_rng(1).uniform(size=WEEKS * 4 + AGENTS)
    shifted = np.array([stream[4 * week : 4 * week + AGENTS] for week in range(WEEKS)])
    assert any("twice" in fault for fault in faults(shifted))
    noisy = (shifted + 1e-6 * np.random.default_rng(2).uniform(size=shifted.shape)) % 1.0
    assert any("lag -4" in fault for fault in faults(noisy))


def test_draws_of_different_processes_have_nothing_to_do_with_each_other():
    who = np.arange(100_000)
    names = ("carers_leave", "providers_recruit", "people_leave_care", "trust_moves", "bids")
    table = np.array([draws_of(1, 0).uniform(name, who) for name in names])
    correlation = np.corrcoef(table) - np.eye(len(names))
    assert np.abs(correlation).max() < 4.5 / math.sqrt(len(who))


@pytest.mark.parametrize("place", ["seed", "process", "week", "who", "part"])
def test_changing_one_bit_of_what_a_draw_belongs_to_changes_half_of_its_bits(place):
    random = np.random.default_rng(3)
    trials = 400
    bits = 16 if place == "part" else 32
    given = {name: random.integers(0, 1 << 40, trials, np.uint64) for name in ("seed", "process", "week", "who")}
    given["part"] = random.integers(0, 1 << 10, trials, np.uint64)

    def hashed(values):
        out = np.empty(trials, np.uint64)
        for n in range(trials):
            seed, process, week, who, part = (values[name][n] for name in ("seed", "process", "week", "who", "part"))
            key = np.uint64(stream_key(seed, process, week))
            out[n] = int(uniform(key, np.int64(who), np.int64(part)) / hashing.UNIT)
        return out

    plain = hashed(given)
    shares = np.empty((bits, 52))
    for bit in range(bits):
        flipped = hashed(given | {place: given[place] ^ np.uint64(1 << bit)})
        changed = plain ^ flipped
        shares[bit] = [np.mean((changed >> np.uint64(n)) & np.uint64(1)) for n in range(52)]
    assert abs(shares.mean() - 0.5) < 0.005
    assert np.abs(shares - 0.5).max() < 5.0 * 0.5 / math.sqrt(trials)


def test_a_pair_keeps_its_order_and_pairs_do_not_collide():
    pairs = {int(pair(np.int64(a), np.int64(b))) for a in range(300) for b in range(300)}
    assert len(pairs) == 90_000
    assert min(pairs) >= 0


def test_the_normal_quantile_is_that_of_the_normal_distribution():
    for p in (1e-12, 1e-6, 0.001, 0.02424, 0.02426, 0.2, 0.5, 0.7, 0.97574, 0.97576, 0.999, 1 - 1e-9):
        exact = NormalDist().inv_cdf(p)
        assert normal_quantile(p) == pytest.approx(exact, rel=2e-9, abs=2e-9)


@pytest.mark.parametrize("mean", [0.05, 1.0, 7.3, 60.0, 400.0])
def test_the_poisson_quantile_of_small_means_is_the_smallest_count_that_reaches_p(mean):
    for p in (1e-6, 0.01, 0.3, 0.5, 0.77, 0.99, 0.999999):
        assert poisson_quantile(p, mean) == stats.poisson.ppf(p, mean)


@pytest.mark.parametrize("mean", [501.0, 2_000.0, 40_000.0])
def test_the_poisson_quantile_of_large_means_is_within_one_count(mean):
    for p in (1e-6, 0.01, 0.3, 0.5, 0.77, 0.99, 0.999999):
        assert poisson_quantile(p, mean) == pytest.approx(stats.poisson.ppf(p, mean), abs=1)


def test_whoever_has_the_highest_log_weight_plus_gumbel_draw_is_drawn_with_chance_proportional_to_weight():
    weights = np.array([1.0, 2.0, 5.0])
    key = draws_of(1, 0).key("sourcing")
    trials = 20_000
    scores = [[math.log(w) + gumbel(key, n, k) for k, w in enumerate(weights)] for n in range(trials)]
    counts = np.bincount(np.argmax(scores, axis=1), minlength=3)
    assert stats.chisquare(counts, weights / weights.sum() * trials).pvalue > 1e-4
