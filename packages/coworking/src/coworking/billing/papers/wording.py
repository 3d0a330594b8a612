"""The fixed words of papers, and how they write days, months and money."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from coworking.billing.paper_fields import Issuer
from coworking.kit.profile_fields import Words

INVOICE = Words("請求書", "Invoice")
QUALIFIED = Words("請求書（適格請求書）", "Invoice (qualified)")
CREDIT_NOTE = Words("返還請求書", "Credit note")
RECEIPT = Words("領収書", "Receipt")
OPENING = Words("下記のとおりご請求申し上げます。", "Please find our charges below.")
CREDIT_OPENING = Words("下記のとおり返還いたします。", "We credit you as follows.")
NUMBER = Words("番号", "Number")
ISSUED_ON = Words("発行日", "Date of issue")
DUE_ON = Words("支払期日", "Due date")
CORRECTS = Words("訂正する請求書", "Corrects invoice")
REGISTRATION = Words("登録番号", "Registration number")
TOTAL_DUE = Words("ご請求金額（税込）", "Total due (tax included)")
TOTAL_OUTSIDE = Words("ご請求金額", "Total due")
TOTAL_CREDITED = Words("返還金額", "Total credited")
TOTAL_RECEIVED = Words("領収金額", "Amount received")
SUBTOTAL = Words("小計（税抜）", "Subtotal before tax")
OUTSIDE_TAX = Words("消費税の対象外", "Outside consumption tax")
TOTAL = Words("合計", "Total")
PAY_BY = Words("お支払い方法", "How it is paid")
TRANSFER_TO = Words("お振込先", "Transfer to")
REMARK = Words("備考", "Note")
RECEIVED_ON = Words("領収日", "Received on")
RECEIVED_FOR = Words("上記を正に領収いたしました。", "We have received the above amount.")
ADVANCE = Words("お預かり金として", "as an advance payment")
IN_PAYMENT_OF = Words("請求書 {numbers} のお支払いとして", "in payment of invoice {numbers}")
COLUMNS = {
    "item": Words("項目", "Item"),
    "month": Words("対象月", "Month"),
    "quantity": Words("数量", "Quantity"),
    "unit_price": Words("単価", "Unit price"),
    "amount": Words("金額", "Amount"),
}
MEANS = {
    "card": Words("登録カードへの請求", "charged to the registered card"),
    "bank-transfer": Words("銀行振込", "bank transfer"),
    "direct-debit": Words("口座振替", "direct debit"),
    "payment-slip": Words("払込票", "payment slip"),
    "counter-cash": Words("受付（現金）", "at the counter, cash"),
    "counter-card": Words("受付（カード）", "at the counter, card"),
    "counter-e-money": Words("受付（電子マネー）", "at the counter, e-money"),
    "counter-qr": Words("受付（QRコード決済）", "at the counter, QR payment"),
}
ACCOUNT_KINDS = {"ordinary": Words("普通", "ordinary"), "current": Words("当座", "current")}
HONORIFIC = Words("{name} 様", "{name}")
COMPANY_HONORIFIC = Words("{name} 御中", "{name}")


def yen(amount: Decimal) -> str:
    """ "¥1,234", "−¥500", "¥14.3"."""
    sign = "−" if amount < 0 else ""
    digits = f"{abs(amount):,f}"
    return f"{sign}¥{digits.rstrip('0').rstrip('.') if '.' in digits else digits}"


def percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}%"


def long_day(day: date, language: str) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if language == "ja" else f"{day.day} {day:%B %Y}"


def long_month(month: str, language: str) -> str:
    """Of a month "2026-06"."""
    first = date.fromisoformat(f"{month}-01")
    return f"{first.year}年{first.month}月" if language == "ja" else f"{first:%B %Y}"


def issuer_facts(issuer: Issuer, registration_number: str | None, language: str) -> dict[str, object]:
    """The block that says who issued a paper."""
    lines = [issuer.address.spoken(language)]
    if issuer.phone:
        lines.append(f"TEL {issuer.phone}")
    if registration_number:
        lines.append(f"{REGISTRATION.spoken(language)} {registration_number}")
    return {"name": issuer.name.spoken(language), "lines": lines}


def transfer_lines(issuer: Issuer, language: str) -> list[str]:
    """Where to transfer to; nothing where the operator names no account."""
    account = issuer.bank_account
    if account is None:
        return []
    kind = ACCOUNT_KINDS[account.kind].spoken(language)
    return [
        f"{account.bank.spoken(language)} {account.branch.spoken(language)}",
        f"{kind} {account.number}  {account.holder_kana}",
    ]
