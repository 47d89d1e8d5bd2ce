"""The page's tables of what leaks: the headline, every attack, the baselines."""

import re

import numpy as np
import pandas as pd
from report_pages import parsed, report_of, rows_of
from report_rows import baselines, differences, dp_row, noisy_row, row

from intercept.report import page
from intercept.report.tables import compared_rows, headline_feet


def test_every_row_of_a_table_is_as_long_as_its_head(attacks, png):
    html = page.render(report_of([*attacks, row(seed=2), row(wire="other")], png))
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


def test_images_in_colour_have_structural_similarity_in_the_place_of_ink(png):
    inkless = {"ink_f1": np.nan}
    attacks = [
        row(attacker="decoder", held_out=inkless, unseen={**inkless, "ssim": 0.25}),
        row(attacker="refine", held_out={**inkless, "ssim": 0.1}, unseen=inkless),
    ]
    assert rows_of(parsed(attacks, png), "no-dp")[0][5].startswith("0.250")
    assert "ink F1" in page.render(report_of([row()], png))
    headings = re.findall(r"<th[^>]*>(ink F1|SSIM)</th>", page.render(report_of(attacks, png)))
    assert headings == ["SSIM", *headings[1:]]
    # Where nobody rebuilds, neither is known.
    alone = page.render(report_of([row(attacker="retrieval")], png))
    assert re.findall(r"<th[^>]*>(ink F1|SSIM)</th>", alone)[0] == "ink F1"


def test_the_headline_chooses_for_each_measure_by_itself(png):
    attacks = [
        row(
            attacker="decoder",
            held_out={"skill": 0.4, "mean_reciprocal_rank": 0.7, "class_top1": 0.1},
            unseen={"skill": 0.35, "class_top1": 0.2},
        ),
        row(
            attacker="refine",
            held_out={"skill": -0.4, "within_character": 0.9, "class_top1": 0.6},
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
    for name, tables in (("blank image", 2), ("nearest own image", 2), ("autoencoder", 3)):
        assert len(rows_of(read, name)) == tables
    assert [cells[1] for cells in rows_of(read, "predicted class")] == ["no-dp", "dp-noise-0.7"] * 2


def test_the_headline_stands_between_floor_and_ceilings(attacks, png):
    read = parsed(attacks, png)
    (floor,) = rows_of(read, "mean image, guessing, largest class")
    assert floor[1:] == ["7.23%", "", "+0.00", "5.00%", "0.05%", "0.020", "–", ""]
    assert rows_of(read, "autoencoder")[0][3] == "+0.62 +0.61 to +0.63"
    assert rows_of(read, "principal components")[0][3] == "+0.55 +0.54 to +0.56"


def test_seeds_and_wires_have_rows_of_their_own(png):
    attacks = [row(seed=seed, wire=cut) for seed in (1, 2) for cut in ("near", "far")]
    read = parsed(attacks, png)
    places = [cells[1:3] for cells in rows_of(read, "no-dp")[:4]]
    assert places == [["1", "near"], ["1", "far"], ["2", "near"], ["2", "far"]]
    floors = rows_of(read, "mean image, guessing, largest class")
    assert [cells[1:3] for cells in floors] == [["", ""]]  # the same for all
    assert rows_of(read, "autoencoder")[0][4] == "+0.62"  # of two seeds: no interval


def test_the_headline_is_of_undefended_wires(png):
    read = parsed([row(), noisy_row(2)], png)
    headline = [cells for cells in rows_of(read, "no-dp") if len(cells) == 7]
    assert headline[0][1] == "72.1%"
    assert "noise-2" not in headline[0]


def test_numbers_without_an_interval_stand_alone(png):
    read = parsed([row(width=np.nan)], png)
    assert rows_of(read, "no-dp")[0][2] == "+0.30 decoder"
    assert "nan" not in read.text.lower()


def test_each_width_has_ceilings_of_its_own_under_the_headline():
    attacks = [row(), row("narrow", numbers=8), row("early", wire="mobile_pool_3", numbers=8)]
    summary = pd.DataFrame(attacks)
    feet = list(headline_feet(summary, baselines(summary), "unseen"))
    assert [(name, line.names["numbers"], line.names["wire"]) for name, line in feet] == [
        ("mean_image", "", ""),
        ("autoencoder", "32", "mobile_output"),
        ("autoencoder", "8", "mobile_output, mobile_pool_3"),
        ("principal_components", "32", "mobile_output"),
        ("principal_components", "8", "mobile_output, mobile_pool_3"),
    ]
    alone = pd.DataFrame([row(), row("other")])
    found = list(headline_feet(alone, baselines(alone), "unseen"))
    assert [line.names["numbers"] for _, line in found] == [""] * 3


def test_paired_differences_are_in_points_and_called_by_their_interval(png):
    apart = differences(("no-dp", "dp-noise-0.7", 0.3), ("no-dp", "clip-only", -0.005))
    first, second = compared_rows(apart, "unseen")
    assert first.names["one"].startswith("no-dp, mobile_output, ")
    assert first.names["other"].startswith("dp-noise-0.7, mobile_output, ")
    difference = first.cells["difference"]
    assert (difference.value, difference.interval) == ("+30.0", "+29.0 to +31.0")
    assert [one.cells["stands"].value for one in (first, second)] == ["higher", "not told apart"]
    (alone,) = compared_rows(differences(("a", "b", -0.3), width=np.nan, seeds=1), "seen")
    assert (alone.cells["difference"].value, alone.cells["difference"].interval) == ("−30.0", "")
    assert alone.cells["stands"].value == "not compared"
    text = parsed([row(), dp_row(0.7)], png, differences=apart).text
    assert "Paired differences (2)" in text and "not told apart" in text
    assert "Paired differences" not in parsed([row()], png).text
