from coworking.kit.errors import UserError


class HoursNotUnderstood(UserError):
    code = "hours-not-understood"
    ja = "開始時刻と、それより後の終了時刻を、早い順に重ならないように入力してください。"
    en = "Enter when it begins and, later than that, when it ends, in order and without overlap."


class DayNotUnderstood(UserError):
    code = "day-not-understood"
    ja = "日付を選んでください。"
    en = "Choose a day."


class TooManyExceptions(UserError):
    code = "too-many-exceptions"
    ja = "特別な日は {most} 件までです。過ぎた日を外してください。"
    en = "There can be at most {most} special days. Remove those that are over."


class MomentNotUnderstood(UserError):
    code = "moment-not-understood"
    ja = "日付と時刻を選んでください。"
    en = "Choose a day and a time."


class PinsDiffer(UserError):
    code = "pins-differ"
    ja = "二つの暗証番号が違います。同じ番号を入力してください。"
    en = "The two PINs differ. Enter the same one twice."


class SoundMissing(UserError):
    code = "sound-missing"
    ja = "音声ファイルを選んでください。"
    en = "Choose a sound file."
