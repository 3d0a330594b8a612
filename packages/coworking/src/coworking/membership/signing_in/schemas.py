from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from coworking.membership.schemas import Body, Email, Name

LONGEST_LINK_TOKEN = 80
LONGEST_CODE = 40

NewPassword = Annotated[str, StringConstraints(min_length=8, max_length=256)]
LinkToken = Annotated[str, StringConstraints(max_length=LONGEST_LINK_TOKEN)]
Code = Annotated[str, StringConstraints(max_length=LONGEST_CODE)]
Shown = Annotated[str, StringConstraints(max_length=256)]
OperatorName = Annotated[str, StringConstraints(max_length=60)]
StaffRole = Literal["reception", "billing", "administrator"]
Credential = dict[str, Any]

_OPERATOR = Field(
    default=None,
    description="The operator's name; needed where a deployment serves several.",
    examples=["nex"],
)
_PASSWORD = Field(
    default=None,
    description="Your password, unless you signed in or showed a factor within the last ten minutes.",
    examples=["correct horse"],
)
_LINK = Field(description="From the link in the mail.", examples=["rsl_1_" + "A" * 43])
_CREDENTIAL = Field(
    description="What the browser answered, as JSON (WebAuthn, toJSON).", examples=[{"id": "AA"}]
)


class RegistrationBody(Body):
    operator: OperatorName | None = _OPERATOR
    email: Email = Field(examples=["sato@example.jp"])
    name: Name = Field(description="The person's or the company's name.", examples=["佐藤 花子"])
    kind: Literal["person", "company"] = "person"
    representative: Name | None = Field(default=None, description="Of a company.")
    language: Literal["ja", "en"] = "ja"
    password: NewPassword | None = Field(
        default=None, description="Left out, it is chosen when the mail's link is opened."
    )


class ConfirmationBody(Body):
    token: LinkToken = _LINK
    password: NewPassword | None = Field(default=None, description="Where none was chosen before.")


class ResetRequestBody(Body):
    operator: OperatorName | None = _OPERATOR
    email: Email = Field(examples=["sato@example.jp"])


class ResetBody(Body):
    token: LinkToken = _LINK
    password: NewPassword = Field(examples=["correct horse"])


class LinkBody(Body):
    token: LinkToken = _LINK


class AcceptedAnswer(BaseModel):
    accepted: Literal[True] = Field(
        default=True, description="What became of it stands in the mail, if one was to be sent."
    )


class SignInNameAnswer(BaseModel):
    sign_in_name: str = Field(description="The ID to sign in with.")


class AccountAnswer(BaseModel):
    id: int
    sign_in_name: str
    name: str
    email: str
    role: str
    member_id: int | None
    second_factor: bool
    recovery_codes_left: int
    passkeys: int
    factors_shown: int = Field(description="How many factors this sign-in was made with.")


class PasswordBody(Body):
    password: Shown | None = _PASSWORD
    new_password: NewPassword = Field(examples=["another horse"])


class MailAddressBody(Body):
    email: Email = Field(examples=["hanako@example.jp"])
    password: Shown | None = _PASSWORD


class ShownBody(Body):
    password: Shown | None = _PASSWORD


class StepUpBody(Body):
    """One of the three."""

    password: Shown | None = Field(default=None, examples=["correct horse"])
    code: Code | None = Field(default=None, description="Of the second factor.", examples=["123456"])
    credential: Credential | None = Field(default=None, description="A passkey's answer.")


class OptionsAnswer(BaseModel):
    options: dict[str, Any] = Field(description="`publicKey` for the browser, as JSON (WebAuthn).")


class OptionsBody(Body):
    operator: OperatorName | None = _OPERATOR


class PasskeySignInBody(Body):
    credential: Credential = _CREDENTIAL


class PasskeyBody(Body):
    name: Name = Field(description="What you call it.", examples=["電話"])
    credential: Credential = _CREDENTIAL


class PasskeyNameBody(Body):
    name: Name = Field(examples=["電話"])


class PasskeyAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    is_synced: bool = Field(description="Kept on more than one device.")
    created_at: datetime
    last_used_at: datetime | None


class EnrolmentAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    secret: str
    uri: str
    qr_svg: str


class CodeBody(Body):
    code: Code = Field(examples=["123456"])


class RecoveryCodesAnswer(BaseModel):
    recovery_codes: list[str] = Field(description="Each works once in place of a code; not shown again.")


class StaffAccountBody(Body):
    name: Name = Field(examples=["受付 花子"])
    email: Email = Field(examples=["hanako@example.jp"])
    role: StaffRole = Field(examples=["reception"])
    language: Literal["ja", "en"] = "ja"


class RoleBody(Body):
    role: StaffRole = Field(examples=["billing"])


class StaffAccountAnswer(BaseModel):
    id: int
    name: str
    email: str
    sign_in_name: str
    role: str
    confirmed_at: datetime | None = Field(description="When the invitation was taken up.")
    second_factor: bool


class RepresentativeBody(Body):
    name: Name = Field(examples=["鈴木 次郎"])
    email: Email = Field(examples=["suzuki@example.jp"])
    language: Literal["ja", "en"] = "ja"
    password: Shown | None = _PASSWORD
