"""People and companies that nobody is: members to be found on labels, made by a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

Kind = Literal["kanji", "kana", "latin", "company"]
KINDS: tuple[Kind, ...] = ("kanji", "kana", "latin", "company")

SURNAMES = [
    "佐藤サトウ",
    "鈴木スズキ",
    "高橋タカハシ",
    "田中タナカ",
    "伊藤イトウ",
    "渡辺ワタナベ",
    "山本ヤマモト",
    "中村ナカムラ",
    "小林コバヤシ",
    "加藤カトウ",
    "吉田ヨシダ",
    "山田ヤマダ",
    "佐々木ササキ",
    "山口ヤマグチ",
    "松本マツモト",
    "井上イノウエ",
    "木村キムラ",
    "林ハヤシ",
    "斎藤サイトウ",
    "清水シミズ",
    "山崎ヤマザキ",
    "森モリ",
    "池田イケダ",
    "橋本ハシモト",
    "阿部アベ",
    "石川イシカワ",
    "山下ヤマシタ",
    "中島ナカジマ",
    "石井イシイ",
    "小川オガワ",
    "前田マエダ",
    "岡田オカダ",
    "長谷川ハセガワ",
    "藤田フジタ",
    "後藤ゴトウ",
    "近藤コンドウ",
    "村上ムラカミ",
    "遠藤エンドウ",
    "青木アオキ",
    "坂本サカモト",
    "福田フクダ",
    "太田オオタ",
    "西村ニシムラ",
    "藤井フジイ",
    "金子カネコ",
    "岡本オカモト",
    "藤原フジワラ",
    "三浦ミウラ",
    "中野ナカノ",
    "原田ハラダ",
    "松田マツダ",
    "竹内タケウチ",
    "小野オノ",
    "中川ナカガワ",
    "安藤アンドウ",
    "谷口タニグチ",
    "大野オオノ",
    "高木タカギ",
    "丸山マルヤマ",
    "今井イマイ",
    "河野コウノ",
    "藤本フジモト",
    "杉山スギヤマ",
    "久保クボ",
    "小島コジマ",
    "桜井サクライ",
    "千葉チバ",
    "宮本ミヤモト",
    "上野ウエノ",
    "渡邊ワタナベ",
    "髙橋タカハシ",
    "齋藤サイトウ",
    "山﨑ヤマザキ",
    "濱田ハマダ",
    "廣瀬ヒロセ",
    "澤田サワダ",
    "大塚オオツカ",
    "菅原スガワラ",
    "新井アライ",
    "平野ヒラノ",
]
GIVEN = [
    "太郎タロウ",
    "花子ハナコ",
    "健一ケンイチ",
    "美咲ミサキ",
    "翔太ショウタ",
    "陽子ヨウコ",
    "大輔ダイスケ",
    "直樹ナオキ",
    "恵子ケイコ",
    "裕子ユウコ",
    "誠マコト",
    "浩ヒロシ",
    "真由美マユミ",
    "智子トモコ",
    "剛ツヨシ",
    "修オサム",
    "久美子クミコ",
    "由美ユミ",
    "和也カズヤ",
    "拓也タクヤ",
    "亮リョウ",
    "純一ジュンイチ",
    "隆タカシ",
    "明アキラ",
    "豊ユタカ",
    "京子キョウコ",
    "幸子サチコ",
    "節子セツコ",
    "洋子ヨウコ",
    "良子リョウコ",
    "俊介シュンスケ",
    "慎太郎シンタロウ",
    "悠人ユウト",
    "結衣ユイ",
    "葵アオイ",
    "蓮レン",
    "陽菜ヒナ",
    "大和ヤマト",
    "七海ナナミ",
    "優太ユウタ",
    "麻衣マイ",
    "沙織サオリ",
    "雄一ユウイチ",
    "哲也テツヤ",
    "正樹マサキ",
    "千夏チナツ",
    "彩アヤ",
    "涼リョウ",
    "勇気ユウキ",
    "桃子モモコ",
    "英樹ヒデキ",
    "康弘ヤスヒロ",
    "博之ヒロユキ",
    "祐介ユウスケ",
    "文子フミコ",
    "信夫ノブオ",
    "一郎イチロウ",
    "二郎ジロウ",
    "三奈ミナ",
    "秀明ヒデアキ",
]
CORES = [
    "青葉",
    "東都",
    "北斗",
    "光陽",
    "大和",
    "みなと",
    "富士見",
    "山手",
    "港北",
    "新星",
    "日新",
    "三光",
    "丸信",
    "若葉",
    "瑞穂",
    "西湘",
    "海風",
    "つばさ",
    "ひかり",
    "あおぞら",
    "こもれび",
    "はるか",
    "アクア",
    "オリオン",
    "サクラ",
    "グリーン",
    "ブルー",
    "スカイ",
    "ネクスト",
    "フロンティア",
    "ライト",
    "クロス",
    "テラ",
    "ルミナ",
    "ソレイユ",
    "マリン",
    "アトラス",
    "ベガ",
    "コメット",
    "カナリア",
    "Aster",
    "Bluewave",
    "Cedar",
    "Delta",
    "Evergreen",
    "Finch",
    "Granite",
    "Harbor",
    "Indigo",
    "Juniper",
    "Kestrel",
    "Lumen",
    "Meridian",
    "Northgate",
    "Orchid",
    "Pine",
    "Quartz",
    "Ridge",
    "Summit",
]
TRADES = [
    "商事",
    "建設",
    "不動産",
    "設計",
    "システム",
    "企画",
    "印刷",
    "貿易",
    "製作所",
    "電機",
    "工業",
    "デザイン",
    "ソフト",
    "テクノロジー",
    "コンサルティング",
    "パートナーズ",
    "ワークス",
    "ラボ",
    "フーズ",
    "トレーディング",
    "物産",
    "興業",
    "サービス",
    "出版",
    "総研",
]
LATIN_TRADES = [
    "Trading",
    "Design",
    "Systems",
    "Works",
    "Partners",
    "Labs",
    "Foods",
    "Consulting",
    "Studio",
    "Logistics",
]
FORMS = ("株式会社", "合同会社", "有限会社", "一般社団法人")
WRITTEN_FORMS = {
    "株式会社": ("株式会社", "(株)", "㈱", "（株）"),
    "合同会社": ("合同会社", "(同)"),
    "有限会社": ("有限会社", "(有)", "㈲"),
    "一般社団法人": ("一般社団法人",),
}


@dataclass(frozen=True, slots=True)
class Named:
    """A member as it stands on record. `form` and the place of it are a company's, `kana` what it reads."""

    member_id: int
    name: str
    kana: str
    form: str = ""
    form_first: bool = True


def make_named(many: int, seed: int) -> list[Named]:
    """Half people, half companies, no two of one name or reading."""
    rng = random.Random(seed)
    found: dict[str, Named] = {}
    while len(found) < many:
        member_id = len(found) + 1
        one = _person(rng, member_id) if member_id % 2 else _company(rng, member_id)
        found.setdefault(one.kana or one.name, one)
    return list(found.values())


def _person(rng: random.Random, member_id: int) -> Named:
    (surname, surname_kana), (given, given_kana) = _split(rng.choice(SURNAMES)), _split(rng.choice(GIVEN))
    return Named(member_id, f"{surname} {given}", f"{surname_kana} {given_kana}")


def _company(rng: random.Random, member_id: int) -> Named:
    core = rng.choice(CORES)
    trade = rng.choice(LATIN_TRADES if core.isascii() else TRADES)
    name = f"{core} {trade}" if core.isascii() else core + trade
    form, first = rng.choice(FORMS), rng.random() < 0.6
    return Named(member_id, f"{form}{name}" if first else f"{name}{form}", "", form, first)


def _split(both: str) -> tuple[str, str]:
    at = next(index for index, character in enumerate(both) if "ァ" <= character <= "ヺ")
    return both[:at], both[at:]
