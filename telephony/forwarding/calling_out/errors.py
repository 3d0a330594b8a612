from coworking.kit.errors import UserError
from telephony.forwarding.errors import DestinationNotAllowed


class CalleeNotAllowed(DestinationNotAllowed):
    ja = (
        "「{number}」へは発信できません。日本の固定電話、携帯電話、050 の番号を入力してください。"
        "緊急通報はお手元の電話から直接おかけください。"
    )
    en = (
        "Calls cannot go to “{number}”. Enter a Japanese fixed, mobile or 050 number. Dial emergency numbers "
        "directly from your own phone."
    )


class NotOfferedByPlan(DestinationNotAllowed):
    ja = "この回線プランでは、この電話から「{number}」へは発信できません。別の登録電話からおかけください。"
    en = "This line's plan has no calls from this phone to “{number}”. Call from another registered phone."


class CallerIdAlwaysShown(UserError):
    code = "caller-id-always-shown"
    ja = "この回線からの発信では番号を非通知にできません。184 をつけずにおかけください。"
    en = "Calls from this line always show its number. Call without 184."


class LineSuspended(UserError):
    code = "line-suspended"
    status = 409
    ja = "この回線は停止中です。担当者にお問い合わせください。"
    en = "This line is suspended. Ask the office."


class LineNotStarted(UserError):
    code = "line-not-started"
    status = 409
    ja = "この回線はまだ始まっていません。開始日からご利用ください。"
    en = "This line has not started yet. Use it from its first day."


class ServiceInterrupted(UserError):
    code = "service-interrupted"
    status = 409
    ja = "ただいま電話サービスを一時中止しています。再開してからおかけください。"
    en = "The telephone service is interrupted. Call when it is back."


class CapReached(UserError):
    code = "cap-reached"
    status = 409
    ja = "この回線の通話の上限に達しています。しばらくしてからおかけ直しいただくか、担当者にお問い合わせください。"
    en = "This line has reached its limit of calls. Call again later or ask the office."


class CallUnderWay(UserError):
    code = "call-under-way"
    status = 409
    ja = "この電話にはすでに発信中です。その呼び出しが終わってからお試しください。"
    en = "This phone is being called already. Try again when it has stopped ringing."


class DeskPhoneRequired(UserError):
    code = "desk-phone-required"
    status = 409
    ja = "この回線には貸し出し中の固定電話機がありません。登録した電話を選んでください。"
    en = "No desk phone is lent on this line. Choose a registered phone."


class DeskPhoneNotLendable(UserError):
    code = "desk-phone-not-lendable"
    status = 409
    ja = "この回線プランでは固定電話機を貸し出せません。固定電話機のある回線プランの回線を選んでください。"
    en = "This line's plan has no desk phone. Choose a line whose plan has one."


class ReceptionForOfficesOnly(UserError):
    code = "plan-not-allowed"
    status = 403
    ja = "受付電話からの呼び出しは、オフィスをご利用の会員だけが使えます。別の方法でお呼び出しください。"
    en = "The reception phone calls members with an office only. Reach this member another way."


class ReceptionPhoneMissing(UserError):
    code = "reception-phone-missing"
    status = 409
    ja = "この拠点には受付電話が設定されていません。担当者にお問い合わせください。"
    en = "No reception phone is set for this office. Ask the operator."


class NoLiveLine(UserError):
    code = "no-live-line"
    status = 409
    ja = "この会員には使用中の回線がありません。別の方法でお呼び出しください。"
    en = "This member has no live line. Reach them another way."
