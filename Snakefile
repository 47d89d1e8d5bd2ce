# Intercept: from a dataset over targets, releases and attacks to a report.
# The study is in config.yaml; `snakemake --cores 2` runs it.

from snakemake.utils import min_version

min_version("9.27")


configfile: "config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/target.smk"


rule all:
    default_target: True
    input:
        expand(f"{TARGET}/target.h5", target=STUDY.targets, seed=STUDY.seeds),
