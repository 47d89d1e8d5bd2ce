# Figures: one rule for all, since each says itself what it reads and where it stands.


rule plot_figure:
    input:
        unpack(read_by_figure),
        manifest=f"{DATA}/manifest.json",
    output:
        png=report(
            f"{FIGURES}/{{figure}}.png",
            caption="../report/figure.rst",
            category=lambda wildcards: DRAWINGS[wildcards.figure].figure.category,
            labels=lambda wildcards: {"what": DRAWINGS[wildcards.figure].entry.title},
        ),
        vector=f"{FIGURES}/{{figure}}.svg",
    log:
        f"{LOGS}/plot_figure/{{figure}}.log",
    benchmark:
        f"{BENCHMARKS}/plot_figure/{{figure}}.tsv"
    wildcard_constraints:
        figure="|".join(map(re.escape, DRAWINGS)),
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=drawing_memory,
    params:
        drawing=lambda wildcards: DRAWINGS[wildcards.figure].as_params(),
        caption=lambda wildcards: caption(wildcards.figure),  # for figure.rst
        code=drawing_code,
    script:
        "../scripts/plot_figure.py"
