"""Calling out: calls that members ask for, desk phones."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("call_attempts", "desk_phones")


def upgrade() -> None:
    op.create_table(
        "call_attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("callee", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("times_attempted", sa.SmallInteger(), nullable=False),
        sa.Column("carrier_sid", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('out', 'reception')", name=op.f("ck_call_attempts_kind")),
        sa.CheckConstraint(
            "state IN ('asked', 'calling', 'answered', 'failed', 'unknown')", name=op.f("ck_call_attempts_state")
        ),
        sa.CheckConstraint("(kind = 'out') = (callee IS NOT NULL)", name=op.f("ck_call_attempts_callee")),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_call_attempts_line_id_lines")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_call_attempts_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_attempts")),
        sa.UniqueConstraint("carrier_sid", name=op.f("uq_call_attempts_carrier_sid")),
        sa.UniqueConstraint("key", name=op.f("uq_call_attempts_key")),
    )
    op.create_index(
        "uq_call_attempts_open_phone",
        "call_attempts",
        ["operator_id", "phone"],
        unique=True,
        postgresql_where="state IN ('asked', 'calling', 'unknown')",
    )
    op.create_index(
        "ix_call_attempts_asked", "call_attempts", ["operator_id", "id"], postgresql_where="state = 'asked'"
    )
    op.create_index("ix_call_attempts_line_id", "call_attempts", ["line_id", "id"])
    op.create_table(
        "desk_phones",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("lent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("password_shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("username ~ '^[a-z0-9-]{4,64}$'", name=op.f("ck_desk_phones_username")),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_desk_phones_line_id_lines")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_desk_phones_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_phones")),
        sa.UniqueConstraint("username", name=op.f("uq_desk_phones_username")),
    )
    op.create_index(
        "uq_desk_phones_live_line",
        "desk_phones",
        ["line_id"],
        unique=True,
        postgresql_where="withdrawn_at IS NULL",
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
    op.drop_table("desk_phones")
    op.drop_table("call_attempts")
