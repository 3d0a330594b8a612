"""Write telephony/numbers/area_places.tsv anew from the place names of the `phonenumbers` library.

    .venv/bin/python scripts/build_area_places.py            writes the file
    .venv/bin/python scripts/build_area_places.py --check    exit 1 if the file is stale

To be run when the pinned version of `phonenumbers` moves. A row is an area code, its places in Japanese and in English,
the one with the most numbers first.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from phonenumbers import PhoneNumber, geocoder

from coworking.kit.phone_prefixes import PREFIX_DIGITS, PREFIXES

TARGET = Path(__file__).parents[1] / "telephony/numbers/area_places.tsv"
MOST_PLACES = 5
UNPLACED = "日本"
# The places of area codes for which the library has Japanese names only.
ENGLISH = {
    "武蔵野三鷹": "Musashino and Mitaka, Tokyo",
    "門別富川": "Mombetsu Tomikawa, Hokkaido",
    "利尻礼文": "Rishiri and Rebun, Hokkaido",
    "北見枝幸": "Kitami-Esashi, Hokkaido",
    "焼尻": "Yagishiri, Hokkaido",
    "迫": "Hasama, Miyagi",
    "築館": "Tsukidate, Miyagi",
    "古川": "Furukawa, Miyagi",
    "磐城富岡": "Iwaki-Tomioka, Fukushima",
    "新井": "Arai, Niigata",
    "木曾福島": "Kiso-Fukushima, Nagano",
    "水海道": "Mitsukaido, Ibaraki",
    "竜ケ崎": "Ryugasaki, Ibaraki",
    "伊豆大島": "Izu Oshima, Tokyo",
    "三宅": "Miyake, Tokyo",
    "八丈島": "Hachijojima, Tokyo",
    "天竜": "Tenryu, Shizuoka",
    "尾張横須賀": "Owari-Yokosuka, Aichi",
    "高富": "Takatomi, Gifu",
    "厳原": "Izuhara, Nagasaki",
    "対馬佐賀": "Tsushima-Saka, Nagasaki",
    "郷ノ浦": "Gonoura, Nagasaki",
    "松橋": "Matsubase, Kumamoto",
    "中之島": "Nakanoshima, Kagoshima",
    "硫黄島": "Iojima, Kagoshima",
    "中甑": "Nakakoshiki, Kagoshima",
}
NO_ENGLISH = "Japan"


def ranges() -> Iterator[tuple[str, str, int]]:
    """(area code, first digits, count of national digits) of every range of fixed numbers."""
    for kind, prefixes in PREFIXES.items():
        if not kind.startswith("fixed-"):
            continue
        area_digits, _, digits = kind.removeprefix("fixed-").partition("/")
        for prefix in prefixes.split():
            missing = PREFIX_DIGITS - len(prefix)
            for rest in range(10**missing):
                first = f"{prefix}{rest:0{missing}d}" if missing else prefix
                yield f"0{first[: int(area_digits)]}", first, int(digits)


def places() -> dict[str, Counter[tuple[str, str]]]:
    found: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for area_code, first, digits in ranges():
        number = PhoneNumber(country_code=81, national_number=int(first.ljust(digits, "1")))
        ja = geocoder.description_for_number(number, "ja")
        en = geocoder.description_for_number(number, "en")
        if ja and ja != UNPLACED:
            found[area_code][ja, "" if en == NO_ENGLISH else en] += 1
    return found


def render() -> str:
    rows = []
    for area_code, counted in sorted(places().items()):
        most = [place for place, _ in sorted(counted.items(), key=lambda item: (-item[1], item[0]))]
        chosen = most[:MOST_PLACES]
        ja = [name for name, _ in chosen]
        en = [spoken for name, english in chosen if (spoken := english or ENGLISH.get(name, ""))]
        rows.append(f"{area_code}\t{'、'.join(dict.fromkeys(ja))}\t{'; '.join(dict.fromkeys(en))}\n")
    return "".join(rows)


def main() -> int:
    text = render()
    if "--check" in sys.argv[1:]:
        if TARGET.read_text(encoding="utf-8") == text:
            return 0
        sys.stderr.write(f"{TARGET.name} is stale: run scripts/build_area_places.py\n")
        return 1
    TARGET.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{TARGET.name} written\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
