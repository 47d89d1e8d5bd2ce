# The report: its tables, and one page.


rule collect_summary:
    input:
        manifest=f"{DATA}/manifest.json",
        trainings=named(f"{TARGET}/training.json", NETWORKS),
        privacies=named(f"{TARGET}/privacy.json", NETWORKS),
        servers=named(f"{WIRE}/server.json", PLACES),
        bounds=named(f"{WIRE}/bounds.json", PLACES),
        metrics=named(f"{ATTACK}/metrics.json", ATTACKS),
        scores=named(f"{ATTACK}/scores.csv", ATTACKS),
        baselines=[path for path, _ in EVERY_BASELINE],
    output:
        baselines=report(
            f"{RESULTS}/baselines.csv",
            caption="../report/baselines.rst",
            category="Results",
            labels={"what": "table of baselines"},
        ),
        summary=report(
            f"{RESULTS}/summary.csv",
            caption="../report/summary.rst",
            category="Results",
            labels={"what": "summary table"},
        ),
    log:
        f"{LOGS}/collect_summary.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=500,
    params:
        study=STUDY.name,
        config_hash=CONFIG_HASH,
        networks=NETWORKS,
        wires=PLACES,
        not_run=NOT_RUN,
        attackers={
            place["attacker"]: traits(STUDY.attackers[place["attacker"]]) for place in NOT_RUN
        },
        baselines=[place for _, place in EVERY_BASELINE],
        code=code("collect_summary"),
    script:
        "../scripts/collect_summary.py"


rule compare_rows:
    input:
        summary=f"{RESULTS}/summary.csv",
        scores=named(f"{ATTACK}/scores.csv", ATTACKS),
    output:
        differences=report(
            f"{RESULTS}/differences.csv",
            caption="../report/differences.rst",
            category="Results",
            labels={"what": "table of paired differences"},
        ),
    log:
        f"{LOGS}/compare_rows.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        places=ATTACKS,
        code=code("compare_rows"),
    script:
        "../scripts/compare_rows.py"


rule check_bounds:
    input:
        summary=f"{RESULTS}/summary.csv",
        goal=GOAL,
        scores=named(f"{ATTACK}/scores.csv", SINGLE_ATTACKS),
        optima=named(f"{WIRE}/optimum.csv", PLACES),
    output:
        bounds=report(
            f"{RESULTS}/bounds.csv",
            caption="../report/bounds-table.rst",
            category="Results",
            labels={"what": "table of attacks beside the best rule"},
        ),
        verdict=f"{RESULTS}/verdict.json",
    log:
        f"{LOGS}/check_bounds.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=500,
    params:
        wires=PLACES,
        attacks=SINGLE_ATTACKS,
        code=code("check_bounds"),
    script:
        "../scripts/check_bounds.py"


rule judge_goal:
    input:
        summary=f"{RESULTS}/summary.csv",
        bounds=named(f"{WIRE}/bounds.json", PLACES),
    output:
        goal=f"{RESULTS}/goal.json",
    log:
        f"{LOGS}/judge_goal.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=500,
    params:
        wires=PLACES,
        goal=STUDY.goal,
        code=code("judge_goal"),
    script:
        "../scripts/judge_goal.py"


rule check_audits:
    input:
        privacies=named(f"{TARGET}/privacy.json", NETWORKS),
        memberships=named(f"{TARGET}/membership.json", NETWORKS),
        audits=named(f"{TARGET}/audit.json", AUDITS),
    output:
        audits=report(
            f"{RESULTS}/audits.csv",
            caption="../report/audits.rst",
            category="Results",
            labels={"what": "table of audits beside what is stated"},
        ),
    log:
        f"{LOGS}/check_audits.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        networks=NETWORKS,
        audits=AUDITS,
        code=code("check_audits"),
    script:
        "../scripts/check_audits.py"


rule render_report:
    input:
        audits=f"{RESULTS}/audits.csv",
        goal=GOAL,
        summary=f"{RESULTS}/summary.csv",
        baselines=f"{RESULTS}/baselines.csv",
        differences=f"{RESULTS}/differences.csv",
        manifest=f"{DATA}/manifest.json",
        figures=[f"{FIGURES}/{figure}.png" for figure in DRAWINGS],
        originals=f"{FIGURES}/pictures/originals.webp",
        pictures=named(PICTURE, REBUILT),
        samples=[SAMPLE.format(role=role) for role in ROLES],
    output:
        page=report(
            f"{RESULTS}/report.html",
            caption="../report/page.rst",
            category="Results",
            labels={"what": "the page"},
        ),
    log:
        f"{LOGS}/render_report.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=500,
    params:
        study=STUDY.name,
        attackers={name: one.describe() for name, one in STUDY.attackers.items()},
        defences={
            one.defence.label: one.defence.describe()
            for one in STUDY.wires.values()
            if one.defended
        },
        figures=figures_of_the_page,
        pictures=REBUILT,
        roles=ROLES,
        settings=config,
        code=code("render_report", files=PAGE_TEMPLATES),
    script:
        "../scripts/render_report.py"


# Last of all: a goal that is not met fails the study, each time that it is run.
rule meet_goal:
    input:
        goal=GOAL,
        bounds=f"{RESULTS}/bounds.csv",
        page=f"{RESULTS}/report.html",
    output:
        met=f"{RESULTS}/goal-met.txt",
    log:
        f"{LOGS}/meet_goal.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=500,
    params:
        code=code("meet_goal"),
    script:
        "../scripts/meet_goal.py"


rule print_report:
    input:
        page=f"{RESULTS}/report.html",
    output:
        whole=f"{RESULTS}/report.pdf",
        summary=f"{RESULTS}/summary.pdf",
    log:
        f"{LOGS}/print_report.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        code=code("print_report"),
    script:
        "../scripts/print_report.py"


rule write_tensorboard:
    input:
        history=f"{TARGET}/history.csv",
    output:
        directory(f"{TARGET}/tensorboard"),
    log:
        f"{LOGS}/{{target}}/seed-{{seed}}/write_tensorboard.log",
    conda:
        "../envs/intercept.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        code=code("write_tensorboard"),
    script:
        "../scripts/write_tensorboard.py"
