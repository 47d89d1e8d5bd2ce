"""What the page says of targets: their privacy, and the post's numbers beside them."""

from dataclasses import replace

import numpy as np
from report_pages import parsed, report_of, rows_of
from report_rows import dp_row, post_row, row

from intercept.report import page


def test_page_compares_with_the_post_on_its_dataset_only(attacks, png):
    attacks[1]["attacker_mse"] = 0.0001
    attacks[2]["attacker_mse"] = np.nan
    text = parsed(attacks, png).text
    assert "Beside the post" in text
    assert "83.1% (10 epochs) 84% (10 epochs)" in text
    assert "(mobile_output) 0.0412 (100 epochs) 0.0413 (100 epochs)" in text
    assert "0.0001" not in text  # by an attacker that is not the post's
    assert "ε by the post's computation (δ = 10⁻⁵) 4.0 4.0" in text
    assert "Beside the post" not in page.render(report_of(attacks, png, dataset="mnist_5k"))


def test_page_sets_both_private_recipes_beside_the_post(png):
    text = parsed([row(), dp_row(0.5, 12.4), post_row(0.7, 4.02)], png).text
    assert "dp-noise-0.5 ε by the post's computation (δ = 10⁻⁵) 12.4 12.5" in text
    assert "post-noise-0.7 ε by the post's computation (δ = 10⁻⁵) 4.0 4.0" in text
    assert "post-noise-0.7 Training accuracy 83.1% (20 epochs) 37% (20 epochs)" in text
    assert "Targets of the recipe dp-adam" in text
    assert "Targets of the recipe dp-adam" not in parsed([row(), post_row(0.7, 4.02)], png).text


def test_page_of_an_untrained_control_has_dashes(png):
    untrained = row("untrained", recipe="other", validation_accuracy=np.nan, target_steps=0)
    untrained |= {"epsilon": 0.0, "network_is_guaranteed": True}
    read = parsed([row(), untrained], png)
    assert rows_of(read, "untrained")[0][1] == "–"
    assert "nan" not in read.text.lower()


def test_page_has_one_privacy_row_for_each_target(png):
    attacks = [row(), row(attacker="weak"), row(seed=2, target_steps=3441)]
    attacks += [dp_row(0.7), dp_row(0.7, attacker="weak"), post_row(0.5, 12.4)]
    attacks += [row("clip-only", recipe="dp-adam", noise_multiplier=0.0, l2_norm_clip=1.0)]
    attacks += [row("untrained", recipe="dp-adam", target_steps=0, network_is_guaranteed=True)]
    attacks += [dp_row(0.2, is_a_guarantee=True)]
    epsilons = ["epsilon", "epsilon_replace_one", "epsilon_rdp", "epsilon_no_amplification"]
    attacks[-2] |= dict.fromkeys(epsilons, 0.0) | {"broken_conditions": np.nan}
    attacks[-3]["delta"] = 1e-5
    text = parsed(attacks, png).text
    for line in (
        "no-dp no ∞ ∞ ∞ ∞ – – – – – – 3,440 to 3,441 –",
        "dp-noise-0.7 for the network alone 3.35 4.55 3.95 53.6 4.02 10⁻⁵ 0.7 1 Poisson 0.00291",
        "post-noise-0.5 no – – – 53.6 12.4 10⁻⁵ 0.5 1 shuffle – 6,880 OS entropy",
        "clip-only no ∞ ∞ ∞ ∞ – 10⁻⁵ 0 1 – – 3,440 –",
        "dp-noise-0.2 yes 3.35 4.55 3.95 53.6 4.02 10⁻⁵ 0.2 1 Poisson 0.00291 6,880 OS entropy",
        "untrained for the network alone 0 0 0 0 – – – – – – 0 –",
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
    assert rows_of(read, "dp-noise-0.7")[0][2] == "3.35"
    assert "*" not in read.text
    seeded = {"network_is_guaranteed": False, "broken_conditions": "The seed is known."}
    read = parsed([row(), dp_row(0.7, **seeded), post_row(0.5, 12.4)], png)
    shown = {
        name: rows_of(read, name)[0][2] for name in ("dp-noise-0.7", "post-noise-0.5", "no-dp")
    }
    assert shown == {"dp-noise-0.7": "3.35*", "post-noise-0.5": "–", "no-dp": "∞"}
    assert "* Not a guarantee." in read.text


def test_page_lists_what_is_published_and_not_covered_where_a_network_is_guaranteed(png):
    text = parsed([row(), dp_row(0.7)], png).text
    assert "What is published and no ε covers" in text
    listed = "server.h5 of every wire, and its fine_tuned_accuracy and character_accuracy"
    assert f"{listed} (training images)." in text
    assert "history.csv" in text and "sample-target.webp" in text
    assert "defence.json of wires with noise or quantisation" in text
    for without in ([row()], [row(), post_row(0.5, 12.4)]):
        assert "What is published and no ε covers" not in parsed(without, png).text


def test_page_says_how_the_noise_of_each_target_was_drawn(png):
    attacks = [row(), dp_row(0.7), dp_row(0.5, 12.4), post_row(0.5, 12.4)]
    text = parsed(attacks, png).text
    assert "dp-noise-0.7, dp-noise-0.5 Drawn in float64 by NumPy's ziggurat" in text
    assert "post-noise-0.5 Drawn by TensorFlow in float32, never beyond 5.68" in text
    assert "How the noise was drawn" not in parsed([row()], png).text


def test_page_calls_out_a_network_of_a_file_that_is_no_better_than_guessing(png):
    values = {"recipe": "model-file", "validation_accuracy": 0.102, "majority_share": 0.101}
    text = parsed([row("mine", beats_guessing=False, **values)], png).text
    assert "mine is no better than guessing. It is right on 10.2% of the validation images" in text
    assert "mine was trained elsewhere, and is right on 10.2% of the validation images, of" in text
    text = parsed([row("mine", **(values | {"validation_accuracy": 0.97}))], png).text
    assert "no better than guessing" not in text
    assert "mine was trained elsewhere, and is right on 97.0% of the validation images, of" in text
    assert "among those that it learned" not in text
    few = row("mine", beats_guessing=None, **(values | {"validation_accuracy": 1.0}))
    text = parsed([few], png).text
    assert "Whether mine is better than guessing is not known. It is right on 100.0%" in text
    assert "no better than guessing" not in text
    text = parsed([row(beats_guessing=False)], png).text
    assert "no better than guessing" not in text
    assert "was trained elsewhere" not in text


def test_page_says_where_a_network_of_a_file_may_have_learned_what_judges_it(png):
    attacks = [row("mine", recipe="model-file", validation_accuracy=0.97)]
    usual = report_of(attacks, png)
    read = page.render(replace(usual, manifest={**usual.manifest, "validates_apart": False}))
    assert "These images may be among those that it learned" in read


def test_columns_of_the_training_ledger_without_anything_are_left_out(png):
    told = parsed([row(), dp_row(0.7)], png).text
    for heading in ("δ noise clip sampler", "sampling probability", "as the post computed it"):
        assert heading in told
    elsewhere = parsed([row(recipe="model-file", target_steps=np.nan)], png)
    assert "as the post computed it" not in elsewhere.text
    assert rows_of(elsewhere, "no-dp", "training")[0] == ["no-dp", "no"]
