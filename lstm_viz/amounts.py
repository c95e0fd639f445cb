"""Large numbers as people say them: 12.3 million, 4.1 MB, 3 minutes."""

from __future__ import annotations

_THOUSANDS = ("", " thousand", " million", " billion", " trillion", " quadrillion")
_BYTES = (" bytes", " kB", " MB", " GB", " TB", " PB")
_TIMES = ((1, "second"), (60, "minute"), (3600, "hour"), (86_400, "day"), (31_557_600, "year"))
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def count_text(number: int) -> str:
    """A count: to the last digit below a million, then with three digits.

    >>> count_text(5_760), count_text(12_345_678), count_text(4 * 10**35)
    ('5,760', '12.3 million', '4·10³⁵')
    """
    return f"{number:,}" if number < 1_000_000 else _scaled(number, _THOUSANDS)


def measured_text(value: float, digits: int = 4) -> str:
    """A measured number with so many significant digits, and without an exponent where it can be helped.

    >>> measured_text(32.6612), measured_text(2_433_123.4), measured_text(0.00012)
    ('32.66', '2,433,000', '0.00012')
    """
    rounded = float(f"{value:.{digits}g}")
    return f"{rounded:,.0f}" if 10**digits <= abs(rounded) < 1e15 else f"{rounded:,.{digits}g}"


def bytes_text(number: int) -> str:
    """Bytes in thousands of thousands, as disks and browsers count them.

    >>> bytes_text(664), bytes_text(4_100_000)
    ('664 bytes', '4.1 MB')
    """
    return _scaled(number, _BYTES)


def seconds_text(seconds: float) -> str:
    """A time, roughly: no estimate is worth more than two digits.

    >>> seconds_text(0.0432), seconds_text(190), seconds_text(1e12)
    ('43 ms', '3.2 minutes', '31,688 years')
    """
    seconds = float(f"{seconds:.2g}")
    if seconds < 1:
        return f"{max(seconds * 1000, 1):.3g} ms"
    size, name = max(unit for unit in _TIMES if unit[0] <= seconds)
    count = seconds / size
    number = f"{count:.2g}" if count < 99.5 else count_text(round(count))
    return f"{number} {name}{'' if number == '1' else 's'}"


def _scaled(number: int, units: tuple[str, ...]) -> str:
    """Three digits and the unit; past the last unit a power of ten."""
    for place, unit in enumerate(units):
        if number < 999.5 * 1000**place:
            scaled = number / 1000**place
            return f"{scaled:.3g}{unit}"
    mantissa, exponent = f"{number:.1e}".split("e+")
    return f"{float(mantissa):g}·10{exponent.translate(_SUPERSCRIPTS)}{units[0]}"
