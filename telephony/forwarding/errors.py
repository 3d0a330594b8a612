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
