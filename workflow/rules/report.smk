# The report: one table, its figures and one page.


rule collect_summary:
    input:
        manifest=f"{DATA}/manifest.json",
        trainings=every_attack(f"{TARGET}/training.json"),
        privacies=every_attack(f"{TARGET}/privacy.json"),
        metrics=every_attack(f"{ATTACK}/metrics.json"),
        code=code("collect_summary"),
    output:
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


rule plot_reconstructions:
    input:
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
        reconstructions=expand(
            f"{ATTACK}/reconstructions.h5", target=STUDY.targets, allow_missing=True
        ),
        privacies=expand(f"{TARGET}/privacy.json", target=STUDY.targets, allow_missing=True),
        code=code("plot_reconstructions"),
    output:
        png=report(
            f"{RECONSTRUCTIONS}.png",
            caption="../report/reconstructions.rst",
            category="Results",
            labels={"what": "reconstructions by {attacker} at {release}, seed {seed}"},
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


rule plot_curves:
    input:
        targets=expand(f"{TARGET}/history.csv", target=STUDY.targets, seed=STUDY.seeds),
        attackers=every_attack(f"{ATTACK}/history.csv"),
        attacker_images=f"{DATA}/attacker.tfrecord",
        manifest=f"{DATA}/manifest.json",
        code=code("plot_curves"),
    output:
        targets=report(
            f"{FIGURES}/training.png",
            caption="../report/training.rst",
            category="Training",
            labels={"what": "how the targets learned"},
        ),
        attackers=report(
            f"{FIGURES}/attackers.png",
            caption="../report/attackers.rst",
            category="Training",
            labels={"what": "how the attackers learned"},
        ),
        vector=expand(f"{FIGURES}/{{name}}.svg", name=["training", "attackers"]),
    log:
        f"{LOGS}/plot_curves.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        target_labels=expand("{target}, seed {seed}", target=STUDY.targets, seed=STUDY.seeds),
        attacker_labels=every_attack("{attacker} on {target} at {release}, seed {seed}"),
    script:
        "../scripts/plot_curves.py"


rule plot_identification:
    input:
        summary=f"{RESULTS}/summary.csv",
        code=code("plot_identification"),
    output:
        png=report(
            f"{FIGURES}/identification.png",
            caption="../report/identification.rst",
            category="Results",
            labels={"what": "identification"},
        ),
        vector=f"{FIGURES}/identification.svg",
    log:
        f"{LOGS}/plot_identification.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=500,
    script:
        "../scripts/plot_identification.py"


rule render_report:
    input:
        summary=f"{RESULTS}/summary.csv",
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
