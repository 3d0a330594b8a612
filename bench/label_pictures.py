"""Photos of printed labels: drawn, then turned, bent, blurred and made noisy, all by a seed."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass

import jaconv
import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from bench.label_names import KINDS, WRITTEN_FORMS, Kind, Named

DEBIAN = "/usr/share/fonts/"
TUNING_FONTS = (
    (f"{DEBIAN}opentype/noto/NotoSansCJK-Regular.ttc", 0),
    (f"{DEBIAN}opentype/noto/NotoSerifCJK-Regular.ttc", 0),
    (f"{DEBIAN}truetype/motoya-l-cedar/MTLc3m.ttf", 0),
)
HELD_OUT_FONTS = (
    (f"{DEBIAN}opentype/ipafont-gothic/ipag.ttf", 0),
    (f"{DEBIAN}opentype/ipafont-mincho/ipam.ttf", 0),
    (f"{DEBIAN}truetype/vlgothic/VL-PGothic-Regular.ttf", 0),
    (f"{DEBIAN}truetype/umeplus/umeplus-p-gothic.ttf", 0),
)
"""Looked at when figures are printed, never when thresholds are chosen."""

SIZE = (1_500, 950)
PAPERS = ((255, 255, 255), (252, 250, 240), (240, 228, 205))
TABLES = ((120, 100, 80), (70, 75, 80), (190, 190, 185))
MOST_DEGREES = 6.0
MOST_BEND = 0.035
"""Of a side, by which a corner is off."""
MOST_BLUR_PIXELS = 1.3
MOST_NOISE = 0.10
STREETS = (
    "西区みなとみらい2-3-1",
    "中区桜木町1-101",
    "神奈川区鶴屋町3-32-4",
    "中央区本町4-8-16",
    "大宮区桜木町2-5",
)
TOWNS = (("横浜市", "神奈川県", "Yokohama", "220-0012"), ("さいたま市", "埼玉県", "Saitama", "330-0854"))
SENDERS = (
    "市税事務所 納税課", "みどり銀行 事務センター", "日本文具販売 東京支店", "年金事務所 厚生年金適用調査課",
    "ネット通販センター 出荷係", "損害保険 お客様サービス室",
)  # fmt: skip
LATIN_SENDERS = ("Global Parts Shipping Dept.", "Customer Care Centre, Osaka", "Annual Conference Office")


@dataclass(frozen=True, slots=True)
class Label:
    """A photo of a label for one member; `tracking_number` of its barcode, if it has one."""

    member_id: int
    kind: Kind
    jpeg: bytes
    tracking_number: str | None


def make_label(
    members: Sequence[Named], fonts: Sequence[tuple[str, int]], *, number: int, seed: int
) -> Label:
    """One of a row of labels, whose kinds take turns."""
    rng = random.Random(seed * 100_000 + number)
    kind = KINDS[number % len(KINDS)]
    one = rng.choice([one for one in members if bool(one.form) == (kind == "company")])
    return _label(one, kind, rng.choice(list(fonts)), rng)


def written(one: Named, kind: Kind, rng: random.Random) -> str:
    """The addressee as a sender writes it."""
    if kind == "company":
        form = rng.choice(WRITTEN_FORMS[one.form])
        name = one.name.replace(one.form, form)
        if rng.random() < 0.3:
            name = name.replace(form, f"{form} " if one.form_first else f" {form}")
        return f"{name} 御中"
    if kind == "latin":
        surname, given = (_romaji(part) for part in one.kana.split())
        both = f"{given} {surname}" if rng.random() < 0.6 else f"{surname} {given}"
        title = rng.choice(("", "Mr. ", "Ms. "))
        return title + (both.upper() if rng.random() < 0.4 else both.title())
    text = one.name if kind == "kanji" else one.kana
    if kind == "kana" and rng.random() < 0.4:
        text = jaconv.kata2hira(text)
    gap = rng.choice(("", " ", "　"))
    return f"{text.replace(' ', gap)} {rng.choice(('様', '様', '殿'))}"


def _romaji(kana: str) -> str:
    text: str = jaconv.kana2alphabet(jaconv.kata2hira(kana))
    return text.replace("ou", "o").replace("oo", "o").replace("uu", "u")


def _label(one: Named, kind: Kind, font: tuple[str, int], rng: random.Random) -> Label:
    number = _tracking_number(rng) if rng.random() < 0.6 else None
    paper = _drawn(one, kind, font, number, rng)
    return Label(one.member_id, kind, _photo(paper, rng), number)


def _drawn(
    one: Named, kind: Kind, font: tuple[str, int], number: str | None, rng: random.Random
) -> Image.Image:
    paper = Image.new("RGB", SIZE, rng.choice(PAPERS))
    draw = ImageDraw.Draw(paper)
    size = rng.randint(44, 62)
    large, middle, small = (
        ImageFont.truetype(font[0], round(size * share), index=font[1]) for share in (1.0, 0.7, 0.5)
    )
    town, prefecture, latin_town, postcode = rng.choice(TOWNS)
    left, top = rng.randint(60, 220), rng.randint(60, 140)
    ink = rng.choice(((0, 0, 0), (30, 30, 60), (50, 50, 50)))
    if kind == "latin":
        rows = [
            (middle, "TO:" if rng.random() < 0.5 else "Ship to"),
            (large, written(one, kind, rng)),
            (middle, f"{rng.randint(1, 9)}-{rng.randint(1, 30)} Minato-cho, Naka-ku"),
            (middle, f"{latin_town} {postcode} JAPAN"),
        ]
        sender = f"FROM: {rng.choice(LATIN_SENDERS)}"
    else:
        rows = [
            (middle, f"〒{postcode}"),
            (middle, f"{prefecture}{town}{rng.choice(STREETS)}"),
            (large, written(one, kind, rng)),
        ]
        if rng.random() < 0.4:
            rows.insert(
                2, (small, rng.choice(("シェアオフィス 5階", "港町ビル 302号", "ビジネスセンター内")))
            )
        sender = f"ご依頼主 {rng.choice(SENDERS)}" if rng.random() < 0.5 else f"差出人 {rng.choice(SENDERS)}"
    y = top
    for face, text in rows:
        draw.text((left, y), text, font=face, fill=ink)
        y += round(face.size * rng.uniform(1.4, 1.8))
    draw.line((40, y + 20, SIZE[0] - 40, y + 20), fill=ink, width=2)
    draw.text((left, y + 50), sender, font=small, fill=ink)
    draw.text(
        (left, y + 50 + round(small.size * 1.6)),
        f"TEL 03-{rng.randint(1000, 9999)}-{rng.randint(1000, 9999)}",
        font=small,
        fill=ink,
    )
    if number is not None:
        _barcode(paper, draw, number, small, (left, SIZE[1] - 210))
    return paper


def _barcode(
    paper: Image.Image,
    draw: ImageDraw.ImageDraw,
    number: str,
    font: ImageFont.FreeTypeFont,
    at: tuple[int, int],
) -> None:
    code = zxingcpp.create_barcode(f"A{number}A", zxingcpp.BarcodeFormat.Codabar)
    bars = Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=True)).convert("L")
    paper.paste(bars.resize((bars.width * 4, 110), Image.Resampling.NEAREST), at)
    shown = "-".join(number[start : start + 4] for start in range(0, len(number), 4))
    draw.text((at[0] + 30, at[1] + 118), shown, font=font, fill=(0, 0, 0))


def _tracking_number(rng: random.Random) -> str:
    """Eleven digits and what their sum leaves by seven, as Japanese carriers number parcels."""
    digits = f"{rng.randrange(10**10, 10**11)}"
    return f"{digits}{int(digits) % 7}"


def _photo(paper: Image.Image, rng: random.Random) -> bytes:
    width, height = round(SIZE[0] * 1.2), round(SIZE[1] * 1.25)
    table = Image.new("RGB", (width, height), rng.choice(TABLES))
    table.paste(paper, ((width - SIZE[0]) // 2, (height - SIZE[1]) // 2))
    turned = table.rotate(
        rng.uniform(-MOST_DEGREES, MOST_DEGREES), Image.Resampling.BICUBIC, fillcolor=table.getpixel((0, 0))
    )
    bent = turned.transform(
        turned.size, Image.Transform.PERSPECTIVE, _bend(turned.size, rng), Image.Resampling.BICUBIC
    )
    blurred = bent.filter(ImageFilter.GaussianBlur(rng.uniform(0, MOST_BLUR_PIXELS)))
    noise = Image.frombytes("L", blurred.size, rng.randbytes(blurred.width * blurred.height)).convert("RGB")
    noisy = Image.blend(blurred, noise, rng.uniform(0, MOST_NOISE))
    light = Image.linear_gradient("L").rotate(rng.choice((0, 90, 180, 270))).resize(noisy.size)
    shade = light.point([255 - round((255 - value) * 0.25) for value in range(256)]).convert("RGB")
    out = io.BytesIO()
    ImageChops.multiply(noisy, shade).save(out, "JPEG", quality=rng.randint(60, 90))
    return out.getvalue()


def _bend(size: tuple[int, int], rng: random.Random) -> list[float]:
    """The eight numbers by which four corners move a little."""
    width, height = size
    corners = ((0, 0), (width, 0), (width, height), (0, height))
    rows: list[list[float]] = []
    for x, y in corners:
        u = x + rng.uniform(-MOST_BEND, MOST_BEND) * width
        v = y + rng.uniform(-MOST_BEND, MOST_BEND) * height
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    return _solved(rows)


def _solved(rows: list[list[float]]) -> list[float]:
    """Of linear equations, each with its right side last."""
    many = len(rows)
    for column in range(many):
        pivot = max(range(column, many), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        head = rows[column][column]
        rows[column] = [value / head for value in rows[column]]
        for row in range(many):
            if row != column:
                share = rows[row][column]
                rows[row] = [a - share * b for a, b in zip(rows[row], rows[column], strict=True)]
    return [row[-1] for row in rows]
