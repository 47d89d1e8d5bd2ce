"""What the page says of the wire: costs of protection, and the ledger of what is bounded."""

from report_pages import parsed, report_of
from report_rows import noisy_row, row

from intercept.report import page


def test_what_protection_costs_has_a_row_for_each_release(png):
    attacks = [
        row(unseen={"within_character": 0.61}),
        row(target="worse", unseen={"within_character": 0.65}),
        noisy_row(2, within=0.2, tuned=0.4),
    ]
    read = parsed(attacks, png)
    costs = [
        cells for cells in read.rows if cells[1:2] == ["mobile_output"] and "73.2%" in cells[4]
    ]
    assert costs[0][:3] == ["no-dp", "mobile_output", "none"]
    assert costs[0][3].startswith("72.1%")
    assert costs[0][5] == "61.0% 60.0 to 62.0% decoder"
    (noisy,) = [cells for cells in read.rows if cells[2:3] == ["noise-2"] and len(cells) == 7]
    assert noisy[3:6] == [
        "30.0% 28.0 to 32.0%",
        "40.0% 38.0 to 42.0%",
        "20.0% 19.0 to 21.0% decoder",
    ]
    html = page.render(report_of(attacks, png))
    assert "<strong>61.0%</strong>" in html  # as accurate as the next, and leaks less
    assert "<strong>65.0%</strong>" not in html
    assert "<strong>20.0%</strong>" in html


def test_the_ledgers_are_kept_apart_and_say_none_where_nothing_is_bounded(png):
    read = parsed([row(), noisy_row(2)], png)
    ledger = [cells for cells in read.rows if cells[2:3] in (["none"], ["noise-2"])]
    bounds = ["64.0%", "10.0%", "100.0%", "52.0%", "0.0123"]
    assert [cells for cells in ledger if len(cells) == 11] == [
        ["no-dp", "mobile_output", "none", "32", "–", "–", *["none"] * 5],
        ["no-dp", "mobile_output", "noise-2", "32", "–", "2", *bounds],
    ]
    assert "The training ledger" in read.text
    assert "The wire ledger" in read.text
    assert "What the ceilings rest on" in read.text
    undefended = parsed([row()], png)
    assert "What the ceilings rest on" not in undefended.text
    assert "What protection costs" not in undefended.text
    assert "nothing here is bounded" in undefended.text
