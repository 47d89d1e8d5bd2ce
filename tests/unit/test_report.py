"""The report: its figures, the post's numbers, and the page."""

import dataclasses
import itertools
import re
import warnings
from collections import OrderedDict
from html.parser import HTMLParser

import matplotlib.image
import numpy as np
import pandas as pd
import pytest

from intercept.mechanism import Mechanism
from intercept.privacy import ASSUMPTIONS, privacy_record
from intercept.report import figures, page, published
from intercept.report.style import shown_epsilon
from intercept.report.summary import summary_row

RANDOM = np.random.default_rng(20200515)


def row(target="no-dp", recipe="post-part-1", **changed):
    """One row of summary.csv as pandas reads it: a target without DP, but for what is changed."""
    values = {
        "study": "s",
        "dataset": "omniglot",
        "synthetic": False,
        "target": target,
        "recipe": recipe,
        "noise_multiplier": np.nan,
        "l2_norm_clip": np.nan,
        "sampler": np.nan,
        "sampling_probability": np.nan,
        "noise_source": np.nan,
        "delta": np.nan,
        "epsilon": np.nan,
        "epsilon_replace_one": np.nan,
        "epsilon_rdp": np.nan,
        "epsilon_no_amplification": np.nan,
        "epsilon_as_the_post_computed": np.nan,
        "epsilon_claimed": np.nan,
        "is_a_guarantee": False,
        "broken_conditions": "Trained without differential privacy.",
        "seed": 1,
        "release": "mobile_output",
        "attacker": "post",
        "target_epochs": 10,
        "target_steps": 3440,
        "train_accuracy": 0.8312,
        "validation_accuracy": 0.7213,
        "majority_share": 0.0723,
        "attacker_epochs": 100,
        "attacker_mse": 0.0412,
        "unseen_images": 2120,
        "unseen_mse": 0.0488,
        "unseen_mean_image_mse": 0.0697,
        "unseen_skill": 0.3,
        "unseen_top1": 0.112,
        "unseen_top5": 0.245,
        "seen_images": 1000,
        "seen_mse": 0.045,
        "seen_mean_image_mse": 0.063,
        "seen_skill": 0.286,
        "seen_top1": 0.3,
        "seen_top5": 0.5,
        "data_hash": "ab12",
        "tensorflow": "2.15.1",
        "intercept": "0.1.0",
    }
    return values | changed


def dp_row(noise, computed, **changed):
    values = {"unseen_top1": 0.01, "unseen_skill": -0.02, "unseen_mse": 0.0711, "target_epochs": 20}
    values |= {
        "noise_multiplier": noise,
        "l2_norm_clip": 1.0,
        "sampler": "poisson",
        "sampling_probability": 32 / 11_000,
        "noise_source": "os-entropy",
        "delta": 1e-5,
        "epsilon": 3.3437,
        "epsilon_replace_one": 4.5483,
        "epsilon_rdp": 3.9442,
        "epsilon_no_amplification": 53.56,
        "epsilon_as_the_post_computed": computed,
        "is_a_guarantee": True,
        "broken_conditions": np.nan,
        "target_steps": 6880,
    }
    return row(**({"target": f"dp-noise-{noise}", "recipe": "sound"} | values | changed))


def post_row(noise, computed, **changed):
    values = {
        "target": f"post-noise-{noise}",
        "recipe": "post",
        "sampler": "shuffle-buffer",
        "sampling_probability": np.nan,
        "epsilon": np.nan,
        "epsilon_replace_one": np.nan,
        "epsilon_rdp": np.nan,
        "epsilon_claimed": computed,
        "is_a_guarantee": False,
        "broken_conditions": "BatchNorm mixes. | The buffer shuffles.",
    }
    return dp_row(noise, computed, **(values | changed))


def without_seen(rows):
    summary = pd.DataFrame(rows)
    summary["seen_images"] = 0
    summary[["seen_mse", "seen_mean_image_mse", "seen_skill", "seen_top1", "seen_top5"]] = np.nan
    return summary


@pytest.fixture
def summary():
    return pd.DataFrame([row(), dp_row(0.3, 84.7), dp_row(0.7, 4.0, unseen_top1=0.0)])


@pytest.fixture
def images():
    return RANDOM.random((16, 20, 20), dtype=np.float32)


@pytest.fixture(scope="module")
def png(tmp_path_factory):
    figure = figures.samples(RANDOM.random((4, 20, 20)), "Evaluation set", False)
    return figures.save(figure, tmp_path_factory.mktemp("figures") / "samples")[0]


def report_of(summary, png, **changed):
    seen, unseen = int(summary["seen_images"].max()), int(summary["unseen_images"].max())
    values = {
        "name": "omniglot",
        "dataset": "omniglot",
        "synthetic": False,
        "summary": summary,
        "counts": page.Counts(11000, 2180, 2720, seen + unseen, seen, unseen),
        "figures": [page.FigureFile("Samples", "Sixteen images.", png, "A grid of letters")],
        "settings": {"targets": {"no-dp": {"epochs": 10, "learning_rate": 0.001}}},
        "versions": {"tensorflow": "2.15.1"},
    }
    return page.Report(**(values | changed))


class Parsed(HTMLParser):
    """Text, resource addresses and open elements of a page."""

    VOID = ("meta", "link", "img", "br")

    def __init__(self, html):
        super().__init__()
        self.open, self.resources, self.images, self.words = [], [], [], []
        self.feed(html)
        self.close()
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "img":
            self.images.append(attributes)
        if tag != "a":
            self.resources += [attributes[key] for key in ("src", "href") if key in attributes]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.words.append(data)


def test_page_stands_alone(summary, png):
    html = page.render(report_of(summary, png))
    parsed = Parsed(html)
    assert parsed.open == []
    assert all(address.startswith("data:") for address in parsed.resources)
    assert not re.search(r"url\(|@import|<script", html)
    assert parsed.images[0]["alt"] == "A grid of letters"
    assert parsed.images[0]["src"].startswith("data:image/png;base64,iVBOR")


def test_page_says_what_the_numbers_say(summary, png):
    text = Parsed(page.render(report_of(summary, png))).text
    assert "MSE of 0.0488" in text
    assert "skill +0.30" in text
    assert "11.2% of cases; chance is 0.05%" in text
    assert "noise multiplier 0.3 to 0.7" in text
    assert "identification 0.00% to 1.00%, in each case lower than without DP" in text
    assert "−0.02" in text
    assert "no ε of the training bounds what the wire carries" in text
    assert "one seed" in text


def test_page_does_not_call_dp_a_help_where_it_is_none(png):
    summary = pd.DataFrame([row(), dp_row(0.3, 84.7, unseen_top1=0.2), dp_row(0.7, 4.0)])
    text = Parsed(page.render(report_of(summary, png))).text
    assert "neither lower nor higher than without DP throughout" in text
    summary = pd.DataFrame([row(), dp_row(0.7, 4.0, unseen_top1=0.2)])
    text = Parsed(page.render(report_of(summary, png))).text
    assert "in each case higher than without DP" in text


@pytest.mark.parametrize(
    ("private", "said"),
    [
        ([0.02, 0.03], "lie within that range"),
        ([0.002, 0.003], "With noise, images are identified less often than at any control."),
        ([0.2, 0.3], "With noise, images are identified more often than at any control."),
        ([0.02, 0.3], "lie partly within that range and partly outside"),
    ],
)
def test_page_sets_private_targets_beside_the_controls(png, private, said):
    controls = [
        row("clip-only", "sound", noise_multiplier=0.0, unseen_top1=0.01),
        row("untrained", "non-private", target_epochs=0, target_steps=0, unseen_top1=0.05),
    ]
    noisy = [
        dp_row(noise, 4.0, unseen_top1=top1)
        for noise, top1 in zip((0.3, 0.7), private, strict=True)
    ]
    text = Parsed(page.render(report_of(pd.DataFrame([row(), *noisy, *controls]), png))).text
    assert "controls, which have no noise (clip-only, untrained)" in text
    assert "identification 1.00% to 5.00%" in text
    assert said in text
    text = Parsed(page.render(report_of(pd.DataFrame([row(), *noisy]), png))).text
    assert "controls" not in text.partition("How to read")[0].partition("Two ledgers")[0]


def test_page_speaks_of_the_strongest_attack_and_of_the_mean_over_seeds(png):
    attacks = [
        row(seed=1, unseen_skill=0.2, unseen_top1=0.1),
        row(seed=2, unseen_skill=0.4, unseen_top1=0.2),
        row(seed=1, attacker="weak", unseen_skill=0.1, unseen_top1=0.9),
    ]
    text = Parsed(page.render(report_of(pd.DataFrame(attacks), png))).text
    assert "(skill +0.30)" in text
    assert "in 15.0% of cases" in text
    assert "one seed" not in text
    assert "weak" in text


def test_page_escapes_what_it_is_given(png):
    summary = pd.DataFrame([row(target="<b>x</b>"), dp_row(0.7, 4.0, release="<i>cut</i>")])
    report = report_of(summary, png, name="<u>s</u>", settings={"key": "</code><script>"})
    html = page.render(report)
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    for raw in ("<b>x", "<i>cut", "<u>s", "<script"):
        assert raw not in html


def test_page_marks_synthetic_data(summary, png):
    synthetic = page.render(report_of(summary, png, synthetic=True, dataset="glyphs"))
    assert Parsed(synthetic).text.count("Synthetic data") == 4  # banner, two tables, figure
    assert "Synthetic" not in page.render(report_of(summary, png))


def test_page_compares_with_the_post_on_its_dataset_only(summary, png):
    text = Parsed(page.render(report_of(summary, png))).text
    assert "Beside the post" in text
    assert "83.1% (10 epochs) 84% (10 epochs)" in text
    assert "0.0412 (100 epochs) 0.0413 (100 epochs)" in text
    assert "ε by the post's computation (δ = 10⁻⁵) 84.7 84.7" in text
    for other in ({"dataset": "glyphs"}, {"synthetic": True}):
        assert "Beside the post" not in page.render(report_of(summary, png, **other))


def test_page_without_seen_images_or_dp(png):
    text = Parsed(page.render(report_of(without_seen([row()]), png))).text
    assert "nan" not in text.lower()
    assert "Seen" not in text
    assert "What the columns are" not in text


def test_page_of_an_untrained_control_has_dashes(png):
    untrained = row("untrained", "other", train_accuracy=np.nan, validation_accuracy=np.nan)
    untrained |= {"target_steps": 0, "epsilon": 0.0, "is_a_guarantee": True}
    text = Parsed(page.render(report_of(without_seen([row(), untrained]), png))).text
    assert "nan" not in text.lower()
    assert "untrained 1 – – 0.0412" in text


def test_page_has_one_privacy_row_for_each_target(png):
    rows = [row(), row(attacker="weak"), row(seed=2, target_steps=3441)]
    rows += [dp_row(0.7, 4.02), dp_row(0.7, 4.02, attacker="weak"), post_row(0.5, 12.4)]
    rows += [row("clip-only", "sound", noise_multiplier=0.0, l2_norm_clip=1.0, delta=1e-5)]
    rows += [row("untrained", "sound", target_steps=0, is_a_guarantee=True)]
    epsilons = ["epsilon", "epsilon_replace_one", "epsilon_rdp", "epsilon_no_amplification"]
    rows[-1] |= dict.fromkeys(epsilons, 0.0) | {"broken_conditions": np.nan}
    text = Parsed(page.render(report_of(pd.DataFrame(rows), png))).text
    for line in (
        "no-dp no ∞ ∞ ∞ ∞ – – – – – – 3,440 to 3,441 –",
        "dp-noise-0.7 yes 3.34 4.55 3.94 53.6 4.02 10⁻⁵ 0.7 1 Poisson 0.00291 6,880 OS entropy",
        "post-noise-0.5 no – – – 53.6 12.4 10⁻⁵ 0.5 1 shuffle – 6,880 OS entropy",
        "clip-only no ∞ ∞ ∞ ∞ – 10⁻⁵ 0 1 – – 3,440 –",
        "untrained yes 0 0 0 0 – – – – – – 0 –",
    ):
        assert text.count(line) == 1, line


def test_page_says_what_breaks_each_guarantee_once(png):
    rows = [row(), row("other"), dp_row(0.7, 4.02), post_row(0.5, 12.4), post_row(0.5, 12.4)]
    text = Parsed(page.render(report_of(pd.DataFrame(rows), png))).text
    assert text.count("no-dp, other Trained without differential privacy.") == 1
    assert text.count("post-noise-0.5 BatchNorm mixes. The buffer shuffles.") == 1
    held = pd.DataFrame([dp_row(0.7, 4.02)])
    assert "Why there is no guarantee" not in Parsed(page.render(report_of(held, png))).text


def test_page_marks_an_epsilon_that_is_not_a_guarantee(summary, png):
    text = Parsed(page.render(report_of(summary, png))).text
    assert "dp-noise-0.7 1 0.7 3.34 83.1%" in text
    assert "*" not in text
    seeded = {"is_a_guarantee": False, "broken_conditions": "The seed is known."}
    broken = pd.DataFrame([row(), dp_row(0.7, 4.02, **seeded), post_row(0.5, 12.4)])
    text = Parsed(page.render(report_of(broken, png))).text
    assert "dp-noise-0.7 1 0.7 3.34* 83.1%" in text
    assert "post-noise-0.5 1 0.5 – 83.1%" in text
    assert "no-dp 1 – ∞ 83.1%" in text
    assert "* Not a guarantee." in text


def test_page_keeps_two_ledgers_and_names_the_assumptions(summary, png):
    text = Parsed(page.render(report_of(summary, png))).text
    assert "No ε below says anything about the wire." in text
    for assumption in ASSUMPTIONS:
        assert assumption in text
    tuned = "on these very images"
    assert tuned in text
    assert tuned not in Parsed(page.render(report_of(summary, png, dataset="other"))).text


def test_page_shows_the_share_of_the_largest_class_under_the_accuracies(summary, png):
    text = Parsed(page.render(report_of(summary, png))).text
    assert "mean image, chance, largest class 7.23% 0.0697" in text


def test_page_sets_both_private_recipes_beside_the_post(png):
    rows = pd.DataFrame([row(), dp_row(0.5, 12.4), post_row(0.7, 4.02)])
    text = Parsed(page.render(report_of(rows, png))).text
    assert "dp-noise-0.5 ε by the post's computation (δ = 10⁻⁵) 12.4 12.5" in text
    assert "post-noise-0.7 ε by the post's computation (δ = 10⁻⁵) 4.0 4.0" in text
    assert "post-noise-0.7 Training accuracy 83.1% (20 epochs) 37% (20 epochs)" in text
    assert "Targets of the recipe sound" in text
    only_the_posts = pd.DataFrame([row(), post_row(0.7, 4.02)])
    text = Parsed(page.render(report_of(only_the_posts, png))).text
    assert "Targets of the recipe sound" not in text


def test_page_does_not_take_an_untrained_network_for_the_one_without_dp(png):
    rows = [row("untrained", target_steps=0), row("plain"), dp_row(0.7, 4.0)]
    text = Parsed(page.render(report_of(pd.DataFrame(rows), png))).text
    assert "Without differential privacy (plain," in text


@pytest.mark.parametrize(
    ("epsilon", "shown"),
    [
        (0.0, "0"),
        (0.07996, "0.08"),
        (0.0012345, "0.00123"),
        (0.998, "1.00"),
        (3.3437, "3.34"),
        (9.996, "10.0"),
        (84.66, "84.7"),
        (99.97, "100"),
        (202.09, "202"),
        (236079.8, "236,080"),
        (np.nan, "–"),
        (np.inf, "∞"),
    ],
)
def test_epsilons_have_three_digits(epsilon, shown):
    assert shown_epsilon(epsilon) == shown


def records(recipe="sound", mechanism=None, steps=8240):
    training = {
        "settings": {"recipe": recipe, "epochs": 20, "batch_size": 32},
        "seed": 1,
        "steps": steps,
        "training_images": 11_000,
        "mechanism": mechanism,
        "majority_share": {"training": 0.07, "validation": 0.09},
        "final": {"train_accuracy": 0.4, "validation_accuracy": 0.3},
    }
    manifest = {"dataset": "omniglot", "synthetic": False}
    manifest |= {"training_images": 11_000, "validation_images": 2180}
    return training, manifest, privacy_record(training, manifest)


def mechanism(**changed):
    values = {
        "sampler": "poisson",
        "examples": 11_000,
        "batch_size": 32,
        "l2_norm_clip": 1.0,
        "noise_multiplier": 0.7,
        "delta": 1e-5,
        "noise_source": "os-entropy",
    }
    return Mechanism(**(values | changed)).as_record()


def row_of(training, manifest, privacy):
    metrics = {
        "wildcards": {"target": "t", "release": "r", "attacker": "a"},
        "attacker_settings": {"epochs": 1},
        "attacker_mse": 0.05,
        "unseen": None,
        "seen": None,
        "evaluation_sha256": "ab",
        "versions": {"tensorflow": "2", "intercept": "1"},
    }
    return summary_row("s", manifest, training, privacy, metrics)


def test_summary_has_the_accounts_of_a_private_target():
    training, manifest, privacy = records(mechanism=mechanism())
    found = row_of(training, manifest, privacy)
    assert found["noise_multiplier"] == 0.7  # though the settings name none
    assert (found["sampler"], found["noise_source"], found["l2_norm_clip"]) == (
        "poisson",
        "os-entropy",
        1.0,
    )
    assert (found["sampling_probability"], found["delta"]) == (32 / 11_000, 1e-5)
    assert found["epsilon"] == privacy["epsilon"]["sampler_that_ran"]
    assert found["epsilon_replace_one"] == privacy["epsilon"]["replace_one"]
    assert found["epsilon_rdp"] == privacy["epsilon"]["rdp"]
    assert found["epsilon_no_amplification"] == privacy["epsilon"]["no_amplification"]
    assert found["epsilon_as_the_post_computed"] == pytest.approx(4.02, rel=0.005)
    assert found["epsilon_claimed"] is None
    assert found["is_a_guarantee"] is True
    assert found["broken_conditions"] == ""
    assert found["majority_share"] == 0.09


def test_summary_claims_for_the_posts_recipe_alone_and_joins_what_is_broken():
    broken = mechanism(sampler="shuffle-buffer", batch_normalisation=True)
    training, manifest, privacy = records("post", broken)
    found = row_of(training, manifest, privacy)
    assert found["epsilon_claimed"] == found["epsilon_as_the_post_computed"]
    assert found["epsilon"] is None
    assert found["broken_conditions"].split(" | ") == privacy["broken_conditions"]
    assert len(privacy["broken_conditions"]) == 3


def test_summary_of_a_target_without_dp_has_no_epsilon():
    found = row_of(*records("non-private"))
    assert found["epsilon"] is None
    assert found["epsilon_as_the_post_computed"] is None
    assert found["noise_multiplier"] is None
    assert found["is_a_guarantee"] is False


@pytest.mark.parametrize(
    ("recipe", "how", "label"),
    [
        ("sound", {}, "t\nε = 3.34"),
        ("sound", {"noise_source": "seed"}, "t\nε = 3.34, not a guarantee"),
        ("sound", {"sampler": "shuffle-buffer"}, "t\nε unknown"),
        ("sound", {"noise_multiplier": 0.0}, "t"),
        ("post", {"sampler": "shuffle-buffer"}, "t\nε claimed: 4.02"),
        ("non-private", None, "t"),
    ],
)
def test_reconstructions_are_labelled_with_the_epsilon_and_what_it_is_worth(recipe, how, label):
    _, _, privacy = records(recipe, None if how is None else mechanism(**how))
    assert figures.target_label("t", privacy) == label


def test_page_shows_the_settings_in_their_order(summary, png):
    settings = OrderedDict(targets=OrderedDict(epochs=10, batch_size=32), cut=("mobile", "ε"))
    html = page.render(report_of(summary, png, settings=settings))
    assert "targets:\n  epochs: 10\n  batch_size: 32\ncut:\n- mobile\n- ε\n" in html


def test_page_refuses_an_empty_summary(summary, png):
    report = dataclasses.replace(report_of(summary, png), summary=summary.iloc[:0])
    with pytest.raises(ValueError, match="without rows"):
        page.render(report)


def test_published_numbers():
    no_dp = published.published(published.RECIPE, np.nan)
    assert no_dp is published.published(published.RECIPE, None)
    assert round(no_dp.train_accuracy, 2) == 0.84
    assert round(no_dp.validation_accuracy, 2) == 0.73
    mse = {epoch: round(value, 4) for epoch, value in no_dp.attacker_mse.items()}
    assert mse == {1: 0.5309, 2: 0.2014, 99: 0.0413, 100: 0.0413}
    printed = ((0.7, 4.0, 0.37), (0.5, 12.5, 0.45), (0.3, 84.7, 0.56))
    for recipe, (noise, epsilon, accuracy) in itertools.product(("post", "sound"), printed):
        dp = published.published(recipe, noise)
        assert (dp.epsilon, dp.train_accuracy) == (epsilon, accuracy)
    assert published.published("sound", 0.6) is None
    assert published.published("post", 0.0) is None
    assert published.published("other", None) is None


def image_data(figure):
    return [np.asarray(axes.images[0].get_array()) for axes in figure.axes]


def test_reconstructions_show_the_clipped_pixels(images):
    wild = RANDOM.normal(0.5, 1, images.shape).astype(np.float32)
    figure = figures.reconstructions(images, [("no-dp", wild[..., None])], False)
    shown = image_data(figure)
    assert len(shown) == 32
    np.testing.assert_array_equal(shown[:16], images)
    np.testing.assert_array_equal(shown[16:], np.clip(wild, 0, 1))
    assert {axes.images[0].get_clim() for axes in figure.axes} == {(0, 1)}
    assert [text.get_text() for text in figure.texts] == ["original", "no-dp"]


def test_reconstructions_labels_stay_inside(images):
    rows = [("dp-noise-0.7, ε (claimed) 4.0", images), ("a-name-of-considerable-length", images)]
    figure = figures.reconstructions(images, rows, False)
    boxes = [text.get_window_extent() for text in figure.texts]
    first = figure.axes[0].get_window_extent()
    assert all(box.x0 >= 0 and box.x1 <= first.x0 for box in boxes)


def test_reconstructions_refuse_what_does_not_fit(images):
    with pytest.raises(ValueError, match="no-dp"):
        figures.reconstructions(images, [("no-dp", images[:4])], False)
    with pytest.raises(ValueError, match="n >= 1"):
        figures.reconstructions(images[:0], [], False)


@pytest.mark.parametrize("number", [1, 3, 9, 16, 20])
def test_samples_show_up_to_sixteen(number):
    images = RANDOM.random((number, 8, 8, 1), dtype=np.float32)
    shown = image_data(figures.samples(images, "Set", False))
    np.testing.assert_array_equal(shown, images[:16, ..., 0])


def target_history(epochs):
    epoch = np.arange(1, epochs + 1)
    accuracy = {"train_accuracy": epoch / 20, "validation_accuracy": epoch / 25}
    return pd.DataFrame({"epoch": epoch, "loss": 1 / epoch, **accuracy})


@pytest.mark.parametrize("targets", [1, 8])
def test_training_curves_draw_every_trained_target(targets):
    histories = {f"target {n}": target_history(n + 1) for n in range(targets)}
    histories["untrained"] = target_history(0)
    figure = figures.training_curves(histories, False)
    train, validation = figure.axes
    assert len(train.lines) == len(validation.lines) == targets
    np.testing.assert_array_equal(train.lines[-1].get_ydata()[-1], targets / 20)
    looks = {(line.get_color(), line.get_linestyle()) for line in train.lines}
    assert len(looks) == targets
    with pytest.raises(ValueError, match="no history"):
        figures.training_curves({}, False)


def test_attacker_curves_have_the_reference():
    history = pd.DataFrame({"epoch": [1, 2], "mse": [0.53, 0.2]})
    (axes,) = figures.attacker_curves({"no-dp": history}, False, 0.0625).axes
    assert axes.get_yscale() == "log"
    assert [line.get_label() for line in axes.lines] == ["no-dp", "mean image"]
    assert list(axes.lines[1].get_ydata()) == [0.0625, 0.0625]
    (axes,) = figures.attacker_curves({"no-dp": history}, False).axes
    assert len(axes.lines) == 1


def test_identification_has_one_panel_for_each_group(summary):
    unseen, _ = figures.identification(summary, False).axes
    chances = {
        line.get_label(): line.get_xdata()[0]
        for line in unseen.lines
        if str(line.get_label()).startswith("chance")
    }
    assert chances == {"chance, top-1": 1 / 2120, "chance, top-5": 5 / 2120}
    assert [label.get_text() for label in unseen.get_yticklabels()] == list(summary["target"])
    assert len(figures.identification(without_seen([row()]), False).axes) == 1


def test_identification_averages_over_seeds():
    summary = pd.DataFrame([row(seed=1, unseen_top1=0.1), row(seed=2, unseen_top1=0.3)])
    axes = figures.identification(summary, False).axes[0]
    (mean,) = [line for line in axes.lines if line.get_label() == "top-1"]
    assert list(mean.get_xdata()) == [pytest.approx(0.2)]
    assert len(axes.get_yticks()) == 1


def test_figures_are_saved_without_a_warning(tmp_path, images, summary):
    mse = pd.DataFrame({"epoch": [1], "mse": [0.5]})
    made = {
        "samples": figures.samples(images[:3], "A $et", True),
        "reconstructions": figures.reconstructions(images[:2], [("a$b$", images[:2])], True),
        "training": figures.training_curves({"no-dp": target_history(1)}, True),
        "attackers": figures.attacker_curves({"no-dp": mse}, True, 0.06),
        "identification": figures.identification(summary, True),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name, figure in made.items():
            paths = figures.save(figure, tmp_path / "new" / f"{name}-0.7")
            assert [path.name for path in paths] == [f"{name}-0.7.png", f"{name}-0.7.svg"]
            width, height = figure.get_size_inches()
            pixels = matplotlib.image.imread(paths[0])
            assert pixels.shape[:2] == pytest.approx((height * 200, width * 200), abs=1)
            assert "<svg" in paths[1].read_text()
            assert "Synthetic data" in figure.get_suptitle()
    assert len(list((tmp_path / "new").iterdir())) == 2 * len(made)  # no temporary file is left
