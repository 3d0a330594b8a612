from __future__ import annotations

import psycopg
import redis
from kombu import Connection


def test_rabbitmq_takes_a_message_and_gives_it_back(rabbitmq_url: str) -> None:
    with Connection(rabbitmq_url) as connection, connection.SimpleQueue("smoke") as queue:
        queue.put({"word": "留守番"})
        message = queue.get(block=True, timeout=10)
        assert message.payload == {"word": "留守番"}
        message.ack()


def test_redis_answers(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.ping()


def test_postgres15_answers(postgres15_url: str) -> None:
    with psycopg.connect(postgres15_url) as connection:
        row = connection.execute("SHOW server_version_num").fetchone()
    assert row is not None
    assert 150000 <= int(row[0]) < 160000
