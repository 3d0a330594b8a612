"""200,000 items of mail: how long it takes to find some by name, tracking number or day.

Everything is asked as the service's role, through row-level security, as requests ask it.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg

from app.migrations import migrate
from bench.forwarding_line import composed
from coworking.kit.postgres import EmbeddedServer
from coworking.membership import NewMember, join
from mail_handling import Wanted, list_items
from mail_handling.words import words_of

ITEMS = 200_000
MEMBERS = 500
ROUNDS = 5
LIMIT_MS = 300
NOW = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
FAMILY = ("佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤")
GIVEN = ("花子", "一郎", "葵", "蓮", "陽菜", "湊", "結衣", "大翔", "さくら", "健")
SENDERS = ("横浜市役所", "株式会社みどり商事", "国税庁", "ACME Inc.", "さくら銀行", "東京電力")
LOAD = """
    INSERT INTO mail_items (operator_id, office_id, kind, sender, addressee, tracking_number, weight_g, received_at,
        received_on, member_id, status)
    SELECT %(operator_id)s, office.id, CASE WHEN n %% 5 = 0 THEN 'parcel' ELSE 'letter' END, sender.text, name.text,
        lpad((n * 7919 %% 1000000000000)::text, 12, '0'), 1 + n %% 900, at, (at AT TIME ZONE 'Asia/Tokyo')::date,
        member.id, CASE WHEN n %% 40 = 0 THEN 'waiting' ELSE 'handed-over' END
    FROM generate_series(1, %(items)s::bigint) AS n
    CROSS JOIN LATERAL (SELECT timestamptz '2025-07-01T00:00Z' + n * (interval '364 days' / %(items)s) AS at) AS told
    CROSS JOIN (SELECT min(id) AS id FROM offices WHERE operator_id = %(operator_id)s) AS office
    JOIN bench_members AS member ON member.place = n * 17 %% %(members)s
    JOIN bench_words AS name ON name.kind = 'name' AND name.place = n * 31 %% 100
    JOIN bench_words AS sender ON sender.kind = 'sender' AND sender.place = n * 13 %% 6
"""
WORDS = """
    INSERT INTO mail_words (operator_id, item_id, word)
    SELECT DISTINCT item.operator_id, item.id, part.word
    FROM mail_items AS item JOIN bench_parts AS part ON part.text IN (item.addressee, item.sender)
"""


@dataclass(frozen=True)
class Asked:
    """A question, the median time of its answer, and how many items it gave."""

    name: str
    milliseconds: float
    items: int


def search(items: int = ITEMS) -> Iterator[Asked]:
    """Each question on a database of its own with so many items."""
    with (
        tempfile.TemporaryDirectory(prefix="rusuban-bench-") as folder,
        EmbeddedServer(Path(folder) / "postgres") as server,
    ):
        migrate(server.url)
        composition = composed(server.url)
        operator_id = composition.operators[0].id
        profile = composition.operators[0].profile.membership
        with composition.database.transaction(operator_id) as session:
            members = [
                join(
                    session,
                    profile,
                    NewMember(
                        "person",
                        f"会員 {number}",
                        f"member-{number}@example.jp",
                        "virtual-office",
                        profile.default_office,
                        NOW.date(),
                    ),
                    operator_id=operator_id,
                    actor="bench",
                    now=NOW,
                ).id
                for number in range(MEMBERS)
            ]
        _load(server.url, operator_id, members, items)
        for name, wanted in _questions(members[7]).items():
            took, found = [], 0
            for _ in range(ROUNDS):
                began = time.perf_counter()
                with composition.database.transaction(operator_id) as session:
                    found = len(list_items(session, wanted, after_id=0, limit=50))
                took.append(1000 * (time.perf_counter() - began))
            yield Asked(name, statistics.median(took), found)
        composition.close()


def _questions(member_id: int) -> dict[str, Wanted]:
    return {
        "a name": Wanted(name="佐藤 花子"),
        "how a name begins": Wanted(name="佐"),
        "a sender without its legal form": Wanted(name="ミドリ商事"),
        "a name that nobody has": Wanted(name="どこにもいない"),
        "a name, waiting": Wanted(name="鈴木", status="waiting"),
        "a tracking number": Wanted(tracking_number=f"{7919 * 4242 % 1_000_000_000_000:012}"),
        "a day": Wanted(received_on=date(2025, 12, 24)),
        "a member's": Wanted(member_id=member_id),
        "what waits": Wanted(status="waiting"),
    }


def _load(url: str, operator_id: int, members: list[int], items: int) -> None:
    names = [f"{family} {given}" for family in FAMILY for given in GIVEN]
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TEMP TABLE bench_members (place integer, id bigint)")
        connection.execute("CREATE TEMP TABLE bench_words (kind text, place integer, text text)")
        connection.execute("CREATE TEMP TABLE bench_parts (text text, word text)")
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO bench_members VALUES (%s, %s)", list(enumerate(members)))
            for kind, texts in (("name", names), ("sender", SENDERS)):
                rows = [(kind, place, text) for place, text in enumerate(texts)]
                cursor.executemany("INSERT INTO bench_words VALUES (%s, %s, %s)", rows)
                parts = [(text, word) for text in texts for word in words_of([text])]
                cursor.executemany("INSERT INTO bench_parts VALUES (%s, %s)", parts)
        facts = {"operator_id": operator_id, "items": items, "members": len(members)}
        connection.execute(LOAD, facts)
        connection.execute(WORDS)
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE mail_items, mail_words")
