"""The ledger's table of what was found of each epsilon."""

import numpy as np
import pandas as pd
from report_pages import parsed, rows_of
from report_rows import audits, dp_row, row

from intercept.report.audits import audit_rows

FOUND = {
    "canaries": [1000, np.nan],
    "guesses": [100, np.nan],
    "correct": [89, np.nan],
    "audited_any_mechanism": [1.549, np.nan],
    "audited_this_mechanism": [2.4748, np.nan],
    "audited_at_most": [5.7823, np.nan],
    "audited_outsider": [0.3199, np.nan],
    "mislabelled": [500, np.nan],
    "mislabelled_guesses": [250, np.nan],
    "mislabelled_correct": [151, np.nan],
}


def test_bounds_are_rounded_down_and_absent_ones_are_dashes():
    summary = pd.DataFrame([dp_row(0.7), row()])
    audited, not_audited = audit_rows(audits(summary, **FOUND))
    assert audited["audited_any_mechanism"].value == "1.54"
    assert audited["audited_this_mechanism"].value == "2.47"
    assert audited["correct"].value == "89 of 100"
    assert audited["audited_outsider"].value == "0.31"
    found = audited["mislabelled_correct"]
    assert (found.value, found.interval) == ("151 of 250", "about 500")
    assert (audited["membership_auc"].value, audited["membership_auc"].interval) == (
        "0.523",
        "0.503 to 0.543",
    )
    assert not_audited["correct"].value == not_audited["audited_at_most"].value == "–"


def test_the_ledger_has_them_beside_what_is_stated(png):
    attacks = [dp_row(0.7), row()]
    summary = pd.DataFrame(attacks)
    page = parsed(attacks, png, figures=[], audits=audits(summary, **FOUND))
    (_, shown) = rows_of(page, "dp-noise-0.7", "training")
    assert shown[:6] == ["dp-noise-0.7", "1", "3.35", "2.47", "1.54", "5.78"]
    assert shown[6:9] == ["89 of 100 about 1,000", "0.31", "151 of 250 about 500"]
