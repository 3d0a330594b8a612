"""What a person at the simulator page can get wrong."""

from __future__ import annotations

from coworking.kit.errors import UserError


class NotDialable(UserError):
    code = "not-dialable"
    ja = "その番号にはかけられません。0から始まる番号を入れてください。"
    en = "That number cannot be dialled. Enter a number that begins with 0."


class NothingDialled(UserError):
    code = "nothing-dialled"
    ja = "番号を入れて「かける」を押してください。"
    en = "Enter a number, then press Call."


class NoSuchPhone(UserError):
    code = "no-such-phone"
    status = 404
    ja = "その電話機はありません。ページを読み込み直してください。"
    en = "There is no such phone. Reload the page."


class PhoneNotReady(UserError):
    code = "phone-not-ready"
    status = 409
    ja = "この電話機では今できません。画面の状態を確かめてください。"
    en = "This phone cannot do that now. Look at what its screen says."


class NotAKey(UserError):
    code = "not-a-key"
    ja = "押せるのは 0から9、*、# です。"
    en = "The keys are 0 to 9, * and #."


class NotASetting(UserError):
    code = "not-a-setting"
    ja = "その設定はありません。ページを読み込み直してください。"
    en = "There is no such setting. Reload the page."


class PhoneNameMissing(UserError):
    code = "phone-name-missing"
    ja = "だれの電話機か、名前を{longest}文字までで入れてください。"
    en = "Say whose phone it is, in at most {longest} characters."


class PhoneNumberNotUsable(UserError):
    code = "phone-number-not-usable"
    ja = "電話機には固定電話、携帯、050の番号を入れてください。"
    en = "Enter a fixed, mobile or 050 number for the phone."


class PhoneNumberTaken(UserError):
    code = "phone-number-taken"
    ja = "その番号の電話機はもうあります。別の番号を入れてください。"
    en = "A phone with that number stands on the wall already. Enter another number."


class WallFull(UserError):
    code = "wall-full"
    status = 409
    ja = "電話機は{most}台までです。今ある電話機を使ってください。"
    en = "The wall holds at most {most} phones. Use one of them."
