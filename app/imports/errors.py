from coworking.kit.errors import UserError


class ImportFileUnreadable(UserError):
    code = "import-file-unreadable"
    ja = "ファイルを読めません。UTF-8 か Shift_JIS の CSV を一つ送ってください。"
    en = "The file cannot be read. Send one CSV in UTF-8 or Shift_JIS."


class ImportHeaderWrong(UserError):
    code = "import-header-wrong"
    ja = "1 行目を確かめてください。足りない列: {missing}／使えない列: {unknown}"
    en = "Check the first line. Columns that are missing: {missing}; that are not taken: {unknown}"


class ImportTooLong(UserError):
    code = "import-too-long"
    ja = "一度に {most} 行までです。ファイルを分けてください。"
    en = "A file has at most {most} lines. Split it."


class ImportKindUnknown(UserError):
    code = "import-kind-unknown"
    ja = "「{kind}」という種類はありません。選べる種類: {allowed}"
    en = "There is no kind called “{kind}”. You can choose: {allowed}"


class ValueMissing(UserError):
    code = "import-value-missing"
    ja = "「{title_ja}」を入力してください。"
    en = "Fill in “{title_en}”."


class ValueWrong(UserError):
    code = "import-value-wrong"
    ja = "「{title_ja}」を直してください: {wanted_ja}"
    en = "Correct “{title_en}”: {wanted_en}"


class ValueNotTaken(UserError):
    code = "import-value-not-taken"
    ja = "この行では「{title_ja}」は空にしてください。"
    en = "Leave “{title_en}” empty on this line."


class ReferenceReused(UserError):
    code = "import-reference-reused"
    status = 409
    ja = "「{reference}」は別の内容で取り込まれています。別の番号を付けるか、元の内容に戻してください。"
    en = "“{reference}” stands for another content. Give this line a reference of its own, or its former content."


class ReferenceUnknown(UserError):
    code = "import-reference-unknown"
    ja = "「{reference}」という会員は取り込まれていません。先に会員のファイルを取り込んでください。"
    en = "No member called “{reference}” was imported. Import the file of members first."


class ColumnsTooMany(UserError):
    code = "import-columns-too-many"
    ja = "列の数が 1 行目と違います。カンマと引用符を確かめてください。"
    en = "This line has other columns than the first. Check commas and quotes."


class DaysOverlap(UserError):
    code = "import-days-overlap"
    status = 409
    ja = "この会員の別の休会と日付が重なっています。どちらかを直してください。"
    en = "These days overlap another pause of this member. Correct one of the two."


class LeavingStands(UserError):
    code = "import-leaving-stands"
    status = 409
    ja = "この会員の退会日はすでに {ends_on} と記録されています。この行を除いてください。"
    en = "This member's last day is on record as {ends_on}. Leave this line out."
