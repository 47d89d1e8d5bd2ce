"""Whether a wire keeps the goal of a study."""

import json
import math

import pandas as pd
import pytest
from report_pages import answer
from report_rows import accuracy, noisy_row, row
from test_report_advice import few_messages

from intercept.report.goal import goal_record, in_words
from intercept.report.verdict import wires
from intercept.study import closing
from intercept.wire.channel import Channel

GOAL = {"identified": 0.03, "among": 2120, "readings": 1, "keep_accuracy": 0.7}
NOISE, CODE, PLAIN = "mobile_output-noise-2", "mobile_output-codebook-63", "mobile_output"
ROWS = [row(), noisy_row(2, tuned=0.6), few_messages(63, tuned=0.71)]
CHANNELS = {
    PLAIN: Channel(32),
    NOISE: Channel(2, 1.0, 1.5, equal_norms=True),
    CODE: Channel(32, bits=math.log2(63)),
}


def judged(rows=ROWS, **changed):
    found = wires(pd.DataFrame(rows), "unseen")
    names = [("no-dp", wire) for wire in CHANNELS]
    channels = {name: [CHANNELS[name[1]]] for name in names}
    folders = {name: [f"results/s/no-dp/seed-1/{name[1]}"] for name in names}
    record = goal_record({**GOAL, **changed}, found, channels, folders)
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    return record


def test_the_most_accurate_wire_that_promises_it_keeps_the_goal():
    record = judged()
    assert record["met"]
    assert [one["wire"] for one in record["wires"]] == [CODE, NOISE]
    first = record["wires"][0]
    assert first["promise"] == pytest.approx(63 / 2120)
    assert first["accuracy"]["value"] == pytest.approx(0.71)
    assert first["folders"] == [f"results/s/no-dp/seed-1/{CODE}"]


def test_a_value_that_is_met_with_an_interval_that_is_not_says_so():
    sure, unsure = judged(keep_accuracy=0.5), judged(keep_accuracy=0.705)
    assert (sure["met"], sure["met_by_interval"]) == (True, True)
    assert (unsure["met"], unsure["met_by_interval"]) == (True, False)
    said = "By that value it is met; its 95% interval reaches below what is asked."
    assert said in in_words(unsure, 1)
    assert said not in in_words(sure, 1)
    assert "It is the most accurate of 2 on the images by which it is judged" in in_words(sure, 1)


@pytest.mark.parametrize("changed", [{"keep_accuracy": 0.72}, {"identified": 0.0001}])
def test_a_goal_that_no_wire_keeps_is_not_met(changed):
    assert not judged(**changed)["met"]


def test_more_readings_and_fewer_candidates_leave_less_of_a_promise():
    assert [one["wire"] for one in judged(readings=900)["wires"]] == [CODE]
    assert [one["wire"] for one in judged(among=2000)["wires"]] == [NOISE]


def test_the_promise_is_the_worst_over_seeds_and_the_accuracy_their_mean():
    rows = [few_messages(63, tuned=value, seed=seed) for seed, value in ((1, 0.66), (2, 0.76))]
    found = wires(pd.DataFrame(rows), "unseen")
    name = ("no-dp", CODE)
    channels = {name: [Channel(32, bits=4.0), Channel(32, bits=5.0)]}
    record = goal_record(GOAL, found, channels, {name: ["a", "b"]})
    assert record["met"]
    assert record["wires"][0]["promise"] == pytest.approx(32 / 2120)
    assert record["wires"][0]["accuracy"]["value"] == pytest.approx(0.71)
    assert "accuracy 71.0% (" in in_words(record, 2)
    assert "), the mean of 2 seeds." in in_words(record, 2)


def test_a_wire_without_a_server_keeps_no_goal():
    gone = {**accuracy("server_accuracy", math.nan), **accuracy("fine_tuned_accuracy", math.nan)}
    record = judged([few_messages(63, **gone)])
    assert (record["met"], record["wires"]) == (False, [])
    assert "No wire of this study promises that." in in_words(record, 1)


@pytest.mark.parametrize(("keep", "met"), [(0.7, True), (0.8, False)])
def test_terminal_and_page_say_the_same(tmp_path, png, keep, met):
    record = judged(keep_accuracy=keep)
    record["said"] = in_words(record, 1)
    path = tmp_path / "goal.json"
    path.write_text(json.dumps(record))
    lines = closing.goal(path).splitlines()
    assert max(map(len, lines)) <= 100
    said = " ".join(lines)
    asked = "Asked for: that one of 2,120 equally likely inputs is picked out from one reading in"
    assert said.startswith(f"Goal {'MET' if met else 'NOT MET'}. {asked} at most 3% of cases")
    assert f"is {CODE} of no-dp: at most 2.98%, accuracy 71.0% (" in said
    assert "), one seed." in said
    assert (f"results/s/no-dp/seed-1/{CODE}/" in said) is met
    heading = f"The goal is {'met' if met else 'not met'}."
    assert record["said"] in answer(ROWS, png, goal=record)[heading]
    assert not [title for title in answer(ROWS, png) if "goal" in title]


def test_what_was_asked_for_is_not_rounded():
    said = in_words(judged(identified=0.00014, among=2_000_000, keep_accuracy=0.7251), 1)
    assert "in at most 0.014% of cases, and a server part that is right in 72.51% or more" in said


def test_a_run_that_fails_by_its_goal_alone_is_told_from_others():
    goal, other = "the goal is not met. Asked for: that one", "the disk is full (log: a)"
    assert closing.of_goal_alone([goal])
    for said in ([], [other], [goal, other]):
        assert not closing.of_goal_alone(said)
