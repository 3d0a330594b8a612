"""Why a My Number Card is not accepted."""

from __future__ import annotations

from coworking.doors.errors import EntryRefused
from coworking.kit.errors import UserError


class CardsNotRead(UserError):
    code = "my-number-cards-not-read"
    status = 404
    ja = "この施設ではマイナンバーカードを読み取れません。ほかの方法をご利用ください。"
    en = "My Number Cards are not read here. Use another way."


class ChallengeOver(EntryRefused):
    code = "challenge-over"
    ja = "読み取りの有効時間が過ぎたか、すでに使われています。もう一度カードをかざしてください。"
    en = "This reading was used already, or took too long. Present the card again."


class CertificateUnreadable(EntryRefused):
    code = "certificate-unreadable"
    status = 422
    ja = "カードの証明書を読み取れません。もう一度カードをかざしてください。"
    en = "The card's certificate cannot be read. Present the card again."


class OtherAuthority(EntryRefused):
    code = "certificate-other-authority"
    ja = "このカードの証明書は、認められた認証局のものではありません。"
    en = "The card's certificate is of another authority."


class CertificateExpired(EntryRefused):
    code = "certificate-expired"
    ja = "カードの証明書は有効期間外です。市区町村の窓口で更新してください。"
    en = "The card's certificate is not valid now. Have it renewed at your municipality."


class CertificateRevoked(EntryRefused):
    code = "certificate-revoked"
    ja = "カードの証明書は失効しています。市区町村の窓口にお問い合わせください。"
    en = "The card's certificate is revoked. Ask your municipality."


class RevocationsOld(EntryRefused):
    code = "revocations-old"
    status = 503
    ja = "失効の確認ができないため、いまはカードを使えません。担当者にお問い合わせください。"
    en = "Revocations cannot be checked, so cards are not accepted right now. Ask the office."


class CardNotLinked(EntryRefused):
    code = "card-not-linked"
    ja = "このカードはどの会員にも連携されていません。先に会員ページでカードを連携してください。"
    en = "This card is linked to no member. Link it on the own page first."


class SignatureWrong(EntryRefused):
    code = "signature-wrong"
    ja = "カードの署名を確かめられません。もう一度カードをかざしてください。"
    en = "The card's signature is not right. Present the card again."


class IndividualNumberRefused(EntryRefused):
    code = "card-number-refused"
    status = 422
    ja = "マイナンバーを含む証明書は受け取りません。利用者証明用の証明書を使ってください。"
    en = "A certificate with the individual number is not taken. Use the one for user authentication."
