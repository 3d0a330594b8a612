"""Members before the whole application, without a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.factories.membership import PASSWORD
from tests.member_stand import EMAIL, MemberStand, build_member_stand
from tests.visitor import Visitor

SignIn = Callable[..., Visitor]


@pytest.fixture
def stand(clean_database: Any, database_url: str, tmp_path: Path) -> Iterator[MemberStand]:
    with closing(build_member_stand(database_url, tmp_path, lines=2)) as stand:
        yield stand


@pytest.fixture
def sign_in(stand: MemberStand) -> SignIn:
    def signed_in(email: str = EMAIL) -> Visitor:
        visitor = Visitor(stand.app)
        answer = visitor.post_form("/sign-in?lang=en", "/sign-in?lang=en", email=email, password=PASSWORD)
        assert answer.status_code == 303
        return visitor

    return signed_in


@pytest.fixture
def member(sign_in: SignIn) -> Visitor:
    return sign_in()
