# Figures that show images: originals and what attackers made of them.


rule plot_samples:
    input:
        target=f"{DATA}/target.tfrecord",
        attacker=f"{DATA}/attacker.tfrecord",
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
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
    params:
        code=code("plot_samples"),
    script:
        "../scripts/plot_samples.py"


rule plot_defences:
    input:
        summary=f"{RESULTS}/summary.csv",
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
        answers=lambda wildcards: named(f"{ATTACK}/reconstructions.h5", rebuilt_at(wildcards)),
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
        code=code("plot_defences"),
    script:
        "../scripts/plot_defences.py"


rule plot_reconstructions:
    input:
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
        answers=lambda wildcards: named(f"{ATTACK}/reconstructions.h5", attacks_of(wildcards)),
        privacies=lambda wildcards: named(f"{TARGET}/privacy.json", attacks_of(wildcards)),
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
        code=code("plot_reconstructions"),
    script:
        "../scripts/plot_reconstructions.py"


rule plot_by_attacker:
    input:
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
        answers=lambda wildcards: named(
            f"{ATTACK}/reconstructions.h5", attacks_of(wildcards, rebuilding(STUDY))
        ),
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
        code=code("plot_by_attacker"),
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
        code=code("plot_extremes"),
    script:
        "../scripts/plot_extremes.py"
