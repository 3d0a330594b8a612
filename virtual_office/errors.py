from coworking.kit.errors import UserError


class AddressNotLent(UserError):
    code = "address-not-lent"
    ja = "この運営者は住所の利用・登記を受け付けていません。担当者にお問い合わせください。"
    en = "No address is lent here. Ask the office."


class UseUnknown(UserError):
    code = "validation-failed"
    ja = "「{use}」という住所の利用はありません。選べるもの: {allowed}"
    en = "There is no use of the address called “{use}”. You can choose: {allowed}"


class NothingDeclared(UserError):
    code = "nothing-declared"
    status = 409
    ja = "届け出のあった登記・住所の利用がありません。先に届け出てください。"
    en = "No registration was declared. Declare it first."


class ProvenAlready(UserError):
    code = "proven-already"
    status = 409
    ja = "登記の証明はすでに受け付けています（{proven_on}）。"
    en = "The registration was proven already ({proven_on}). Nothing more is needed."


class ItemDone(UserError):
    code = "exit-item-done"
    status = 409
    ja = "この項目はすでに済んでいます（{done_on}）。"
    en = "This was done already ({done_on}). Look at the list."


class TooManyEvidenceFiles(UserError):
    code = "too-many-files"
    status = 409
    ja = "付けられるファイルは{most}点までです。"
    en = "At most {most} files can be kept with it."


class SettledAlready(UserError):
    code = "settled-already"
    status = 409
    ja = "この記録はすでに処理済みです。記録を確かめてください。"
    en = "This was settled already. Look at the record."
