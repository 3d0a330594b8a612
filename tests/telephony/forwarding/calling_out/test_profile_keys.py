"""What a profile may say of desk phones and reception phones."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from coworking.membership.profile import Office
from telephony.forwarding.profile import DeskPhones

PLACE = {"place": {"ja": "東京", "en": "Tokyo"}, "area_code": "03"}


@pytest.mark.parametrize(
    "phone", ["+81312345678", "sip:reception@desk.example", "sips:a.b-c@host.example:5061"]
)
def test_a_reception_phone_is_a_number_or_a_sip_address(phone: str) -> None:
    assert Office.model_validate({**PLACE, "reception_phone": phone}).reception_phone == phone


@pytest.mark.parametrize("phone", ["03-1234-5678", "sip:desk", "tel:+81312345678", "sip:a b@c.example", ""])
def test_anything_else_is_no_reception_phone(phone: str) -> None:
    with pytest.raises(ValidationError):
        Office.model_validate({**PLACE, "reception_phone": phone})


@pytest.mark.parametrize("domain", ["", "-x.example", "desk nex.example", "sip:desk.example", "ÄÖ.example"])
def test_a_sip_domain_is_a_host_name(domain: str) -> None:
    with pytest.raises(ValidationError):
        DeskPhones.model_validate({"sip_domain": domain})
