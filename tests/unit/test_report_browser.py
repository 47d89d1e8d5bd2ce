"""The page in a real browser: nothing from outside, nothing cut off, and all that one can do."""

import contextlib
import math
import re
import zlib

import numpy as np
import pytest
from browser import chromium
from configurations import ROOT
from PIL import Image
from report_pages import report_of
from report_rows import dp_row, noisy_row, row
from seen_in_browser import BEYOND_THE_EDGE, CONTRASTS, OUT_OF_THEIR_CELLS, OVERLAPPING
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from intercept.report.chromium import picture_of, print_page
from intercept.report.page import FigureFile, render
from intercept.report.pictures import write_pictures
from intercept.runtime.errors import UserError

pytestmark = pytest.mark.slow

WIDTHS = (360, 768, 1280)
STUDIES = ("large", "small")
KINDS = {
    "answer": ("frontier",),
    "results": ("leakage-scale", "along-training", "identification"),
    "training": ("training", "attackers", "improvement"),
}
FOLDED = ("identification", "training", "attackers", "improvement")


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """A study with all that a page can show, and one with as little as possible, as files."""
    folder = tmp_path_factory.mktemp("pages")
    Image.effect_noise((240, 160), 80).resize((2400, 1600), Image.Resampling.NEAREST).save(
        folder / "figure.png"
    )
    write_pictures(folder / "images.webp", np.random.default_rng(1).random((16, 24, 24)))
    figures = [
        FigureFile(
            section,
            kind,
            f"Figure of {kind}",
            (ROOT / f"workflow/report/{kind}.rst").read_text(),
            folder / "figure.png",
            "Noise",
            folded=kind in FOLDED,
        )
        for section, kinds in KINDS.items()
        for kind in kinds
    ]
    attackers = ("post", "decoder", "refine", "prior", "retrieval")
    everything = [row(attacker=name, seed=seed) for name in attackers for seed in (1, 2)]
    everything += [
        dp_row(noise, attacker=name, unseen={"skill": noise - 0.4})
        for noise in (0.7, 0.3)
        for name in attackers
    ]
    everything += [row("as-accurate-as-the-target-with-noise-0.7", unseen={"skill": math.nan})]
    everything += [row(wire="mobile_pool_3", cut_layer="mobile_pool_3"), noisy_row(2)]
    studies = {
        "large": report_of(everything, folder / "images.webp", figures=figures),
        "small": report_of(
            [row(attacker="retrieval")],
            folder / "images.webp",
            figures=[],
            dataset="mnist_5k",
        ),
    }
    for name, report in studies.items():
        (folder / f"{name}.html").write_text(render(report), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in studies}


def unfold(browser):
    browser.run("for (const one of document.querySelectorAll('details')) one.open = true;")


@pytest.mark.parametrize("study", STUDIES)
def test_the_page_loads_in_silence_and_asks_for_nothing(browser, pages, study):
    browser.open(pages[study])
    assert browser.console() == []
    asked = [address for address in browser.requests() if not address.startswith("data:")]
    assert asked == [pages[study].as_uri()]
    widths = browser.run("return [...document.images].map((image) => image.naturalWidth)")
    kinds = sum(len(kinds) for kinds in KINDS.values())
    if study == "large":
        assert sorted(widths) == [1186] + [2400] * kinds


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("study", STUDIES)
def test_nothing_overflows(browser, pages, study, width):
    browser.open(pages[study], width)
    for folded in (True, False):
        if not folded:
            unfold(browser)
        assert browser.run("return window.innerWidth") == width
        assert browser.run("return document.documentElement.scrollWidth") <= width
        assert browser.run(BEYOND_THE_EDGE) == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("study", STUDIES)
def test_nothing_overlaps(browser, pages, study, width):
    browser.open(pages[study], width)
    unfold(browser)
    overlapping, boxes = browser.run(OVERLAPPING)
    assert overlapping == []
    assert boxes > 40
    assert browser.run(OUT_OF_THEIR_CELLS) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("study", STUDIES)
def test_text_stands_out_from_its_ground(browser, pages, study, scheme):
    browser.open(pages[study], scheme=scheme)
    unfold(browser)
    paper, faint, texts = browser.run(CONTRASTS)
    assert (paper < 0.1) is (scheme == "dark")
    assert faint == []
    assert texts > 80


def column(browser, name):
    """The headline's rows, from top to bottom: what stands in the column of that heading."""
    return browser.run(
        """const table = document.querySelector("#results ~ .scroll table");
        const heading = [...table.querySelectorAll("th[scope=col]")].find(
          (one) => one.textContent.replace(/\\s+/g, " ").trim() === arguments[0]);
        const center = heading.getBoundingClientRect().left + heading.offsetWidth / 2;
        return [...table.tBodies[0].rows].map((row) => [...row.cells].find((cell) => {
          const box = cell.getBoundingClientRect();
          return box.left < center && center < box.right;
        }).firstChild.textContent.trim());""",
        name,
    )


def heading(browser, name):
    """A heading of the headline and its button."""
    found = browser.driver.find_elements(By.CSS_SELECTOR, "#results ~ .scroll th[scope=col]")
    (one,) = [cell for cell in found if " ".join(cell.text.split()) == name]
    return one, one.find_element(By.TAG_NAME, "button")


def test_tables_sort_both_ways_by_the_number_and_keep_their_feet(browser, pages):
    browser.open(pages["large"])
    feet = "return document.querySelector('#results ~ .scroll tfoot').textContent"
    unsorted, foot = column(browser, "skill"), browser.run(feet)
    cell, button = heading(browser, "skill")
    button.click()
    ascending = ["−0.10", "+0.30", "+0.30", "+0.30", "+0.30", "–"]
    assert sorted(unsorted) == sorted(ascending)
    assert unsorted != ascending
    assert column(browser, "skill") == ascending
    assert cell.get_attribute("aria-sort") == "ascending"
    button.click()
    assert column(browser, "skill") == [*ascending[-2::-1], "–"]  # what is absent stays below
    assert cell.get_attribute("aria-sort") == "descending"
    status = browser.driver.find_element(By.CSS_SELECTOR, "[role=status]")
    assert status.get_attribute("textContent") == "Sorted by skill, descending"
    last = "const all = document.querySelector('#results ~ .scroll table').rows;"
    assert browser.run(f"{last} return all[all.length - 1].parentNode.tagName") == "TFOOT"
    assert browser.run(feet) == foot


def test_tables_sort_by_keyboard(browser, pages):
    browser.open(pages["large"])
    skill, other = heading(browser, "skill")
    other.send_keys(Keys.ENTER)
    assert skill.get_attribute("aria-sort") == "ascending"
    cell, button = heading(browser, "ε")
    button.send_keys(Keys.ENTER)
    assert column(browser, "ε") == ["3.35", "3.35", "∞", "∞", "∞", "∞"]
    button.send_keys(Keys.SPACE)
    assert column(browser, "ε") == ["∞", "∞", "∞", "∞", "3.35", "3.35"]
    assert cell.get_attribute("aria-sort") == "descending"
    assert skill.get_attribute("aria-sort") is None
    heading(browser, "Target")[1].send_keys(Keys.ENTER)
    names = column(browser, "Target")
    assert names == sorted(names) and len(set(names)) == 4


def test_figures_open_large_and_close_by_keyboard(browser, pages):
    browser.open(pages["large"], 768)
    button = browser.driver.find_element(By.CSS_SELECTOR, "figure button")
    dialog = browser.driver.find_element(By.TAG_NAME, "dialog")
    assert not dialog.is_displayed()
    button.send_keys(Keys.ENTER)
    assert dialog.is_displayed()
    assert "Figure of frontier" in dialog.text and "more accurate" in dialog.text
    image = dialog.find_element(By.TAG_NAME, "img")
    assert image.size["width"] == 2400
    assert image.get_attribute("alt") == "Noise"
    assert browser.run("return document.documentElement.scrollWidth") <= 768
    browser.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not dialog.is_displayed()
    assert browser.driver.switch_to.active_element == button


def test_figures_open_by_a_click_and_close_by_their_button(browser, pages):
    browser.open(pages["large"], 360)
    figure = browser.driver.find_element(By.CSS_SELECTOR, "figure[data-kind=leakage-scale]")
    dialog = browser.driver.find_element(By.TAG_NAME, "dialog")
    figure.find_element(By.TAG_NAME, "img").click()
    assert "Figure of leakage-scale" in dialog.text
    dialog.find_element(By.TAG_NAME, "button").click()
    assert not dialog.is_displayed()


def test_folded_figures_stay_closed_until_they_are_asked_for(browser, pages):
    browser.open(pages["large"])
    folded = [
        browser.driver.find_element(By.CSS_SELECTOR, f"figure[data-kind={kind}]") for kind in FOLDED
    ]
    assert not any(one.is_displayed() for one in folded)
    section = browser.driver.find_element(By.CSS_SELECTOR, "section[aria-labelledby=results]")
    section.find_element(By.TAG_NAME, "summary").click()
    assert [one.is_displayed() for one in folded] == [True, False, False, False]


def shown_rows(browser):
    """The names of the gallery's rows that can be seen, below the originals."""
    rows = browser.driver.find_elements(By.CSS_SELECTOR, ".gallery li[data-target]")
    return [
        one.find_element(By.TAG_NAME, "strong").text
        for one in rows
        if one.find_element(By.TAG_NAME, "svg").is_displayed()
    ]


def choose(browser, name, value):
    select = Select(browser.driver.find_element(By.CSS_SELECTOR, f"select[name={name}]"))
    select.select_by_visible_text(value)


def test_the_reader_chooses_target_wire_attacker_and_seed(browser, pages):
    browser.open(pages["large"])
    rebuilding = ("post", "decoder", "refine", "prior")
    at_first = [f"no-dp, mobile_output, {name}, seed 1" for name in rebuilding]
    assert shown_rows(browser) == at_first
    choose(browser, "attacker", "decoder")
    assert shown_rows(browser) == at_first[1:2]
    choose(browser, "wire", "every")
    wires = ("mobile_output", "mobile_pool_3", "mobile_output-noise-2")
    assert shown_rows(browser) == [f"no-dp, {wire}, decoder, seed 1" for wire in wires]
    choose(browser, "wire", "mobile_output")
    choose(browser, "target", "every")
    choose(browser, "seed", "every")
    assert len(shown_rows(browser)) == 5
    choose(browser, "wire", "mobile_pool_3")
    choose(browser, "attacker", "post")
    assert shown_rows(browser) == []
    assert browser.driver.find_element(By.TAG_NAME, "output").text == "No such attack was made"
    status = browser.driver.find_element(By.CSS_SELECTOR, "[role=status]")
    assert status.get_attribute("textContent") == "No such attack was made"


def test_images_are_chosen_by_keyboard(browser, pages):
    browser.open(pages["large"])
    select = browser.driver.find_element(By.CSS_SELECTOR, "select[name=attacker]")
    select.send_keys("ref")
    select.send_keys(Keys.ENTER)
    assert shown_rows(browser) == ["no-dp, mobile_output, refine, seed 1"]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_same_images_stand_under_one_another(browser, pages, width):
    browser.open(pages["large"], width)
    for sheets in (".strip .sheet", ".gallery li:not([hidden]) .sheet"):
        boxes = browser.run(
            """return [...document.querySelectorAll(arguments[0])].map((one) => {
              const box = one.getBoundingClientRect();
              return [box.left, box.width, box.height, one.querySelector("use").getBBox().width];
            });""",
            sheets,
        )
        assert len(boxes) >= 3
        assert all(box == pytest.approx(boxes[0], abs=0.5) for box in boxes)
        assert boxes[0][1] > 250 and boxes[0][3] > 400  # the picture is there


def test_the_first_screen_has_the_answer_its_pictures_and_the_verdict(browser, pages):
    browser.open(pages["large"], 1280)
    for part in (".strip .sheet", "figure[data-kind=frontier] img", ".verdict"):
        assert (
            browser.run(f"return document.querySelector('{part}').getBoundingClientRect().top")
            < 900
        )
    browser.open(pages["large"], 360)
    last = "[...document.querySelectorAll('.strip .sheet')].at(-1)"
    assert browser.run(f"return {last}.getBoundingClientRect().bottom") < 800
    words = "document.querySelector('p.answer').getBoundingClientRect().top"
    assert browser.run(f"return {last}.getBoundingClientRect().bottom < {words}")


def test_the_contents_stay_in_sight(browser, pages):
    for width in (360, 1280):
        browser.open(pages["large"], width)
        browser.run("document.getElementById('wires').scrollIntoView()")
        assert browser.run("return scrollY") > 900
        box = browser.run("return document.querySelector('nav').getBoundingClientRect().top")
        assert box == pytest.approx(0, abs=1)


def test_captions_have_three_lines_at_most(browser, pages):
    browser.open(pages["large"], 1280)
    unfold(browser)
    lines = browser.run(
        """return [...document.querySelectorAll("main figcaption, main caption span")].map((one) =>
          one.getBoundingClientRect().height / parseFloat(getComputedStyle(one).lineHeight));"""
    )
    assert len(lines) > 10 and max(lines) < 3.2


def test_without_a_script_all_is_there_but_what_one_presses(browser, pages):
    browser.open(pages["large"], script=False)
    pressed = browser.driver.find_elements(By.CSS_SELECTOR, "button, select")
    assert pressed and not any(one.is_displayed() for one in pressed)
    assert "can be enlarged" not in browser.driver.find_element(By.TAG_NAME, "main").text
    assert len(browser.driver.find_elements(By.CSS_SELECTOR, "#results ~ .scroll tbody tr")) == 6


def test_everything_to_be_used_has_a_name(browser, pages):
    browser.open(pages["large"])
    unfold(browser)
    nodes = browser.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = {"button", "combobox", "link", "image", "table", "region", "navigation"}
    named = [
        (node["role"]["value"], node["name"]["value"])
        for node in nodes
        if not node["ignored"] and node["role"]["value"] in roles
    ]
    assert {role for role, _ in named} == roles
    assert [role for role, name in named if not name.strip()] == []
    assert browser.run("return document.querySelectorAll('h1').length") == 1
    ids = browser.run("return [...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))
    targets = "return [...document.querySelectorAll('a[href^=\"#\"]')].map((one) => one.hash)"
    assert {address.removeprefix("#") for address in browser.run(targets)} <= set(ids)


def test_on_paper_there_is_nothing_to_press_and_nothing_cut_off(browser, pages):
    browser.open(pages["large"], 718, scheme="dark", media="print")  # A4 between its margins
    hidden = "nav, figure button, .hint, select, dialog, details > :not(summary)"
    found = browser.driver.find_elements(By.CSS_SELECTOR, hidden)
    assert found and not any(one.is_displayed() for one in found)
    assert browser.run("return getComputedStyle(document.body).backgroundColor") == (
        "rgb(255, 255, 255)"
    )
    # What is a little wider, browsers print a little smaller.
    assert browser.run("return document.documentElement.scrollWidth") <= 1.25 * 718
    paper, faint, _ = browser.run(CONTRASTS)
    assert paper == 1
    assert faint == []


def pages_of(pdf):
    """How many pages a PDF has, whose objects may lie in compressed streams."""
    content = pdf.read_bytes()
    parts = [content]
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        with contextlib.suppress(zlib.error):
            parts.append(zlib.decompress(stream))
    return sum(len(re.findall(rb"/Type\s*/Page\b", part)) for part in parts)


def test_the_page_is_printed_on_few_and_the_summary_on_two_pages(pages, tmp_path):
    pages["large"].with_name("nothing.html").write_text("<p>One page.")
    for address, least, most in (
        (pages["large"].with_name("nothing.html").as_uri(), 1, 1),
        (pages["large"].as_uri(), 4, 9),
        (pages["large"].as_uri() + "#sign-off", 2, 2),
    ):
        print_page(address, tmp_path / "a.pdf")
        assert least <= pages_of(tmp_path / "a.pdf") <= most


def test_the_top_of_the_page_is_taken_as_a_picture_of_the_size_that_is_asked_for(pages, tmp_path):
    picture_of(pages["large"].as_uri(), tmp_path / "a.png", 800, 600)
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (800, 600)
        assert len(picture.getcolors(maxcolors=2**20)) > 1


def test_where_there_is_no_chromium_one_line_says_so(pages, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        UserError, match=r"no Chromium to print the page with .*apt install chromium"
    ):
        print_page(pages["large"].as_uri(), tmp_path / "a.pdf")
    assert not (tmp_path / "a.pdf").exists()
