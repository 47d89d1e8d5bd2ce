# The wire: a target cut at a layer, and what is sent there, as it is or through a defence.


rule cut_target:
    input:
        network=f"{TARGET}/target.h5",
    output:
        intercepted=f"{CUT}/intercepted.h5",
        server=f"{CUT}/server_as_trained.h5",
        record=f"{CUT}/cut.json",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/{{cut_layer}}/cut_target.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=1500,
    params:
        allowed_code=allowed_code,
        content=model_content,
        parts=parts_of_target,
        code=code("cut_target"),
    script:
        "../scripts/cut_target.py"


rule compute_activations:
    input:
        intercepted=f"{CUT}/intercepted.h5",
        attacker=f"{DATA}/attacker.tfrecord",
        auxiliary=f"{AUXILIARY}/auxiliary.h5",
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
        mem_mb=memory(2800, evaluation=1, auxiliary=1.5, activations=1),
    params:
        allowed_code=allowed_code,
        content=model_content,
        code=code("compute_activations"),
    script:
        "../scripts/compute_activations.py"


rule defend_wire:
    input:
        intercepted=lambda wildcards: f"{cut_of(wildcards)}/intercepted.h5",
        server=lambda wildcards: f"{cut_of(wildcards)}/server_as_trained.h5",
        activations=lambda wildcards: f"{cut_of(wildcards)}/activations.h5",
        images=f"{DATA}/target.tfrecord",
        manifest=f"{DATA}/manifest.json",
    output:
        defence=f"{DEFENDED}/defence.json",
        intercepted=f"{DEFENDED}/intercepted.h5",
        server=f"{DEFENDED}/server_as_trained.h5",
        activations=f"{DEFENDED}/activations.h5",
        signals=f"{DEFENDED}/signals.h5",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/{{defended}}/defend_wire.log",
    benchmark:
        f"{BENCHMARKS}/{{target}}/seed-{{seed}}/{{defended}}/defend_wire.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=memory(3000, activations=3),
    params:
        settings=defence_settings,
        allowed_code=allowed_code,
        content=model_content,
        code=defending_code,
    script:
        "../scripts/defend_wire.py"


rule measure_server:
    input:
        intercepted=f"{WIRE}/intercepted.h5",
        server=f"{WIRE}/server_as_trained.h5",
        defence=defence_record,
        images=f"{DATA}/target.tfrecord",
        manifest=f"{DATA}/manifest.json",
    output:
        server=f"{WIRE}/server.h5",
        record=f"{WIRE}/server.json",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/{{wire}}/measure_server.log",
    benchmark:
        f"{BENCHMARKS}/{{target}}/seed-{{seed}}/{{wire}}/measure_server.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=memory(2800, evaluation=1),
    params:
        cut_layer=cut_layer_of,
        allowed_code=allowed_code,
        content=model_content,
        code=code("measure_server"),
    script:
        "../scripts/measure_server.py"


rule measure_bounds:
    input:
        signals=signals,
        readings=f"{WIRE}/activations.h5",
        defence=defence_record,
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
    output:
        record=f"{WIRE}/bounds.json",
        optimum=f"{WIRE}/optimum.csv",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/{{wire}}/measure_bounds.log",
    benchmark:
        f"{BENCHMARKS}/{{target}}/seed-{{seed}}/{{wire}}/measure_bounds.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=memory(1800, evaluation=1),
    params:
        code=code("measure_bounds"),
    script:
        "../scripts/measure_bounds.py"
