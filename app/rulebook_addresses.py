"""How an operator's rules about its address read."""

from __future__ import annotations

from collections.abc import Iterator

from app.rulebook_reader import Reader, Row
from coworking.kit.profile_fields import Words

KINDS = {
    "mail": Words("届け出不要", "without a declaration"),
    "sole-trader": Words("事前に届け出る", "declared beforehand"),
    "company": Words("事前に届け出て、登記後に証明する", "declared beforehand, proven afterwards"),
}


def address_rows(reader: Reader) -> Iterator[Row]:
    address = reader.profile.registered_address
    if address is None:
        return
    key = "registered_address"
    for office, text in address.addresses.items():
        yield reader.row(f"{key}.addresses.{office}", Words("住所", "Address"), text)
    for name, use in address.uses.items():
        option = reader.options([use.option])
        told = f"{reader.say(Words(use.title.ja, use.title.en))}: {option}. {reader.say(KINDS[use.kind])}"
        yield reader.row(f"{key}.uses.{name}", Words("住所の利用", "Use of the address"), told)
    days = Words(
        f"届け出から{address.proof_days}日以内", f"within {address.proof_days} days of the declaration"
    )
    yield reader.row(f"{key}.proof_days", Words("登記の証明", "Proof of a registration"), days)
    valid = address.certificate_days
    until = (
        Words("利用が続くあいだ", "while the use stands")
        if valid is None
        else Words(f"{valid}日間", f"for {valid} days")
    )
    yield reader.row(f"{key}.certificate_days", Words("証明書の照会", "Certificates can be checked"), until)
    for name, step in address.exit_steps.items():
        yield reader.row(f"{key}.exit_steps.{name}", Words("終了時の確認", "Seen to at the end"), step.title)


def identity_rows(reader: Reader) -> Iterator[Row]:
    checks = reader.profile.membership.identity
    key = "membership.identity"
    eyes = (
        Words("確認した人と別の人が承認", "approved by another than who checked")
        if checks.four_eyes
        else Words("確認と同時に承認", "approved with the check")
    )
    yield reader.row(f"{key}.four_eyes", Words("本人確認の承認", "Approval of identity checks"), eyes)
    letter = (
        Words("いつも送る", "always sent")
        if checks.address_letter_always
        else Words("方法が求めるときに送る", "sent where the way asks for it")
    )
    yield reader.row(f"{key}.address_letter_always", Words("住所への書類", "Letter to the address"), letter)
    days = Words(f"{checks.letter_days}日間", f"{checks.letter_days} days")
    yield reader.row(f"{key}.letter_days", Words("書類のコードの期限", "Its code can be used for"), days)
    if checks.repeat_years is not None:
        years = Words(f"{checks.repeat_years}年ごと", f"every {checks.repeat_years} years")
        yield reader.row(f"{key}.repeat_years", Words("本人確認のやり直し", "Repeat checks"), years)
    if checks.expires_after_days is not None:
        grace = Words(
            f"期日から{checks.expires_after_days}日", f"{checks.expires_after_days} days after they were due"
        )
        yield reader.row(f"{key}.expires_after_days", Words("本人確認の失効", "Old checks expire"), grace)
