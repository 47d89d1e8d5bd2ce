"""The page: that it stands alone, whatever a study has, and says what its numbers rest on."""

import dataclasses
import re
from collections import OrderedDict

import numpy as np
import pandas as pd
import pytest
from configurations import ROOT
from report_pages import Parsed, parsed, report_of, rows_of
from report_rows import dp_row, row, without

from intercept.accounting.record import ASSUMPTIONS
from intercept.report import page
from intercept.report.pictures import write_pictures


def test_page_stands_alone(attacks, png):
    html = page.render(report_of(attacks, png))
    read = Parsed(html)
    assert read.open == []
    assert all(address.startswith("data:") for address in read.resources)
    assert not re.search(r"url\(|@import|<script src", html)
    assert read.images[0]["alt"] == "Leak by accuracy"
    assert read.images[0]["src"].startswith("data:image/png;base64,iVBOR")


def test_each_picture_lies_in_the_page_once(tmp_path, attacks):
    report = report_of(attacks, None, figures=[], samples={}, originals=tmp_path / "0.webp")
    for number in range(len(report.pictures) + 1):
        write_pictures(tmp_path / f"{number}.webp", np.full((16, 8, 8), number / 10))
    pictures = [
        dataclasses.replace(one, file=tmp_path / f"{number}.webp")
        for number, one in enumerate(report.pictures, start=1)
    ]
    html = page.render(dataclasses.replace(report, pictures=pictures))
    contents = re.findall(r"data:image/webp;base64,[^\"]+", html)
    assert len(contents) == len(set(contents)) == len(pictures) + 1
    shown = re.findall(r'<use href="#(picture-\d+)"', html)
    assert set(shown) == set(re.findall(r'<image id="(picture-\d+)"', html))
    assert len(shown) > len(contents)  # the strip and the gallery show the same ones


def test_every_page_of_the_docs_is_reachable(attacks, png):
    html = page.render(report_of(attacks, png))
    found = {str(file.relative_to(ROOT)) for file in (ROOT / "docs").glob("*.md")}
    named = set(re.findall(r"\]\(([\w/-]+\.md)", (ROOT / "README.md").read_text()))
    assert found | (named - {"CHANGELOG.md"}) <= set(page.DOCS)
    for file in page.DOCS:
        assert (ROOT / file).is_file()
        assert f'<a href="../../{file}">' in html


def test_page_without_seen_images_or_dp(png):
    read = parsed(without(pd.DataFrame([row()]), "seen"), png)
    assert "nan" not in read.text.lower()
    assert "Seen" not in read.text
    assert "What a guarantee rests on" not in read.text
    assert "ε" not in read.rows[0]


def test_page_without_unseen_images_shows_the_seen_ones(png):
    attacks = without(pd.DataFrame([row(seen={"skill": 0.77}), dp_row(0.7)]), "unseen")
    read = parsed(attacks, png)
    assert "On seen images (1,000)" in read.text
    assert rows_of(read, "no-dp")[0][3] == "+0.77 +0.76 to +0.78 decoder"
    assert "nan" not in read.text.lower()


def test_page_without_baselines(png):
    empty = report_of([row()], png).baselines.iloc[:0]
    read = parsed([row()], png, baselines=empty)
    assert "blank image" not in read.text
    assert rows_of(read, "autoencoder") == []
    assert "nan" not in read.text.lower()


def test_page_escapes_what_it_is_given(png):
    attacks = [row(target="<b>x</b>"), dp_row(0.7, wire="<i>cut</i>", attacker="<u>a</u>")]
    report = report_of(attacks, png, name="<u>s</u>", settings={"key": "</code><script>"})
    html = page.render(report)
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    for raw in ("<b>x", "<i>cut", "<u>s", "<u>a", "</code><script"):
        assert raw not in html


def test_what_was_seen_in_the_images_is_on_the_page(attacks, png):
    report = report_of(attacks, png)
    assert "may not be as meant" not in Parsed(page.render(report)).text
    remarks = ["Left out: a<b.png (hidden).", "The attacker images differ grossly."]
    html = page.render(
        dataclasses.replace(report, manifest={**report.manifest, "remarks": remarks})
    )
    said = "may not be as meant: Left out: a<b.png (hidden). The attacker images differ grossly."
    assert said in Parsed(html).text


@pytest.mark.parametrize(("channels", "said"), [(1, 0), (3, 0), (2, 2), (13, 2)])
@pytest.mark.slow
def test_where_the_mean_of_channels_is_shown_the_page_says_so(attacks, png, channels, said):
    report = report_of(attacks, png)
    report.manifest["sets"]["evaluation"]["image_shape"][-1] = channels
    text = Parsed(page.render(report)).text
    assert text.count(f"Shown in grey: the mean of {channels} channels") == said


def test_page_keeps_two_ledgers_and_names_the_assumptions(attacks, png):
    text = parsed(attacks, png).text
    assert "no ε of the training bounds what crosses the wire" in text
    assert "No ε below says anything about the wire , and none covers the server parts" in text
    for assumption in ASSUMPTIONS:
        assert assumption in text
    tuned = "on these very images"
    assert tuned in text
    assert tuned not in parsed(attacks, png, dataset="other").text


def test_page_explains_the_attackers_of_the_study(png):
    names = ("decoder", "refine", "plain")
    texts = {"decoder": "rebuilds <images>.", "refine": "improves them.", "plain": ""}
    text = parsed([row(attacker=name) for name in names], png, attackers=texts).text
    reading = text.partition("How to read the numbers")[2].partition("blank image")[0]
    assert "decoder rebuilds <images>. refine improves them. plain An attacker of" in reading


def test_page_shows_the_settings_in_their_order(attacks, png):
    settings = OrderedDict(targets=OrderedDict(epochs=10, batch_size=32), cut=("mobile", "ε"))
    html = page.render(report_of(attacks, png, settings=settings))
    assert "targets:\n  epochs: 10\n  batch_size: 32\ncut:\n- mobile\n- ε\n" in html


def test_page_refuses_an_empty_summary(attacks, png):
    report = report_of(attacks, png)
    with pytest.raises(ValueError, match="without rows"):
        page.render(dataclasses.replace(report, summary=report.summary.iloc[:0]))
