"""Why a carrier did not sell a number, in words for people: what happened and what to do."""

from coworking.kit.profile_fields import Words
from telephony.carrier import Reason

_OTHER = Words(
    "通信事業者が購入を受け付けませんでした。通信事業者の管理画面を確かめてください。",
    "The carrier did not accept the purchase. Look at the carrier's console.",
)
_SPOKEN = {
    Reason.ADDRESS_REQUIRED: Words(
        "通信事業者に住所の登録が必要です。住所を登録し、その参照番号を設定に書いてください。",
        "The carrier asks for an address. Enter one there and write its reference into the profile.",
    ),
    Reason.BUNDLE_REQUIRED: Words(
        "通信事業者に本人確認書類の承認が必要です。承認を受け、その参照番号を設定に書いてください。",
        "The carrier asks for approved papers. Have them approved there and write their reference into the profile.",
    ),
    Reason.NUMBER_NOT_AVAILABLE: Words(
        "この番号はもう販売されていません。ほかの番号を選んでください。",
        "This number is no longer for sale. Choose another.",
    ),
    Reason.ACCOUNT_INACTIVE: Words(
        "通信事業者の契約が有効ではありません。契約と支払いを確かめてください。",
        "The account at the carrier is not active. Check the contract and its payment.",
    ),
    Reason.AUTHENTICATION_FAILED: Words(
        "通信事業者への接続が認証されませんでした。接続の設定を確かめてください。",
        "The carrier did not accept our credentials. Check the settings.",
    ),
    Reason.CARRIER_FAILED: Words(
        "通信事業者から返答がなく、購入できたことも確かめられませんでした。もう一度申し込んでください。",
        "The carrier never answered, and the number is not ours. Ask for it again.",
    ),
}
REFUSALS: dict[str, Words] = {reason.value: _SPOKEN.get(reason, _OTHER) for reason in Reason}
