from coworking.kit.errors import UserError


class DestinationNotAllowed(UserError):
    code = "destination-not-allowed"
    ja = "「{number}」へは転送できません。日本の固定電話、携帯電話、050 の番号を入力してください。"
    en = "Calls cannot be forwarded to “{number}”. Enter a Japanese fixed, mobile or 050 number."


class ForwardingLoop(UserError):
    code = "forwarding-loop"
    ja = "この転送先では、電話が元の番号に戻ってしまいます。別の番号を入力してください。"
    en = "With this destination calls would come back to where they started. Enter another number."


class TooManyDestinations(UserError):
    code = "too-many-destinations"
    ja = "転送先は {limit} 件までです。"
    en = "There can be at most {limit} destinations."


class DestinationTwice(UserError):
    code = "destination-twice"
    ja = "同じ転送先が二度入っています。"
    en = "A destination is listed twice."


class RingSecondsOutOfRange(UserError):
    code = "ring-seconds-out-of-range"
    ja = "呼び出し時間は {least} 秒から {most} 秒までです。"
    en = "A phone can ring for {least} to {most} seconds."


class DestinationMissing(UserError):
    code = "destination-missing"
    ja = "転送を始めるには、転送先を 1 件以上入力してください。"
    en = "Enter at least one destination to start forwarding."


class CallerNotUnderstood(UserError):
    code = "caller-not-understood"
    ja = "電話番号として読み取れません。市外局番から、海外の番号は + から入力してください。"
    en = "This is no telephone number. Enter it with its area code, a foreign one with its +."


class CallerRuleTwice(UserError):
    code = "caller-rule-twice"
    ja = "この番号の設定はすでにあります。先にその設定を削除してください。"
    en = "There is a rule for this number already. Delete that one first."


class TooManyCallerRules(UserError):
    code = "too-many-caller-rules"
    ja = "番号ごとの設定は {limit} 件までです。"
    en = "There can be at most {limit} rules by caller."


class CallReversedAlready(UserError):
    code = "call-reversed-already"
    ja = "この通話の料金はすでに取り消されています。"
    en = "The charge of this call was taken back already."


class CallNotReversed(UserError):
    code = "call-not-reversed"
    ja = "この通話の料金は取り消されていません。"
    en = "The charge of this call was not taken back."


class TooManyCalls(UserError):
    code = "too-many-calls"
    ja = "{found} 件あります。一度に書き出せるのは {most} 件までです。期間や回線で絞り込んでください。"
    en = "These are {found} calls. At most {most} can be exported at once: narrow the days or the line."


class DaysOutOfRange(UserError):
    code = "days-out-of-range"
    ja = "期間は開始日から終了日まで {most} 日以内で指定してください。"
    en = "Name days in their order, at most {most} of them."


class CapTooHigh(UserError):
    code = "cap-too-high"
    ja = "上限は {most} 円以下で指定してください。"
    en = "The cap can be at most {most} yen."


class SystemCapStands(UserError):
    code = "system-cap"
    ja = "この上限はシステム全体のものです。期限が来るまで待つか、システムの管理者に上限の変更を依頼してください。"
    en = "This cap is of the whole system: wait until it is over, or ask whoever runs the system for a higher one."


class CapNotReached(UserError):
    code = "cap-not-reached"
    ja = "この上限による停止は、すでに解除されているか終わっています。"
    en = "This cap stops nothing any more."
