# The dataset: three image sets, cached, hashed and described.


rule prepare_dataset:
    input:
        folders=ancient(IMAGE_FOLDERS),
    output:
        target=f"{DATA}/target.tfrecord",
        attacker=f"{DATA}/attacker.tfrecord",
        evaluation=f"{DATA}/evaluation.tfrecord",
        manifest=f"{DATA}/manifest.json",
        overlap=f"{DATA}/overlap.csv",
    log:
        f"{LOGS}/prepare_dataset.log",
    benchmark:
        f"{BENCHMARKS}/prepare_dataset.tsv"
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=3500,
    params:
        **PREPARED_BY,
        content=images_content,
        code=code("prepare_dataset"),
    script:
        "../scripts/prepare_dataset.py"
