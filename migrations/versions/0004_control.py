"""Steering a line by phone: PINs and control sessions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("line_pins", "control_sessions", "change_undos", "text_messages")


def upgrade() -> None:
    op.create_table(
        "line_pins",
        sa.Column("line_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("pin_hash", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_line_pins_failures")),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_line_pins_line_id_lines")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_line_pins_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_line_pins")),
    )
    op.create_table(
        "control_sessions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("carrier_sid", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("from_number", sa.Text(), nullable=True),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.Column("line_ids", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("failures", sa.SmallInteger(), nullable=False),
        sa.Column("pending", sa.Text(), nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel IN ('ivr', 'sms')", name=op.f("ck_control_sessions_channel")),
        sa.CheckConstraint(
            "state IN ('pin', 'line', 'menu', 'destination', 'confirm', 'seconds', 'callee', 'calling', 'ended')",
            name=op.f("ck_control_sessions_state"),
        ),
        sa.CheckConstraint("language IN ('ja', 'en')", name=op.f("ck_control_sessions_language")),
        sa.CheckConstraint("step >= 0 AND failures >= 0", name=op.f("ck_control_sessions_counts")),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_control_sessions_line_id_lines")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_control_sessions_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_sessions")),
        sa.UniqueConstraint("carrier_sid", name=op.f("uq_control_sessions_carrier_sid")),
    )
    op.create_index("ix_control_sessions_line_id", "control_sessions", ["line_id", "id"])
    op.create_index(
        "ix_control_sessions_from_number", "control_sessions", ["operator_id", "from_number", "started_at"]
    )
    op.create_table(
        "change_undos",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "what IN ('forwarding', 'phone-registered', 'phone-unregistered', 'pin')",
            name=op.f("ck_change_undos_what"),
        ),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_change_undos_line_id_lines")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_change_undos_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_undos")),
        sa.UniqueConstraint("digest", name=op.f("uq_change_undos_digest")),
    )
    op.create_index("ix_change_undos_line_id", "change_undos", ["line_id"])
    op.create_table(
        "text_messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("from_number", sa.Text(), nullable=False),
        sa.Column("to_number", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unknown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("carrier_sid", sa.Text(), nullable=True),
        sa.CheckConstraint("sent_at IS NULL OR failed_at IS NULL", name=op.f("ck_text_messages_outcome")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_text_messages_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_messages")),
    )
    op.create_index(
        "ix_text_messages_to_number", "text_messages", ["operator_id", "to_number", "created_at"]
    )
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"""
            CREATE POLICY operators_own ON {table} TO rusuban_service
            USING (operator_id = nullif(current_setting('rusuban.operator_id', true), '')::integer)
            """
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO rusuban_service")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
