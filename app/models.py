"""Every table of the application, so that the one history and the one metadata see them all."""

import app.imports.models
import app.people.models  # noqa: F401 - its tables
import coworking.billing.arrears.models
import coworking.billing.books.finding_models
import coworking.billing.cards.models
import coworking.billing.debits.models
import coworking.billing.deposits.models
import coworking.billing.dues_models
import coworking.billing.invoice_models
import coworking.billing.journal_models
import coworking.billing.models
import coworking.billing.payment_models
import coworking.billing.payment_record_models
import coworking.doors.agent.models
import coworking.doors.locks.models
import coworking.doors.locks.vendor_tokens
import coworking.doors.models
import coworking.doors.my_number_cards.models
import coworking.kit.audit
import coworking.kit.audit_chain
import coworking.kit.notices
import coworking.kit.operators
import coworking.kit.outbox
import coworking.kit.sealed_files
import coworking.kit.stored_files
import coworking.membership.application_models
import coworking.membership.community.models
import coworking.membership.company_models
import coworking.membership.contract_models
import coworking.membership.detail_models
import coworking.membership.guess_models
import coworking.membership.idempotency
import coworking.membership.identity.models
import coworking.membership.incidents.models
import coworking.membership.lent_thing_models
import coworking.membership.models
import coworking.membership.signing_in.models
import coworking.membership.site_models
import coworking.reservations.models  # noqa: F401 - its tables
import mail_handling.addressees.models
import mail_handling.models
import mail_handling.pictures.models  # noqa: F401 - its tables
import telephony.forwarding.calling_out.models
import telephony.forwarding.cap_models
import telephony.forwarding.control.models
import telephony.forwarding.member_webhooks.models
import telephony.forwarding.models
import telephony.forwarding.voicemail.models
import telephony.metering.models
import telephony.metering.usage_models
import telephony.numbers.line_record_models
import telephony.numbers.models
import telephony.numbers.purchase_models  # noqa: F401 - its tables
import virtual_office.models  # noqa: F401 - its tables
