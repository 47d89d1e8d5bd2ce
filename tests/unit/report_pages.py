"""A report of attacks, and what its page says to a reader."""

import re
from html import unescape
from html.parser import HTMLParser

import pandas as pd
from report_rows import audits, baselines, differences

from intercept.report import page
from intercept.report.gallery import Picture


def pictures_of(rows, file):
    """A picture for each attack that rebuilds, all of them the same."""
    keys = ("target", "seed", "wire", "attacker")
    return [Picture({key: one[key] for key in keys}, file) for one in rows if one["rebuilds"]]


def report_of(rows, png, dataset="omniglot", **changed):
    """A report of attacks, with one figure; the image file also stands for all pictures."""
    summary = pd.DataFrame(rows)
    seen, unseen = int(summary["seen_images"].max()), int(summary["unseen_images"].max())
    values = {
        "name": "omniglot",
        "manifest": {
            "dataset": dataset,
            "remarks": [],
            "validates_apart": True,
            "training_images": 11000,
            "validation_images": 2180,
            "sets": {
                "attacker": {"images": 2720},
                "evaluation": {
                    "images": seen + unseen,
                    "seen": seen,
                    "image_shape": [105, 105, 1],
                },
            },
        },
        "summary": summary,
        "not_run": summary[:0],
        "baselines": baselines(summary),
        "differences": differences(),
        "audits": audits(summary),
        "goal": None,
        "attackers": {"decoder": "rebuilds <images> by a network."},
        "defences": {},
        "figures": [
            page.FigureFile(
                "answer", "frontier", "Costs", "What it costs.", png, "Leak by accuracy"
            )
        ],
        "originals": png,
        "pictures": pictures_of(summary.to_dict("records"), png),
        "samples": {"attacker": png},
        "settings": {"targets": {"no-dp": {"epochs": 10, "learning_rate": 0.001}}},
        "versions": {"tensorflow": "2.15.1"},
    }
    return page.Report(**(values | changed))


class Parsed(HTMLParser):
    """Text, tables, resource addresses and open elements of a page."""

    VOID = ("meta", "link", "img", "br", "image", "use")

    def __init__(self, html):
        super().__init__()
        self.open, self.resources, self.images, self.words = [], [], [], []
        self.rows = []  # of every table, as lists of the texts of its cells
        self.sections = {}  # rows by the id of the section's heading
        self.section = ""
        self.feed(html)
        self.close()
        self.text = " ".join(" ".join(self.words).split())
        for rows in (self.rows, *self.sections.values()):
            rows[:] = [[" ".join(" ".join(cell).split()) for cell in cells] for cells in rows]

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "img":
            self.images.append(attributes)
        if tag not in ("a", "use"):
            self.resources += [attributes[key] for key in ("src", "href") if key in attributes]
        if tag == "h2" and "id" in attributes:
            self.section = attributes["id"]
        if tag == "tr":
            self.rows.append([])
            self.sections.setdefault(self.section, []).append(self.rows[-1])
        if tag in ("td", "th"):
            self.rows[-1].append([])

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("style", "script"):
            self.words.append(data)
        if "td" in self.open or "th" in self.open:
            self.rows[-1][-1].append(data)


def parsed(rows, png, **changed):
    """The page of a report of these attacks."""
    return Parsed(page.render(report_of(rows, png, **changed)))


def rows_of(page_read, first, section=None):
    """The rows whose first cell is this, of the tables of a section or of all but the answer's."""
    rows = [
        cells
        for name, found in page_read.sections.items()
        for cells in found
        if name == section or (section is None and name != "answer")
    ]
    return [cells for cells in rows if cells and cells[0] == first]


def wires_of(page_read, target, section):
    """The rows of a target's wires in a section: the target, what stands below it, the cells."""
    found = []
    for first, *cells in page_read.sections[section]:
        name, space, below = first.partition(" ")
        if below.startswith("†"):
            name, space, below = f"{name} †", " ", below.removeprefix("† ")
        if name == target and space:
            found.append([name, below, *cells])
    return found


def answer(rows, png, **changed):
    """What stands under each heading of the answer."""
    html = page.render(report_of(rows, png, **changed))
    found = re.findall(r'<p class="answer"><strong>(.*?)</strong>(.*?)</p>', html, re.DOTALL)
    return {
        heading: " ".join(unescape(re.sub("<.*?>", "", text)).split()) for heading, text in found
    }
