"""How an operator's rules about PINs and control calls read."""

from __future__ import annotations

from collections.abc import Iterator

from coworking.kit.profile_fields import Words
from telephony.forwarding.profile import ForwardingProfile


def control_rules(forwarding: ForwardingProfile) -> Iterator[tuple[str, Words, Words]]:
    """Key, label and value of each row."""
    pin, control = forwarding.pin, forwarding.control
    yield (
        "forwarding.pin",
        Words("暗証番号", "PIN"),
        Words(
            f"{pin.least_digits}桁から{pin.most_digits}桁", f"{pin.least_digits} to {pin.most_digits} digits"
        ),
    )
    yield (
        "forwarding.pin",
        Words("暗証番号の間違い", "Wrong PINs"),
        Words(
            f"{pin.failures_before_delay}回で{pin.first_delay_seconds}秒待ち、以後倍々、"
            f"{pin.failures_before_lock}回でロック",
            f"after {pin.failures_before_delay} a wait of {pin.first_delay_seconds} s, doubled each time; "
            f"locked after {pin.failures_before_lock}",
        ),
    )
    longest = forwarding.limits.control_call_seconds
    yield (
        "forwarding.control",
        Words("操作通話", "Control calls"),
        Words(
            f"{longest}秒まで、続けて{control.wrong_inputs}回の誤りで終了",
            f"up to {longest} s, ended after {control.wrong_inputs} wrong inputs in a row",
        ),
    )
    yield (
        "forwarding.control",
        Words("ショートメッセージ", "Text messages"),
        Words(f"1台につき1日{control.texts_a_day}通まで", f"at most {control.texts_a_day} a day and phone"),
    )
    yield (
        "forwarding.control",
        Words("変更の取り消し", "Undoing a change"),
        Words(f"{control.undo_hours}時間以内", f"within {control.undo_hours} hours"),
    )
    yield (
        "forwarding.control",
        Words("操作の記録", "Records of steering"),
        Words(f"{control.kept_days}日間", f"{control.kept_days} days"),
    )
