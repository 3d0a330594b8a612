"""The tables of which a person is given out what is theirs, by whose they are: the name in the export and the model.

A table that names a member, a line, an account or a person is either here or in the test that says why not.
"""

from __future__ import annotations

from app.imports.models import ImportedRow
from app.people.models import Erasure
from coworking.billing.arrears.models import ArrearsStep
from coworking.billing.cards.models import Card, CardCharge, CardCustomer, CardDispute
from coworking.billing.debits.models import DebitMandate, DebitRow
from coworking.billing.deposits.models import Deposit, PayerName
from coworking.billing.dues_models import FeeRecord, FirstChargedMonth, Use
from coworking.billing.invoice_models import Invoice, ParkedAccount
from coworking.billing.models import Charge
from coworking.billing.payment_models import Payment, PaymentMethod
from coworking.billing.payment_record_models import PaymentSlip
from coworking.doors.agent.models import AgentEvent
from coworking.doors.models import AccessCard, DoorEvent, DoorVisit, ParkingVoucher, QrRevocation
from coworking.kit.db import Base
from coworking.membership.application_models import Application, LinkedCard
from coworking.membership.community.models import GroupPick, Preference, SignUp, TermsAcceptance
from coworking.membership.company_models import Belonging, ContractCode, KeptAddress
from coworking.membership.contract_models import OptionTerm, Pause, PlanTerm
from coworking.membership.detail_models import InvoiceAddresseeRow
from coworking.membership.identity.models import AddressLetter, IdentityPaper, IdentityRecord
from coworking.membership.incidents.models import (
    ActivityRecord,
    Breach,
    Damage,
    FaultReport,
    Inquiry,
    LostThing,
    ServiceRefusal,
)
from coworking.membership.lent_thing_models import LentThing
from coworking.membership.signing_in.models import Passkey
from coworking.reservations.models import CalendarFeed, Reservation
from mail_handling.addressees.models import MemberAlias
from mail_handling.models import HandOver, MailBatch, MailEvent, MailGrant, MailItem, StandingInstruction
from mail_handling.pictures.models import MailScan
from telephony.forwarding.calling_out.models import CallAttempt, DeskPhone
from telephony.forwarding.cap_models import MemberCap
from telephony.forwarding.control.models import ControlSession
from telephony.forwarding.member_webhooks.models import MemberWebhook
from telephony.forwarding.models import CallerRule, Destination, ForwardingSetting
from telephony.forwarding.voicemail.models import (
    LineAnnouncement,
    MissedCall,
    VoicemailMessage,
    VoicemailSetting,
)
from telephony.numbers.line_record_models import LineSuspension, ProhibitedAct, ZoneEvidence
from telephony.numbers.models import Line, RegisteredPhone
from virtual_office.models import (
    AddressCertificate,
    AddressEvidence,
    AddressMisuse,
    AddressRegistration,
    ExitCase,
)

SECRETS = {
    "password_hash",
    "digest",
    "sealed_facts",
    "sealed_number",
    "code_hash",
    "secret",
    "public_key",
    "credential_id",
    "pending",
    "said",
}
"""Columns that are in no export."""
OF_MEMBERS: dict[str, type[Base]] = {
    "plans": PlanTerm,
    "options": OptionTerm,
    "pauses": Pause,
    "applications": Application,
    "identity_records": IdentityRecord,
    "address_registrations": AddressRegistration,
    "address_certificates": AddressCertificate,
    "address_evidence": AddressEvidence,
    "address_misuses": AddressMisuse,
    "exit_cases": ExitCase,
    "mail_aliases": MemberAlias,
    "mail_scans": MailScan,
    "invoice_addressees": InvoiceAddresseeRow,
    "payment_methods": PaymentMethod,
    "charges": Charge,
    "invoices": Invoice,
    "arrears_steps": ArrearsStep,
    "parked_accounts": ParkedAccount,
    "payment_slips": PaymentSlip,
    "first_charged_months": FirstChargedMonth,
    "payments": Payment,
    "preferences": Preference,
    "groups": GroupPick,
    "event_sign_ups": SignUp,
    "terms_acceptances": TermsAcceptance,
    "inquiries": Inquiry,
    "belongings": Belonging,
    "contract_codes": ContractCode,
    "linked_cards": LinkedCard,
    "kept_addresses": KeptAddress,
    "breaches": Breach,
    "service_refusals": ServiceRefusal,
    "activity_records": ActivityRecord,
    "fault_reports": FaultReport,
    "lost_things": LostThing,
    "damages": Damage,
    "fee_records": FeeRecord,
    "uses": Use,
    "reservations": Reservation,
    "calendar_feeds": CalendarFeed,
    "lent_things": LentThing,
    "cards": Card,
    "card_charges": CardCharge,
    "card_customers": CardCustomer,
    "card_disputes": CardDispute,
    "debit_mandates": DebitMandate,
    "debits": DebitRow,
    "deposits": Deposit,
    "payer_names": PayerName,
    "lines": Line,
    "member_caps": MemberCap,
    "zone_evidence": ZoneEvidence,
    "missed_calls": MissedCall,
    "voicemail_messages": VoicemailMessage,
    "mail_items": MailItem,
    "mail_events": MailEvent,
    "mail_grants": MailGrant,
    "mail_hand_overs": HandOver,
    "mail_batches": MailBatch,
    "standing_instructions": StandingInstruction,
    "access_cards": AccessCard,
    "visits": DoorVisit,
    "door_events": DoorEvent,
    "door_agent_events": AgentEvent,
    "parking_vouchers": ParkingVoucher,
    "qr_revocations": QrRevocation,
    "imported_rows": ImportedRow,
}
OF_LINES: dict[str, type[Base]] = {
    "registered_phones": RegisteredPhone,
    "destinations": Destination,
    "caller_rules": CallerRule,
    "call_attempts": CallAttempt,
    "prohibited_acts": ProhibitedAct,
    "line_suspensions": LineSuspension,
    "forwarding_settings": ForwardingSetting,
    "line_announcements": LineAnnouncement,
    "voicemail_settings": VoicemailSetting,
    "desk_phones": DeskPhone,
    "control_sessions": ControlSession,
    "webhooks": MemberWebhook,
}
OF_IDENTITY_RECORDS: dict[str, type[Base]] = {
    "identity_papers": IdentityPaper,
    "address_letters": AddressLetter,
}
OF_ACCOUNTS: dict[str, type[Base]] = {
    "passkeys": Passkey,
}
OF_PEOPLE: dict[str, type[Base]] = {
    "erasures": Erasure,
}
