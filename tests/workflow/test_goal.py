"""What a study ends with that has a goal."""

import json

from tests.workflow.test_study import RESULTS

ASKED = {"identified": 0.9, "among": 60}
NOISE = "mobile_output-noise-2"


def test_a_study_says_whether_its_goal_is_met_and_ends_so(project):
    project.configure(goal={**ASKED, "keep_accuracy": 1.0})
    ended = project.run()
    assert ended.code == 3, ended.output
    assert ended.jobs["judge_goal"] == ended.jobs["meet_goal"] == 1
    assert not {"train_target", "defend_wire", "attack_wire", "measure_bounds"} & set(ended.jobs)
    assert "Error: the goal is not met. Asked for: that one of 60" in ended.output
    assert "Goal NOT MET" in ended.output
    assert "Traceback" not in ended.output
    assert "The goal is not met" in (project.path / RESULTS / "report.html").read_text()
    again = project.run()  # nothing is left locked, and a goal that is not met stays so
    assert again.code == 3, again.output
    assert again.jobs == {"meet_goal": 1}

    # The table states its configuration, and the figures are made of it: both stay as they are.
    project.configure(goal={**ASKED, "keep_accuracy": 0.001})
    met = project.run("--rerun-triggers", "mtime", "--forcerun", "judge_goal")
    assert met.code == 0, met.output
    of_goal = ("judge_goal", "check_bounds", "render_report", "meet_goal")
    assert met.jobs == dict.fromkeys(of_goal, 1)
    folder = f"{RESULTS}/no-dp/seed-1/{NOISE}"
    verdict = json.loads((project.path / RESULTS / "verdict.json").read_text())["goal"]
    assert [one["wire"] for one in verdict["wires"]] == [NOISE]
    assert verdict["wires"][0]["folders"] == [folder]
    assert verdict["wires"][0]["promise"] <= 0.9
    for part in ("intercepted.h5", "server.h5"):
        assert (project.path / folder / part).is_file()
    assert (project.path / RESULTS / "goal-met.txt").is_file()
    assert "The goal is met" in (project.path / RESULTS / "report.html").read_text()


def test_a_defence_is_as_weak_as_the_goal_allows(project):
    wires = {
        "plain": {"cut_layers": ["mobile_output"], "targets": ["no-dp"]},
        "asked": {"cut_layers": ["mobile_output"], "targets": ["no-dp"], "defence": "noise"},
    }
    for wire in wires.values():
        wire["attackers"] = ["retrieval"]
    project.configure(
        wires=wires, goal={"identified": 0.1, "among": 500, "readings": 4, "keep_accuracy": 0.001}
    )
    ended = project.run("--until", "measure_bounds")
    assert ended.code == 0, ended.output
    asked = f"{RESULTS}/no-dp/seed-1/mobile_output-noise-for-0.1-of-500-read-4-times"
    defence = json.loads((project.path / asked / "defence.json").read_text())
    bounds = json.loads((project.path / asked / "bounds.json").read_text())
    assert bounds["readings"] == defence["observations"] == 4
    assert defence["l2_norm_clip"] / defence["deviation"] * 2 == bounds["clip_to_noise_ratio"]
