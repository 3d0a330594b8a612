"""The address over HTTP: members declare and ask for certificates, staff see the proofs, anybody checks a code."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlalchemy import select

from coworking.kit.errors import NotFound
from coworking.kit.listing import AText, Listing, listing_of
from coworking.kit.operators import Operator
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.kit.sealing import FieldKeys
from coworking.kit.virus_check import VirusScanner
from coworking.membership import (
    PersonsStaff,
    RulesOfMembers,
    SignedIn,
    Staff,
    Visit,
    contract_of,
    doorway_of,
    facts,
)
from virtual_office.certificate_paper import certificate_pdf, check_url
from virtual_office.certificates import (
    certificate_of,
    certificates,
    check_code,
    request_certificate,
    state_of,
)
from virtual_office.errors import AddressNotLent, NothingDeclared
from virtual_office.evidence import Subject, add_evidence, evidence_of, evidence_with, open_evidence
from virtual_office.exit_cases import open_case_of
from virtual_office.misuses import RefusedUses, is_without_service
from virtual_office.models import AddressCertificate, AddressRegistration
from virtual_office.registrations import (
    declare,
    live_registration,
    prove,
    registration_of,
    registrations,
)
from virtual_office.rules import AddressRules, RulesOfAddresses
from virtual_office.schemas import (
    AddressAnswer,
    CertificateAnswer,
    CertificateBody,
    CheckedAnswer,
    DeclarationBody,
    EvidenceAnswer,
    EvidenceBody,
    ProofOfRegistrationBody,
    RegistrationAnswer,
    WholeRegistrationAnswer,
)

router = APIRouter(prefix="/api", tags=["registered address"])

RegistrationListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=AddressRegistration.declared_on,
            equal={"use": (AddressRegistration.use, AText)},
            declared_on=AddressRegistration.declared_on,
            proof_due_on=AddressRegistration.proof_due_on,
        )
    ),
]
CertificateListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=AddressCertificate.issued_on,
            equal={"use": (AddressCertificate.use, AText)},
            issued_on=AddressCertificate.issued_on,
        )
    ),
]

MOST_LIVE = 10
"""Registrations of a member that stand at once: as many as there are uses."""
FILES = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}
NO_STORE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}

RegistrationId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
EvidenceId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
CertificateId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Code = Annotated[str, Path(min_length=1, max_length=40, description="As it stands on the certificate.")]


@router.get("/members/{member_id}/registered-address", summary="What a member does with the address")
def get_address(member_id: int, visit: SignedIn) -> AddressAnswer:
    visit.require_member(member_id)
    rules = rules_of(visit)
    member = facts(visit.session, member_id)
    address = rules.profile.addresses.get(member.office) or next(iter(rules.profile.addresses.values()))
    case = open_case_of(visit.session, member_id)
    live = registrations(visit.session, member_id=member_id, is_live=True, limit=MOST_LIVE)
    return AddressAnswer(
        member_id=member_id,
        address_ja=address.ja,
        address_en=address.en,
        uses=rules.uses_on(contract_of(visit.session, member_id), rules.today(visit.now)),
        registrations=[RegistrationAnswer.of(one) for one in live],
        exit_case_id=case.id if case is not None else None,
    )


@router.post(
    "/members/{member_id}/address-registrations", status_code=201, summary="Declare a registration beforehand"
)
def post_registration(member_id: int, body: DeclarationBody, visit: SignedIn) -> RegistrationAnswer:
    """One per member. Asked for without the service it is refused, and that is kept on record."""
    visit.require_member(member_id)
    rules = rules_of(visit)
    use = _use(rules, body.use)
    if is_without_service(visit.session, rules, member_id, use, visit.now):
        visit.resources[RefusedUses].keep(
            visit.operator_id,
            member_id,
            today=rules.today(visit.now),
            actor=visit.actor.reference,
            now=visit.now,
        )
    name = body.registered_name or facts(visit.session, member_id).name
    registration = declare(
        visit.session, rules, member_id, use, name, actor=visit.actor.reference, now=visit.now
    )
    return RegistrationAnswer.of(registration)


@router.post("/members/{member_id}/prove-registration", summary="Record that a registration was proven")
def post_proof(member_id: int, body: ProofOfRegistrationBody, visit: PersonsStaff) -> RegistrationAnswer:
    """Staff have seen the registry's extract."""
    rules = rules_of(visit)
    use = _use(rules, body.use)
    registration = prove(
        visit.session, rules, member_id, use, body.proof, actor=visit.actor.reference, now=visit.now
    )
    return RegistrationAnswer.of(registration)


@router.post(
    "/members/{member_id}/address-evidence", status_code=201, summary="Hand in the proof of a registration"
)
def post_evidence(member_id: int, body: EvidenceBody, visit: SignedIn) -> EvidenceAnswer:
    """Kept encrypted, for the member and staff."""
    visit.require_member(member_id)
    facts(visit.session, member_id)
    registration = live_registration(visit.session, member_id, _use(rules_of(visit), body.use), hold=True)
    if registration is None:
        raise NothingDeclared
    evidence = add_evidence(
        visit.session,
        visit.resources[FieldKeys],
        visit.resources[VirusScanner],
        _subject(registration),
        body.content,
        body.what,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return EvidenceAnswer.of(evidence)


@router.get(
    "/address-evidence/{evidence_id}",
    summary="A file that proves something about the address",
    response_class=Response,
    responses={200: {"content": {**FILES, "image/jpeg": {}}, "description": "Each look is on record."}},
)
def get_evidence(evidence_id: EvidenceId, visit: SignedIn) -> Response:
    evidence = evidence_of(visit.session, evidence_id)
    visit.require_member(evidence.member_id or 0)
    keys = visit.resources[FieldKeys]
    file = open_evidence(visit.session, keys, evidence, actor=visit.actor.reference, now=visit.now)
    ending = "pdf" if file.media_type == "application/pdf" else "jpg"
    headers = {"content-disposition": f'attachment; filename="evidence-{evidence_id}.{ending}"', **NO_STORE}
    return Response(file.content, media_type=file.media_type, headers=headers)


@router.get("/address-registrations", summary="List registrations of the address")
def get_registrations(
    visit: Staff,
    listing: RegistrationListing,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
    member_id: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    status: Annotated[Literal["live", "ended", "overdue"] | None, Query()] = None,
) -> Page[RegistrationAnswer]:
    """`overdue`: declared, and not proven by the day on which the proof was due."""
    today = visit.resources[RulesOfMembers][visit.operator_id].calendar.local_date(visit.now)
    found = registrations(
        visit.session,
        member_id=member_id,
        is_live={"live": True, "ended": False}.get(status or ""),
        unproven_by=today if status == "overdue" else None,
        after_id=after,
        limit=limit,
        listing=listing,
    )
    return page(found, limit, RegistrationAnswer.of, lambda one: one.id)


@router.get("/address-registrations/{registration_id}", summary="One registration, with its proof")
def get_registration(registration_id: RegistrationId, visit: SignedIn) -> WholeRegistrationAnswer:
    registration = registration_of(visit.session, registration_id)
    visit.require_member(registration.member_id)
    files = evidence_with(visit.session, _subject(registration))
    return WholeRegistrationAnswer(
        **RegistrationAnswer.of(registration).model_dump(),
        proof=registration.proof,
        evidence=[EvidenceAnswer.of(file) for file in files],
    )


@router.post(
    "/members/{member_id}/address-certificates", status_code=201, summary="Ask for a certificate of use"
)
def post_certificate(member_id: int, body: CertificateBody, visit: SignedIn) -> CertificateAnswer:
    """For a use of the address that stands today."""
    visit.require_member(member_id)
    rules = rules_of(visit)
    use = rules.named(body.use) if body.use is not None else None
    certificate = request_certificate(
        visit.session, rules, member_id, use, actor=visit.actor.reference, now=visit.now
    )
    return _certificate(visit, certificate)


@router.get("/members/{member_id}/address-certificates", summary="A member's certificates of use")
def get_certificates(
    member_id: int, visit: SignedIn, listing: CertificateListing, after: After = 0, limit: Limit = USUAL_ITEMS
) -> Page[CertificateAnswer]:
    visit.require_member(member_id)
    facts(visit.session, member_id)
    found = certificates(visit.session, member_id=member_id, after_id=after, limit=limit, listing=listing)
    return page(found, limit, lambda one: _certificate(visit, one), lambda one: one.id)


@router.get("/address-certificates", summary="List certificates of use")
def get_all_certificates(
    visit: Staff,
    listing: CertificateListing,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
    member_id: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
) -> Page[CertificateAnswer]:
    found = certificates(visit.session, member_id=member_id, after_id=after, limit=limit, listing=listing)
    return page(found, limit, lambda one: _certificate(visit, one), lambda one: one.id)


@router.get("/address-certificates/{certificate_id}", summary="One certificate of use")
def get_certificate(certificate_id: CertificateId, visit: SignedIn) -> CertificateAnswer:
    certificate = certificate_of(visit.session, certificate_id)
    visit.require_member(certificate.member_id)
    return _certificate(visit, certificate)


@router.get(
    "/address-certificates/{certificate_id}/pdf",
    summary="A certificate of use as PDF",
    response_class=Response,
    responses={200: {"content": FILES, "description": "With a code by which anybody can check it."}},
)
def get_certificate_pdf(
    certificate_id: CertificateId,
    visit: SignedIn,
    language: Annotated[
        str | None, Query(pattern="^(ja|en)$", description="The member's if left out.")
    ] = None,
) -> Response:
    certificate = certificate_of(visit.session, certificate_id)
    visit.require_member(certificate.member_id)
    language = language or facts(visit.session, certificate.member_id).language
    content = certificate_pdf(rules_of(visit), certificate, language)
    name = f"certificate-{certificate.id}.pdf"
    headers = {"content-disposition": f'attachment; filename="{name}"', **NO_STORE}
    return Response(content, media_type="application/pdf", headers=headers)


@router.get(
    "/published/{operator}/address-certificates/{code}",
    tags=["published"],
    summary="Check a certificate of use by its code",
)
def get_checked(
    operator: Annotated[str, Path(max_length=60, description="The operator's name, such as sakura.")],
    code: Code,
    request: Request,
) -> CheckedAnswer:
    """For anybody who holds the paper: whether it still holds, and nothing that does not stand on it."""
    doorway = doorway_of(request)
    with doorway.database.transaction() as session:
        operator_id = session.scalar(select(Operator.id).where(Operator.name == operator))
    rules = doorway.resources[RulesOfAddresses].get(operator_id or 0)
    if rules is None or operator_id is None:
        raise NotFound
    with doorway.database.transaction(operator_id) as session:
        return CheckedAnswer.of(check_code(session, rules, code, doorway.clock.now()))


def rules_of(visit: Visit) -> AddressRules:
    """Raises `AddressNotLent`."""
    rules = visit.resources[RulesOfAddresses].get(visit.operator_id)
    if rules is None:
        raise AddressNotLent
    return rules


def _use(rules: AddressRules, name: str | None) -> str:
    """The named use, or the registration of a company. Raises `UseUnknown`."""
    return rules.named(name or "company")


def _subject(registration: AddressRegistration) -> Subject:
    return Subject(registration.operator_id, registration.member_id, registration_id=registration.id)


def _certificate(visit: Visit, certificate: AddressCertificate) -> CertificateAnswer:
    rules = rules_of(visit)
    state = state_of(visit.session, rules, certificate, visit.now)
    return CertificateAnswer.of(certificate, state, check_url(rules, certificate.code))
