# The release: the target cut at a layer, and what its wire carries.


rule cut_release:
    input:
        network=f"{TARGET}/target.h5",
        code=code("cut_release"),
    output:
        intercepted=f"{RELEASE}/intercepted.h5",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/{{release}}/cut_release.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=1500,
    script:
        "../scripts/cut_release.py"


rule compute_activations:
    input:
        intercepted=f"{RELEASE}/intercepted.h5",
        attacker=f"{DATA}/attacker.tfrecord",
        surrogates=f"{SURROGATES}/surrogates.h5",
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
        code=code("compute_activations"),
    output:
        activations=f"{RELEASE}/activations.h5",
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/{{release}}/compute_activations.log",
    benchmark:
        f"{BENCHMARKS}/{{target}}/seed-{{seed}}/{{release}}/compute_activations.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=3000,
    script:
        "../scripts/compute_activations.py"
