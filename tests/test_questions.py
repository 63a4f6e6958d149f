"""Common questions: each can be asked as shipped and of a council's own place, and does what it says."""

import json
import shlex
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from caremarket_sim import settling
from caremarket_sim.cli import main
from caremarket_sim.errors import BadInput
from caremarket_sim.policy import LEVERS
from caremarket_sim.runs.comparability import ground
from caremarket_sim.scenario import load
from caremarket_sim.scenario.beginnings import write_new
from caremarket_sim.scenario.council_estimates import figures_of
from caremarket_sim.scenario.councils import council_called
from caremarket_sim.scenario.given import Given
from caremarket_sim.scenario.questions import asked, questions
from caremarket_sim.scenario.timeline import in_force_week, timeline
from caremarket_sim.scenario.workspace import builtin_names, shipped_scenarios
from tests.small_place import begun, small, weekly

ROOT = Path(__file__).resolve().parents[1]
ZONES = ROOT / "scenarios" / "made-up-council" / "zones.csv"
FOLDER = shipped_scenarios() / "questions"
NAMES = list(questions())
PARTNERS = {
    "wigan/baseline": "no new policy",
    "wigan/as-it-was/stay": "staying with blocks",
    "wigan/collaborative": "the framework",
}


@cache
def shipped(name):
    return load(f"builtin:questions/{name}")


@cache
def partner_of(name):
    return load(f"builtin:{questions()[name].partner}")


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """Run `new` in an empty folder and return its status, stdout and stderr; places are not tried."""
    monkeypatch.chdir(tmp_path)

    def call(*words):
        status = main(["new", *(str(word) for word in words), "--no-probe"])
        return status, *capsys.readouterr()

    return call


def test_every_question_has_its_scenario_its_command_and_its_sentence():
    assert {f"builtin:questions/{name}" for name in NAMES} <= set(builtin_names())
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(["README.md", *(f"{name}.yaml" for name in NAMES)])
    said = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"- `{name}.yaml`: " in said for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_question_says_why_and_all_of_it_is_in_force_before_it_ends(name):
    scenario = shipped(name)
    assert FOLDER.joinpath(f"{name}.yaml").read_text(encoding="utf-8").startswith("# What if ")
    assert all(change.why for change in scenario.changes)
    assert [course.never for course in timeline(scenario).courses] == [()] * len(scenario.changes)
    week = in_force_week(scenario)
    assert week is not None and week <= scenario.weeks - 104, "verdicts go by two years or more"


@pytest.mark.parametrize("name", NAMES)
def test_every_question_is_comparable_with_its_partner_and_differs_from_it(name):
    scenario, partner = shipped(name), partner_of(name)
    assert ground(scenario) == ground(partner)
    assert scenario.key != partner.key


@pytest.mark.parametrize("name", NAMES)
def test_what_differs_from_the_partner_is_what_is_asked_about(name):
    moved = {key for change in shipped(name).changes for key in change.levers.differences(shipped(name).place.regime)}
    assert not partner_of(name).changes or name == "same-pounds-in-plain-fees"
    groups = {LEVERS[key].group for key in moved}
    assert groups == {
        "fewer-zoned-providers": {"contract", "procurement"},
        "minimum-wage-up-fees-frozen": {"employment", "shocks"},
        "from-block-to-collaborative": {"community", "contract", "employment", "fee", "procurement", "stewardship"},
    }.get(name, groups)
    if name not in ("fewer-zoned-providers", "from-block-to-collaborative"):
        assert len(moved) <= 2


@pytest.mark.parametrize("name", NAMES)
def test_every_question_runs_until_it_is_in_force_and_does_something(name):
    place = small().place
    regime = shipped(name).place
    place = replace(place, regime=regime.regime, tendered=regime.tendered)
    asked_of = replace(shipped(name), place=place, weeks=max(change.week for change in shipped(name).changes) + 60)
    unasked = replace(partner_of(name), place=place, weeks=asked_of.weeks)
    asked_books, unasked_books = (
        [seen["end"].ledger.tolist() for seen in weekly(scenario, begun(scenario))] for scenario in (asked_of, unasked)
    )
    first = min(change.week for change in (*asked_of.changes, *unasked.changes))
    assert asked_books[:first] == unasked_books[:first]
    since = in_force_week(asked_of) or first
    assert asked_books[since:] != unasked_books[since:]


def test_a_freeze_keeps_the_fee_over_one_april_and_a_failure_closes_a_provider():
    fees, providers = [], []
    for scenario in (shipped("fee-freeze"), shipped("a-provider-fails")):
        scenario = replace(scenario, place=small().place, weeks=106)
        market = begun(scenario)
        for photographs in weekly(scenario, market):
            fees.append(float(photographs["end"].commissioners.fee[0]))
            providers.append(bool(photographs["end"].commissioners.failed[0]))
    frozen, failing = fees[:106], fees[106:]
    assert frozen[51] == frozen[52] < failing[52]
    assert frozen[104] > frozen[103]
    assert not any(providers[:106]) and not providers[106 + 78] and providers[106 + 79]


def test_the_price_asked_about_is_the_trade_bodys_on_wigans_fee():
    scenario = shipped("trade-bodys-price")
    level = scenario.levers_at(0)["fee.level"]
    assert level * scenario.place.council_fee == pytest.approx(questions()["trade-bodys-price"].price, abs=0.01)


def test_questions_are_listed_with_their_commands(call):
    status, out, _ = call("--list-questions")
    assert status == 0
    for name in NAMES:
        assert f"{name}: {questions()[name].asks}\n  caremarket compare builtin:" in out
    listed = json.loads(call("--list-questions", "--json")[1])["questions"]
    assert [one["name"] for one in listed] == NAMES


def test_every_question_can_be_asked_of_a_councils_own_place(call, tmp_path):
    words = [word for name in NAMES for word in ("--question", name)]
    status, out, err = call("Ambleford", "--zones", ZONES, "--fee", 25, *words)
    assert (status, err) == (0, "")
    commands = [line.split("? ", 1)[1] for line in out.splitlines() if "? caremarket compare " in line]
    assert len(commands) == len(NAMES)
    for name, command in zip(NAMES, commands, strict=True):
        partner, scenario = (load(file) for file in shlex.split(command)[2:4])
        assert scenario.name == name
        assert scenario.place.name.startswith("Ambleford")
        assert ground(scenario) == ground(partner)
        assert [course.never for course in timeline(scenario).courses] == [()] * len(scenario.changes)
    assert load(tmp_path / "ambleford" / "trade-bodys-price.yaml").levers_at(0)["fee.level"] == 1.141
    asked_of = load(tmp_path / "ambleford" / "from-block-to-collaborative.yaml")
    assert asked_of.place.regime["stewardship.capacity_fte"] == 0.1
    assert asked_of.levers_at(0)["community.connectors_fte"] == 1
    assert not (tmp_path / "ambleford" / "block.yaml").exists()


def test_a_question_of_a_council_known_by_its_name_goes_by_its_estimates(call, tmp_path):
    words = ("--question", "from-block-to-collaborative", "--question", "trade-bodys-price")
    status, out, err = call("E08000003", *words)
    assert (status, err) == (0, "")
    assert "that you did not give are estimates" in out
    asked_of = load(tmp_path / "manchester" / "from-block-to-collaborative.yaml")
    assert asked_of.place.name == "Manchester as it was"
    clients = figures_of(council_called("Manchester"))["council_clients"].value
    assert asked_of.place.council_clients == clients
    wigan = shipped("from-block-to-collaborative")
    scale = clients / wigan.place.council_clients
    lever = "community.connectors_fte"
    assert asked_of.levers_at(0)[lever] == pytest.approx(wigan.levers_at(0)[lever] * scale, abs=0.05)
    assert (tmp_path / "manchester" / "outlines.geojson").exists()
    call("Manchester", *words, "--fee", 25, "--out", "with-a-fee")
    assert load(tmp_path / "with-a-fee" / "trade-bodys-price.yaml").levers_at(0)["fee.level"] == 1.141


def test_a_question_of_a_place_that_is_no_council_stands_on_wigans_figures_and_says_so(call, tmp_path):
    status, out, _ = call("Nowhereshire", "--question", "fee-freeze")
    assert status == 0
    assert "its figures stand in for your own" in out
    assert load(tmp_path / "nowhereshire" / "fee-freeze.yaml").place.name == "Nowhereshire"


def test_a_council_that_has_its_folder_is_told_how_to_put_a_question_into_it(call):
    call("Rutland")
    status, _, err = call("Rutland", "--question", "fee-freeze")
    assert status == 2
    assert err.startswith("rutland: exists already; ")
    assert "`caremarket new --question fee-freeze --out rutland`" in err
    status, out, _ = call("--question", "fee-freeze", "--out", "rutland")
    assert status == 0
    assert out.startswith("put into rutland, where the rest is as it was: fee-freeze.yaml\n")
    assert json.loads(call("--question", "a-provider-fails", "--out", "rutland", "--json")[1])["files"] == [
        "a-provider-fails.yaml"
    ]


def test_a_question_without_a_council_is_asked_of_wigan(call, tmp_path):
    status, out, _ = call("--question", "from-block-to-collaborative")
    assert status == 0
    assert "the place is Wigan, as shipped" in out
    written = tmp_path / "from-block-to-collaborative" / "from-block-to-collaborative.yaml"
    assert load(written).key == shipped("from-block-to-collaborative").key


def test_a_question_is_put_into_a_folder_that_has_a_baseline_and_leaves_the_rest_as_it_is(call, tmp_path):
    call("Ambleford", "--zones", ZONES)
    folder = tmp_path / "ambleford"
    (folder / "collaborative.yaml").write_text("format: 2\nextends: baseline.yaml\ntitle: Ours\n", encoding="utf-8")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    status, _, err = call("--question", "same-pounds-in-plain-fees", "--question", "fee-freeze", "--out", "ambleford")
    assert (status, err) == (0, "")
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"same-pounds-in-plain-fees.yaml", "fee-freeze.yaml"}
    status, _, err = call("--question", "fee-freeze", "--question", "a-provider-fails", "--out", "ambleford")
    assert (status, err) == (2, "ambleford/fee-freeze.yaml: exists already\n")
    assert not (folder / "a-provider-fails.yaml").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "no council is named"),
        (["--question", "fee-frez"], "did you mean fee-freeze?"),
        (["--question", "fee-freeze", "--fee", 25], "files and figures are a council's"),
        (["--question", "fee-freeze", "--out", "."], "has no baseline.yaml"),
        (["T", "--zones", ZONES, "--fee", 18, "--question", "trade-bodys-price"], "a fee level is 0.7 to 1.5"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_and_leaves_nothing(call, tmp_path, words, said):
    status, out, err = call(*words)
    assert (status, out) == (2, "")
    assert said in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_every_question_runs_on_a_councils_own_place(tmp_path):
    folder = tmp_path / "ambleford"
    write_new("Ambleford", folder, Given(zones=ZONES), asked(NAMES))
    for name in NAMES:
        scenario = load(folder / f"{name}.yaml").with_weeks(8)
        market = settling.fork(settling.settle(scenario, 1), scenario)
        for _ in weekly(scenario, market):
            pass
        assert market.commissioners.fee[0] > 0


def test_a_name_that_is_no_question_is_refused_with_all_of_them():
    with pytest.raises(BadInput) as refused:
        asked(["fee-freeze", "nonsense", "more nonsense"])
    assert len(refused.value.problems) == 2


def test_the_page_on_common_questions_has_each_as_it_is_asked():
    page = (ROOT / "docs" / "how-to" / "ask-a-common-question.md").read_text(encoding="utf-8")
    assert [row for row in page.splitlines() if row.startswith("| `")] == [
        f"| `{name}` | {one.asks} | {PARTNERS[one.partner]} |" for name, one in questions().items()
    ]
