"""Write coworking/kit/phone_prefixes.py anew from the metadata of the `phonenumbers` library.

    .venv/bin/python scripts/build_phone_prefixes.py            writes the file
    .venv/bin/python scripts/build_phone_prefixes.py --check    exit 1 if the file is stale

To be run when the pinned version of `phonenumbers` moves; a test fails until then.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

TARGET = Path(__file__).parents[1] / "packages/coworking/src/coworking/kit/phone_prefixes.py"
PREFIX_DIGITS = 5
NATIONAL_DIGITS = range(9, 11)
LINE_CHARACTERS = 108
KINDS = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.VOIP: "ip",
    PhoneNumberType.TOLL_FREE: "toll-free",
    PhoneNumberType.UAN: "shared-cost",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.PAGER: "m2m",
}

HEADER = '''"""Which Japanese number begins how. Written by scripts/build_phone_prefixes.py: do not edit.

`PREFIXES` maps a kind and its count of national digits (without the leading 0) to the shortest prefixes that
tell it; no prefix begins with another. `fixed-N`: a geographic number, area code of N digits after the 0.
`CALLING_CODES` are the country calling codes in use.
"""

'''


def kind_of(national: str) -> str | None:
    """What the library calls a national number: "fixed-2/9", "mobile/10", or None where it is not valid."""
    number = phonenumbers.PhoneNumber(country_code=81, national_number=int(national))
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.FIXED_LINE:
        area_code = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL).split("-")[0]
        return f"fixed-{len(area_code) - 1}/{len(national)}"
    return f"{KINDS[kind]}/{len(national)}" if kind in KINDS else None


def kind_of_prefix(prefix: str) -> str | None:
    """The one kind of all numbers with this prefix, tried at both ends and in the middle of its range."""
    kinds = {
        kind_of(prefix + fill * (length - PREFIX_DIGITS)) for length in NATIONAL_DIGITS for fill in "0519"
    } - {None}
    if len(kinds) > 1:
        raise SystemExit(f"{PREFIX_DIGITS} digits no longer tell the kind of {prefix}: {kinds}")
    return next(iter(kinds), None)


def shortest(kinds: dict[str, str], prefix: str) -> Iterator[tuple[str, str]]:
    """(kind, prefix) pairs below `prefix`, siblings of one kind drawn together."""
    below = {kinds.get(p) for p in longest_below(prefix)}
    if len(below) == 1:
        kind = below.pop()
        if kind is not None:
            yield kind, prefix
        return
    for digit in "0123456789":
        yield from shortest(kinds, prefix + digit)


def longest_below(prefix: str) -> Iterator[str]:
    missing = PREFIX_DIGITS - len(prefix)
    return (f"{prefix}{rest:0{missing}d}" if missing else prefix for rest in range(10**missing))


def wrapped(words: list[str]) -> str:
    return textwrap.fill(" ".join(words), LINE_CHARACTERS, initial_indent="    ", subsequent_indent="    ")


def render() -> str:
    kinds: dict[str, str] = {}
    for first in range(10 ** (PREFIX_DIGITS - 1), 10**PREFIX_DIGITS):
        if (kind := kind_of_prefix(str(first))) is not None:
            kinds[str(first)] = kind
    grouped: dict[str, list[str]] = {}
    for kind, prefix in shortest(kinds, ""):
        grouped.setdefault(kind, []).append(prefix)
    tables = "".join(
        f'    "{kind}": """\n{wrapped(prefixes)}\n    """,\n' for kind, prefixes in sorted(grouped.items())
    )
    codes = wrapped([str(code) for code in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)])
    return (
        f'{HEADER}LIBRARY_VERSION = "{phonenumbers.__version__}"\n'
        f"PREFIX_DIGITS = {PREFIX_DIGITS}\n\n"
        f"PREFIXES = {{\n{tables}}}\n\n"
        f'CALLING_CODES = """\n{codes}\n"""\n'
    )


def main() -> int:
    text = render()
    if "--check" in sys.argv[1:]:
        if TARGET.read_text(encoding="utf-8") == text:
            return 0
        sys.stderr.write(f"{TARGET.name} is stale: run scripts/build_phone_prefixes.py\n")
        return 1
    TARGET.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{TARGET.name} written from phonenumbers {phonenumbers.__version__}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
