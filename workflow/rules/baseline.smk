# Baselines: the floors and ceilings that an attack's numbers stand between.


rule train_autoencoder:
    input:
        auxiliary=f"{AUXILIARY}/auxiliary.h5",
        activations=first_activations,
    output:
        autoencoder=f"{BASELINES}/autoencoder.h5",
        history=f"{BASELINES}/autoencoder.csv",
    log:
        f"{LOGS}/baselines/seed-{{seed}}/{{cut_layer}}/{{width}}/train_autoencoder.log",
    benchmark:
        f"{BENCHMARKS}/baselines/seed-{{seed}}/{{cut_layer}}/{{width}}/train_autoencoder.tsv"
    priority: 1  # as of trainings
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=memory(2500, auxiliary=1.5),
    params:
        code=code("train_autoencoder"),
    script:
        "../scripts/train_autoencoder.py"


rule measure_baselines:
    input:
        autoencoder=f"{BASELINES}/autoencoder.h5",
        activations=first_activations,
        embeddings=f"{AUXILIARY}/embeddings.h5",
        attacker=f"{DATA}/attacker.tfrecord",
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
    output:
        baselines=f"{BASELINES}/baselines.json",
    log:
        f"{LOGS}/baselines/seed-{{seed}}/{{cut_layer}}/{{width}}/measure_baselines.log",
    benchmark:
        f"{BENCHMARKS}/baselines/seed-{{seed}}/{{cut_layer}}/{{width}}/measure_baselines.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=baselines_memory,
    params:
        code=code("measure_baselines"),
    script:
        "../scripts/measure_baselines.py"
