"""Wrong passwords are counted."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "password_failures",
        sa.Column("operator_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name_digest", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_password_failures_failures")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_password_failures_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("operator_id", "name_digest", name=op.f("pk_password_failures")),
    )
    op.create_index("ix_password_failures_last_at", "password_failures", ["operator_id", "last_at"])
    op.create_index("ix_control_sessions_started_at", "control_sessions", ["operator_id", "started_at"])
    op.create_index("ix_change_undos_until", "change_undos", ["operator_id", "until"])
    op.create_index("ix_text_messages_created_at", "text_messages", ["operator_id", "created_at"])
    op.execute("ALTER TABLE password_failures ENABLE ROW LEVEL SECURITY")
    op.execute(
        """
        CREATE POLICY operators_own ON password_failures TO rusuban_service
        USING (operator_id = nullif(current_setting('rusuban.operator_id', true), '')::integer)
        """
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON password_failures TO rusuban_service")


def downgrade() -> None:
    op.drop_index("ix_text_messages_created_at", table_name="text_messages")
    op.drop_index("ix_change_undos_until", table_name="change_undos")
    op.drop_index("ix_control_sessions_started_at", table_name="control_sessions")
    op.drop_table("password_failures")
