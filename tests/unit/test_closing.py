"""The last words of a run."""

import math
import subprocess
import sys
import time

import pandas as pd
import pytest
from report_pages import parsed, wires_of
from report_rows import dp_row, limits, noisy_row, row, without

from intercept.runtime.checksums import record
from intercept.study import closing


@pytest.fixture
def said(tmp_path):
    """The lines of the closing block of these attacks."""

    def say(rows):
        summary = tmp_path / "summary.csv"
        pd.DataFrame(rows).to_csv(summary, index=False)
        return closing.headline(summary, tmp_path / "report.html").split("\n")

    return say


def wire_of(lines, target, wire):
    """What stands beside the two lines of a wire, within a character and among all."""
    (start,) = [
        number
        for number, line in enumerate(lines[:-1])
        if line.split()[:1] == [target] and lines[number + 1].split()[0] == wire
    ]
    within, among = lines[start].split(), lines[start + 1].split()
    return within[1:], among[1:]


def noise_4(attacker, within, top1):
    return noisy_row(
        4,
        attacker=attacker,
        unseen={"within_character": within, "top1": top1},
        **limits(within=(0.572, 0.985), top1=(0.268, 0.639)),
    )


NOISY = [
    row(),
    row(attacker="retrieval", unseen={"within_character": 1.0, "top1": 1.0}),
    noise_4("decoder", 0.05, 0.002),
    noise_4("retrieval", 0.552, 0.26),
    noise_4("linkage", 0.883, 0.5),
]


def test_each_wire_has_attack_optimum_promise_and_linkage(said, tmp_path):
    lines = said(NOISY)
    assert wire_of(lines, "no-dp", "mobile_output") == (
        ["73.2%", "its", "character", "100.0%", "retrieval", "100.0%", "none", "–"],
        ["all", "2,120", "100.0%", "retrieval", "100.0%", "none", "–"],
    )
    assert wire_of(lines, "no-dp", "mobile_output-noise-4") == (
        ["40.0%", "its", "character", "55.2%", "retrieval", "57.2%", "98.5%", "88.3%"],
        ["all", "2,120", "26.0%", "retrieval", "26.8%", "63.9%", "50.0%"],
    )
    assert "fresh and secret (one reading)" in " ".join(lines)
    assert lines[-2:] == [f"Table:  {tmp_path}/summary.csv", f"Report: {tmp_path}/report.html"]
    assert max(map(len, lines[:-2])) <= 100


def test_few_messages_have_their_promise(said):
    few = row(
        wire="code",
        defence="quantisation-1",
        bits=5.0,
        unseen_images=500,
        **limits(within=(0.6, 1.0), top1=(0.06, 32 / 500)),
    )
    lines = said([few])
    within, among = wire_of(lines, "no-dp", "code")
    assert within[-3:] == ["60.0%", "none", "–"]
    assert among[-3:] == ["6.00%", "6.40%", "–"]
    assert "fresh" not in " ".join(lines)  # there is no noise
    assert "Linkage" not in " ".join(lines)


def test_random_answers_have_the_conditions_of_noise(said):
    words = row(wire="code", defence="codebook-20", bits=math.log2(20), local_epsilon=4.0)
    assert "where answers are fresh and secret (one reading)" in " ".join(said([words]))
    both = " ".join(said([words, *NOISY]))
    assert "where noise and answers are fresh and secret (one reading)" in both


@pytest.mark.parametrize(
    "rows",
    [
        [*NOISY, row(attacker="linkage")],
        [row(attacker="linkage"), *(row(seed=n, unseen={"top1": n / 7}) for n in (1, 2))],
    ],
)
@pytest.mark.slow
def test_the_page_and_the_terminal_have_the_same_numbers(said, png, rows):
    lines = said(rows)
    wires = wires_of(parsed(rows, png), "no-dp", "answer")
    wires += wires_of(parsed(rows, png), "no-dp †", "answer")
    assert wires
    for _, place, _, *cells in wires:
        layer, defence = place.partition(" (")[0].split(", ")
        wire = layer if defence == "no defence" else f"{layer}-{defence}"
        shown = [cell.split()[0] for cell in cells]
        for (*_, strongest, _, possible, promised, linked), three in zip(
            wire_of(lines, "no-dp", wire), (shown[:3], shown[3:]), strict=True
        ):
            attacks = [one for one in (strongest, linked) if one != "–"]
            worst = max(attacks, key=lambda share: float(share.rstrip("%")))
            assert three == [worst, possible, promised]


@pytest.fixture
def table(tmp_path):
    """A table with text in quotes, as of two configurations."""
    summary = tmp_path / "summary.csv"
    rows = [{**one, "config_hash": "of this one", "last": 'a "name", and more'} for one in NOISY]
    pd.DataFrame(rows).to_csv(summary, index=False)
    return summary


def test_a_table_is_of_the_configuration_that_all_its_rows_state(table):
    assert closing.is_of(table, "of this one")
    assert not closing.is_of(table, "of another")
    table.write_text(table.read_text().replace("of this one", "of another", 1))
    assert not closing.is_of(table, "of this one")


@pytest.mark.parametrize("recorded", [True, False])
def test_a_damaged_table_is_of_no_study(table, tmp_path, recorded):
    """Never does what it holds end a run that went well; with its checksum no damage is missed."""
    if recorded:
        record([table])
    page, whole = tmp_path / "report.html", table.read_bytes()
    page.write_text("a page")

    def last_words():
        return closing.last_words(table, page, None, "of this one")

    def are_nothing_or_whole(said):
        """What is not known to be damaged may be read as another table."""
        return said == "" or (not recorded and said.endswith(f"Report: {page}"))

    assert "Table:" in last_words()
    middle, header = len(whole) // 2, whole.index(b"\n") + 1
    cuts = [whole[:at] for at in (0, 10, header - 1, header, header + 40, middle, len(whole) - 3)]
    spoilt = [whole[:middle] + one + whole[middle + 1 :] for one in (b"\xff", b"\0", b'"', b"\n")]
    for content in (*cuts, *spoilt, whole[:header] * 2, b"\0" * 5000):
        table.write_bytes(content)
        assert not (recorded and closing.is_of(table, "of this one"))
        assert are_nothing_or_whole(last_words())
    for at in range(header, len(whole), 97):
        other = b"x" if whole[at : at + 1] != b"x" else b"y"
        table.write_bytes(whole[:at] + other + whole[at + 1 :])
        assert are_nothing_or_whole(last_words())
    table.unlink()
    assert not closing.is_of(table, "of this one")
    table.mkdir()
    assert not closing.is_of(table, "of this one")


@pytest.mark.parametrize("content", ["", "{", "{}", "[]", '{"met": true}'])
def test_a_damaged_goal_ends_no_run(table, tmp_path, content):
    page, judged = tmp_path / "report.html", tmp_path / "goal.json"
    page.write_text("a page")
    judged.write_text(content)
    said = closing.last_words(table, page, judged, "of this one")
    # An empty file is none; of another damage it is not known what it means for the table.
    assert ("Table:" in said) == (content == "")
    assert said == "" or said.endswith(f"Report: {page}")


def test_what_is_sound_is_there_and_as_it_was_written(tmp_path):
    page = tmp_path / "report.html"
    assert not closing.sound(page)
    page.touch()
    assert not closing.sound(page)
    page.write_text("a page")
    assert closing.sound(page)
    record([page])
    assert closing.sound(page)
    page.write_text("a pag")
    assert not closing.sound(page)


def test_over_seeds_a_wire_has_one_mean(said):
    lines = said([row(seed=seed, unseen={"top1": seed / 10}) for seed in (1, 2)])
    _, among = wire_of(lines, "no-dp", "mobile_output")
    assert among[2:4] == ["15.0%", "decoder"]


def test_a_server_part_that_is_no_longer_private_is_marked(said):
    lines = said([dp_row(0.7)])
    within, _ = wire_of(lines, "dp-noise-0.7", "mobile_output")
    assert within[0] == "73.2%‡"
    assert "‡ of a server part that was trained further without differential privacy" in lines
    assert "‡" not in " ".join(said([row()]))


def test_beyond_the_first_wires_the_page_has_the_rest(said):
    lines = said([row(target=f"t{number}") for number in range(15)])
    assert "... and 3 more wires on the page" in lines
    assert sum(line.startswith("  mobile_output") for line in lines) == 12


def test_without_unseen_images_it_speaks_of_the_seen_ones(said):
    lines = said(without(pd.DataFrame([row(seen={"within_character": 0.77})]), "unseen"))
    assert "1,000 seen images" in lines[1]
    within, _ = wire_of(lines, "no-dp", "mobile_output")
    assert within[3] == "77.0%"


def test_without_images_there_is_no_table(said):
    nothing = without(without(pd.DataFrame([row()]), "unseen"), "seen")
    assert len(said(nothing)) == 4


def test_it_costs_a_dry_run_no_import():
    heavy = "{'pandas', 'numpy', 'matplotlib', 'tensorflow'}"
    command = (
        "import sys; from intercept.study import closing; "
        f"sys.exit(bool({heavy} & set(sys.modules)))"
    )
    folder = closing.__file__.rpartition("/intercept/")[0]
    assert subprocess.run([sys.executable, "-c", command], cwd=folder).returncode == 0


def test_failures_are_the_last_words_of_logs_of_this_run(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.log").write_text("1\nError: no disk\n")
    (tmp_path / "two.log").write_text("Error: not the last\n2 finished after 3.0 s\n")
    assert closing.failures(tmp_path, 0, []) == ["no disk"]
    assert closing.failures(tmp_path, time.time() + 60, []) == []


PYTHON = "Command 'set -euo pipefail;  /usr/bin/python /x/.snakemake/scripts/tmpq_1.one.py'"
ENDED = {
    "killed": (f"{PYTHON} returned non-zero exit status 137.", "was killed by SIGKILL"),
    "killed-itself": (f"{PYTHON} died with <Signals.SIGKILL: 9>.", "was killed by SIGKILL"),
    "aborted": (f"{PYTHON} returned non-zero exit status 134.", "was killed by SIGABRT"),
    "not-found": (
        f"{PYTHON} returned non-zero exit status 127.",
        "could not be started: its command was not found",
    ),
    "not-run": (
        f"{PYTHON} returned non-zero exit status 126.",
        "could not be started: its command cannot be run",
    ),
    "wordless": (
        f"{PYTHON} returned non-zero exit status 3.",
        "ended with exit status 3 and said nothing",
    ),
    "quoted": (
        f"{PYTHON}' returned non-zero exit status 127.",
        "could not be started: its command was not found",
    ),
    "not-seen": ("", "ended before its last word"),
    "another's": (
        f"{PYTHON} returned non-zero exit status 137.".replace("one", "two"),
        "ended before its last word",
    ),
}


@pytest.mark.parametrize("written", ["", "epoch 1 of 30\n"])
@pytest.mark.parametrize(("seen", "how"), ENDED.values(), ids=ENDED)
def test_of_a_job_without_last_words_is_said_what_was_seen_of_its_end(tmp_path, written, seen, how):
    (tmp_path / "one.log").write_text(written)
    (tmp_path / "of_snakemake").write_text(f"Error:\n{seen}\n")
    (said,) = closing.failures(tmp_path, 0, [tmp_path / "of_snakemake"])
    assert said == f"a job {how} (log: {tmp_path}/one.log)"
    assert "memory" not in said


def test_a_network_of_a_file_is_beside_guessing_and_called_out_if_it_is_no_better(said):
    knows = row("knows", recipe="model-file", validation_accuracy=0.97, majority_share=0.1)
    guesses = row("guesses", recipe="model-file", validation_accuracy=0.1, majority_share=0.1)
    guesses["beats_guessing"] = False
    lines = said([knows, guesses, row()])
    assert [line for line in lines if line.startswith(("Network", "!!"))] == [
        "Network knows: right on 97.0% of the validation images; the largest class has 10.0%",
        "Network guesses: right on 10.0% of the validation images; the largest class has 10.0%",
        "!! guesses is no better than guessing: check its pixels, and that its classes are in",
    ]
    assert max(map(len, lines[:-2])) <= 100
    few = row("few", recipe="model-file", validation_accuracy=1.0, majority_share=0.9)
    lines = said([few | {"beats_guessing": None}])
    assert (
        "!! Of so few validation images it cannot be told whether few is better than guessing"
        in lines
    )
    lines = said([row(beats_guessing=False)])  # a control that was not trained, say
    assert not any(line.startswith(("Network", "!!")) for line in lines)


@pytest.mark.parametrize(
    ("script", "log"),
    [
        ("plot_figure", "plot_figure/frontier.log"),
        ("plot_figure", "plot_figure/leakage-scale/code.log"),
        ("draw_sample", "draw_sample/target.log"),
        ("train_target", "no-dp/seed-1/train_target.log"),
    ],
)
def test_a_job_is_known_by_its_log_though_that_is_named_after_a_figure(tmp_path, script, log):
    logs, of_snakemake = tmp_path / "logs", tmp_path / "of_snakemake"
    (logs / log).parent.mkdir(parents=True)
    (logs / log).write_text("")
    of_snakemake.write_text(ENDED["killed"][0].replace("one", script))
    assert closing.failures(logs, 0, [of_snakemake]) == [
        f"a job was killed by SIGKILL (log: {logs / log})"
    ]
