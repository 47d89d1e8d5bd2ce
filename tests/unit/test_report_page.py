"""The page: that it stands alone, and what its tables say."""

import dataclasses
import re
from collections import OrderedDict

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from report_rows import Parsed, dp_row, noisy_row, parsed, post_row, report_of, row, without

from intercept.privacy import ASSUMPTIONS
from intercept.report import page


@pytest.fixture(scope="module")
def png(tmp_path_factory):
    path = tmp_path_factory.mktemp("figures") / "samples.png"
    matplotlib.image.imsave(path, np.eye(8))
    return path


@pytest.fixture
def attacks():
    """Five attackers on a target without DP and on one with it."""
    names = ("post", "decoder", "refine", "prior", "retrieval")
    plain = [row(attacker=name) for name in names]
    return [*plain, *(dp_row(0.7, attacker=name) for name in names)]


def rows_of(page_read, first):
    """The rows of all tables whose first cell is this."""
    return [cells for cells in page_read.rows if cells and cells[0] == first]


def test_page_stands_alone(attacks, png):
    html = page.render(report_of(attacks, png))
    read = Parsed(html)
    assert read.open == []
    assert all(address.startswith("data:") for address in read.resources)
    assert not re.search(r"url\(|@import|<script src", html)
    assert read.images[0]["alt"] == "A grid of letters"
    assert read.images[0]["src"].startswith("data:image/png;base64,iVBOR")


def test_every_row_of_a_table_is_as_long_as_its_head(attacks, png):
    html = page.render(report_of([*attacks, row(seed=2), row(release="other")], png))
    for table in re.findall(r"<table.*?</table>", html, re.DOTALL):
        head, _, body = table.partition("</thead>")
        first = re.findall(r"<tr>.*?</tr>", head, re.DOTALL)[0]
        spans = [int(span) for span in re.findall(r'colspan="(\d+)"', first)]
        width = first.count("<th") - len(spans) + sum(spans)
        lengths = {line.count("<td") + line.count("<th") for line in body.split("</tr>")[:-1]}
        assert lengths == {width}


def test_the_headline_is_chosen_on_held_out_images_alone(png):
    attacks = [
        row(attacker="decoder", held_out={"top1": 0.5}, unseen={"top1": 0.2}),
        row(attacker="refine", held_out={"top1": 0.3}, unseen={"top1": 0.9}),
    ]
    headline = rows_of(parsed(attacks, png), "no-dp")[0]
    assert headline[4] == "20.0% 19.0 to 21.0% decoder"


def test_the_headline_chooses_for_each_measure_by_itself(png):
    attacks = [
        row(
            attacker="decoder",
            held_out={"skill": 0.4, "mean_reciprocal_rank": 0.1},
            unseen={"skill": 0.35, "class_top1": 0.2},
        ),
        row(
            attacker="refine",
            held_out={"skill": -0.4, "within_character": 0.9, "mean_reciprocal_rank": 0.6},
            unseen={"skill": -0.3, "within_character": 0.7, "class_top1": 0.3},
        ),
    ]
    _, _, skill, within, *_, class_leakage = rows_of(parsed(attacks, png), "no-dp")[0]
    assert skill == "+0.35 +0.34 to +0.36 decoder"
    assert within == "70.0% 69.0 to 71.0% refine"
    assert class_leakage == "30.0% 29.0 to 31.0% refine"


def test_the_post_is_never_chosen_beside_attackers_that_judge_themselves(png):
    attacks = [
        row(attacker="post", held_out={"skill": 0.9}, unseen={"skill": 0.9}),
        row(attacker="prior", held_out={"skill": 0.1}, unseen={"skill": 0.12}),
    ]
    read = parsed(attacks, png)
    assert rows_of(read, "no-dp")[0][2] == "+0.12 +0.11 to +0.13 prior"
    assert "never on the evaluation images" in read.text
    assert "Never chosen, since trained on all of these images: post." in read.text


def test_the_post_alone_makes_a_page(png):
    read = parsed([row(attacker="post"), dp_row(0.7, attacker="post")], png)
    assert rows_of(read, "no-dp")[0][3].endswith("post")
    assert "Every reconstruction is by post" in read.text
    assert "Held-out images" not in read.text
    assert "Candidates known" not in read.text
    assert "nan" not in read.text.lower()


def test_attackers_that_do_not_judge_themselves_are_said_to_be_so(png):
    attacks = [row(attacker=name, judges_itself=False) for name in ("post", "other")]
    text = parsed(attacks, png).text
    assert "None of them holds any of its images out of its training." in text
    assert "Never chosen" not in text


def test_retrieval_has_no_measures_of_an_image(attacks, png):
    read = parsed(attacks, png)
    headline, *tables = rows_of(read, "no-dp")
    assert headline[-1] == "33.2% 32.2 to 34.2%"
    retrieval = [cells for cells in tables if cells[1] == "retrieval"]
    assert len(retrieval) == 3  # unseen, seen, held out
    assert retrieval[0][2:] == [
        *["–"] * 5,
        "61.0% 60.0 to 62.0%",
        "33.2% 32.2 to 34.2%",
        "54.5% 53.5 to 55.5%",
        "0.440 0.430 to 0.450",
        "–",
        "–",
    ]


def test_retrieval_alone_makes_a_page(png):
    read = parsed([row(attacker="retrieval")], png)
    assert rows_of(read, "no-dp")[0][2:] == ["–", "–", "–", "–", "–", "33.2% 32.2 to 34.2%"]
    assert "nan" not in read.text.lower()


def test_the_details_have_every_attack_and_every_baseline(attacks, png):
    read = parsed(attacks, png)
    for target in ("no-dp", "dp-noise-0.7"):
        for attacker, groups in (("post", 2), ("decoder", 3), ("prior", 3)):
            found = [cells for cells in rows_of(read, target) if cells[1] == attacker]
            assert len(found) == groups, attacker  # the held-out images of post count for nothing
    for name, tables in (("blank page", 2), ("nearest own image", 2), ("autoencoder", 3)):
        assert len(rows_of(read, name)) == tables
    assert [cells[1] for cells in rows_of(read, "predicted class")] == ["no-dp", "dp-noise-0.7"] * 2


def test_the_headline_stands_between_floor_and_ceilings(attacks, png):
    read = parsed(attacks, png)
    (floor,) = rows_of(read, "mean image, chance, largest class")
    assert floor[1:] == ["7.23%", "", "+0.00", "5.00%", "0.05%", "0.020", "–", ""]
    assert rows_of(read, "autoencoder")[0][3] == "+0.62 +0.61 to +0.63"
    assert rows_of(read, "principal components")[0][3] == "+0.55 +0.54 to +0.56"


def test_seeds_and_releases_have_rows_of_their_own(png):
    attacks = [row(seed=seed, release=cut) for seed in (1, 2) for cut in ("near", "far")]
    read = parsed(attacks, png)
    places = [cells[1:3] for cells in rows_of(read, "no-dp")[:4]]
    assert places == [["1", "near"], ["1", "far"], ["2", "near"], ["2", "far"]]
    floors = rows_of(read, "mean image, chance, largest class")
    assert [cells[1:3] for cells in floors] == [["", "near"], ["", "far"]]
    assert rows_of(read, "autoencoder")[0][4] == "+0.62"  # of two seeds: no interval


def test_what_protection_costs_has_a_row_for_each_release(png):
    attacks = [
        row(unseen={"within_character": 0.61}),
        row(target="worse", unseen={"within_character": 0.65}),
        noisy_row(2, within=0.2, tuned=0.4),
    ]
    read = parsed(attacks, png)
    costs = [
        cells for cells in read.rows if cells[1:2] == ["mobile_output"] and "73.2%" in cells[4]
    ]
    assert costs[0][:3] == ["no-dp", "mobile_output", "none"]
    assert costs[0][3].startswith("72.1%")
    assert costs[0][5] == "61.0% 60.0 to 62.0% decoder"
    (noisy,) = [cells for cells in read.rows if cells[2:3] == ["noise-2"] and len(cells) == 7]
    assert noisy[3:6] == [
        "30.0% 28.0 to 32.0%",
        "40.0% 38.0 to 42.0%",
        "20.0% 19.0 to 21.0% decoder",
    ]
    html = page.render(report_of(attacks, png))
    assert "<strong>61.0%</strong>" in html  # as accurate as the next, and leaks less
    assert "<strong>65.0%</strong>" not in html
    assert "<strong>20.0%</strong>" in html


def test_the_ledgers_are_kept_apart_and_say_none_where_nothing_is_bounded(png):
    read = parsed([row(), noisy_row(2)], png)
    ledger = [cells for cells in read.rows if cells[2:3] in (["none"], ["noise-2"])]
    bounds = ["64.0%", "10.0%", "100.0%", "52.0%", "0.0123"]
    assert [cells for cells in ledger if len(cells) == 11] == [
        ["no-dp", "mobile_output", "none", "32", "–", "–", *["none"] * 5],
        ["no-dp", "mobile_output", "noise-2", "32", "–", "2", *bounds],
    ]
    assert "The training ledger" in read.text
    assert "The wire ledger" in read.text
    assert "What the ceilings rest on" in read.text
    undefended = parsed([row()], png)
    assert "What the ceilings rest on" not in undefended.text
    assert "What protection costs" not in undefended.text
    assert "nothing here is bounded" in undefended.text


def test_the_headline_is_of_undefended_releases(png):
    read = parsed([row(), noisy_row(2)], png)
    headline = [cells for cells in rows_of(read, "no-dp") if len(cells) == 7]
    assert headline[0][1] == "72.1%"
    assert "noise-2" not in headline[0]


def test_page_without_seen_images_or_dp(png):
    read = parsed(without(pd.DataFrame([row()]), "seen"), png)
    assert "nan" not in read.text.lower()
    assert "Seen" not in read.text
    assert "What the columns are" not in read.text
    assert "ε" not in read.rows[0]


def test_page_without_unseen_images_shows_the_seen_ones(png):
    attacks = without(pd.DataFrame([row(seen={"skill": 0.77}), dp_row(0.7)]), "unseen")
    read = parsed(attacks, png)
    assert "Strongest attacker on seen images (1,000)" in read.text
    assert rows_of(read, "no-dp")[0][3] == "+0.77 +0.76 to +0.78 decoder"
    assert "nan" not in read.text.lower()


def test_numbers_without_an_interval_stand_alone(png):
    read = parsed([row(width=np.nan)], png)
    assert rows_of(read, "no-dp")[0][2] == "+0.30 decoder"
    assert "nan" not in read.text.lower()


def test_page_without_baselines(png):
    empty = report_of([row()], png).baselines.iloc[:0]
    read = parsed([row()], png, baselines=empty)
    assert "The baselines" not in read.text
    assert rows_of(read, "autoencoder") == []
    assert "nan" not in read.text.lower()


def test_page_escapes_what_it_is_given(png):
    attacks = [row(target="<b>x</b>"), dp_row(0.7, release="<i>cut</i>", attacker="<u>a</u>")]
    report = report_of(attacks, png, name="<u>s</u>", settings={"key": "</code><script>"})
    html = page.render(report)
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    for raw in ("<b>x", "<i>cut", "<u>s", "<u>a", "</code><script"):
        assert raw not in html


def test_every_table_and_figure_is_marked_as_synthetic(attacks, png):
    text = parsed(attacks, png, synthetic=True, dataset="glyphs").text
    # The banner; headline and two ledgers; three tables of attacks, two of baselines; the figure.
    assert text.count("Synthetic data") == 1 + 3 + 3 + 2 + 1
    assert "Synthetic" not in page.render(report_of(attacks, png))


def test_page_compares_with_the_post_on_its_dataset_only(attacks, png):
    attacks[1]["attacker_mse"] = 0.0001
    attacks[2]["attacker_mse"] = np.nan
    text = parsed(attacks, png).text
    assert "Beside the post" in text
    assert "83.1% (10 epochs) 84% (10 epochs)" in text
    assert "(mobile_output) 0.0412 (100 epochs) 0.0413 (100 epochs)" in text
    assert "0.0001" not in text  # by an attacker that is not the post's
    assert "ε by the post's computation (δ = 10⁻⁵) 4.0 4.0" in text
    for other in ({"dataset": "glyphs"}, {"synthetic": True}):
        assert "Beside the post" not in page.render(report_of(attacks, png, **other))


def test_page_sets_both_private_recipes_beside_the_post(png):
    text = parsed([row(), dp_row(0.5, 12.4), post_row(0.7, 4.02)], png).text
    assert "dp-noise-0.5 ε by the post's computation (δ = 10⁻⁵) 12.4 12.5" in text
    assert "post-noise-0.7 ε by the post's computation (δ = 10⁻⁵) 4.0 4.0" in text
    assert "post-noise-0.7 Training accuracy 83.1% (20 epochs) 37% (20 epochs)" in text
    assert "Targets of the recipe sound" in text
    assert "Targets of the recipe sound" not in parsed([row(), post_row(0.7, 4.02)], png).text


def test_page_of_an_untrained_control_has_dashes(png):
    untrained = row("untrained", recipe="other", validation_accuracy=np.nan, target_steps=0)
    untrained |= {"epsilon": 0.0, "is_a_guarantee": True}
    read = parsed([row(), untrained], png)
    assert rows_of(read, "untrained")[0][1] == "–"
    assert "nan" not in read.text.lower()


def test_page_has_one_privacy_row_for_each_target(png):
    attacks = [row(), row(attacker="weak"), row(seed=2, target_steps=3441)]
    attacks += [dp_row(0.7), dp_row(0.7, attacker="weak"), post_row(0.5, 12.4)]
    attacks += [row("clip-only", recipe="sound", noise_multiplier=0.0, l2_norm_clip=1.0)]
    attacks += [row("untrained", recipe="sound", target_steps=0, is_a_guarantee=True)]
    epsilons = ["epsilon", "epsilon_replace_one", "epsilon_rdp", "epsilon_no_amplification"]
    attacks[-1] |= dict.fromkeys(epsilons, 0.0) | {"broken_conditions": np.nan}
    attacks[-2]["delta"] = 1e-5
    text = parsed(attacks, png).text
    for line in (
        "no-dp no ∞ ∞ ∞ ∞ – – – – – – 3,440 to 3,441 –",
        "dp-noise-0.7 yes 3.34 4.55 3.94 53.6 4.02 10⁻⁵ 0.7 1 Poisson 0.00291 6,880 OS entropy",
        "post-noise-0.5 no – – – 53.6 12.4 10⁻⁵ 0.5 1 shuffle – 6,880 OS entropy",
        "clip-only no ∞ ∞ ∞ ∞ – 10⁻⁵ 0 1 – – 3,440 –",
        "untrained yes 0 0 0 0 – – – – – – 0 –",
    ):
        assert text.count(line) == 1, line


def test_page_says_what_breaks_each_guarantee_once(png):
    attacks = [row(), row("other"), dp_row(0.7), post_row(0.5, 12.4)]
    attacks += [post_row(0.5, 12.4, attacker="prior")]
    text = parsed(attacks, png).text
    assert text.count("no-dp, other Trained without differential privacy.") == 1
    assert text.count("post-noise-0.5 BatchNorm mixes. The buffer shuffles.") == 1
    assert "Why there is no guarantee" not in parsed([dp_row(0.7)], png).text


def test_page_marks_an_epsilon_that_is_not_a_guarantee(png):
    read = parsed([row(), dp_row(0.7)], png)
    assert rows_of(read, "dp-noise-0.7")[0][2] == "3.34"
    assert "*" not in read.text
    seeded = {"is_a_guarantee": False, "broken_conditions": "The seed is known."}
    read = parsed([row(), dp_row(0.7, **seeded), post_row(0.5, 12.4)], png)
    shown = {
        name: rows_of(read, name)[0][2] for name in ("dp-noise-0.7", "post-noise-0.5", "no-dp")
    }
    assert shown == {"dp-noise-0.7": "3.34*", "post-noise-0.5": "–", "no-dp": "∞"}
    assert "* Not a guarantee." in read.text


def test_page_keeps_two_ledgers_and_names_the_assumptions(attacks, png):
    text = parsed(attacks, png).text
    assert "no ε of the training bounds what the wire carries" in text
    assert "No ε below says anything about the wire , and none covers the server parts" in text
    for assumption in ASSUMPTIONS:
        assert assumption in text
    tuned = "on these very images"
    assert tuned in text
    assert tuned not in parsed(attacks, png, dataset="other").text


def test_page_explains_the_attackers_of_the_study(png):
    text = parsed([row(attacker="refine"), row(attacker="nobody-knows")], png).text
    reading = text.partition("How to read the numbers")[2]
    assert "refine : starts at another attacker's answer" in reading
    assert "nobody-knows The baselines" in reading
    assert "the post's decoder, trained" not in reading


def test_page_shows_the_settings_in_their_order(attacks, png):
    settings = OrderedDict(targets=OrderedDict(epochs=10, batch_size=32), cut=("mobile", "ε"))
    html = page.render(report_of(attacks, png, settings=settings))
    assert "targets:\n  epochs: 10\n  batch_size: 32\ncut:\n- mobile\n- ε\n" in html


def test_page_refuses_an_empty_summary(attacks, png):
    report = report_of(attacks, png)
    with pytest.raises(ValueError, match="without rows"):
        page.render(dataclasses.replace(report, summary=report.summary.iloc[:0]))
