"""How an operator's rules about calls and their prices read."""

from __future__ import annotations

from collections.abc import Iterator

from app.rulebook_control import control_rules
from app.rulebook_metering import use_rules
from app.rulebook_reader import Reader, Row, part
from app.rulebook_words import (
    INSTEAD,
    NUMBER_CLASSES,
    RATE_CLASSES,
    RECEPTION,
    SHOWS,
    STRATEGIES,
    WITHHELD,
    YES_OR_NO,
    call_class_words,
)
from coworking.kit.profile_fields import Words
from telephony.metering.profile import CallClass, CallPrice


def metering_rows(reader: Reader) -> Iterator[Row]:
    metering = reader.profile.metering
    for number_class, rate_class in metering.counts_as.items():
        label = Words("料金区分", "Counts as")
        counted = f"{reader.say(NUMBER_CLASSES.get(number_class, Words(number_class, number_class)))}"
        yield reader.row("metering.counts_as", label, f"{counted} → {reader.say(RATE_CLASSES[rate_class])}")
    for card in metering.rate_cards:
        label = Words("料金表の適用開始", "Rate card from")
        yield reader.row("metering.rate_cards", label, card.valid_from.isoformat())
        for name, prices in card.line_plans.items():
            title = reader.profile.numbers.line_plans[name].title
            for call_class, price in prices.items():
                words = call_class_words(call_class)
                rule = card.control_rule if call_class is CallClass.CONTROL else card.rule
                row = reader.row("", part(title, words.ja, words.en), _price(reader, price))
                yield Row(row.label, row.value, () if rule is None else (rule,))
        free = YES_OR_NO[card.control_free_from_desk_phone]
        free_label = Words("操作通話を電話機から無料に", "Control calls from the desk phone are free")
        row = reader.row("", free_label, free)
        yield Row(row.label, row.value, () if card.control_rule is None else (card.control_rule,))
    reception = RECEPTION[metering.reception_to_desk_phone]
    yield reader.row(
        "metering.reception_to_desk_phone", Words("受付機からの呼出し", "Reception calls"), reception
    )
    for key, use_label, value in use_rules(metering, reader.profile.billing.tax_mode):
        yield reader.row(key, use_label, value)


def _price(reader: Reader, price: CallPrice) -> str:
    seconds = price.unit_seconds
    unit = Words(f"{seconds}秒", f"{seconds} s")
    if seconds % 60 == 0:
        unit = Words(f"{seconds // 60}分", f"{seconds // 60} min")
    text = reader.say(unit) + ("ごとに " if reader.language == "ja" else ": ") + reader.yen(price.unit_price)
    if price.minimum_units:
        text += reader.say(
            Words(f"、最低{price.minimum_units}単位", f", at least {price.minimum_units} units")
        )
    if price.free_units:
        text += reader.say(
            Words(f"、毎月{price.free_units}単位無料", f", {price.free_units} units a month free")
        )
    if price.night is not None:
        times = f"{price.night.starts_at:%H:%M}-{price.night.ends_at:%H:%M}"
        text += f" / {times} {reader.yen(price.night.unit_price)}"
    return text


def forwarding_rows(reader: Reader) -> Iterator[Row]:
    forwarding = reader.profile.forwarding
    classes = reader.listed(NUMBER_CLASSES[each] for each in forwarding.destinations.classes)
    limit = str(forwarding.destinations.limit)
    yield reader.row("forwarding.destinations.limit", Words("転送先の数", "Destinations at most"), limit)
    yield reader.row(
        "forwarding.destinations.classes", Words("転送先にできる番号", "Allowed destinations"), classes
    )
    ringing = forwarding.ringing
    yield reader.row(
        "forwarding.ringing",
        Words("呼出秒数", "Ringing"),
        Words(
            f"{ringing.default_seconds}秒（{ringing.least_seconds}から{ringing.most_seconds}）",
            f"{ringing.default_seconds} s ({ringing.least_seconds} to {ringing.most_seconds})",
        ),
    )
    defaults = forwarding.defaults
    key = "forwarding.defaults"
    yield reader.row(key, Words("初期設定 呼び出し方", "Default strategy"), STRATEGIES[defaults.strategy])
    yield reader.row(key, Words("初期設定 1を押して応答", "Default press 1"), YES_OR_NO[defaults.press_one])
    for title, value in (
        (Words("初期設定 相手への読み上げ", "Default whisper"), YES_OR_NO[defaults.whisper]),
        (Words("初期設定 表示する番号", "Default number shown"), SHOWS[defaults.shows]),
        (Words("初期設定 応答がないとき", "Default, unanswered"), INSTEAD[defaults.unanswered]),
        (Words("初期設定 転送停止中", "Default, switched off"), INSTEAD[defaults.when_off]),
        (Words("初期設定 時間外", "Default, outside hours"), INSTEAD[defaults.outside_hours]),
        (Words("初期設定 非通知", "Default, withheld"), WITHHELD[defaults.withheld_caller]),
    ):
        yield reader.row(key, title, value)
    longest = forwarding.limits.call_seconds
    yield reader.row(
        "forwarding.limits", Words("通話の上限", "Longest call"), Words(f"{longest}秒", f"{longest} s")
    )
    yield from _voicemail(reader)
    for control_key, label, value in control_rules(forwarding):
        yield reader.row(control_key, label, value)
    reception = reader.plans(forwarding.reception.member_plans) if forwarding.reception.member_plans else "-"
    yield reader.row(
        "forwarding.reception", Words("受付機からの呼出し先", "Reception phone rings"), reception
    )
    if forwarding.desk_phones is not None:
        yield reader.row(
            "forwarding.desk_phones",
            Words("固定電話機のSIPドメイン", "SIP domain of desk phones"),
            forwarding.desk_phones.sip_domain,
        )
    for name, reason in forwarding.interruption_reasons.items():
        yield reader.row(
            f"forwarding.interruption_reasons.{name}",
            Words("サービス中止の理由", "Interrupted for"),
            reason,
        )


def _voicemail(reader: Reader) -> Iterator[Row]:
    voicemail = reader.profile.forwarding.voicemail
    kept = Words(
        f"{voicemail.longest_seconds}秒まで、{voicemail.kept_days}日間保存",
        f"up to {voicemail.longest_seconds} s, kept for {voicemail.kept_days} days",
    )
    yield reader.row("forwarding.voicemail", Words("伝言", "Messages"), kept)
    yield reader.row(
        "forwarding.voicemail",
        Words("初期設定 不在着信のメール", "Default mails of missed calls"),
        YES_OR_NO[voicemail.mails_missed],
    )
    yield reader.row(
        "forwarding.voicemail",
        Words("初期設定 録音のメール添付", "Default mails with the recording"),
        YES_OR_NO[voicemail.mails_recording],
    )
