"""Calls whose end was never told."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OPEN = (
    ("ix_calls_open", "calls", "started_at", "status <> 'ended'"),
    ("ix_legs_open", "legs", "call_sid", "ended_at IS NULL"),
    ("ix_carrier_events_parked", "carrier_events", "call_sid", "parked_at IS NOT NULL"),
)


def upgrade() -> None:
    for name, table, column, where in OPEN:
        op.create_index(name, table, [column], postgresql_where=where)


def downgrade() -> None:
    for name, table, *_ in reversed(OPEN):
        op.drop_index(name, table_name=table)
