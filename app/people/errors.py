from coworking.kit.errors import UserError


class MemberStillActive(UserError):
    code = "member-still-active"
    status = 409
    ja = "会員契約が続いているため消去できません。退会が済んでから消去してください。"
    en = "This person is still a member. Erase the data when the membership is over."


class AccountOfStaff(UserError):
    code = "account-of-staff"
    status = 409
    ja = "スタッフのアカウントがあるため消去できません。先にスタッフから外してください。"
    en = "This person has an account of staff. Remove it first."


class MoneyStillOwed(UserError):
    code = "money-still-owed"
    status = 409
    ja = "未払いのご請求か返していない前受金があるため消去できません。精算してから消去してください。"
    en = "Money is still owed, by this person or to this person. Settle it first."


class OnLegalHold(UserError):
    code = "on-legal-hold"
    status = 409
    ja = "保全の指定があるため消去できません。指定を解除してから消去してください。"
    en = "This person's data is on legal hold. Lift the hold first."
