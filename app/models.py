"""Every table of the application, so that the one history and the one metadata see them all."""

import coworking.billing.models
import coworking.kit.audit
import coworking.kit.notices
import coworking.kit.operators
import coworking.kit.outbox
import coworking.membership.models  # noqa: F401
import telephony.forwarding.models
import telephony.metering.models
import telephony.numbers.models  # noqa: F401
