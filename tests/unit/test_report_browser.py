"""The page in a real browser: nothing from outside, nothing cut off, tables sort, figures open."""

import math

import pytest
from browser import chromium
from PIL import Image
from report_pages import report_of
from report_rows import dp_row, noisy_row, row
from seen_in_browser import BEYOND_THE_EDGE, CONTRASTS, OUT_OF_THEIR_CELLS, OVERLAPPING
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from intercept.report.page import FigureFile, render

pytestmark = pytest.mark.slow

WIDTHS = (360, 768, 1440)
STUDIES = ("large", "small")
KINDS = {
    "reconstructions": ("reconstructions", "extremes"),
    "by_attacker": ("by-attacker",),
    "leakage": ("leakage-scale", "identification", "along-training"),
    "frontier": ("frontier", "defences"),
    "wire": ("bounds",),
    "training": ("training", "attackers", "improvement"),
    "samples": ("sample-target", "sample-attacker", "sample-evaluation"),
}
FOLDED = ("reconstructions", "extremes", "leakage-scale", "identification", "defences")


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
    caption = "What every attacker rebuilds from the activation that one target sends. " * 4
    figures = [
        FigureFile(
            section, kind, f"Figure {number} of {kind}", caption, folder / "figure.png", "Noise"
        )
        for section, kinds in KINDS.items()
        for kind in kinds
        for number in (1, 2)
    ]
    figures += [
        FigureFile(
            section, kind, f"Another {kind}", caption, folder / "figure.png", "Noise", folded=True
        )
        for section, kinds in KINDS.items()
        for kind in kinds
        if kind in FOLDED
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
        "large": report_of(everything, folder / "figure.png", figures=figures),
        "small": report_of(
            [row(attacker="post")],
            folder / "figure.png",
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
    assert widths == [2400] * (2 * kinds + len(FOLDED) if study == "large" else 0)


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
    assert texts > 100


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
    assert column(browser, "ε") == ["3.34", "3.34", "∞", "∞", "∞", "∞"]
    button.send_keys(Keys.SPACE)
    assert column(browser, "ε") == ["∞", "∞", "∞", "∞", "3.34", "3.34"]
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
    assert "Figure 1 of" in dialog.text and "What every attacker rebuilds" in dialog.text
    image = dialog.find_element(By.TAG_NAME, "img")
    assert image.size["width"] == 2400
    assert image.get_attribute("alt") == "Noise"
    assert browser.run("return document.documentElement.scrollWidth") <= 768
    browser.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not dialog.is_displayed()
    assert browser.driver.switch_to.active_element == button


def test_figures_open_by_a_click_and_close_by_their_button(browser, pages):
    browser.open(pages["large"], 360)
    figures = browser.driver.find_elements(By.TAG_NAME, "figure")
    dialog = browser.driver.find_element(By.TAG_NAME, "dialog")
    figures[1].find_element(By.TAG_NAME, "img").click()
    assert "Figure 2 of" in dialog.text and "What every attacker rebuilds" in dialog.text
    dialog.find_element(By.TAG_NAME, "button").click()
    assert not dialog.is_displayed()


def test_figures_of_further_cuts_stay_closed_until_they_are_asked_for(browser, pages):
    browser.open(pages["large"])
    titles = [f"Another {kind}" for kind in FOLDED]
    found = browser.driver.find_elements(By.CSS_SELECTOR, "figure[data-kind]")
    folded = [
        one
        for one in found
        if one.find_element(By.TAG_NAME, "h3").get_attribute("textContent") in titles
    ]
    assert len(folded) == len(FOLDED)
    assert not any(one.is_displayed() for one in folded)
    section = browser.driver.find_element(By.CSS_SELECTOR, "section[aria-labelledby=leakage]")
    summary = section.find_element(By.TAG_NAME, "summary")
    assert summary.text == "The same for other cut layers, targets or seeds (2)"
    summary.click()
    shown = [one for one in folded if one.is_displayed()]
    assert [one.get_attribute("data-kind") for one in shown] == ["leakage-scale", "identification"]
    shown[0].find_element(By.TAG_NAME, "button").click()
    dialog = browser.driver.find_element(By.TAG_NAME, "dialog")
    assert "Another leakage-scale" in dialog.text and "What every attacker rebuilds" in dialog.text


def test_without_a_script_all_is_there_but_the_buttons(browser, pages):
    browser.open(pages["large"], script=False)
    shown = [
        one.text
        for one in browser.driver.find_elements(By.TAG_NAME, "button")
        if one.is_displayed()
    ]
    assert shown == []
    assert "can be opened large" not in browser.driver.find_element(By.TAG_NAME, "main").text
    assert len(browser.driver.find_elements(By.CSS_SELECTOR, "#results ~ .scroll tbody tr")) == 6


def test_everything_to_be_used_has_a_name(browser, pages):
    browser.open(pages["large"])
    unfold(browser)
    nodes = browser.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = {"button", "link", "image", "table", "region", "navigation"}
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
    hidden = "nav, figure button, .hint, details, dialog"
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
