from coworking.kit.errors import UserError


class FeeUnknown(UserError):
    code = "fee-unknown"
    ja = "「{what}」という料金はありません。選べる料金: {allowed}"
    en = "There is no fee called “{what}”. You can choose: {allowed}"


class FeeNotForPlan(UserError):
    code = "plan-not-allowed"
    ja = "「{what}」は会員プラン「{plan}」では扱っていません。扱うプラン: {allowed}"
    en = "“{what}” is not for members on “{plan}”. It is for: {allowed}"


class AmountRequired(UserError):
    code = "amount-required"
    ja = "「{what}」は実費です。金額を入力してください。"
    en = "“{what}” is charged at cost. Enter the amount."


class AmountFixed(UserError):
    code = "amount-fixed"
    ja = "「{what}」は1件 {amount} 円と決まっています。金額は空にしてください。"
    en = "“{what}” costs {amount} yen each time. Leave the amount out."


class UseNotOffered(UserError):
    code = "use-not-offered"
    ja = "「{purpose}」は会員プラン「{plan}」では利用できません。プランを確かめてください。"
    en = "“{purpose}” is not offered to members on “{plan}”. Check the plan."


class UseTimesWrong(UserError):
    code = "use-times-wrong"
    ja = "利用時間は、開始より後の終了まで、{most_hours} 時間以内で入力してください。"
    en = "A use lasts from its start to a later end, {most_hours} hours at most."


class UseIsOfTime(UserError):
    code = "use-of-time"
    ja = "「{purpose}」は時間で計ります。開始と終了を入力し、数は空にしてください。"
    en = "“{purpose}” is measured in time. Enter start and end, and leave the quantity out."


class UseIsOfThings(UserError):
    code = "use-of-things"
    ja = "「{purpose}」は数で計ります。数を入力し、終了は空にしてください。"
    en = "“{purpose}” is counted. Enter the quantity, and leave the end out."


class NothingPrinted(UserError):
    code = "nothing-printed"
    ja = "印刷した枚数を入力してください。"
    en = "Enter how many pages were printed."


class UnstaffedHours(UserError):
    code = "unstaffed-hours"
    status = 409
    ja = "スタッフのいない時間帯は利用できません。スタッフのいる時間にご利用ください。"
    en = "This cannot be used while no staff are there. Come in staffed hours."


class ItemUnknown(UserError):
    code = "item-unknown"
    ja = "「{item}」という貸与品はありません。選べるもの: {allowed}"
    en = "There is no lent item called “{item}”. You can choose: {allowed}"
