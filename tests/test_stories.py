"""One person and one care worker through each scenario: the log agrees with the market, and the story with the log."""

import json
import shutil
import subprocess
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from caremarket_sim import settling, week
from caremarket_sim.cli import main
from caremarket_sim.compiled.draws import draws_of
from caremarket_sim.documents.formats import results_tables
from caremarket_sim.errors import BadInput, ComparisonRefused, DoesNotSettle
from caremarket_sim.indicators import outcome_of
from caremarket_sim.market.codes import GONE, IN_HOSPITAL, IN_POST, LEFT, RECEIVING
from caremarket_sim.parameters import Numbers
from caremarket_sim.runs.design import replicate_seeds
from caremarket_sim.scenario.timing import monday_of
from caremarket_sim.studies.story.files import story_files
from caremarket_sim.studies.story.following import CHANGE, CLIENT, WEEK, WORKER, Follower
from caremarket_sim.studies.story.happenings import MANAGES
from caremarket_sim.studies.story.lines import facts, told
from caremarket_sim.studies.story.page import story_html
from caremarket_sim.studies.story.study import (
    NEAREST,
    candidates,
    follow,
    log_of,
    most_typical,
    story,
    with_a_story,
)
from tests.small_place import FOLDER, REGIMES, begun, small, weekly
from tests.test_report import BROWSER, require_browser

WEEKS = 104
NAMES = ("baseline", *REGIMES)
(FUTURE,) = replicate_seeds(1, 1)


def scenarios():
    return [small(name, WEEKS) for name in NAMES]


@cache
def two_lives():
    return story(*scenarios())


def photographs(name="collaborative"):
    """Weekly photographs of a run that nobody follows: at the end, and just after visits were rostered."""
    scenario = small(name, WEEKS)
    return scenario, weekly(scenario, begun(scenario, FUTURE), FUTURE, watched=("care_is_experienced",))


def row_of(table, number):
    found = np.flatnonzero(table.number == number)
    return table.rows[found[0]] if len(found) else None


def provider_of(market, row):
    return int(market.providers.number[row["provider"]]) if row["provider"] >= 0 else None


def of(log, who, at, event=None, kind=WEEK):
    rows = log[(log.who == who) & (log.week == at + 1) & (log.kind == kind)]
    return rows if event is None else rows[rows.event == event]


def values(log, who, at):
    return dict(zip(*(of(log, who, at)[column] for column in ("event", "value")), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_every_week_in_the_log_is_what_the_tables_of_an_unfollowed_run_say(name):
    found = two_lives()
    log = found.log[found.log.scenario == name]
    client, worker = found.client.number, found.worker.number
    seen = 0
    for at, photo in enumerate(photographs(name)[1]):
        market = photo["end"]
        row, said = row_of(market.clients, client), values(log, CLIENT, at)
        if row is None or row["status"] == LEFT:
            assert not said
        else:
            seen += 1
            assert said["situation"] == row["status"]
            assert said.get("provider") == provider_of(market, row)
            assert said["quality of life"] == row["quality_of_life"]
            assert said["connection"] == row["connection"]
            for event, column in (("due", "visits_due"), ("missed", "missed"), ("late", "late")):
                assert said.get(f"visits {event}", 0.0) == row[column]
            assert said.get("hours delivered", 0.0) == row["delivered"]
            rostered = photo["care_is_experienced"]
            came = rostered.clients.seen[rostered.clients.number == client][0]
            names = {int(rostered.workers.number[w]) for w in came[came >= 0]}
            detail = of(log, CLIENT, at, "care workers who came").detail
            listed = set() if detail.empty else set(detail.iloc[0].split(", ")) - {""}
            assert {one for one in listed if not one.endswith("staff")} == {str(number) for number in names}
            assert ("office staff" in listed, "agency staff" in listed) == (
                bool((came == -2).any()),
                bool((came == -3).any()),
            )
        row, said = row_of(market.workers, worker), values(log, WORKER, at)
        if row is None or row["status"] == GONE:
            assert not said
        else:
            assert said["situation"] == row["status"]
            assert said.get("employer") == provider_of(market, row)
            if row["status"] == IN_POST:
                columns = {"contact hours": "contact", "travel between visits": "travel", "gaps between visits": "gap",
                           "hourly pay": "pay", "pay of the week": "week_pay", "guaranteed hours": "guaranteed",
                           "pay for an hour on duty": "effective_pay"}  # fmt: skip
                assert {event: said[event] for event in columns} == {
                    event: row[column] for event, column in columns.items()
                }
                assert ("absence" in said) == (row["absent"] != 0)
    assert seen


def followed(scenario, pairs):
    """The log of many pairs of a client and a care worker, all followed through the same run."""
    market = begun(scenario, FUTURE)
    followers = [Follower(market, scenario.start, *pair) for pair in pairs]
    processes = []
    for looks in zip(*(follower.processes() for follower in followers), strict=True):
        processes += looks[:1] if looks[0] in week.PROCESSES else looks
    for number in range(scenario.weeks):
        decided = Numbers(scenario.levers_at(number).row)
        week.one_week(market, scenario.parameters.numbers, decided, FUTURE, tuple(processes))
        for follower in followers:
            follower.week_ends(market)
    return log_of([(scenario.name, event) for follower in followers for event in follower.events])


@pytest.fixture(scope="module")
def crowd():
    """Thirty people and as many care workers, or all there are, through the collaborative regime's first year."""
    scenario = small("collaborative", 60)
    market = begun(scenario, FUTURE)
    workers = market.workers.number[market.workers.status != GONE][:30].tolist()
    clients = market.clients.number[market.clients.status != LEFT][: len(workers)].tolist()
    return scenario, clients, workers, followed(scenario, list(zip(clients, workers, strict=True)))


def test_what_happened_to_a_crowd_is_what_the_weekly_states_say(crowd):
    """From one week's end to the next, every change of situation is one that the log has, and of the right kind."""
    scenario, clients, workers, log = crowd
    ended = {"dies", "moves to a care home", "recovers and needs no more care", MANAGES}
    known = {}
    for row in log[log.kind == CHANGE].itertuples():
        known.setdefault((row.who, row.number, row.week), set()).add(row.event)
    before = None
    compared = 0
    for at, photo in enumerate(weekly(scenario, begun(scenario, FUTURE), FUTURE)):
        now = {}
        for who, numbers, table, gone in (
            (CLIENT, clients, photo["end"].clients, LEFT),
            (WORKER, workers, photo["end"].workers, GONE),
        ):
            for number in numbers:
                row = row_of(table, number)
                now[who, number] = gone if row is None else int(row["status"])
        for (who, number), status in now.items() if before else ():
            was, happened = before[who, number], known.get((who, number, at + 1), set())
            if was != status:
                compared += 1
                assert happened, (who, number, at, was, status)
            if who == CLIENT:
                assert bool(ended & happened) == (was != LEFT and status == LEFT)
                if was != IN_HOSPITAL and status == IN_HOSPITAL:
                    assert "goes into hospital" in happened
                if was == IN_HOSPITAL and status == RECEIVING:
                    assert "comes home from hospital" in happened
            else:
                if was == IN_POST and status != IN_POST:
                    assert "job ends" in happened
                if was != IN_POST and status == IN_POST:
                    assert "starts work" in happened
        before = now
    assert compared > 20


def test_the_reasons_for_leaving_care_add_up_to_what_the_run_counted():
    """Everybody who leaves in a run is asked why, and the answers are as many as the run's own counts."""
    scenario = small("baseline", 30)
    settled = begun(scenario, FUTURE)
    numbers = settled.clients.number[settled.clients.status != LEFT].tolist()
    worker = int(settled.workers.number[0])
    ended = followed(scenario, [(number, worker) for number in numbers])
    ended = ended[ended.event.isin(["dies", "moves to a care home", "recovers and needs no more care", MANAGES])]
    counted = {"n_deaths": 0, "n_care_home_moves": 0, "n_recoveries": 0, "n_relearned": 0}
    newcomers = 0
    market = begun(scenario, FUTURE)
    for photo in weekly(scenario, market, FUTURE):
        end = photo["end"]
        for name in counted:
            counted[name] += float(end.series[name][end.week - 1, 0])
        gone = end.clients.rows[(end.clients.status == LEFT)]
        newcomers = sum(number not in numbers for number in gone["number"].tolist())
    assert len(ended) > 3
    assert ended.number.is_unique
    assert sum(counted.values()) - newcomers == len(ended)


def test_following_somebody_changes_nothing():
    scenario = small("collaborative", WEEKS)
    market = begun(scenario, FUTURE)
    found = two_lives()
    follower = Follower(market, scenario.start, found.client.number, found.worker.number)
    for number in range(WEEKS):
        decided = Numbers(scenario.levers_at(number).row)
        week.one_week(market, scenario.parameters.numbers, decided, FUTURE, follower.processes())
        follower.week_ends(market)
    alone = settling.go_through(scenario, begun(scenario, FUTURE), FUTURE)
    np.testing.assert_array_equal(market.series, alone.series)
    np.testing.assert_array_equal(outcome_of(market).overall, outcome_of(alone).overall)


def test_it_is_the_same_person_with_the_same_luck_in_every_scenario():
    """Attributes that people are born with stay; annual leave, which is drawn and nothing else, falls alike."""
    found = two_lives()
    settled = begun(small("baseline", WEEKS), FUTURE)
    born = {
        CLIENT: (settled.clients, found.client.number, ("zone", "age_group", "lives_alone", "payer", "readiness")),
        WORKER: (settled.workers, found.worker.number, ("zone", "flexibility", "values_match", "hours_wanted")),
    }
    for name in NAMES:
        market = begun(small(name, WEEKS), FUTURE)
        for table, number, columns in born.values():
            here = market.clients if table is settled.clients else market.workers
            for column in columns:
                assert row_of(here, number)[column] == row_of(table, number)[column]
    leave = {}
    for name in NAMES:
        rows = found.of(name, WORKER, WEEK)
        posts = set(rows[(rows.event == "situation") & (rows.value == IN_POST)].week)
        leave[name] = posts, set(rows[(rows.event == "absence") & (rows.detail == "annual leave")].week)
    first = leave["baseline"]
    assert first[1]
    for posts, weeks in leave.values():
        both = posts & first[0]
        assert weeks & both == first[1] & both
    scenario = replace(small("baseline", WEEKS), name="another-name")
    again = follow(scenario, FUTURE, found.client.number, found.worker.number)
    alike = log_of([("baseline", event) for event in again])
    pd.testing.assert_frame_equal(alike, found.log[found.log.scenario == "baseline"].reset_index(drop=True))


def test_a_draw_belongs_to_the_person_and_the_week_and_not_to_the_scenario():
    """What decides whether somebody falls ill or leaves is drawn from future, week, process and number alone."""
    number = np.array([two_lives().client.number])
    for at in (0, 51, 103):
        draws = [draws_of(FUTURE, at).uniform("people_go_to_hospital", number)[0] for _ in NAMES]
        assert len(set(draws)) == 1
        assert draws[0] != draws_of(FUTURE, at + 1).uniform("people_go_to_hospital", number)[0]
    goes = {}
    for name in NAMES:
        rows = two_lives().of(name, CLIENT)
        goes[name] = rows[rows.event == "goes into hospital"].set_index("week").value.to_dict()
    for stays in goes.values():
        for at in set(stays) & set(goes["baseline"]):
            assert stays[at] == goes["baseline"][at], "the length of a stay is the person's own draw"


class Items(HTMLParser):
    """The text of every list item of a page, and every tag."""

    def __init__(self, page):
        super().__init__()
        self.items, self.tags, self._inside = [], [], False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "li":
            self._inside = True
            self.items.append("")

    def handle_endtag(self, tag):
        if tag == "li":
            self._inside = False

    def handle_data(self, data):
        if self._inside:
            self.items[-1] += data


def test_every_event_told_in_the_story_is_found_in_the_event_log(tmp_path):
    found = two_lives()
    files = dict(story_files(found))
    (tmp_path / "events.csv").write_bytes(files["events.csv"])
    log = pd.read_csv(tmp_path / "events.csv", encoding="utf-8-sig", keep_default_na=False)
    log = log[log.kind == CHANGE]
    items = Items(files["story.html"].decode()).items
    everything = [one for name in NAMES for person in found.people for one in told(found, name, person.who)]
    assert len(everything) > 10
    for one in everything:
        rows = log[(log.scenario == one.scenario) & (log.who == one.who) & (log.week == one.week)]
        rows = rows[(rows.event == one.event) & (rows.detail.str.lstrip("'") == one.detail)]
        assert len(rows) == 1, one
        day = pd.Timestamp(rows.date.iloc[0])
        assert one.words.startswith(f"{day.day} {day:%B %Y}: {one.event}")
        assert str(monday_of(one.week - 1, small().start)) == rows.date.iloc[0]
        assert one.words in items
    dated = [item for item in items if " 20" in item.split(":")[0] and item.split(" ")[0].isdigit()]
    assert sorted(dated) == sorted(one.words for one in everything), "and nothing else with a date is told"


def test_numbers_side_by_side_are_counted_from_the_log():
    found = two_lives()
    for name in NAMES:
        course = found.weekly(name, CLIENT)
        said = facts(found, name, CLIENT)
        assert said["Visits due"] == f"{course['visits due'].sum():,.0f}"
        assert said["Visits missed"].startswith(f"{course['visits missed'].sum():,.0f} ")
        assert said["Weeks receiving care"] == str(int((course["situation"] == RECEIVING).sum()))
        work = found.weekly(name, WORKER)
        said = facts(found, name, WORKER)
        assert said["Weeks in post"] == str(int((work["situation"] == IN_POST).sum()))
        assert said["Pay in all"] == f"£{work['pay of the week'].sum():,.0f}"


def weeks_in_post(pair, seed):
    """Fewest weeks in post in either scenario of each care worker whom a story could follow."""
    clients, workers = candidates(begun(small(), seed), None, None)

    def weeks(scenario, number):
        events = follow(scenario, seed, clients[0], number)
        return sum(one.event == "situation" and one.detail == "in post" for one in events)

    return {number: min(weeks(scenario, number) for scenario in pair) for number in workers}


def test_the_default_is_the_most_typical_person_who_has_a_story():
    market = begun(small(), FUTURE)
    found = two_lives()
    clients, workers = candidates(market, None, None)
    assert len(clients) == len(workers) == NEAREST
    rows = market.workers.rows[market.workers.status == IN_POST]
    away = sum(
        ((rows[name] - np.median(rows[name])) / (np.subtract(*np.quantile(rows[name], [0.75, 0.25])) or 1.0)) ** 2
        for name in ("hours_wanted", "pay", "tenure")
    )
    assert workers[0] == rows["number"][np.argmin(away)]
    assert set(workers) == set(rows["number"][np.argsort(away)[:NEAREST]])
    assert found.client.number in clients
    pair = [small("baseline", 40), small("block", 40)]
    chances = ((seed, weeks_in_post(pair, seed)) for seed in range(FUTURE, FUTURE + 20))
    future, weeks = next((seed, weeks) for seed, weeks in chances if min(weeks.values()) < 20 <= max(weeks.values()))
    clients, workers = candidates(begun(small(), future), None, None)
    chosen = with_a_story(pair, future, clients[:1], workers)[1]
    assert chosen == next(number for number in workers if weeks[number] >= 20)
    late = [number for number in workers if weeks[number] < 20]
    assert weeks[with_a_story(pair, future, clients[:1], late)[1]] == max(weeks[number] for number in late)
    assert candidates(market, 3, None)[0] == [3]
    with pytest.raises(BadInput, match="nobody to follow"):
        most_typical(market.workers, np.zeros(len(market.workers), bool), ("pay",))


def leavers_at_once():
    """Seeds of a story, each with a care worker who leaves care in its first week; a place so small does not settle in
    one future of four hundred."""
    scenario = small("baseline", 1)
    for seed in range(1, 100):
        (future,) = replicate_seeds(seed, 1)
        try:
            market = begun(scenario, future)
        except DoesNotSettle:
            continue
        working = market.workers.number[market.workers.status == IN_POST]
        workers = settling.go_through(scenario, market, future).workers
        for number in workers.number[(workers.status == GONE) & np.isin(workers.number, working)].tolist():
            yield seed, number


def test_a_life_that_ends_in_the_first_week_is_told_too():
    seed, first = next(leavers_at_once())
    found = story(small("baseline", WEEKS), worker=first, seed=seed)
    assert found.worker.rule == "chosen by number"
    assert facts(found, "baseline", WORKER)["Weeks followed"] == "0"
    assert facts(found, "baseline", WORKER)["At the end"] == "leaves care work, April 2024"
    assert "leaves care work" in story_html(found)


def test_unknown_numbers_are_refused_together_with_the_nearest_and_the_range():
    market = begun(small(), FUTURE)
    numbers = market.clients.number[market.clients.status != LEFT]
    with pytest.raises(BadInput) as refused:
        story(small(weeks=WEEKS), client=int(numbers.max()) + 1, worker=-5)
    first, second = refused.value.problems
    assert str(numbers.max()) in first.right
    assert "no care worker has the number -5" in second.what
    with pytest.raises(ComparisonRefused, match="horizon"):
        story(small("baseline", 52), small("block", 104))
    with pytest.raises(BadInput, match="at least one"):
        story()


def test_the_page_is_whole_escaped_and_the_same_each_time():
    nasty = "<script>alert(1)</script>"
    found = story(small("baseline", 30).named("a", nasty), small("block", 30).named("b", '"><img src=x onerror=y>'))
    page = story_html(found)
    assert page == story_html(found)
    tags = Items(page).tags
    assert {tag for tag, _ in tags} & {"script", "iframe", "link"} == {"link"}
    assert all(attrs["src"].startswith("data:image/svg+xml") and attrs["alt"] for tag, attrs in tags if tag == "img")
    assert sum(tag == "img" for tag, _ in tags) == 2
    assert page.count("&lt;script&gt;alert(1)") >= 1
    headings = [tag for tag, _ in tags if tag in ("h1", "h2", "h3")]
    assert headings[0] == "h1"
    assert headings.count("h1") == 1
    assert "http" not in {attrs.get("href", "")[:4] for tag, attrs in tags if tag == "a"}


def test_the_command_writes_the_log_the_page_and_the_timelines(tmp_path, capsys):
    out = tmp_path / "story"
    files = [str(FOLDER / f"{name}.yaml") for name in ("baseline", "collaborative")]
    assert main(["story", *files, "--out", str(out), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert set(said["facts"]) == {CLIENT, WORKER}
    assert {path.name for path in out.iterdir()} == {
        "events.csv", "story.html", "summary.txt", "client.png", "client.svg", "worker.png", "worker.svg", ".written"
    }  # fmt: skip
    log = pd.read_csv(out / "events.csv", encoding="utf-8-sig")
    assert list(log.columns) == results_tables()[0]["events.csv"]["columns"]
    assert set(log.scenario) == {"baseline", "collaborative"}
    assert main(["story", *files, "--out", str(out)]) == 2
    assert "there are results here already" in capsys.readouterr().err
    assert main(["story", *files, "--worker", "-77", "--out", str(out), "--replace"]) == 2
    assert "no care worker has the number -77 when the scenarios begin; the nearest are" in capsys.readouterr().err
    assert (out / "story.html").is_file(), "what there was stays until there is something in its place"


@pytest.mark.slow
def test_in_a_browser_the_page_asks_for_nothing_logs_nothing_and_is_accessible(tmp_path):
    require_browser()
    (tmp_path / "story.html").write_text(story_html(two_lives()), encoding="utf-8")
    command = ["node", "check.mjs", str(tmp_path / "story.html"), shutil.which("chromium")]
    process = subprocess.run(command, cwd=BROWSER, capture_output=True, text=True, timeout=240, check=False)
    assert process.returncode == 0, process.stderr
    found = json.loads(process.stdout)
    assert found["requests"] == found["errors"] == found["dialogs"] == found["violations"] == []
    assert found["passes"] > 40
    assert found["overflow"] == {"1280": 0, "320": 0}
