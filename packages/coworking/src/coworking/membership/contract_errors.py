"""What members and staff are told when something about a contract cannot be."""

from __future__ import annotations

from coworking.kit.errors import UserError


class PlanNotForThis(UserError):
    code = "plan-not-allowed"
    ja = "このプランは選べません。選べるプラン: {allowed}"
    en = "This plan cannot be chosen. You can choose: {allowed}"


class ApprovalPending(UserError):
    code = "approval-pending"
    status = 409
    ja = "申し込みはまだ承認されていません。承認のお知らせをお待ちください。"
    en = "The application is not approved yet. Wait for the notice of its approval."


class MemberAlready(UserError):
    code = "member-already"
    status = 409
    ja = "すでに契約があります。プランは変更の手続きで変えてください。"
    en = "There is a contract already. Ask for a change of plan instead."


class OfficeOnly(UserError):
    code = "office-only"
    status = 403
    ja = "この変更は事務局だけが行います。事務局に依頼してください。"
    en = "Only the office makes this change. Ask the office."


class CardRequired(UserError):
    code = "card-required"
    status = 409
    ja = "マイナンバーカードの連携が必要です。アプリでカードを読み取ってからもう一度申し込んでください。"
    en = "A linked My Number Card is required. Read the card with the app, then apply again."


class CardTaken(UserError):
    code = "card-taken"
    status = 409
    ja = "このカードはほかの会員に連携されています。担当者にお問い合わせください。"
    en = "This card is linked to another member. Ask the office."


class CardNumberRefused(UserError):
    code = "card-number-refused"
    ja = "マイナンバーは入力できません。アプリでカードを読み取ってください。"
    en = "The individual number must not be entered. Read the card with the app."


class CodeUnknown(UserError):
    code = "code-unknown"
    ja = "この法人契約コードは使えません。会社の担当者にコードを確かめてください。"
    en = "This contract code cannot be used. Ask your company for its code."


class CompanyNotMember(UserError):
    code = "code-unknown"
    ja = "この会社は一覧にありません。先に会社として入会してください。"
    en = "This company is not on the list. It has to join first."


class TooManyPeople(UserError):
    code = "too-many-people"
    status = 409
    ja = "この契約で登録できるのは{most}人までです。だれかを外すか、人数の多いプランに変えてください。"
    en = "At most {most} people can be registered in this contract. Remove somebody, or change to a larger plan."


class RepresentativeExists(UserError):
    code = "representative-exists"
    status = 409
    ja = "この会社にはすでに代表者がいます。代表者に連絡するか、社員として登録してください。"
    en = "This company has a representative already. Turn to them, or register as an employee."


class EvidenceMissing(UserError):
    code = "evidence-missing"
    status = 409
    ja = "資格を示す書類がまだ記録されていません: {evidence}"
    en = "Evidence is not on record yet: {evidence}"


class OptionUnknown(UserError):
    code = "option-unknown"
    ja = "「{option}」というオプションはありません。選べるもの: {allowed}"
    en = "There is no option called “{option}”. You can choose: {allowed}"


class OptionNotForPlan(UserError):
    code = "plan-not-allowed"
    ja = "「{option}」は今のプランでは選べません。対象のプラン: {allowed}"
    en = "“{option}” does not go with this plan. Plans that it goes with: {allowed}"


class NeedsOption(UserError):
    code = "needs-option"
    status = 409
    ja = "「{option}」には「{needed}」が必要です。先に申し込んでください。"
    en = "“{option}” needs “{needed}”. Take that one first."


class OptionNeeded(UserError):
    code = "needs-option"
    status = 409
    ja = "「{needed}」は「{option}」に必要です。先に「{option}」をやめてください。"
    en = "“{needed}” is needed for “{option}”. Drop “{option}” first."


class OptionLimitReached(UserError):
    code = "option-limit-reached"
    status = 409
    ja = "「{option}」は1会員につき{most}件までです。"
    en = "A member has at most {most} of “{option}”."


class OptionSoldOut(UserError):
    code = "option-limit-reached"
    status = 409
    ja = "「{option}」に空きがありません。ほかのものを選ぶか、空きをお待ちください。"
    en = "There is no “{option}” left. Choose another, or wait for one."


class OptionNotHeld(UserError):
    code = "option-not-held"
    status = 409
    ja = "「{option}」は申し込まれていません。契約の内容を確かめてください。"
    en = "The member does not have “{option}”. Look at the contract."


class NoChangeOfPlan(UserError):
    code = "plan-change-not-offered"
    status = 409
    ja = "プランの変更は受け付けていません。担当者にお問い合わせください。"
    en = "Plans are not changed here. Ask the office."


class SamePlan(UserError):
    code = "same-plan"
    status = 409
    ja = "すでにこのプランです。ほかのプランを選んでください。"
    en = "This is the plan already. Choose another."


class DeadlinePassed(UserError):
    code = "deadline-passed"
    status = 409
    ja = "締め切りを過ぎています。いちばん早くて{earliest}からです。"
    en = "The deadline has passed. The earliest day is {earliest}."


class LaterMonthNotOffered(UserError):
    code = "later-month-not-offered"
    status = 409
    ja = "先の月は指定できません。{ends_on}で終わります。"
    en = "A later month cannot be named. The contract would end on {ends_on}."


class PauseNotOffered(UserError):
    code = "plan-not-allowed"
    status = 409
    ja = "このプランでは休会できません。担当者にお問い合わせください。"
    en = "This plan cannot be suspended. Ask the office."


class PauseLength(UserError):
    code = "validation-failed"
    status = 422
    ja = "休会は{least}か月から{most}か月までです。"
    en = "A suspension lasts from {least} to {most} months."


class PausedAlready(UserError):
    code = "paused-already"
    status = 409
    ja = "この期間にはすでに休会があります。復帰してから申し込んでください。"
    en = "There is a suspension in these days already. Return first."


class NotPaused(UserError):
    code = "not-paused"
    status = 409
    ja = "休会していません。契約の内容を確かめてください。"
    en = "The contract is not suspended. Look at the contract."


class LeavingAlready(UserError):
    code = "leaving-already"
    status = 409
    ja = "すでに退会の手続きが済んでいます。{ends_on}で終わります。"
    en = "The contract has been ended already. Its last day is {ends_on}."


class MembershipStands(UserError):
    code = "membership-stands"
    status = 409
    ja = "会員契約が続いています。退会した会員にだけ行えます。"
    en = "This membership has not ended. This is for former members only."


class NoAddressHere(UserError):
    code = "no-address-here"
    status = 409
    ja = "この会員の住所の登録はありません。契約の内容を確かめてください。"
    en = "No address of this member is registered here. Look at the contract."


class BelongsToNone(UserError):
    code = "belongs-to-none"
    status = 409
    ja = "法人やグループに属していません。会員の契約を確かめてください。"
    en = "This member belongs to no company or group. Look at the contract."
