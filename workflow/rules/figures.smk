# Figures: one rule for all, since each says itself what it reads and where it stands; and pictures
# of images, which the page sets side by side.


rule plot_figure:
    input:
        unpack(read_by_figure),
        manifest=f"{DATA}/manifest.json",
    output:
        png=report(
            f"{FIGURES}/{{figure}}.png",
            caption="../report/figure.rst",
            category=lambda wildcards: DRAWINGS[wildcards.figure].category,
            labels=lambda wildcards: {"what": DRAWINGS[wildcards.figure].title},
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
        mem_mb=1000,
    params:
        drawing=lambda wildcards: DRAWINGS[wildcards.figure].as_params(),
        caption=lambda wildcards: caption(wildcards.figure),  # for figure.rst
        code=drawing_code,
    script:
        "../scripts/plot_figure.py"


rule draw_pictures:
    input:
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
        answers=named(f"{ATTACK}/reconstructions.h5", REBUILT),
    output:
        originals=f"{FIGURES}/pictures/originals.webp",
        rebuilt=named(PICTURE, REBUILT),
    log:
        f"{LOGS}/draw_pictures.log",
    benchmark:
        f"{BENCHMARKS}/draw_pictures.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=memory(800, evaluation=2),
    params:
        code=code("draw_pictures"),
    script:
        "../scripts/draw_pictures.py"


rule draw_sample:
    input:
        images=f"{DATA}/{{role}}.tfrecord",
        manifest=f"{DATA}/manifest.json",
    output:
        picture=SAMPLE,
    log:
        f"{LOGS}/draw_sample/{{role}}.log",
    wildcard_constraints:
        role="|".join(ROLES),
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        code=code("draw_sample"),
    script:
        "../scripts/draw_sample.py"
