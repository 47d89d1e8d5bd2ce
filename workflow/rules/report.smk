# The report: one table, its figures and one page.

TRAININGS = {"target": STUDY.targets, "seed": STUDY.seeds}
ATTACKS = TRAININGS | {"release": STUDY.cut_layers, "attacker": STUDY.attackers}
LEARNING = TRAININGS | {"release": STUDY.cut_layers, "attacker": learning(STUDY)}
IMPROVING = TRAININGS | {"release": STUDY.cut_layers, "attacker": improving(STUDY)}
OF_A_RELEASE = TRAININGS | {"attacker": STUDY.attackers}
OF_A_SEED = {"target": STUDY.targets, "attacker": rebuilding(STUDY)}


rule collect_summary:
    input:
        manifest=f"{DATA}/manifest.json",
        trainings=expand(f"{TARGET}/training.json", **TRAININGS),
        privacies=expand(f"{TARGET}/privacy.json", **TRAININGS),
        metrics=expand(f"{ATTACK}/metrics.json", **ATTACKS),
        baselines=[path for path, _ in EVERY_BASELINE],
        code=code("collect_summary"),
    output:
        baselines=report(
            f"{RESULTS}/baselines.csv",
            caption="../report/baselines.rst",
            category="Results",
            labels={"what": "table of baselines"},
        ),
        summary=report(
            f"{RESULTS}/summary.csv",
            caption="../report/summary.rst",
            category="Results",
            labels={"what": "summary table"},
        ),
    log:
        f"{LOGS}/collect_summary.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=500,
    params:
        study=STUDY.name,
        trainings=places(**TRAININGS),
        baselines=[place for _, place in EVERY_BASELINE],
    script:
        "../scripts/collect_summary.py"


rule plot_samples:
    input:
        target=f"{DATA}/target.tfrecord",
        attacker=f"{DATA}/attacker.tfrecord",
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
        code=code("plot_samples"),
    output:
        target=report(
            f"{FIGURES}/sample-target.png",
            caption="../report/sample-target.rst",
            category="Data",
            labels={"what": "sample of the target set"},
        ),
        attacker=report(
            f"{FIGURES}/sample-attacker.png",
            caption="../report/sample-attacker.rst",
            category="Data",
            labels={"what": "sample of the attacker set"},
        ),
        evaluation=report(
            f"{FIGURES}/sample-evaluation.png",
            caption="../report/sample-evaluation.rst",
            category="Data",
            labels={"what": "sample of the evaluation set"},
        ),
        vector=expand(f"{FIGURES}/sample-{{role}}.svg", role=["target", "attacker", "evaluation"]),
    log:
        f"{LOGS}/plot_samples.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=3000,
    script:
        "../scripts/plot_samples.py"


rule plot_leakage_scale:
    input:
        summary=f"{RESULTS}/summary.csv",
        baselines=f"{RESULTS}/baselines.csv",
        code=code("plot_leakage_scale"),
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
    script:
        "../scripts/plot_leakage_scale.py"


rule plot_reconstructions:
    input:
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
        answers=expand(f"{ATTACK}/reconstructions.h5", target=STUDY.targets, allow_missing=True),
        privacies=expand(f"{TARGET}/privacy.json", target=STUDY.targets, allow_missing=True),
        code=code("plot_reconstructions"),
    output:
        png=report(
            f"{RECONSTRUCTIONS}.png",
            caption="../report/reconstructions.rst",
            category="Results",
            labels={"what": "reconstructions by {attacker}, cut at {release}, seed {seed}"},
        ),
        vector=f"{RECONSTRUCTIONS}.svg",
    log:
        f"{LOGS}/plot_reconstructions/seed-{{seed}}-{{release}}-{{attacker}}.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        targets=list(STUDY.targets),
    script:
        "../scripts/plot_reconstructions.py"


rule plot_by_attacker:
    input:
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
        answers=expand(
            f"{ATTACK}/reconstructions.h5", attacker=rebuilding(STUDY), allow_missing=True
        ),
        code=code("plot_by_attacker"),
    output:
        png=report(
            f"{FIGURES}/by-attacker/seed-{{seed}}-{{release}}-{{target}}.png",
            caption="../report/by-attacker.rst",
            category="Results",
            labels={"what": "{target} by every attacker, cut at {release}, seed {seed}"},
        ),
        vector=f"{FIGURES}/by-attacker/seed-{{seed}}-{{release}}-{{target}}.svg",
    log:
        f"{LOGS}/plot_by_attacker/seed-{{seed}}-{{release}}-{{target}}.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        attackers=rebuilding(STUDY),
    script:
        "../scripts/plot_by_attacker.py"


rule plot_extremes:
    input:
        summary=f"{RESULTS}/summary.csv",
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
        scores=expand(f"{ATTACK}/scores.csv", **OF_A_SEED, allow_missing=True),
        answers=expand(f"{ATTACK}/reconstructions.h5", **OF_A_SEED, allow_missing=True),
        code=code("plot_extremes"),
    output:
        png=report(
            f"{FIGURES}/extremes/seed-{{seed}}-{{release}}.png",
            caption="../report/extremes.rst",
            category="Results",
            labels={"what": "best, median and worst, cut at {release}, seed {seed}"},
        ),
        vector=f"{FIGURES}/extremes/seed-{{seed}}-{{release}}.svg",
    log:
        f"{LOGS}/plot_extremes/seed-{{seed}}-{{release}}.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        places=places(**OF_A_SEED),
    script:
        "../scripts/plot_extremes.py"


rule plot_identification:
    input:
        summary=f"{RESULTS}/summary.csv",
        scores=expand(f"{ATTACK}/scores.csv", **OF_A_RELEASE, allow_missing=True),
        code=code("plot_identification"),
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
        places=places(**OF_A_RELEASE),
    script:
        "../scripts/plot_identification.py"


rule plot_improvement:
    input:
        histories=expand(f"{ATTACK}/history.csv", **IMPROVING),
        manifest=f"{DATA}/manifest.json",
        code=code("plot_improvement"),
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
        places=places(**IMPROVING),
        targets=list(STUDY.targets),
    script:
        "../scripts/plot_improvement.py"


rule plot_training:
    input:
        histories=expand(f"{TARGET}/history.csv", **TRAININGS),
        manifest=f"{DATA}/manifest.json",
        code=code("plot_training"),
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
        places=places(**TRAININGS),
        targets=list(STUDY.targets),
    script:
        "../scripts/plot_training.py"


rule plot_attackers:
    input:
        summary=f"{RESULTS}/summary.csv",
        histories=expand(f"{ATTACK}/history.csv", **LEARNING),
        attacker_images=f"{DATA}/attacker.tfrecord",
        manifest=f"{DATA}/manifest.json",
        code=code("plot_attackers"),
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
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        places=places(**LEARNING),
        targets=list(STUDY.targets),
    script:
        "../scripts/plot_attackers.py"


rule render_report:
    input:
        summary=f"{RESULTS}/summary.csv",
        baselines=f"{RESULTS}/baselines.csv",
        manifest=f"{DATA}/manifest.json",
        figures=[f"{FIGURES}/{figure}.png" for figure in PAGE_FIGURES],
        template=own_file(SCRIPTS / "intercept/report/template.html.j2"),
        code=code("render_report"),
    output:
        page=report(
            f"{RESULTS}/report.html",
            caption="../report/page.rst",
            category="Results",
            labels={"what": "the page"},
        ),
    log:
        f"{LOGS}/render_report.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=500,
    params:
        study=STUDY.name,
        texts=list(PAGE_FIGURES.values()),
        settings=config,
    script:
        "../scripts/render_report.py"


rule write_tensorboard:
    input:
        history=f"{TARGET}/history.csv",
        code=code("write_tensorboard"),
    output:
        directory(f"{TARGET}/tensorboard"),
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/write_tensorboard.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    script:
        "../scripts/write_tensorboard.py"
