# The target: a split network, trained.


rule train_target:
    input:
        images=f"{DATA}/target.tfrecord",
        manifest=f"{DATA}/manifest.json",
        code=code("train_target"),
    output:
        network=f"{TARGET}/target.h5",
        history=f"{TARGET}/history.csv",
        record=f"{TARGET}/training.json",
    params:
        settings=target_settings,
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/train_target.log",
    benchmark:
        f"{BENCHMARKS}/{{target}}/seed-{{seed}}/train_target.tsv"
    # Two trainings side by side on one thread each outpace two in turn on two threads each.
    threads: 1
    resources:
        mem_mb=3000,
    conda:
        "../envs/intercept.yaml"
    script:
        "../scripts/train_target.py"
