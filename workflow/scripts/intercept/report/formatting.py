"""How the page writes numbers: strings for a reader, with a dash for what is absent."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from intercept.report.style import MISSING, percent

Form = Callable[[float], str]

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def decimals(value: float, places: int = 4) -> str:
    """Format a number with fixed `places`; "–" for NaN, "∞" for infinity."""
    if math.isnan(value):
        return MISSING
    return "∞" if math.isinf(value) else f"{value:.{places}f}"


def one_decimal(value: float) -> str:
    """Format a number with one decimal; "–" for NaN, "∞" for infinity."""
    return decimals(value, 1)


def three_decimals(value: float) -> str:
    """Format a number with three decimals; "–" for NaN, "∞" for infinity."""
    return decimals(value, 3)


def shortest(value: float) -> str:
    """Format a setting with the digits that it needs; "–" for NaN."""
    return MISSING if math.isnan(value) else f"{value:g}"


def three_digits(value: float) -> str:
    """Format a number with three significant digits; "–" for NaN."""
    return MISSING if math.isnan(value) else f"{value:.3g}"


def signed(value: float) -> str:
    """Format a skill with its sign and two decimals; "–" for NaN."""
    if math.isnan(value):
        return MISSING
    return f"{value:+.2f}".replace("-", "−")


def points(value: float) -> str:
    """Format a difference of two shares with its sign, in percentage points; "–" for NaN."""
    if math.isnan(value):
        return MISSING
    return f"{100 * value:+.1f}".replace("-", "−")


def count(value: float) -> str:
    """Format a whole number with thousands separators; "–" for NaN."""
    return MISSING if math.isnan(value) else f"{int(value):,}"


def in_bits(value: float) -> str:
    """Format log₂ of a number of messages, with a decimal where it has one; "–" for NaN."""
    return count(value) if math.isnan(value) or value == int(value) else f"{value:,.1f}"


def power_of_two(exponent: float) -> str:
    """Format 2 to a power: as a whole number up to a million, else as 2¹²⁸; "–" for NaN."""
    if math.isnan(exponent):
        return MISSING
    if exponent < 20:
        return count(round(2**exponent))
    return "2" + f"{exponent:g}".translate(_RAISED)


def power_of_ten(value: float) -> str:
    """Format a delta: 10⁻⁵, or with the factor that it needs; "–" for NaN."""
    if math.isnan(value):
        return MISSING
    factor, exponent = f"{value:e}".split("e")
    power = "10" + str(int(exponent)).translate(_RAISED)
    return power if float(factor) == 1 else f"{float(factor):g} · {power}"


def span(values: Iterable[float], form: Form) -> str:
    """Format values as one, or as lowest to highest where they differ in the digits shown.

    "–" where there is no value but NaN.
    """
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return MISSING
    ends = list(dict.fromkeys([form(min(known)), form(max(known))]))
    return " to ".join(ends)


def listed(names: Sequence[str]) -> str:
    """Join names as a sentence does: "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def interval(low: float, high: float, form: Form) -> str:
    """Format an interval, such as "28.8 to 31.2%"; "" where it has no ends (NaN)."""
    if math.isnan(low) or math.isnan(high):
        return ""
    return f"{form(low).removesuffix('%')} to {form(high)}"


FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "mse": decimals,
        "mean_image_mse": decimals,
        "skill": signed,
        "psnr": one_decimal,
        "ssim": three_decimals,
        "ink_f1": three_decimals,
        "within_character": percent,
        "top1": percent,
        "top5": percent,
        "mean_reciprocal_rank": three_decimals,
        "class_top1": percent,
        "activation_error": three_decimals,
    }
)
"""How each measure of `intercept.report.summary.MEASURES` is written."""
