"""What stops the leak: defended wires with their attacks, and promises with their conditions."""

import pandas as pd
from report_pages import sentences
from report_rows import accuracy, baselines, limits, noisy_row, row


def said(rows, of=None):
    return sentences(rows, of)[0]["What stops it."]


def behind_noise(attacker, within, ratio=4, **changed):
    limit = limits(within=(0.572, 0.985), top1=(0.268, 0.639), width=0.005)
    return noisy_row(ratio, attacker=attacker, within=within, **limit | changed)


def few_messages(**changed):
    limit = limits(within=(0.6, 1.0), top1=(0.06, 32 / 500))
    values = {"wire": "q", "defence": "quantisation-1", "bits": 5.0, "unseen_images": 500}
    return row(**values | limit | changed)


def test_a_wire_that_retrieval_reads_is_not_said_to_hold():
    answer = said(
        [
            row(),
            row(attacker="retrieval"),
            behind_noise("decoder", 0.05),
            behind_noise("retrieval", 0.552),
        ]
    )
    assert answer == (
        "Behind noise-4 (no-dp cut at mobile_output), retrieval, which has the candidates, picks "
        "the very drawing out of its character in 55.2% (54.2 to 56.2%). There 57.2% is possible "
        "among these candidates, one input at a time, and nobody picks the right one out of any "
        "20 equally likely candidates in more than 98.5% of cases, with one reading of each and "
        "noise that is fresh and secret."
    )


def test_linkage_stands_beside_the_attack_on_one_input():
    attacks = {"decoder": 0.1, "linkage": 0.883}
    answer = said([behind_noise(*attack, readings=3) for attack in attacks.items()])
    rebuilds = "decoder, which rebuilds the image, picks the very drawing out of its character in"
    assert f"{rebuilds} 10.0%" in answer
    assert "; linkage, which has the candidates and a reading of each, picks" in answer
    assert "in 88.3% (87.3 to 89.3%). There" in answer
    assert "with 3 readings of each" in answer


def test_few_messages_are_a_promise_too():
    answer = said([row(unseen_images=500), few_messages()])
    assert answer.endswith(
        "and nothing is promised within a character, but nobody picks the right one out of any "
        "500 equally likely candidates in more than 6.40% of cases, since the wire carries one of "
        "32 messages."
    )


def test_where_nothing_is_promised_nobody_is_not_mentioned():
    unlimited = few_messages(bits=4096.0, **limits())
    answer = said([row(), unlimited])
    assert answer.endswith("nothing is promised for other candidates.")
    assert "nobody" not in answer


def test_of_many_wires_the_ranges_are_given_and_none_is_set_above_another():
    ratios = {8: (0.86, 0.9997), 4: (0.552, 0.985), 2: (0.2, 0.62)}
    wires = [
        noisy_row(ratio, attacker="retrieval", within=within, promise=promise)
        for ratio, (within, promise) in ratios.items()
    ]
    wires += [noisy_row(2, attacker="linkage", within=0.4, promise=0.62)]
    answer = said([row(), few_messages(unseen={"within_character": 0.61}), *wires])
    assert answer == (
        "Behind the 4 defended wires, the strongest attack on one input at a time (decoder and "
        "retrieval) picks the very drawing out of its character in 20.0% to 86.0% of cases; with "
        "the readings of all inputs linked, in 40.0%. One input at a time, 57.0% to 60.0% is "
        "possible among these candidates. 3 of them come with a promise below 100%: with one "
        "reading of each and noise that is fresh and secret, nobody picks the right one out of "
        "any 20 equally likely candidates in more than 62.0% to >99.9% of cases, depending on the "
        "wire."
    )


def test_a_target_that_was_trained_to_leak_less_is_a_defence():
    answer = said([row(), row("shy", recipe="nopeek", unseen={"within_character": 0.05})])
    assert answer.startswith("From shy (cut at mobile_output), decoder, which rebuilds the image,")
    assert "chance" not in answer


def test_without_a_defence_nothing_is_said():
    assert said([row()]) == "No defence was tried in this study, so that it does not say."


def test_without_baselines_the_number_of_drawings_is_left_out():
    rows = [row(), behind_noise("decoder", 0.1)]
    answer = said(rows, of=baselines(pd.DataFrame(rows)).iloc[:0])
    assert "out of any equally likely candidates in more than" in answer


def test_a_promise_of_one_wire_of_many_is_singular():
    wires = [
        few_messages(wire=f"q{number}", **accuracy("fine_tuned_accuracy", 0.5))
        for number in range(3)
    ]
    answer = said([row(), *wires, behind_noise("decoder", 0.1)])
    assert "1 of them comes with a promise" in answer
    assert "98.5% of cases." in answer
    assert said([row(), *wires, few_messages(wire="q4")]).endswith(
        "Within a character nothing is promised of them."
    )
