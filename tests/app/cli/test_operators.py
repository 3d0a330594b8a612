from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.operators import operators
from app.profiles import SHIPPED

NEX_TOML = (SHIPPED / "nex.toml").read_text("utf-8")


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(operators, list(arguments))
    return result.exit_code, result.stdout, result.stderr


def test_check_a_good_profile() -> None:
    status, out, errors = run("check", "nex", str(SHIPPED / "nex.toml"))
    assert (status, errors) == (0, "")
    assert len(out.splitlines()) == 2
    assert out.startswith("nex: OK (nex, ")


def test_check_prints_every_problem_on_its_line(tmp_path: Path) -> None:
    file = tmp_path / "copy.toml"
    file.write_text(
        NEX_TOML.replace("unit_price = 32", "unit_price = 35.2").replace("most = 1", "most = 0"), "utf-8"
    )
    status, out, errors = run("check", str(file), "nex", "--language", "en")
    assert status == 1
    assert out.startswith("nex: OK")
    lines = errors.splitlines()
    assert len(lines) == 3
    assert all(line.startswith(f"{file}:") for line in lines)
    assert lines[0].endswith(
        "numbers.quotas.coworking.most = 0: is not allowed; allowed: a whole number from 1 to 1000"
    )


@pytest.mark.parametrize("name", ["/nowhere/at/all.toml", "nowhere"])
@pytest.mark.parametrize("command", ["check", "show"])
def test_a_file_that_is_not_there_is_one_line(command: str, name: str) -> None:
    status, out, errors = run(command, name)
    assert (status, out) == (1, "")
    assert len(errors.splitlines()) == 1


JAPANESE = [
    "発着信サービス 着信転送→携帯: 1分ごとに 32円（税別）  [NEX-09]",
    "固定電話サービス 市外局番: 03 042 044 045 052 06 075  [NEX-06]",
    "固定電話サービス 月額: 3,000円（税別） / 電話機1台  [NEX-08]",
    "回線数の上限 レンタルオフィス: 定員数（最低1）  [NEX-13]",
    "回線数の上限 コワーキングスペース: 1  [NEX-13]",
    "利用開始: 利用開始月の1日 00:00。休業日なら翌営業日 10:00  [NEX-11]",
    "利用終了: 解約申出の1か月後の末日 15:00。休業日なら前営業日  [NEX-21]",
    "料金表の適用開始: 2019-10-01",
    "受付時間: 月、火、水、木、金 10:00-18:30  [NEX-25]",
    "技術者出張料金: 35,000円（税別） / レンタルオフィス  [NEX-16]",
    "1回線の上限: 同時100通話、毎分120通話、1日20,000分、1日1,000,000円（税別）",
    "上限の予告: 1日の通話時間・料金の80 %から",
    "目立つ月 海外からの着信: 10件以上で、番号を通知した着信の30 %以上",
]
ENGLISH = [
    "Incoming/outgoing service, forwarded → mobile: 1 min: 32 yen before tax  [NEX-09]",
    "Incoming/outgoing service, area codes: 03 042 044 045 047 048 052 06 075  [NEX-06]",
    "Fixed-phone service, monthly fee: 3,000 yen before tax / a desk phone  [NEX-08]",
    "Most lines, Rental office: the capacity (at least 1)  [NEX-13]",
    "Consumption tax from 2019-10-01: 10 %",
    "Terms of 2025-01-10: ",
    "control call: 1 min: 20 yen before tax  [NEX-10]",
    "Caps of a member: 200 calls at once, 240 calls a minute, 50,000 minutes a day, 3,000,000 yen before tax a day",
    "Difference from the carrier's records: up to 2 s counts as none",
    "Unusual month, bursts of short calls: 30 or more within an hour, each of 10 s at most",
]


@pytest.mark.parametrize(("language", "expected"), [("ja", JAPANESE), ("en", ENGLISH)])
def test_show_prints_the_rules(language: str, expected: list[str]) -> None:
    status, out, errors = run("show", "nex", "--language", language)
    assert (status, errors) == (0, "")
    for line in expected:
        assert line in out


OF_OTHERS = {
    "sakura": [
        "断られたカードの再請求: 最初の請求から3・7日後",
        "口座振替の依頼データ: 振替日の5銀行営業日前  [SAK-09]",
        "印刷使い放題があれば無料、ドロップイン、バーチャルオフィス会員は有人時間のみ",
        "保存期間 お知らせの本文: 1095日",
    ],
    "netsugen": ["利用月の1か月前の20日から  [NET-09]", "提携施設: "],
    "jsug": ["会員企業一覧の公開（会員に）: する", "分科会: ", "地域フォーラム: "],
}


@pytest.mark.parametrize("name", OF_OTHERS)
def test_show_prints_what_only_some_operators_have(name: str) -> None:
    status, out, errors = run("show", name, "--language", "ja")
    assert (status, errors) == (0, "")
    for line in OF_OTHERS[name]:
        assert line in out


def test_show_in_english_has_no_japanese_and_names_every_rule() -> None:
    _, out, _ = run("show", "nex", "--language", "en")
    assert all(ord(letter) < 0x3000 for letter in out)
    shown = {rule for number in range(1, 31) if (rule := f"NEX-{number:02}") in out}
    assert len(shown) == 30
