"""The example of a place: people can sign in there, and one has mail."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from sqlalchemy import func, select

from app.demonstration_place import load_place
from app.settings import OperatorSettings, Settings
from app.wiring import compose
from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database
from coworking.kit.mail_folder import FolderMailer
from mail_handling.models import MailItem
from tests.factories.membership import NOW


def test_a_place_has_staff_a_member_who_comes_in_and_one_with_mail(
    clean_database: Database, database_url: str, tmp_path: Path
) -> None:
    clock = VirtualClock(NOW)
    settings = Settings(
        var_dir=tmp_path,
        operators=(OperatorSettings(profile="sakura"),),
        secret_key="a secret of the tests, long enough for anything",
        argon2_time_cost=1,
        argon2_memory_kib=1024,
    )
    mailer = FolderMailer(tmp_path / "mail", clock, sender="rusuban@localhost")
    with closing(compose(settings, database_url=database_url, clock=clock, mailer=mailer)) as composition:
        sakura = composition.operator("sakura")
        accounts = load_place(composition, sakura)
        again = load_place(composition, sakura)
        with composition.database.transaction(sakura.id) as session:
            waiting = session.scalar(select(func.count()).where(MailItem.status == "waiting"))
    names = [account.sign_in_name.partition("@")[0] for account in accounts]
    assert (names, again, waiting) == (["staff", "billing", "tanaka", "suzuki"], (), 1)
