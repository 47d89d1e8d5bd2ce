# The release: the target cut at a layer, what its wire carries, and what a defence makes of it.


rule cut_release:
    input:
        network=f"{TARGET}/target.h5",
    output:
        intercepted=f"{CUT}/intercepted.h5",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/{{cut_layer}}/cut_release.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=1500,
    params:
        allowed_code=allowed_code,
        code=code("cut_release"),
    script:
        "../scripts/cut_release.py"


rule compute_activations:
    input:
        intercepted=f"{CUT}/intercepted.h5",
        attacker=f"{DATA}/attacker.tfrecord",
        surrogates=f"{SURROGATES}/surrogates.h5",
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
    output:
        activations=f"{CUT}/activations.h5",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/{{cut_layer}}/compute_activations.log",
    benchmark:
        f"{BENCHMARKS}/{{target}}/seed-{{seed}}/{{cut_layer}}/compute_activations.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=memory(2800, copies=1),
    params:
        allowed_code=allowed_code,
        code=code("compute_activations"),
    script:
        "../scripts/compute_activations.py"


rule defend_release:
    input:
        intercepted=lambda wildcards: f"{cut_of(wildcards)}/intercepted.h5",
        activations=lambda wildcards: f"{cut_of(wildcards)}/activations.h5",
        images=f"{DATA}/target.tfrecord",
        manifest=f"{DATA}/manifest.json",
    output:
        defence=f"{DEFENDED}/defence.json",
        intercepted=f"{DEFENDED}/intercepted.h5",
        activations=f"{DEFENDED}/activations.h5",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/{{defended}}/defend_release.log",
    benchmark:
        f"{BENCHMARKS}/{{target}}/seed-{{seed}}/{{defended}}/defend_release.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=3000,
    params:
        settings=defence_settings,
        allowed_code=allowed_code,
        code=defending_code,
    script:
        "../scripts/defend_release.py"


rule measure_release:
    input:
        network=f"{TARGET}/target.h5",
        defence=defence_record,
        images=f"{DATA}/target.tfrecord",
        manifest=f"{DATA}/manifest.json",
    output:
        server=f"{RELEASE}/server.h5",
        record=f"{RELEASE}/release.json",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/{{release}}/measure_release.log",
    benchmark:
        f"{BENCHMARKS}/{{target}}/seed-{{seed}}/{{release}}/measure_release.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=2800,
    params:
        cut_layer=lambda wildcards: STUDY.releases[wildcards.release].cut_layer,
        allowed_code=allowed_code,
        code=code_and_defence("measure_release"),
    script:
        "../scripts/measure_release.py"


rule measure_wire:
    input:
        intercepted=f"{RELEASE}/intercepted.h5",
        activations=f"{RELEASE}/activations.h5",
        defence=defence_record,
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
    output:
        record=f"{RELEASE}/wire.json",
        optimum=f"{RELEASE}/optimum.csv",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/{{release}}/measure_wire.log",
    benchmark:
        f"{BENCHMARKS}/{{target}}/seed-{{seed}}/{{release}}/measure_wire.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=memory(1800, copies=1),
    params:
        allowed_code=allowed_code,
        code=code_and_defence("measure_wire"),
    script:
        "../scripts/measure_wire.py"
