"""Fail the study if an audit contradicts the epsilon that is stated."""

import math
from operator import itemgetter

import pandas as pd

from intercept.runtime.script import Job, run
from intercept.audit.record import contradictions
from intercept.audit.table import audit_row
from intercept.runtime.errors import UserError
from intercept.runtime.files import read_json, whole

# That a study without a fault fails by chance; shared by all its audits (Bonferroni).
_FALSE_ALARMS = 0.01
_network_of = itemgetter("target", "seed")


def main(snakemake: Job) -> None:
    """Write a row for each target, unless one of them states less than it gives away."""
    source, params = snakemake.input, snakemake.params
    audits = {
        _network_of(place): read_json(path)
        for place, path in zip(params.audits, source.audits, strict=True)
    }
    rows = []
    for place, privacy, membership in zip(
        params.networks,
        map(read_json, source.privacies),
        map(read_json, source.memberships),
        strict=True,
    ):
        audit = audits.get(_network_of(place))
        rows.append(audit_row(**place, privacy=privacy, membership=membership, audit=audit))
        stated = privacy["epsilon"]["sampler_that_ran"]
        stated = math.inf if stated is None else stated
        if audit and (found := contradictions(audit, stated, 1 - _FALSE_ALARMS / len(audits))):
            raise UserError(
                f"{place['target']}, seed {place['seed']}: epsilon {stated:.4g} is stated at delta "
                f"{privacy['delta']:g}, and an audit contradicts it: {'; '.join(found)}; the step "
                "samples, clips or adds noise in another way than is accounted for, so trust no "
                "epsilon of this code"
            )
    with whole(snakemake.output.audits) as temporary:
        pd.DataFrame(rows).to_csv(temporary, index=False)


snakemake: Job
run(main, snakemake)
