from coworking.kit.errors import UserError


class MailNotOffered(UserError):
    code = "mail-not-offered"
    status = 404
    ja = "この運営者は郵便物をお預かりしていません。"
    en = "This operator takes in no mail."


class NeedsMailOption(UserError):
    code = "needs-option"
    status = 409
    ja = "郵便物の受け取りが契約に含まれていません。オプションを追加するか、プランを確かめてください。"
    en = "The contract does not include mail. Add the option, or check the plan."


class KindRefused(UserError):
    code = "mail-kind-refused"
    status = 409
    ja = "「{kind}」はお預かりできません。配達員に返してください。"
    en = "“{kind}” is not taken in. Give it back to whoever delivers it."


class NotAssigned(UserError):
    code = "mail-not-assigned"
    status = 409
    ja = "だれの郵便物か決まっていません。先に宛先の会員を選んでください。"
    en = "Nobody has been assigned this item. Choose its member first."


class AlreadyAssigned(UserError):
    code = "already-assigned"
    status = 409
    ja = "ほかの会員の郵便物になっています。先に「宛先違い」で戻してください。"
    en = "This item is another member's. Put it back as “not mine” first."


class MailNotHere(UserError):
    code = "mail-not-here"
    status = 409
    ja = "この郵便物はもうお預かりしていません（{status}）。"
    en = "This item is not in our keeping any more ({status})."


class AlreadyHandedOver(UserError):
    code = "already-handed-over"
    status = 409
    ja = "この郵便物はすでにお渡ししています。"
    en = "This item was handed over already."


class MailOfAnother(UserError):
    code = "not-permitted"
    status = 403
    ja = "この郵便物はほかの会員あてです。お渡しする会員を確かめてください。"
    en = "This item is another member's. Check to whom you hand it over."


class HandOverUnstaffed(UserError):
    code = "unstaffed-hours"
    status = 409
    ja = "郵便物はスタッフのいる時間帯にお渡しします。スタッフのいる時間にお越しください。"
    en = "Mail is handed over while staff are there. Come in staffed hours."


class GrantUsed(UserError):
    code = "grant-used"
    status = 409
    ja = "この受取コードはもう使えません。会員の画面で新しいコードを表示してください。"
    en = "This code cannot be used any more. Show a new one on the member's page."


class GrantExpired(UserError):
    code = "grant-expired"
    status = 409
    ja = "この受取コードは有効期限が切れています。会員の画面で新しいコードを表示してください。"
    en = "This code has expired. Show a new one on the member's page."


class ProofMissing(UserError):
    code = "proof-missing"
    ja = "受取コードを読み取るか、氏名と確認した書類を入力してください。"
    en = "Read the member's code, or enter the name and the document that was seen."


class ChoiceNotOffered(UserError):
    code = "choice-not-offered"
    ja = "「{choice}」は選べません。選べるもの: {allowed}"
    en = "“{choice}” is not offered. You can choose: {allowed}"


class OwnChoice(UserError):
    code = "not-permitted"
    status = 403
    ja = "開封と処分は会員本人の指示が必要です。"
    en = "Opening and disposal need an instruction of the member's own."


class InstructionMissing(UserError):
    code = "instruction-missing"
    status = 409
    ja = "会員の指示「{choice}」がありません。指示を受けてから行ってください。"
    en = "There is no instruction “{choice}” of the member. Wait for one."


class DisposalNotConfirmed(UserError):
    code = "disposal-not-confirmed"
    status = 409
    ja = "処分がまだ確認されていません。会員の画面で処分をもう一度確認してください。"
    en = "The disposal is not confirmed yet. Confirm it once more on the member's page."


class DisposalTooEarly(UserError):
    code = "disposal-too-early"
    status = 409
    ja = "処分できるのは{disposable_on}からです。それまでは取り消せます。"
    en = "It can be disposed of from {disposable_on}. Until then it can be taken back."


class DistributionNotOffered(UserError):
    code = "distribution-not-offered"
    status = 409
    ja = "この運営者は郵便物の配布を行っていません。窓口でお渡ししてください。"
    en = "This operator distributes no mail. Hand it over at the counter."


class SiteUnknown(UserError):
    code = "office-unknown"
    ja = "「{site}」という拠点はありません。"
    en = "There is no place called “{site}”."


class WayUnknown(UserError):
    code = "way-unknown"
    ja = "「{way}」という送り方はありません。選べるもの: {allowed}"
    en = "There is no way called “{way}”. You can choose: {allowed}"


class LetterNotAllowed(UserError):
    code = "letter-not-allowed"
    status = 409
    ja = "「{way}」では信書を送れません。信書を送れる方法を選んでください。"
    en = "“{way}” may not carry letters. Choose a way that may."


class AddressMissing(UserError):
    code = "address-missing"
    ja = "転送先の住所がありません。住所を入力するか、会員の住所を登録してください。"
    en = "There is no address to forward to. Enter one, or put the member's address on record."


class TrackingKnown(UserError):
    code = "tracking-number-known"
    status = 409
    ja = "この発送の追跡番号はすでに登録されています。"
    en = "The tracking number of this batch is on record already."


class RuleEmpty(UserError):
    code = "standing-instruction-empty"
    ja = "経過日数と「保管料の前」はどちらか一方だけを指定してください。"
    en = "Give an age in days or “before storage is charged”, not both."


class SenderEmpty(UserError):
    code = "sender-empty"
    ja = "差出人は、文字を含む名前で指定してください。"
    en = "Name the sender with letters in it."


class TooManyRules(UserError):
    code = "too-many-standing-instructions"
    status = 409
    ja = "自動の指示は{most}件までです。使わないものを終了してください。"
    en = "There can be {most} standing instructions. End one that is not needed."
