from coworking.kit.errors import UserError


class LinePlanNotAllowed(UserError):
    code = "plan-not-allowed"
    ja = "会員プラン「{plan}」では回線プラン「{line_plan}」を選べません。選べる回線プラン: {allowed}"
    en = "A member on “{plan}” cannot take the line plan “{line_plan}”. Allowed: {allowed}"


class LinesNotLent(UserError):
    code = "plan-not-allowed"
    ja = "この運営者は電話の回線を貸していません。"
    en = "This operator lends no telephone lines."


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


class LineSuspended(UserError):
    code = "line-suspended"
    status = 409
    ja = "この回線は停止中です。担当者にお問い合わせください。"
    en = "This line is suspended. Ask the office."


class LineNotSuspended(UserError):
    code = "line-not-suspended"
    status = 409
    ja = "この回線は停止していません。"
    en = "This line is not suspended."


class LineNotEnding(UserError):
    code = "line-not-ending"
    status = 409
    ja = "この回線はまだ解約の手続きがされていません。解約のお申し出のあとで確認できます。"
    en = "No notice was given for this line. Confirm after it."


class ReasonUnknown(UserError):
    code = "reason-unknown"
    ja = "「{reason}」という理由はありません。選べる理由: {allowed}"
    en = "There is no reason called “{reason}”. You can choose: {allowed}"


class ProhibitedActUnknown(UserError):
    code = "prohibited-act-unknown"
    ja = "「{kind}」という禁止事項はありません。選べる種類: {allowed}"
    en = "There is no prohibited act called “{kind}”. You can choose: {allowed}"


class HaltEnded(UserError):
    code = "halt-ended"
    status = 409
    ja = "この中止・制限はすでに解除されています。"
    en = "This interruption or restriction is over already."


class NotTransferable(UserError):
    code = "not-transferable"
    status = 409
    ja = "回線をほかの会員に譲ることはできません。"
    en = "A line cannot be handed to another member."


class BaseAddressRequired(UserError):
    code = "base-address-required"
    status = 409
    ja = (
        "市外局番 {area_code} の番号には、その地域にある拠点の証明が必要です。"
        "証明書類を提出するか、050 の番号をお選びください。"
    )
    en = "A number in {area_code} needs evidence of a base of your own there. Hand it in, or take a 050 number."


class NumberStateRefused(UserError):
    code = "number-state"
    status = 409
    ja = "この電話番号は「{status}」の状態なので、「{wanted}」にはできません。状態を確かめてください。"
    en = "This number is “{status}” and cannot become “{wanted}”. Check its state."


class StockNumberRefused(UserError):
    code = "stock-number-refused"
    ja = "この番号は在庫にできません。固定電話か 050 の番号を入力してください。"
    en = "This number cannot be stock. Enter a fixed or 050 number."


class StockFileUnreadable(UserError):
    code = "stock-file-unreadable"
    ja = "ファイルを読めません。UTF-8 か Shift_JIS の CSV を 1 つだけ送ってください。"
    en = "The file cannot be read. Send one CSV in UTF-8 or Shift_JIS."


class TimePast(UserError):
    code = "time-past"
    ja = "{at} はすでに過ぎています。これからの日時を指定してください。"
    en = "{at} is past. Name a time to come."


class TooFarAhead(UserError):
    code = "too-far-ahead"
    ja = "{most_days} 日より先は指定できません。"
    en = "At most {most_days} days ahead."


class PrefixRefused(UserError):
    code = "prefix-refused"
    ja = "0 から始まる 2 桁から 6 桁の数字（例 045）を入力してください。"
    en = "Enter 2 to 6 digits that begin with 0, such as 045."


class PurchaseLimitReached(UserError):
    code = "purchase-limit-reached"
    status = 409
    ja = "購入できるのは一度に {most_per_purchase} 件、1 か月に {most_per_month} 件までです。"
    en = "At most {most_per_purchase} numbers at a time and {most_per_month} a month can be bought."


class PurchaseUnderWay(UserError):
    code = "purchase-under-way"
    status = 409
    ja = "すでに在庫にあるか、購入の手続き中の番号があります。外してからもう一度お試しください。"
    en = "One of these numbers is in stock or being bought already. Leave it out and try again."


class FourEyesRequired(UserError):
    code = "four-eyes-required"
    status = 403
    ja = "購入を申し込んだ本人は承認できません。ほかの管理者に依頼してください。"
    en = "Who asked for a purchase cannot approve it. Ask another administrator."


class AlreadyApproved(UserError):
    code = "already-approved"
    status = 409
    ja = "この購入はすでに承認されています。"
    en = "This purchase was approved already."


class DayToCome(UserError):
    code = "day-to-come"
    ja = "{day} はまだ来ていません。今日までの日付を指定してください。"
    en = "{day} is yet to come. Name today or a day before."
