"""What means the same is the same, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail_handling.addressees.folding import fold, fold_latin, romanised, without_form


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("株式会社さくら", "㈱サクラ"),
        ("株式会社さくら", "（株）ｻｸﾗ"),
        ("株式会社さくら", "(株 サクラ"),
        ("有限会社ABC", "㈲ａｂｃ"),
        ("一般社団法人みなと", "(一社)ミナト"),
        ("髙橋 一郎", "高橋一郎"),
        ("渡邊 花子", "渡辺　花子"),
        ("山﨑 太郎", "山崎太郎"),
        ("齋藤 健", "斉藤健"),
        ("濱田 廣", "浜田広"),
        ("キャノン", "きやのん"),
        ("スーパー", "ス-パ―"),
        ("二コニコ口ボ", "ニコニコロボ"),
        ("佐藤・花子", "佐藤 花子"),
    ],
)
def test_japanese_is_folded_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("山田", "山口"), ("株式会社さくら", "合同会社さくら"), ("はたけ", "ばたけ"), ("佐藤花子", "佐藤花江")],
)
def test_others_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ōno Yūko", "ONO YUKO"),
        ("Ohno", "Oono"),
        ("Satou", "Satoh"),
        ("Shinbashi", "Shimbashi"),
        ("Tutida", "Tsuchida"),
        ("Huzi", "Fuji"),
        ("Ito", "lto"),
        ("Ｓａｔｏ", "sato"),
    ],
)
def test_romanisations_are_folded_alike(one: str, other: str) -> None:
    assert fold_latin(one) == fold_latin(other)


@pytest.mark.parametrize(
    ("kana", "latin"),
    [
        ("サトウ ハナコ", "Sato Hanako"),
        ("ﾀﾅｶ ｼﾞｭﾝ", "Tanaka Jun"),
        ("おおの ゆうこ", "Ono Yuko"),
        ("キョウコ", "Kyoko"),
    ],
)
def test_a_reading_is_spoken_as_latin_letters(kana: str, latin: str) -> None:
    assert fold_latin(romanised(kana)) == fold_latin(latin)


@pytest.mark.parametrize("text", ["", "佐藤", "Sato", "サトウ1"])
def test_what_is_no_kana_is_not_spoken(text: str) -> None:
    assert romanised(text) == ""


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("株式会社さくら", "さくら"),
        ("さくら（株）", "さくら"),
        ("Sakura Co., Ltd.", "Sakura"),
        ("Sakura K.K.", "Sakura"),
        ("株式会社", "株式会社"),
        ("佐藤 花子", "佐藤 花子"),
    ],
)
def test_a_company_is_named_without_its_form(name: str, bare: str) -> None:
    assert without_form(name) == bare


@given(st.text(max_size=40))
def test_folding_again_changes_nothing_and_case_never_matters(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold_latin(text) == fold_latin(fold_latin(text)) or not text.isascii()
    assert without_form(text) or not text
