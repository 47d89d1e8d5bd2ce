"""What the page says of wires: the verdict, what protection costs, the ledger of what limits."""

import numpy as np
from report_pages import parsed, report_of, rows_of
from report_rows import accuracy, dp_row, limits, noisy_row, row

from intercept.report import page


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
    (found,) = [
        cells for cells in rows_of(read, target, "answer") if cells[1].endswith(f", {defence}")
    ]
    return found


def test_a_wire_that_retrieval_reads_never_holds_to_chance(png):
    read = parsed(NOISY, png)
    assert "to chance" not in read.text
    assert "nobody, however clever" not in read.text
    assert verdict_of(read, "no-dp", "noise-4")[3:] == [
        "55.2% 54.2 to 56.2% retrieval (has candidates)",
        "57.2% 56.7 to 57.7%",
        "98.5%",
        "88.3% 87.3 to 89.3%",
        "26.0% 25.0 to 27.0% retrieval (has candidates)",
        "26.8% 26.3 to 27.3%",
        "63.9%",
        "50.0% 49.0 to 51.0%",
    ]
    undefended = verdict_of(read, "no-dp †", "no defence")  # did not meet linkage
    assert undefended[2] == "73.2% 71.2 to 75.2%"
    assert undefended[4:7] == ["100.0%", "none", "–"]
    assert "does not cover this" in read.text


def test_few_messages_have_a_promise_in_the_verdict_and_in_the_ledger(png):
    read = parsed([row(unseen_images=500), few_messages()], png)
    verdict = verdict_of(read, "no-dp †", "quantisation-1")
    assert verdict[4:6] == ["60.0%", "none"]
    assert verdict[-2:] == ["6.00%", "6.40%"]
    (ledger,) = [cells for cells in rows_of(read, "no-dp", "wire") if "quantisation-1" in cells[1]]
    assert ledger[2:] == [
        *("5", "5", "32", "–", "1"),
        *("58.0% 57.0 to 59.0%", "60.0%", "none"),
        *("5.50% 4.50 to 6.50%", "6.00%", "6.40%"),
    ]
    assert "promised of one input" not in read.text  # no attack here links


def test_the_verdict_folds_beyond_the_first_dozen(png):
    attacks = [row(target=f"t{number}") for number in range(15)]
    html = page.render(report_of(attacks, png))
    answer = html.partition('id="answer"')[2].partition("What was done")[0]
    shown, _, folded = answer.partition("<details>")
    assert "The other wires (3)" in folded
    assert [f">t{number}<" in shown for number in range(15)] == [True] * 12 + [False] * 3
    assert [f">t{number}<" in folded for number in range(15)] == [False] * 12 + [True] * 3
    assert "The other wires" not in page.render(report_of(attacks[:12], png))


def test_what_protection_costs_has_the_same_attackers_for_each_wire(png):
    attacks = [
        *NOISY,
        row(attacker="contrastive", held_out={"within_character": 0.9}),
        dp_row(0.7, attacker="prior", **accuracy("fine_tuned_accuracy", 0.41)),
    ]
    read = parsed(attacks, png)
    assert "those that all of them met (decoder, retrieval)" in read.text
    plain, noisy = rows_of(read, "no-dp", "frontier")
    assert plain[1:5] == ["mobile_output", "none", "72.1% 70.1 to 74.1%", "73.2% 71.2 to 75.2%"]
    # contrastive got more of this wire, and never met the other.
    assert plain[5:] == [
        "61.0% 60.0 to 62.0% decoder",
        "100.0% 99.0 to 101.0% retrieval",
        "100.0%",
        "none",
        "–",
    ]
    assert noisy[2:] == [
        "noise-4",
        "30.0% 28.0 to 32.0%",
        "40.0% 38.0 to 42.0%",
        "5.00% 4.00 to 6.00% decoder",
        "55.2% 54.2 to 56.2% retrieval",
        "57.2% 56.7 to 57.7%",
        "98.5%",
        "–",  # linkage was not behind the others
    ]
    (other,) = rows_of(read, "dp-noise-0.7 †", "frontier")
    assert other[4] == "41.0%‡ 39.0 to 43.0%"
    assert other[5:] == ["–", "–", "100.0%", "none", "–"]
    assert "this server part is not private" in read.text


def test_no_wire_of_a_table_is_set_above_another(png):
    html = page.render(report_of(NOISY, png))
    costs = html.partition('id="frontier"')[2].partition("</table>")[0]
    assert "<strong>5.00%</strong>" not in costs
    assert "beats" not in costs


def test_the_ledger_has_what_limits_each_wire_and_on_what_it_rests(png):
    read = parsed(NOISY, png)
    plain, noisy = rows_of(read, "no-dp", "wire")
    assert plain[1:7] == ["mobile_output, no defence", "32", "–", "–", "–", "1"]
    assert plain[7:] == ["100.0% 99.0 to 101.0%", "100.0%", "none"] * 2
    assert noisy[1:7] == ["mobile_output, noise-4", "32", "–", "–", "4", "1"]
    assert noisy[7:10] == ["55.2% 54.2 to 56.2%", "57.2% 56.7 to 57.7%", "98.5%"]
    assert "Whoever has readings of many inputs" in read.text
    for gone in ("dFIL", "Fano", "the absence of any bound", "what is sent follows from the input"):
        assert gone not in read.text
    undefended = parsed([row()], png)
    assert "What protection costs" not in undefended.text
    assert "Whoever has readings of many inputs" in undefended.text


def test_many_messages_are_written_as_a_power(png):
    read = parsed([row(), few_messages(bits=512.0, numbers=512, **limits())], png)
    (ledger,) = [cells for cells in rows_of(read, "no-dp", "wire") if "quantisation-1" in cells[1]]
    assert ledger[2:5] == ["512", "512", "2⁵¹²"]


def test_a_page_without_images_to_judge_by_has_no_verdict(png):
    attacks = [row(unseen_images=0, seen_images=0, unseen={}, seen={}, width=np.nan)]
    assert "possible among these candidates" not in parsed(attacks, png).text
