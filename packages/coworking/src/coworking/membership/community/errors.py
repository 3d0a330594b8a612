from coworking.kit.errors import UserError


class GroupUnknown(UserError):
    code = "group-unknown"
    ja = "「{group}」という分科会・地域フォーラムはありません。選べるもの: {allowed}"
    en = "There is no group called “{group}”. You can choose: {allowed}"


class GroupNameTaken(UserError):
    code = "group-name-taken"
    status = 409
    ja = "「{group}」という名前はすでに使われています。別の名前にしてください。"
    en = "There is a group called “{group}” already. Choose another name."


class GroupNeeded(UserError):
    code = "group-needed"
    ja = "宛先のグループを指定してください。全員宛てなら、グループは書かないでください。"
    en = "Name the group that it goes to; name none if it goes to all."


class NewsletterNotImportant(UserError):
    code = "newsletter-not-important"
    ja = "ニュースレターは重要なお知らせにできません。お知らせとして送ってください。"
    en = "A newsletter cannot be important. Send it as a notice."


class EventOver(UserError):
    code = "event-over"
    status = 409
    ja = "このイベントはもう申し込みや取り消しができません。担当者にお問い合わせください。"
    en = "It is too late to sign up for this event or to cancel. Ask the office."


class EventFull(UserError):
    code = "event-full"
    status = 409
    ja = "このイベントは満席です。取り消しが出るのをお待ちください。"
    en = "This event is full. Wait for somebody to cancel."


class AlreadySignedUp(UserError):
    code = "already-signed-up"
    status = 409
    ja = "このイベントにはすでに申し込んでいます。"
    en = "You have signed up for this event already."


class NotSignedUp(UserError):
    code = "not-signed-up"
    status = 409
    ja = "このイベントには申し込んでいません。"
    en = "There is no sign-up for this event."


class EventTimes(UserError):
    code = "event-times"
    ja = "イベントはこれから始まり、始まりより後に終わる時刻にしてください。"
    en = "An event begins in the future and ends after it begins."


class TermsVersionTaken(UserError):
    code = "terms-version-taken"
    status = 409
    ja = "同じ名前か同じ発効日の版がすでにあります。別の版名か日付にしてください。"
    en = "There is a version of that name or of that date already. Choose another."


class TermsTooSoon(UserError):
    code = "terms-too-soon"
    ja = "規約は、お知らせしてから効力を持ちます。明日以降の発効日にしてください。"
    en = "Terms bind after they were announced. Choose tomorrow or a later day."


class TermsVersionUnknown(UserError):
    code = "terms-version-unknown"
    ja = "「{version}」という版の規約はありません。ある版: {allowed}"
    en = "There is no version “{version}” of the terms. There are: {allowed}"
