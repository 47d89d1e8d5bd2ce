# The target: a split network, trained.


rule train_target:
    input:
        images=f"{DATA}/target.tfrecord",
        manifest=f"{DATA}/manifest.json",
        stop_at=stopping_target,
        model=model_of,
        code=training_code,
    output:
        network=f"{TARGET}/target.h5",
        history=f"{TARGET}/history.csv",
        record=f"{TARGET}/training.json",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/train_target.log",
    benchmark:
        f"{BENCHMARKS}/{{target}}/seed-{{seed}}/train_target.tsv"
    conda:
        "../envs/intercept.yaml"
    # Two trainings side by side on one thread each outpace two in turn on two threads each.
    threads: 1
    resources:
        mem_mb=training_memory,
    params:
        settings=target_settings,
    script:
        "../scripts/train_target.py"


rule account_privacy:
    input:
        record=f"{TARGET}/training.json",
        manifest=f"{DATA}/manifest.json",
        code=code("account_privacy"),
    output:
        privacy=f"{TARGET}/privacy.json",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/account_privacy.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    script:
        "../scripts/account_privacy.py"
