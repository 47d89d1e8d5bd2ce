"""Read, preprocess, hash and cache the three image sets."""

import logging
from tempfile import TemporaryDirectory

from intercept.runtime.script import Job, run
from intercept.datasets import cache, folders, mnist_5k, overlap, source
from intercept.datasets.identities import has_identities
from intercept.datasets.listing import validates_apart
from intercept.datasets.remarks import lone_images
from intercept.datasets.sets import all_remarks, join_sets
from intercept.provenance import provenance
from intercept.runtime.files import whole, write_json

log = logging.getLogger("intercept")


def main(snakemake: Job) -> None:
    """Write the caches, the overlaps and the manifest of one data set."""
    settings, output = snakemake.params.settings, snakemake.output
    in_folders = "folders" in settings or "folder" in settings
    if in_folders:
        places = settings.get("folders", {"all": settings.get("folder")})
        log.info("reading the images in %s", ", ".join(places.values()))
        reading = folders.read_folders(settings)
        dataset_version = "folders"
    else:
        with TemporaryDirectory() as folder:
            ours = settings["name"] == mnist_5k.NAME  # stored anew each time, which takes seconds
            builder = source.open_builder(settings["name"], folder if ours else None)
            reading = source.load_splits(
                builder, settings["splits"], settings["features"], size=settings.get("size")
            )
            dataset_version = builder.info.full_name.partition("/")[2]  # with its configuration
    sets, names = join_sets(reading)
    overlaps = overlap.find_overlaps(sets, {name: names[name] for name in sets})
    overlap.refuse_overlaps(overlaps, settings["allow_overlap"], in_folders)
    sets["evaluation"] = overlap.mark_seen(sets["evaluation"], overlaps)
    log.info("%d evaluation images are also the attacker's", sets["evaluation"].seen.sum())
    described = {name: cache.describe(images) for name, images in sets.items()}
    said = [*all_remarks(reading, described), *lone_images(sets["evaluation"])]
    for remark in said:
        log.warning(remark)
    for name, images in sets.items():
        log.info("writing %s: %d images", output[name], len(images))
        cache.write(output[name], images)
    with whole(output.overlap) as temporary:
        overlaps.to_csv(temporary, index=False)
    manifest = {
        "dataset": settings["name"],
        "dataset_version": dataset_version,
        "source": {
            key: value for key, value in settings.items() if key not in ("name", "allow_overlap")
        },
        "classes": reading.classes,
        "identities": has_identities(settings),
        "validates_apart": validates_apart(settings),
        "training_images": len(reading.parts["train"]),
        "validation_images": len(reading.parts["validation"]),
        "sets": described,
        "remarks": said,
        **provenance(snakemake),
    }
    write_json(output.manifest, manifest)


snakemake: Job
run(main, snakemake)
