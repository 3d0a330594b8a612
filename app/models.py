"""Every table of the application, so that the one history and the one metadata see them all."""

import coworking.billing.models
import coworking.kit.audit
import coworking.kit.notices
import coworking.kit.operators
import coworking.kit.outbox
import coworking.membership.models  # noqa: F401
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
import telephony.numbers.purchase_models  # noqa: F401
