"""Every table of the application, so that the one history and the one metadata see them all."""

import telephony.forwarding.models
import telephony.metering.models
import telephony.numbers.models  # noqa: F401
