"""Put the tables, the figures, the pictures and the settings into one page."""

from importlib.metadata import version
from pathlib import Path

from intercept.runtime.script import Job, run
from intercept.provenance import settings_hash, versions
from intercept.report.gallery import Picture
from intercept.report.page import TEMPLATES, FigureFile, Report, render
from intercept.report.rows import read_not_run, read_rows
from intercept.runtime.files import read_json, whole
from intercept.runtime.handed_on import refuse_changed


def main(snakemake: Job) -> None:
    """Write the page."""
    source, params = snakemake.input, snakemake.params
    manifest = read_json(source.manifest)
    pictures = zip(params.pictures, source.pictures, strict=True)
    report = Report(
        name=params.study,
        manifest=manifest,
        summary=read_rows(source.summary),
        not_run=read_not_run(source.summary),
        baselines=read_rows(source.baselines),
        differences=read_rows(source.differences),
        audits=read_rows(source.audits),
        goal=read_json(source.goal) if source.goal else None,
        attackers=params.attackers,
        defences=params.defences,
        figures=[
            FigureFile(png=Path(png), **text)
            for png, text in zip(source.figures, params.figures, strict=True)
        ],
        originals=Path(source.originals),
        pictures=[Picture(place, Path(file)) for place, file in pictures],
        samples=dict(zip(params.roles, map(Path, source.samples), strict=True)),
        settings=params.settings,
        versions={
            **versions(),
            "snakemake": version("snakemake"),
            "configuration, SHA-256": settings_hash(params.settings),
            f"data set {manifest['dataset']}": manifest["dataset_version"],
            "evaluation images, SHA-256": manifest["sets"]["evaluation"]["content_sha256"],
        },
    )
    page = render(report)
    refuse_changed(TEMPLATES.iterdir())
    with whole(snakemake.output.page) as temporary:
        temporary.write_text(page, encoding="utf-8")


snakemake: Job
run(main, snakemake)
