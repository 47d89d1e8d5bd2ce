# The attack: an attacker sees a release and its own images, never the target's data or history.


rule train_attacker:
    input:
        activations=f"{RELEASE}/activations.h5",
        images=f"{DATA}/attacker.tfrecord",
        manifest=f"{DATA}/manifest.json",
        code=code("train_attacker"),
    output:
        attacker=f"{ATTACK}/attacker.h5",
        history=f"{ATTACK}/history.csv",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/{{release}}/{{attacker}}/train_attacker.log",
    benchmark:
        f"{BENCHMARKS}/{{target}}/seed-{{seed}}/{{release}}/{{attacker}}/train_attacker.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        settings=attacker_settings,
    script:
        "../scripts/train_attacker.py"


rule evaluate_attack:
    input:
        attacker=f"{ATTACK}/attacker.h5",
        history=f"{ATTACK}/history.csv",
        activations=f"{RELEASE}/activations.h5",
        attacker_images=f"{DATA}/attacker.tfrecord",
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
        code=code("evaluate_attack"),
    output:
        reconstructions=f"{ATTACK}/reconstructions.h5",
        metrics=f"{ATTACK}/metrics.json",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/{{release}}/{{attacker}}/evaluate_attack.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=3000,
    params:
        settings=attacker_settings,
    script:
        "../scripts/evaluate_attack.py"
