from coworking.kit.errors import UserError


class PinLengthWrong(UserError):
    code = "pin-length"
    ja = "暗証番号は {least} 桁から {most} 桁までの数字にしてください。"
    en = "A PIN has {least} to {most} digits."


class PinTooSimple(UserError):
    code = "pin-too-simple"
    ja = (
        "この暗証番号は推測されやすいため使えません。"
        "同じ数字や続いた数字、くり返し、電話番号、日付でないものにしてください。"
    )
    en = "This PIN is easy to guess. Choose one that is no run, no repetition, no part of a phone number and no date."


class UndoOver(UserError):
    code = "undo-over"
    status = 404
    ja = "この取り消しはもう使えません。会員ページで設定を確かめてください。"
    en = "This change can no longer be undone here. Check the settings on your member page."
