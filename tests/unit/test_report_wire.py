"""What the page says of wires: the verdict, and every wire in full."""

import re

import numpy as np
import pandas as pd
import pytest
from report_pages import parsed, report_of, wires_of
from report_rows import accuracy, dp_row, limits, noisy_row, row

from intercept.report import page
from intercept.report.verdict import wires
from intercept.report.wire import sent


def noise_4(attacker, within, top1, **changed):
    return noisy_row(
        4,
        attacker=attacker,
        unseen={"within_character": within, "top1": top1},
        **limits(within=(0.572, 0.985), top1=(0.268, 0.639), width=0.005) | changed,
    )


def few_messages(attacker="retrieval", **changed):
    values = {
        "wire": "q",
        "cut_layer": "mobile_output",
        "defence": "quantisation-1",
        "numbers": 5,
        "bits": 5.0,
        "unseen": {"within_character": 0.58, "top1": 0.055},
        **limits(within=(0.6, 1.0), top1=(0.06, 32 / 500)),
    }
    return row(attacker=attacker, unseen_images=500, **values | changed)


NOISY = [
    row(),
    row(attacker="retrieval", unseen={"within_character": 1.0, "top1": 1.0}),
    noise_4("decoder", 0.05, 0.002),
    noise_4("retrieval", 0.552, 0.26),
    noise_4("linkage", 0.883, 0.5),
]


def verdict_of(read, target, defence):
    (found,) = [cells for cells in wires_of(read, target, "answer") if f", {defence} (" in cells[1]]
    return found


def test_the_verdict_has_the_strongest_attack_that_was_run_beside_its_limits(png):
    read = parsed(NOISY, png)
    assert verdict_of(read, "no-dp", "noise-4")[2:] == [
        "40.0% 38.0 to 42.0%",
        "88.3% 87.3 to 89.3% linkage (all jointly*)",
        "57.2% 56.7 to 57.7%",
        "98.5%",
        "50.0% 49.0 to 51.0% linkage (all jointly*)",
        "26.8% 26.3 to 27.3%",
        "63.9%",
    ]
    undefended = verdict_of(read, "no-dp †", "no defence")  # did not meet linkage
    assert undefended[2:6] == [
        "73.2% 71.2 to 75.2%",
        "100.0% 99.0 to 101.0% retrieval (candidates)",
        "100.0%",
        "none",
    ]
    assert "Out of 20 images of its character" in read.text
    assert "Out of all 2,120 unseen images" in read.text
    assert undefended[1] == "mobile_output, no defence (32 numbers)"
    assert "(32 numbers with Gaussian noise)" in verdict_of(read, "no-dp", "noise-4")[1]
    assert "no limit for one input covers it" in read.text
    assert "Both hold for one input at a time." in read.text


def test_where_nothing_links_no_word_is_said_of_it(png):
    read = parsed([row(unseen_images=500), few_messages()], png)
    verdict = verdict_of(read, "no-dp †", "quantisation-1")
    assert verdict[4:6] == ["60.0%", "none"]
    assert verdict[-2:] == ["6.00%", "6.40%"]
    (full,) = [cells for cells in wires_of(read, "no-dp †", "wires") if "quantisation" in cells[1]]
    assert full[2:6] == ["5", "5", "32", "1"]
    assert full[6:9] == ["72.1% 70.1 to 74.1%", "73.2% 71.2 to 75.2%", "31.3% 29.3 to 33.3%"]
    assert "jointly" not in read.text


def test_bars_are_as_long_as_the_share(png):
    html = page.render(report_of(NOISY, png))
    verdict = html.partition('id="answer"')[2].partition("</table>")[0]
    for kind, share in (("worst", 0.883), ("optimum", 0.572), ("promise", 0.985)):
        assert f'bar {kind}" data-value="{share}" style="--share: {share}"' in verdict


def test_the_verdict_folds_beyond_the_first_dozen(png):
    attacks = [row(target=f"t{number}") for number in range(15)]
    html = page.render(report_of(attacks, png))
    answer = html.partition("<table")[2].partition("What training with DP did")[0]
    shown, _, folded = answer.partition("<details>")
    assert "The other wires (3)" in folded
    assert [f">t{number}<" in shown for number in range(15)] == [True] * 12 + [False] * 3
    assert [f">t{number}<" in folded for number in range(15)] == [False] * 12 + [True] * 3
    assert "The other wires" not in page.render(report_of(attacks[:12], png))


def test_wires_in_full_have_the_same_attackers(png):
    attacks = [
        *NOISY,
        row(attacker="contrastive", held_out={"within_character": 0.9}),
        dp_row(0.7, attacker="prior", **accuracy("fine_tuned_accuracy", 0.41)),
    ]
    read = parsed(attacks, png)
    assert "the attackers that all of them met (decoder, retrieval)" in read.text
    plain, noisy = wires_of(read, "no-dp", "wires")
    # What no wire has in a column, such as bits, has none; linkage was not behind all of them.
    assert plain[1:5] == ["mobile_output, no defence", "32", "–", "1"]
    assert plain[5:8] == ["72.1% 70.1 to 74.1%", "73.2% 71.2 to 75.2%", "31.3% 29.3 to 33.3%"]
    # contrastive got more of this wire, and never met the other.
    assert plain[8:10] == ["61.0% 60.0 to 62.0% decoder", "100.0% 99.0 to 101.0%"]
    assert noisy[3:7] == ["4", "1", "30.0% 28.0 to 32.0%", "40.0% 38.0 to 42.0%"]
    assert noisy[8:] == [
        "5.00% 4.00 to 6.00% decoder",
        "55.2% 54.2 to 56.2%",
        "0.20% −0.80 to 1.20% decoder",
        "26.0% 25.0 to 27.0%",
    ]
    (other,) = wires_of(read, "dp-noise-0.7 †", "wires")
    assert other[6] == "41.0%‡ 39.0 to 43.0%"
    assert other[8:] == ["–"] * 4


def test_those_who_sign_are_told_the_threat_model_and_what_is_promised_on_what(png):
    section = page.render(report_of(NOISY, png)).partition('id="sign-off"')[2]
    read = section.partition("</section>")[0]
    assert "Whoever has readings of many inputs" in read
    assert "owns 2,720 images" in " ".join(read.split())
    read = re.sub("<a .*?>|</a>", "", read)
    said = "These were run: decoder, retrieval and linkage; a wire with † in the verdict met fewer"
    assert said in " ".join(read.split())
    assert "server's part." in read
    assert "one that links many inputs may exceed it" in " ".join(read.split())


def test_many_messages_are_written_as_a_power(png):
    read = parsed([row(), few_messages(bits=512.0, numbers=512, **limits())], png)
    (full,) = [cells for cells in wires_of(read, "no-dp †", "wires") if "quantisation" in cells[1]]
    assert full[2:5] == ["512", "512", "2⁵¹²"]


def test_a_page_without_images_to_judge_by_has_no_verdict(png):
    attacks = [row(unseen_images=0, seen_images=0, unseen={}, seen={}, width=np.nan)]
    assert "attack run" not in parsed(attacks, png).text


def test_a_wire_of_random_answers_has_its_epsilon_and_its_conditions(png):
    less = limits(within=(0.5, 0.7), top1=(0.05, 0.06))
    answered = few_messages(local_epsilon=2.0, **less)
    read = parsed([*NOISY, answered], png)
    (cells,) = [cells for cells in wires_of(read, "no-dp", "wires") if "quantisation-1" in cells[1]]
    assert cells[2:6] == ["5", "5", "32", "2"]
    assert "answers that are fresh and secret" in read.text
    assert "Local ε: of randomised response" in read.text
    assert "Local ε" not in parsed([*NOISY, few_messages()], png).text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "32 numbers"),
        ({"numbers": 1}, "one number"),
        ({"clip_to_noise_ratio": 4.0}, "32 numbers with Gaussian noise"),
        ({"bits": 5.0}, "one of 32 messages"),
        ({"bits": 5.0, "local_epsilon": 2.0}, "one of 32 messages, answered at random (ε = 2)"),
    ],
)
def test_what_a_wire_sends_is_said_in_words(changed, said):
    (wire,) = wires(pd.DataFrame([row(**changed)]), "unseen")
    assert sent(wire) == said


def test_who_stands_for_a_wire_is_said_by_who_judges_itself(png):
    chosen = "Among attackers that rebuild: the one chosen on held-out images of its own"
    attacks = [row(), row(attacker="post", judges_itself=False)]
    assert f"{chosen}, or post where that got more." in parsed(attacks, png).text
    assert f"{chosen}. Best possible" in parsed(attacks[:1], png).text
    alone = parsed(attacks[1:], png).text
    assert "Among attackers that rebuild: the one that got most." in alone


def test_names_lead_to_what_the_page_says_of_them(png):
    defences = {"noise-4": "clips and adds noise."}
    html = page.render(report_of(NOISY, png, defences=defences))
    leading = set(re.findall(r'href="#([^"]*)"', html)) - {"picture-0"}
    ids = set(re.findall(r' id="([^"]*)"', html))
    assert leading <= ids
    named = {f"attacker-{name}" for name in ("decoder", "retrieval", "linkage")}
    assert named | {"defence-noise-4", "attackers", "defences"} <= leading
