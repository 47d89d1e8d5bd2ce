# The target: a split network, trained.


rule train_target:
    input:
        images=f"{DATA}/target.tfrecord",
        manifest=f"{DATA}/manifest.json",
        stop_at=stopping_target,
        model=model_of,
    output:
        network=f"{TARGET}/target.h5",
        history=f"{TARGET}/history.csv",
        record=f"{TARGET}/training.json",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/train_target.log",
    benchmark:
        f"{BENCHMARKS}/{{target}}/seed-{{seed}}/train_target.tsv"
    wildcard_constraints:
        target=keeping(checkpoints=False),
    # Long, and others wait for it: begun last, it would keep a single core busy at the end.
    priority: 1
    conda:
        "../envs/intercept.yaml"
    # Two trainings side by side on one thread each outpace two in turn on two threads each.
    threads: 1
    resources:
        mem_mb=training_memory,
    params:
        settings=target_settings,
        content=model_content,
        code=training_code,
    script:
        "../scripts/train_target.py"


use rule train_target as train_with_checkpoints with:
    output:
        network=f"{TARGET}/target.h5",
        history=f"{TARGET}/history.csv",
        record=f"{TARGET}/training.json",
        checkpoints=f"{TARGET}/checkpoints.h5",
    wildcard_constraints:
        target=keeping(checkpoints=True),


rule take_checkpoint:
    input:
        network=of_training(f"{TARGET}/target.h5"),
        checkpoints=of_training(f"{TARGET}/checkpoints.h5"),
        history=of_training(f"{TARGET}/history.csv"),
        record=of_training(f"{TARGET}/training.json"),
    output:
        network=f"{TARGET}/target.h5",
        history=f"{TARGET}/history.csv",
        record=f"{TARGET}/training.json",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/take_checkpoint.log",
    wildcard_constraints:
        target="|".join(map(re.escape, STUDY.checkpoints)) or "$^",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=1500,
    params:
        settings=target_settings,
        training=lambda wildcards: STUDY.checkpoints[wildcards.target],
        allowed_code=allowed_code,
        content=model_content,
        code=code("take_checkpoint"),
    script:
        "../scripts/take_checkpoint.py"


rule account_privacy:
    input:
        record=f"{TARGET}/training.json",
        manifest=f"{DATA}/manifest.json",
    output:
        privacy=f"{TARGET}/privacy.json",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/account_privacy.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        code=code("account_privacy"),
    script:
        "../scripts/account_privacy.py"


rule audit_training:
    input:
        images=f"{DATA}/target.tfrecord",
        manifest=f"{DATA}/manifest.json",
        model=model_of,
    output:
        record=f"{TARGET}/audit.json",
        canaries=f"{TARGET}/canaries.csv",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/audit_training.log",
    benchmark:
        f"{BENCHMARKS}/{{target}}/seed-{{seed}}/audit_training.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=training_memory,
    params:
        settings=target_settings,
        # In one, since Snakemake compares values without their names: swapped, they would be equal.
        planted={
            "canaries": STUDY.audit.canaries,
            "mislabelled": STUDY.audit.mislabelled,
        },
        content=model_content,
        code=code("audit_training"),
    script:
        "../scripts/audit_training.py"


rule measure_target:
    input:
        network=f"{TARGET}/target.h5",
        images=f"{DATA}/target.tfrecord",
        embeddings=f"{AUXILIARY}/embeddings.h5",
        attacker=f"{DATA}/attacker.tfrecord",
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
    output:
        membership=f"{TARGET}/membership.json",
        baselines=f"{TARGET}/predicted_class.json",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/measure_target.log",
    benchmark:
        f"{BENCHMARKS}/{{target}}/seed-{{seed}}/measure_target.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=memory(2800, evaluation=4),
    params:
        allowed_code=allowed_code,
        content=model_content,
        judged_by=judged_by,
        code=code("measure_target"),
    script:
        "../scripts/measure_target.py"
