from coworking.kit.errors import UserError


class LinePlanNotAllowed(UserError):
    code = "plan-not-allowed"
    ja = "会員プラン「{plan}」では回線プラン「{line_plan}」を選べません。選べる回線プラン: {allowed}"
    en = "A member on “{plan}” cannot take the line plan “{line_plan}”. Allowed: {allowed}"


class AreaCodeNotOffered(UserError):
    code = "area-code-not-offered"
    ja = "市外局番 {area_code} は選べません。選べる市外局番: {allowed}"
    en = "The area code {area_code} cannot be had here. Offered: {allowed}"


class NumberCannotBeChosen(UserError):
    code = "number-cannot-be-chosen"
    ja = "電話番号は選べません。空いている番号から順にお貸しします。"
    en = "The number cannot be chosen. The next free one is assigned."


class NoFreeNumber(UserError):
    code = "no-free-number"
    status = 409
    ja = "市外局番 {area_code} の空き番号がありません。担当者にお問い合わせください。"
    en = "There is no free number in {area_code}. Ask the office."


class LineQuotaReached(UserError):
    code = "line-quota-reached"
    status = 409
    ja = "ご契約では {most} 回線までです。"
    en = "This contract holds at most {most} line(s)."


class LastLineRequired(UserError):
    code = "last-line-required"
    status = 409
    ja = "オフィスをご利用の間は、最後の 1 回線を解約できません。"
    en = "The last line cannot be ended while the office is in use."


class LineNotLive(UserError):
    code = "line-ended"
    status = 409
    ja = "この回線は終了しています。"
    en = "This line has ended."


class LineAlreadyEnding(UserError):
    code = "line-ending"
    status = 409
    ja = "この回線は解約の手続きが済んでいます。"
    en = "Notice for this line was already given."


class TooManyRegisteredPhones(UserError):
    code = "too-many-registered-phones"
    status = 409
    ja = "登録できる電話は {limit} 台までです。使わない電話を外してから登録してください。"
    en = "At most {limit} phones can be registered. Remove one first."


class PhoneAlreadyRegistered(UserError):
    code = "phone-already-registered"
    status = 409
    ja = "この電話はすでに登録されています。"
    en = "This phone is registered already."


class PhoneNotRegistrable(UserError):
    code = "phone-not-registrable"
    ja = "この番号は登録できません。日本の携帯電話か固定電話の番号を入力してください。"
    en = "This number cannot be registered. Enter a Japanese mobile or fixed number."


class PhoneNotRegistered(UserError):
    code = "phone-not-registered"
    status = 404
    ja = "この電話は登録されていません。"
    en = "This phone is not registered."


class StartMonthPast(UserError):
    code = "start-month-past"
    ja = "開始月 {starts_month} はすでに過ぎています。今月以降を指定してください。"
    en = "The start month {starts_month} is over. Name this month or a later one."


class StockRowRefused(UserError):
    code = "stock-row-refused"
    ja = "{line} 行目: {problem_ja}"
    en = "Line {line}: {problem_en}"
