from coworking.kit.errors import UserError


class BreachKindUnknown(UserError):
    code = "prohibited-act-unknown"
    ja = "「{kind}」という禁止事項はありません。選べるもの: {allowed}"
    en = "There is no prohibited act called “{kind}”. You can choose: {allowed}"


class DayToCome(UserError):
    code = "day-to-come"
    ja = "まだ来ていない日です。今日までの日付を入力してください。"
    en = "That day is still to come. Enter a day up to today."


class CategoryUnknown(UserError):
    code = "category-unknown"
    ja = "「{category}」という分類はありません。選べるもの: {allowed}"
    en = "There is no category called “{category}”. You can choose: {allowed}"


class StillKept(UserError):
    code = "still-kept"
    status = 409
    ja = "{kept_until}までは保管します。その翌日から処分できます。"
    en = "It is kept until {kept_until}. Dispose of it from the day after."


class NotThereAnyMore(UserError):
    code = "not-kept-any-more"
    status = 409
    ja = "この忘れ物はもう返したか、処分しています。"
    en = "This thing was handed back or disposed of already."


class OwnerNeeded(UserError):
    code = "owner-needed"
    ja = "費用を請求するには、だれの忘れ物かを記録してください。費用を0円にすれば処分できます。"
    en = "A cost is charged to the owner, and none is on record. Dispose of it without a cost."


class AlreadyCharged(UserError):
    code = "already-charged"
    status = 409
    ja = "この損害はすでに請求しています。"
    en = "This damage is charged already."


class AlreadyAnswered(UserError):
    code = "already-answered"
    status = 409
    ja = "このお問い合わせにはすでに回答しています。"
    en = "This inquiry is answered already."


class AlreadySettled(UserError):
    code = "already-settled"
    status = 409
    ja = "この報告はすでに対応が終わっています。"
    en = "This report is settled already."


class StopOver(UserError):
    code = "stop-over"
    status = 409
    ja = "この停止はすでに終わっています。"
    en = "This stop is over already."


class StopTimes(UserError):
    code = "stop-times"
    ja = "終わりの時刻は始まりより後にしてください。"
    en = "A stop ends after it begins."
