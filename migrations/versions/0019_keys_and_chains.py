"""Answers kept under the keys of changes; the chain over the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = ("audit_digests", "audit_heads", "kept_answers")


def upgrade() -> None:
    op.create_table(
        "kept_answers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_kept_answers_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_kept_answers_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_answers")),
        sa.UniqueConstraint(
            "operator_id", "account_id", "key", name=op.f("uq_kept_answers_operator_id_account_id_key")
        ),
    )
    op.create_index("ix_kept_answers_given_at", "kept_answers", ["operator_id", "given_at"], unique=False)
    _create_chain()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"""
            CREATE POLICY operators_own ON {table} TO rusuban_service
            USING (operator_id = nullif(current_setting('rusuban.operator_id', true), '')::integer)
            """
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO rusuban_service")
    # A sealed digest stays as it is; only that its entry was purged is noted on it.
    op.execute("REVOKE UPDATE, DELETE ON audit_digests FROM rusuban_service")
    op.execute("GRANT UPDATE (purged_at) ON audit_digests TO rusuban_service")
    op.execute("REVOKE DELETE ON audit_heads FROM rusuban_service")


def _create_chain() -> None:
    op.create_table(
        "audit_digests",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("chained", sa.LargeBinary(), nullable=False),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_audit_digests_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_audit_digests")),
        sa.UniqueConstraint("operator_id", "position", name=op.f("uq_audit_digests_operator_id_position")),
    )
    op.create_table(
        "audit_heads",
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("chained", sa.LargeBinary(), nullable=False),
        sa.Column("searched_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_audit_heads_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("operator_id", name=op.f("pk_audit_heads")),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
