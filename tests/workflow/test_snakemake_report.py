"""Snakemake's own report: the same figures, each with caption, category and label."""

import json
import zipfile
from pathlib import Path, PurePath

from tests.workflow.conftest import ROOT
from tests.workflow.test_plan_writes_nothing import notes, tree

RESULTS = "results/tiny"
OTHER_NAMES = {"bounds.csv": "bounds-table", "report.html": "page"}


def caption_of(result: str) -> Path:
    """The file of a result's caption: named as the figure, or as the folder of figures."""
    path = PurePath(result).relative_to(RESULTS)
    kind = path.parts[1] if path.parts[0] == "figures" else path.name
    return ROOT / "workflow/report" / f"{OTHER_NAMES.get(kind, PurePath(kind).stem)}.rst"


def variable(page: str, name: str) -> dict:
    """A value that the report's script begins with."""
    start = page.index(f'var {name} = {{"') + len(f"var {name} = ")
    return json.JSONDecoder().raw_decode(page, start)[0]


def test_it_carries_every_figure_and_table_with_its_caption_and_writes_itself_alone(
    project, tmp_path
):
    before, noted = tree(project), notes(project)
    run = project.run("--report", str(tmp_path / "report.zip"))
    assert run.code == 0, run.output
    assert tree(project) == before
    assert noted <= notes(project)
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        page = archive.read("report/report.html").decode()
        images = [Path(name).name for name in archive.namelist() if name.endswith(".png")]
    results, categories = variable(page, "results"), variable(page, "categories")
    drawn = [str(png.relative_to(project.path)) for png in (project.path / RESULTS).rglob("*.png")]
    assert sorted(drawn) == sorted(name for name in results if name.endswith(".png"))
    assert sorted(images) == sorted(Path(name).name for name in drawn)
    assert f"{RESULTS}/summary.csv" in results
    for name, entry in results.items():
        first_word = caption_of(name).read_text().split()[0]
        assert entry["caption"].startswith(f"<p>{first_word} "), name
        assert entry["labels"]["what"], name
    placed = [name for within in categories.values() for names in within.values() for name in names]
    assert sorted(placed) == sorted(results)
    assert set(categories) == {"Results", "Training"}
