"""Every word that a control call says and a text message answers, in both languages."""

from __future__ import annotations

from coworking.kit.errors import Language
from coworking.kit.phone import from_e164
from coworking.kit.profile_fields import Words

WELCOME = Words("転送設定の受付です。", "Welcome to call forwarding settings.")
# Said in the language that it offers, after a prompt in the other one.
OTHER_LANGUAGE = Words("日本語のご案内は、米印を押してください。", "For English, press star.")
ASK_PIN = Words(
    "暗証番号を押して、最後にシャープを押してください。", "Enter your PIN, then press the pound key."
)
PIN_REFUSED = Words(
    "この電話と暗証番号では、操作できません。続けて間違えると、しばらくのあいだ、または新しい暗証番号を"
    "会員ページで設定するまで、操作できなくなります。",
    "This phone and PIN cannot be used. After several wrong PINs you have to wait, or set a new PIN on your "
    "member page.",
)
CHOOSE_LINE = Words("操作する回線をお選びください。", "Choose the line.")
ONE_LINE = Words("{number} は{key}。", "For {number}, press {key}.")
MENU = Words(
    "転送の開始は1、停止は0、転送先の変更は2、呼び出し時間の変更は3、設定の確認は8、電話をかけるには9を"
    "押してください。",
    "To start forwarding press 1. To stop, 0. To change where calls go, 2. To change how long it rings, 3. To "
    "hear the present setting, 8. To call out, 9.",
)
STARTED = Words("転送を開始しました。", "Forwarding is on.")
STOPPED = Words("転送を停止しました。", "Forwarding is off.")
ASK_DESTINATION = Words(
    "新しい転送先の電話番号を押して、最後にシャープを押してください。シャープだけを押すと、戻ります。",
    "Enter the number that calls shall go to, then press pound. Pound alone goes back.",
)
CONFIRM = Words(
    "転送先は、{number}。よろしければ1を、入れ直すにはシャープを押してください。",
    "Calls will go to {number}. To confirm press 1. To enter it again, press pound.",
)
DESTINATION_SET = Words("転送先を変更しました。", "Where calls go has been changed.")
ASK_SECONDS = Words(
    "呼び出し時間を{least}秒から{most}秒までで押して、最後にシャープを押してください。シャープだけを押すと、戻ります。",
    "Enter how many seconds it shall ring, from {least} to {most}, then press pound. Pound alone goes back.",
)
SECONDS_SET = Words("呼び出し時間を変更しました。", "The ringing time has been changed.")
ASK_CALLEE = Words(
    "おかけになる電話番号を押して、最後にシャープを押してください。シャープだけを押すと、戻ります。",
    "Enter the number to call, then press pound. Pound alone goes back.",
)
IS_ON = Words("転送は、動いています。", "Forwarding is on.")
IS_OFF = Words("転送は、止まっています。", "Forwarding is off.")
GOES_TO = Words("転送先は、{number}、{seconds}秒。", "Calls go to {number}, for {seconds} seconds.")
GOES_NOWHERE = Words("転送先はありません。", "No destination is set.")
NOT_A_CHOICE = Words("その番号は選べません。", "That is not a choice.")
NOTHING_HEARD = Words("番号が押されませんでした。", "No key was pressed.")
GOODBYE = Words("お電話を終わります。ご利用ありがとうございました。", "Thank you. Goodbye.")

# Text messages.
TEXT_HOW = Words(
    "「暗証番号 開始」「暗証番号 停止」「暗証番号 転送 09012345678」「暗証番号 状態」のように送ってください。",
    "Send “PIN start”, “PIN stop”, “PIN to 09012345678” or “PIN status”.",
)
TEXT_PIN_WRONG = Words(
    "暗証番号が違います。確かめて、もう一度送ってください。", "The PIN is not right. Check it and send again."
)
TEXT_PIN_LOCKED = Words(
    "暗証番号が使えなくなっています。しばらく待つか、会員ページで新しい暗証番号を設定してください。",
    "The PIN cannot be used now. Wait a while, or set a new PIN on your member page.",
)
TEXT_LINE_UNCLEAR = Words(
    "この電話で操作できる回線が複数あります。操作する回線の番号あてに送ってください。",
    "This phone steers several lines. Send the message to the number of the line.",
)
TEXT_OF_LINE = Words("{number}: {said}", "{number}: {said}")
TEXT_CHANGED = Words(
    "{number} の設定が変わりました。お心当たりがなければ、メールでお送りした取り消しの案内をご覧ください。",
    "A setting of {number} was changed. If this was not you, see the mail that we sent: it says how to undo it.",
)


def digit_by_digit(number: str, language: Language) -> str:
    """An E.164 number as it is said: "0 9 0、1 2 3 4、5 6 7 8"."""
    groups = (" ".join(group) for group in from_e164(number).national.split("-"))
    return ("、" if language == "ja" else ", ").join(groups)


def as_written(number: str, _: Language) -> str:
    """An E.164 number as it is read: "090-1234-5678"."""
    return from_e164(number).national
