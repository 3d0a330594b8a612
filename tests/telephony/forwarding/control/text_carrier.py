"""A carrier that takes text messages and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

from telephony.carrier import CarrierError, SmsAttempt, SmsRecord
from tests.factories.membership import NOW

SENT = SmsRecord(sms_id="SM" + "1" * 32, status="queued", created_at=NOW)


@dataclass
class Offers:
    can_send_sms: bool = True


@dataclass
class TextCarrier:
    """Answers with what it is given, in turn; the last again and again."""

    answers: list[SmsRecord | CarrierError]
    found: SmsRecord | None = None
    capabilities: Offers = field(default_factory=Offers)
    sent: list[SmsAttempt] = field(default_factory=list)

    def send_sms(self, attempt: SmsAttempt) -> SmsRecord:
        self.sent.append(attempt)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, CarrierError):
            raise answer
        return answer

    def find_sms(self, attempt: SmsAttempt) -> SmsRecord | None:
        return self.found
