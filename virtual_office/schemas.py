from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, StringConstraints

from coworking.kit.paging import LARGEST_ID
from coworking.kit.sealed_files import LARGEST_FILE
from virtual_office.certificates import Checked, State
from virtual_office.models import (
    AddressCertificate,
    AddressEvidence,
    AddressMisuse,
    AddressRegistration,
    ExitCase,
    ExitItem,
)
from virtual_office.registrations import status_of

LONGEST_BASE64 = LARGEST_FILE * 4 // 3 + 1_000

UseName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Passage = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]
MemberId = Annotated[int, Field(ge=1, le=LARGEST_ID)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DeclarationBody(Body):
    use: UseName | None = Field(
        default=None, description="One of the operator's; registration of a company if left out."
    )
    registered_name: Line | None = Field(
        default=None,
        description="The company that is registered, or the trade name; the member's if left out.",
    )


class ProofOfRegistrationBody(Body):
    use: UseName | None = Field(default=None, description="Registration of a company if left out.")
    proof: Passage = Field(description="What was seen.", examples=["履歴事項全部証明書 2026-06-20"])


class FileBody(Body):
    what: Line = Field(examples=["履歴事項全部証明書"])
    content: Annotated[
        Base64Bytes,
        Field(
            max_length=LONGEST_BASE64,
            description="A JPEG, PNG or WebP picture or a PDF, as base64.",
            examples=["JVBERi0xLjQKJSVFT0YK"],
        ),
    ]


class EvidenceBody(FileBody):
    use: UseName | None = Field(default=None, description="Registration of a company if left out.")


class CertificateBody(Body):
    use: UseName | None = Field(
        default=None, description="One of the operator's uses; the furthest that the member has if left out."
    )


class StepBody(Body):
    evidence: Passage = Field(description="What was seen.", examples=["移転後の登記事項証明書"])
    done_on: date | None = Field(default=None, description="Today if left out; not ahead.")
    what: Line | None = Field(default=None, description="What the file shows, where one comes along.")
    content: Annotated[Base64Bytes, Field(max_length=LONGEST_BASE64)] | None = None


class MisuseBody(Body):
    name: Line = Field(description="Under which the address was used.", examples=["合同会社無断"])
    where_found: Line = Field(examples=["https://example.jp/company"])
    found_on: date | None = Field(default=None, description="Today if left out; not ahead.")
    member_id: MemberId | None = None
    charges: bool = Field(
        default=False,
        description="A former member's fees go on by the month, from the end of the contract until it is proven that "
        "this is over.",
    )


class SettlementBody(Body):
    settlement: Passage = Field(examples=["掲載の削除を確認した"])


class RegistrationAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    member_id: int
    use: str
    registered_name: str
    status: Literal["declared", "proven", "ended"]
    declared_on: date
    proof_due_on: date | None
    proven_on: date | None
    ended_on: date | None

    @classmethod
    def of(cls, registration: AddressRegistration) -> RegistrationAnswer:
        return cls(
            id=registration.id,
            member_id=registration.member_id,
            use=registration.use,
            registered_name=registration.registered_name,
            status=status_of(registration),
            declared_on=registration.declared_on,
            proof_due_on=registration.proof_due_on,
            proven_on=registration.proven_on,
            ended_on=registration.ended_on,
        )


class AddressAnswer(BaseModel):
    member_id: int
    address_ja: str
    address_en: str
    uses: list[str] = Field(description="What the member may do with the address today.")
    registrations: list[RegistrationAnswer] = Field(description="Those that stand.")
    exit_case_id: int | None = Field(description="What has to be seen to before the member is gone.")


class EvidenceAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    what: str
    added_at: datetime
    added_by: str

    @classmethod
    def of(cls, evidence: AddressEvidence) -> EvidenceAnswer:
        return cls.model_validate(evidence)


class WholeRegistrationAnswer(RegistrationAnswer):
    proof: str | None
    evidence: list[EvidenceAnswer]


class CertificateAnswer(BaseModel):
    id: int
    member_id: int
    use: str
    code: str = Field(description="By which anybody who holds the paper can check it.")
    check_url: str
    state: State
    issued_on: date
    valid_until: date | None

    @classmethod
    def of(cls, certificate: AddressCertificate, state: State, url: str) -> CertificateAnswer:
        return cls(
            id=certificate.id,
            member_id=certificate.member_id,
            use=certificate.use,
            code=certificate.code,
            check_url=url,
            state=state,
            issued_on=certificate.issued_on,
            valid_until=certificate.valid_until,
        )


class CheckedAnswer(BaseModel):
    """What stands on the paper, and whether it still holds."""

    state: State
    name: str
    registered_name: str | None
    use_ja: str
    use_en: str
    address_ja: str
    address_en: str
    issued_on: date
    valid_until: date | None

    @classmethod
    def of(cls, checked: Checked) -> CheckedAnswer:
        shown = checked.certificate.facts
        names = ("name", "registered_name", "use_ja", "use_en", "address_ja", "address_en")
        return cls(
            state=checked.state,
            issued_on=checked.certificate.issued_on,
            valid_until=checked.certificate.valid_until,
            **{name: shown[name] for name in names},
        )


class ExitItemAnswer(BaseModel):
    id: int
    step: str
    title_ja: str
    title_en: str
    evidence: str | None
    done_on: date | None
    done_by: str | None
    files: list[EvidenceAnswer]


class ExitCaseAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    member_id: int
    reason: Literal["leaving", "ended", "option-dropped"]
    leaves_on: date
    opened_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, case: ExitCase) -> ExitCaseAnswer:
        return cls.model_validate(case)


class WholeExitCaseAnswer(ExitCaseAnswer):
    steps: list[ExitItemAnswer]


class MisuseAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    member_id: int | None
    name: str
    found_on: date
    where_found: str
    was_refused: bool = Field(description="It was asked for here and refused.")
    recorded_at: datetime
    recorded_by: str
    settled_at: datetime | None
    settlement: str | None

    @classmethod
    def of(cls, misuse: AddressMisuse) -> MisuseAnswer:
        return cls.model_validate(misuse)


class WholeMisuseAnswer(MisuseAnswer):
    evidence: list[EvidenceAnswer]


def item_answer(item: ExitItem, titles: tuple[str, str], files: Sequence[AddressEvidence]) -> ExitItemAnswer:
    return ExitItemAnswer(
        id=item.id,
        step=item.step,
        title_ja=titles[0],
        title_en=titles[1],
        evidence=item.evidence,
        done_on=item.done_on,
        done_by=item.done_by,
        files=[EvidenceAnswer.of(file) for file in files],
    )
