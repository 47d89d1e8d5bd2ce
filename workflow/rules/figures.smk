# Figures of measures: scales, frontiers, curves.


rule plot_leakage_scale:
    input:
        summary=f"{RESULTS}/summary.csv",
        baselines=f"{RESULTS}/baselines.csv",
    output:
        png=report(
            f"{FIGURES}/leakage-scale/{{release}}.png",
            caption="../report/leakage-scale.rst",
            category="Results",
            labels={"what": "leakage from floor to ceiling, cut at {release}"},
        ),
        vector=f"{FIGURES}/leakage-scale/{{release}}.svg",
    log:
        f"{LOGS}/plot_leakage_scale/{{release}}.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=500,
    params:
        code=code("plot_leakage_scale"),
    script:
        "../scripts/plot_leakage_scale.py"


rule plot_along_training:
    input:
        summary=f"{RESULTS}/summary.csv",
        baselines=f"{RESULTS}/baselines.csv",
    output:
        png=report(
            f"{FIGURES}/along-training.png",
            caption="../report/along-training.rst",
            category="Results",
            labels={"what": "leakage along the training"},
        ),
        vector=f"{FIGURES}/along-training.svg",
    log:
        f"{LOGS}/plot_along_training.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=500,
    params:
        trainings=list(dict.fromkeys(STUDY.checkpoints.values())),
        code=code("plot_along_training"),
    script:
        "../scripts/plot_along_training.py"


rule plot_frontier:
    input:
        summary=f"{RESULTS}/summary.csv",
        baselines=f"{RESULTS}/baselines.csv",
    output:
        png=report(
            f"{FIGURES}/frontier.png",
            caption="../report/frontier.rst",
            category="Results",
            labels={"what": "accuracy against leakage"},
        ),
        vector=f"{FIGURES}/frontier.svg",
    log:
        f"{LOGS}/plot_frontier.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=500,
    params:
        code=code("plot_frontier"),
    script:
        "../scripts/plot_frontier.py"


rule plot_bounds:
    input:
        summary=f"{RESULTS}/summary.csv",
    output:
        png=report(
            f"{FIGURES}/bounds.png",
            caption="../report/bounds.rst",
            category="Results",
            labels={"what": "attacked, possible and promised"},
        ),
        vector=f"{FIGURES}/bounds.svg",
    log:
        f"{LOGS}/plot_bounds.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=500,
    params:
        code=code("plot_bounds"),
    script:
        "../scripts/plot_bounds.py"


rule plot_identification:
    input:
        summary=f"{RESULTS}/summary.csv",
        scores=lambda wildcards: named(f"{ATTACK}/scores.csv", attacks_of(wildcards)),
    output:
        png=report(
            f"{FIGURES}/identification/{{release}}.png",
            caption="../report/identification.rst",
            category="Results",
            labels={"what": "identification, cut at {release}"},
        ),
        vector=f"{FIGURES}/identification/{{release}}.svg",
    log:
        f"{LOGS}/plot_identification/{{release}}.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        places=lambda wildcards: attacks_of(wildcards),
        code=code("plot_identification"),
    script:
        "../scripts/plot_identification.py"


rule plot_improvement:
    input:
        histories=named(f"{ATTACK}/history.csv", attacks_of(attackers=improving(STUDY))),
        manifest=f"{DATA}/manifest.json",
    output:
        png=report(
            f"{FIGURES}/improvement.png",
            caption="../report/improvement.rst",
            category="Training",
            labels={"what": "what each step brings"},
        ),
        vector=f"{FIGURES}/improvement.svg",
    log:
        f"{LOGS}/plot_improvement.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=500,
    params:
        places=attacks_of(attackers=improving(STUDY)),
        targets=list(STUDY.targets),
        code=code("plot_improvement"),
    script:
        "../scripts/plot_improvement.py"


rule plot_training:
    input:
        histories=named(f"{TARGET}/history.csv", TRAININGS),
        manifest=f"{DATA}/manifest.json",
    output:
        png=report(
            f"{FIGURES}/training.png",
            caption="../report/training.rst",
            category="Training",
            labels={"what": "how the targets learned"},
        ),
        vector=f"{FIGURES}/training.svg",
    log:
        f"{LOGS}/plot_training.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=500,
    params:
        places=TRAININGS,
        targets=list(dict.fromkeys(place["target"] for place in TRAININGS)),
        code=code("plot_training"),
    script:
        "../scripts/plot_training.py"


rule plot_attackers:
    input:
        summary=f"{RESULTS}/summary.csv",
        histories=named(f"{ATTACK}/history.csv", attacks_of(attackers=learning(STUDY))),
        attacker_images=f"{DATA}/attacker.tfrecord",
        manifest=f"{DATA}/manifest.json",
    output:
        png=report(
            f"{FIGURES}/attackers.png",
            caption="../report/attackers.rst",
            category="Training",
            labels={"what": "how the attackers learned"},
        ),
        vector=f"{FIGURES}/attackers.svg",
    log:
        f"{LOGS}/plot_attackers.log",
    benchmark:
        f"{BENCHMARKS}/plot_attackers.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        places=attacks_of(attackers=learning(STUDY)),
        targets=list(STUDY.targets),
        code=code("plot_attackers"),
    script:
        "../scripts/plot_attackers.py"
