# The attack: an attacker sees a wire and its own images, never the target's data or history.


rule prepare_auxiliary:
    input:
        images=f"{DATA}/attacker.tfrecord",
        manifest=f"{DATA}/manifest.json",
    output:
        auxiliary=f"{AUXILIARY}/auxiliary.h5",
    log:
        f"{LOGS}/auxiliary/seed-{{seed}}/prepare_auxiliary.log",
    benchmark:
        f"{BENCHMARKS}/auxiliary/seed-{{seed}}/prepare_auxiliary.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=memory(3500, auxiliary=3),
    params:
        settings=STUDY.augmentation,
        code=code("prepare_auxiliary"),
    script:
        "../scripts/prepare_auxiliary.py"


rule train_prior:
    input:
        auxiliary=f"{AUXILIARY}/auxiliary.h5",
        images=f"{DATA}/attacker.tfrecord",
        manifest=f"{DATA}/manifest.json",
    output:
        prior=f"{AUXILIARY}/prior.h5",
        history=f"{AUXILIARY}/prior.csv",
    log:
        f"{LOGS}/auxiliary/seed-{{seed}}/train_prior.log",
    benchmark:
        f"{BENCHMARKS}/auxiliary/seed-{{seed}}/train_prior.tsv"
    priority: 1  # as of trainings
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=memory(2500, auxiliary=1.5),
    params:
        settings=prior_model(),
        code=code("train_prior"),
    script:
        "../scripts/train_prior.py"


rule train_embedding:
    input:
        images=f"{DATA}/attacker.tfrecord",
        manifest=f"{DATA}/manifest.json",
    output:
        embeddings=f"{AUXILIARY}/embeddings.h5",
    log:
        f"{LOGS}/auxiliary/seed-{{seed}}/train_embedding.log",
    benchmark:
        f"{BENCHMARKS}/auxiliary/seed-{{seed}}/train_embedding.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=2500,
    params:
        code=code("train_embedding"),
    script:
        "../scripts/train_embedding.py"


rule attack_wire:
    input:
        intercepted=f"{WIRE}/intercepted.h5",
        activations=f"{WIRE}/activations.h5",
        auxiliary=f"{AUXILIARY}/auxiliary.h5",
        prior=image_prior,
        server=needed_by_shadows(f"{WIRE}/server_as_trained.h5"),
        images=needed_by_shadows(f"{DATA}/attacker.tfrecord"),
        manifest=needed_by_shadows(f"{DATA}/manifest.json"),
        defence=needed_by_shadows(defence_record),
        start=starting_answers,
    output:
        attacker=f"{ATTACK}/attacker.h5",
        history=f"{ATTACK}/history.csv",
        answers=f"{ATTACK}/reconstructions.h5",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/{{wire}}/{{attacker}}/attack_wire.log",
    benchmark:
        f"{BENCHMARKS}/{{target}}/seed-{{seed}}/{{wire}}/{{attacker}}/attack_wire.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=attack_memory,
    params:
        settings=attacker_settings,
        allowed_code=allowed_code,
        content=model_content,
        code=attacking_code,
    script:
        "../scripts/attack_wire.py"


rule measure_attack:
    input:
        answers=f"{ATTACK}/reconstructions.h5",
        history=f"{ATTACK}/history.csv",
        intercepted=f"{WIRE}/intercepted.h5",
        activations=f"{WIRE}/activations.h5",
        auxiliary=f"{AUXILIARY}/auxiliary.h5",
        embeddings=f"{AUXILIARY}/embeddings.h5",
        attacker=f"{DATA}/attacker.tfrecord",
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
    output:
        metrics=f"{ATTACK}/metrics.json",
        scores=f"{ATTACK}/scores.csv",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/{{wire}}/{{attacker}}/measure_attack.log",
    benchmark:
        f"{BENCHMARKS}/{{target}}/seed-{{seed}}/{{wire}}/{{attacker}}/measure_attack.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=memory(1800, evaluation=4),
    params:
        settings=attacker_settings,
        allowed_code=allowed_code,
        content=model_content,
        answers_any=answers_any,
        code=measuring_code,
    script:
        "../scripts/measure_attack.py"
