from coworking.kit.errors import UserError
from coworking.membership.errors import IdentityNotVerified


class MethodNotValid(IdentityNotVerified):
    """The law does not take this way on that day, so nothing is verified by it."""

    ja = "「{method}」による本人確認は法令によりできません（最終日 {until}）。別の方法で確認してください。"
    en = "By law nobody's identity is confirmed by “{method}” now (last day {until}). Use another way."


class PaperExpired(IdentityNotVerified):
    ja = "本人確認書類の有効期限（{expires_on}）が過ぎています。有効な書類で確認してください。"
    en = "The paper has expired ({expires_on}). Ask for one that is valid."


class IdentityIncomplete(UserError):
    code = "identity-incomplete"
    ja = "本人確認の記録に足りない項目があります: {missing}"
    en = "The identity record is not complete. Missing: {missing}"


class WrongRecordStatus(UserError):
    code = "identity-record-status"
    status = 409
    ja = "この記録の状態（{status}）ではできません。記録を確かめてください。"
    en = "This cannot be done with a record that is {status}. Look at the record."


class RecordOpen(UserError):
    code = "identity-record-open"
    status = 409
    ja = "この会員には確認中の記録があります。その記録を終えてから始めてください。"
    en = "There is an unfinished record of this member. Finish it first."


class AnotherPersonApproves(UserError):
    code = "another-person-approves"
    status = 409
    ja = "確認した本人は承認できません。別の担当者が承認してください。"
    en = "Who checked cannot approve. Ask another of the staff."


class AddressLetterPending(UserError):
    code = "address-letter-pending"
    status = 409
    ja = "住所宛ての確認書類のコードがまだ届け出られていません。コードの入力を待ってください。"
    en = "The code of the letter to the address has not come back yet. Wait for it."


class TooManyPapers(UserError):
    code = "too-many-papers"
    status = 409
    ja = "1件の記録に付けられる書類は{most}点までです。"
    en = "A record takes at most {most} papers."
