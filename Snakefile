# Intercept: from a dataset over targets, wires and attacks to a report.
# `snakemake --cores 2` runs the study in config.yaml, unless --configfile names others.

from snakemake.utils import min_version

min_version("9.27")


if not workflow.overwrite_configfiles:

    configfile: "config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/target.smk"
include: "workflow/rules/wire.smk"
include: "workflow/rules/attack.smk"
include: "workflow/rules/baseline.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"


rule all:
    input:
        f"{RESULTS}/summary.csv",
        f"{RESULTS}/bounds.csv",
        f"{RESULTS}/report.html",
        GOAL_MET,


rule pdf:
    input:
        f"{RESULTS}/report.pdf",


rule tensorboard:
    input:
        named(f"{TARGET}/tensorboard", finished_trainings()),


onsuccess:
    refuse_what_changed()
    print_headline()


onerror:
    end(log)
