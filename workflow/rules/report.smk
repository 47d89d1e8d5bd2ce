# The report: one table, its figures and one page.


rule collect_summary:
    input:
        manifest=f"{DATA}/manifest.json",
        trainings=named(f"{TARGET}/training.json", TRAININGS),
        privacies=named(f"{TARGET}/privacy.json", TRAININGS),
        wires=named(f"{RELEASE}/release.json", WIRES),
        metrics=named(f"{ATTACK}/metrics.json", ATTACKS),
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
        config_hash=CONFIG_HASH,
        trainings=TRAININGS,
        wires=WIRES,
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
    benchmark:
        f"{BENCHMARKS}/plot_samples.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=memory(2500, copies=1),
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


rule check_bounds:
    input:
        summary=f"{RESULTS}/summary.csv",
        code=code("check_bounds"),
    output:
        bounds=report(
            f"{RESULTS}/bounds.csv",
            caption="../report/bounds-table.rst",
            category="Results",
            labels={"what": "table of attacks beside their bounds"},
        ),
    log:
        f"{LOGS}/check_bounds.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=500,
    script:
        "../scripts/check_bounds.py"


rule plot_frontier:
    input:
        summary=f"{RESULTS}/summary.csv",
        baselines=f"{RESULTS}/baselines.csv",
        code=code("plot_frontier"),
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
    script:
        "../scripts/plot_frontier.py"


rule plot_bounds:
    input:
        summary=f"{RESULTS}/summary.csv",
        code=code("plot_bounds"),
    output:
        png=report(
            f"{FIGURES}/bounds.png",
            caption="../report/bounds.rst",
            category="Results",
            labels={"what": "attacks beside bounds"},
        ),
        vector=f"{FIGURES}/bounds.svg",
    log:
        f"{LOGS}/plot_bounds.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=500,
    script:
        "../scripts/plot_bounds.py"


rule plot_defences:
    input:
        summary=f"{RESULTS}/summary.csv",
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
        answers=lambda wildcards: named(f"{ATTACK}/reconstructions.h5", rebuilt_at(wildcards)),
        code=code("plot_defences"),
    output:
        png=report(
            f"{FIGURES}/defences/seed-{{seed}}-{{cut_layer}}-{{target}}.png",
            caption="../report/defences.rst",
            category="Results",
            labels={"what": "{target} behind each defence, cut at {cut_layer}, seed {seed}"},
        ),
        vector=f"{FIGURES}/defences/seed-{{seed}}-{{cut_layer}}-{{target}}.svg",
    log:
        f"{LOGS}/plot_defences/seed-{{seed}}-{{cut_layer}}-{{target}}.log",
    benchmark:
        f"{BENCHMARKS}/plot_defences/seed-{{seed}}-{{cut_layer}}-{{target}}.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=memory(1200, copies=3),
    params:
        places=lambda wildcards: rebuilt_at(wildcards),
    script:
        "../scripts/plot_defences.py"


rule plot_reconstructions:
    input:
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
        answers=lambda wildcards: named(f"{ATTACK}/reconstructions.h5", attacks_of(wildcards)),
        privacies=lambda wildcards: named(f"{TARGET}/privacy.json", attacks_of(wildcards)),
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
    benchmark:
        f"{BENCHMARKS}/plot_reconstructions/seed-{{seed}}-{{release}}-{{attacker}}.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=memory(1200, copies=3),
    params:
        targets=targets_of,
    script:
        "../scripts/plot_reconstructions.py"


rule plot_by_attacker:
    input:
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
        answers=lambda wildcards: named(
            f"{ATTACK}/reconstructions.h5", attacks_of(wildcards, rebuilding(STUDY))
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
    benchmark:
        f"{BENCHMARKS}/plot_by_attacker/seed-{{seed}}-{{release}}-{{target}}.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=memory(1200, copies=3),
    params:
        attackers=lambda wildcards: [
            place["attacker"] for place in attacks_of(wildcards, rebuilding(STUDY))
        ],
    script:
        "../scripts/plot_by_attacker.py"


rule plot_extremes:
    input:
        summary=f"{RESULTS}/summary.csv",
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
        scores=lambda wildcards: named(
            f"{ATTACK}/scores.csv", attacks_of(wildcards, rebuilding(STUDY))
        ),
        answers=lambda wildcards: named(
            f"{ATTACK}/reconstructions.h5", attacks_of(wildcards, rebuilding(STUDY))
        ),
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
    benchmark:
        f"{BENCHMARKS}/plot_extremes/seed-{{seed}}-{{release}}.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=memory(1200, copies=3),
    params:
        places=lambda wildcards: attacks_of(wildcards, rebuilding(STUDY)),
    script:
        "../scripts/plot_extremes.py"


rule plot_identification:
    input:
        summary=f"{RESULTS}/summary.csv",
        scores=lambda wildcards: named(f"{ATTACK}/scores.csv", attacks_of(wildcards)),
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
        places=lambda wildcards: attacks_of(wildcards),
    script:
        "../scripts/plot_identification.py"


rule plot_improvement:
    input:
        histories=named(f"{ATTACK}/history.csv", attacks_of(attackers=improving(STUDY))),
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
        places=attacks_of(attackers=improving(STUDY)),
        targets=list(STUDY.targets),
    script:
        "../scripts/plot_improvement.py"


rule plot_training:
    input:
        histories=named(f"{TARGET}/history.csv", TRAININGS),
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
        places=TRAININGS,
        targets=list(STUDY.targets),
    script:
        "../scripts/plot_training.py"


rule plot_attackers:
    input:
        summary=f"{RESULTS}/summary.csv",
        histories=named(f"{ATTACK}/history.csv", attacks_of(attackers=learning(STUDY))),
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
    script:
        "../scripts/plot_attackers.py"


rule render_report:
    input:
        summary=f"{RESULTS}/summary.csv",
        baselines=f"{RESULTS}/baselines.csv",
        manifest=f"{DATA}/manifest.json",
        figures=[f"{FIGURES}/{figure}.png" for figure in PAGE_FIGURES],
        templates=[own_file(file) for file in PAGE_TEMPLATES],
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
