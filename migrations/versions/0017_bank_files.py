"""Bank files: deposits and the names of their payers, mandates to debit accounts and the batches that do."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = ("debit_batches", "debit_mandates", "debit_rows", "deposit_files", "deposits", "payer_names")
APPEND_ONLY = ("deposit_files",)


def _create_tables() -> None:
    op.create_table(
        "debit_batches",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("debit_on", sa.Date(), nullable=False),
        sa.Column("collector", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("paid_count", sa.Integer(), nullable=False),
        sa.Column("paid_amount", sa.BigInteger(), nullable=False),
        sa.Column("failed_count", sa.Integer(), nullable=False),
        sa.Column("failed_amount", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("results_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("results_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'settled') = (results_at IS NOT NULL)", name=op.f("ck_debit_batches_results")
        ),
        sa.CheckConstraint(
            "state <> 'settled' OR (paid_count + failed_count = count AND paid_amount + failed_amount = amount)",
            name=op.f("ck_debit_batches_totals"),
        ),
        sa.CheckConstraint(
            "state IN ('written', 'settled', 'cancelled')", name=op.f("ck_debit_batches_state")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_debit_batches_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debit_batches")),
    )
    op.create_index("ix_debit_batches_debit_on", "debit_batches", ["operator_id", "debit_on"], unique=False)
    op.create_table(
        "deposit_files",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("deposits", sa.Integer(), nullable=False),
        sa.Column("entered", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_deposit_files_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposit_files")),
        sa.UniqueConstraint("operator_id", "digest", name=op.f("uq_deposit_files_operator_id_digest")),
    )
    op.create_table(
        "debit_mandates",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("bank_code", sa.Text(), nullable=False),
        sa.Column("bank_name", sa.Text(), nullable=False),
        sa.Column("branch_code", sa.Text(), nullable=False),
        sa.Column("branch_name", sa.Text(), nullable=False),
        sa.Column("account_kind", sa.SmallInteger(), nullable=False),
        sa.Column("sealed_number", sa.LargeBinary(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('refused', 'ended')) = (reason IS NOT NULL)", name=op.f("ck_debit_mandates_reason")
        ),
        sa.CheckConstraint(
            "bank_code ~ '^[0-9]{4}$' AND branch_code ~ '^[0-9]{3}$'", name=op.f("ck_debit_mandates_codes")
        ),
        sa.CheckConstraint(
            "state IN ('applied', 'active', 'refused', 'ended')", name=op.f("ck_debit_mandates_state")
        ),
        sa.CheckConstraint("account_kind IN (1, 2)", name=op.f("ck_debit_mandates_account_kind")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_debit_mandates_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_debit_mandates_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debit_mandates")),
    )
    op.create_index("ix_debit_mandates_state", "debit_mandates", ["operator_id", "state", "id"], unique=False)
    op.create_index(
        "uq_debit_mandates_live",
        "debit_mandates",
        ["member_id", "state"],
        unique=True,
        postgresql_where="state IN ('applied', 'active')",
    )
    op.create_table(
        "debit_rows",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("mandate_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("payment_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state IN ('paid', 'failed')) = (result IS NOT NULL)", name=op.f("ck_debit_rows_result")
        ),
        sa.CheckConstraint("payment_id IS NULL OR state = 'paid'", name=op.f("ck_debit_rows_payment")),
        sa.CheckConstraint(
            "settled_at IS NULL OR state IN ('paid', 'failed')", name=op.f("ck_debit_rows_settled")
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'paid', 'failed', 'cancelled')", name=op.f("ck_debit_rows_state")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_debit_rows_amount")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["debit_batches.id"], name=op.f("fk_debit_rows_batch_id_debit_batches")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoices.id"], name=op.f("fk_debit_rows_invoice_id_invoices")
        ),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["debit_mandates.id"], name=op.f("fk_debit_rows_mandate_id_debit_mandates")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_debit_rows_member_id_members")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_debit_rows_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_debit_rows_payment_id_payments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debit_rows")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_debit_rows_payment_id")),
    )
    op.create_index("ix_debit_rows_batch_id", "debit_rows", ["batch_id", "id"], unique=False)
    op.create_index("ix_debit_rows_invoice_id", "debit_rows", ["invoice_id"], unique=False)
    op.create_index("ix_debit_rows_mandate_id", "debit_rows", ["mandate_id"], unique=False)
    op.create_index(
        "uq_debit_rows_live",
        "debit_rows",
        ["invoice_id"],
        unique=True,
        postgresql_where="settled_at IS NULL AND state <> 'cancelled'",
    )
    op.create_table(
        "deposits",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("payer_key", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("payment_id", sa.BigInteger(), nullable=True),
        sa.Column("assignments", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(status = 'assigned') = (member_id IS NOT NULL)", name=op.f("ck_deposits_member")
        ),
        sa.CheckConstraint(
            "(status = 'assigned') = (payment_id IS NOT NULL)", name=op.f("ck_deposits_payment")
        ),
        sa.CheckConstraint("(status = 'ignored') = (reason IS NOT NULL)", name=op.f("ck_deposits_reason")),
        sa.CheckConstraint("status IN ('unmatched', 'assigned', 'ignored')", name=op.f("ck_deposits_status")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_deposits_amount")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["deposit_files.id"], name=op.f("fk_deposits_file_id_deposit_files")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_deposits_member_id_members")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_deposits_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_deposits_payment_id_payments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposits")),
        sa.UniqueConstraint(
            "operator_id",
            "received_on",
            "amount",
            "payer",
            "reference",
            name=op.f("uq_deposits_operator_id_received_on_amount_payer_reference"),
        ),
        sa.UniqueConstraint("payment_id", name=op.f("uq_deposits_payment_id")),
    )
    op.create_index("ix_deposits_file_id", "deposits", ["file_id", "id"], unique=False)
    op.create_index("ix_deposits_status", "deposits", ["operator_id", "status", "id"], unique=False)
    op.create_table(
        "payer_names",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("payer_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("deposit_id", sa.BigInteger(), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("learned_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deposit_id"], ["deposits.id"], name=op.f("fk_payer_names_deposit_id_deposits")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_payer_names_member_id_members")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_payer_names_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payer_names")),
        sa.UniqueConstraint("member_id", "payer_key", name=op.f("uq_payer_names_member_id_payer_key")),
    )
    op.create_index("ix_payer_names_deposit_id", "payer_names", ["deposit_id"], unique=False)
    op.create_index("ix_payer_names_payer_key", "payer_names", ["operator_id", "payer_key"], unique=False)


def upgrade() -> None:
    _create_tables()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"""
            CREATE POLICY operators_own ON {table} TO rusuban_service
            USING (operator_id = nullif(current_setting('rusuban.operator_id', true), '')::integer)
            """
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO rusuban_service")
    for table in APPEND_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM rusuban_service")
        op.execute(
            f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change()
            """
        )


def downgrade() -> None:
    op.drop_index("ix_payer_names_payer_key", table_name="payer_names")
    op.drop_index("ix_payer_names_deposit_id", table_name="payer_names")
    op.drop_table("payer_names")
    op.drop_index("ix_deposits_status", table_name="deposits")
    op.drop_index("ix_deposits_file_id", table_name="deposits")
    op.drop_table("deposits")
    op.drop_index(
        "uq_debit_rows_live",
        table_name="debit_rows",
        postgresql_where="settled_at IS NULL AND state <> 'cancelled'",
    )
    op.drop_index("ix_debit_rows_mandate_id", table_name="debit_rows")
    op.drop_index("ix_debit_rows_invoice_id", table_name="debit_rows")
    op.drop_index("ix_debit_rows_batch_id", table_name="debit_rows")
    op.drop_table("debit_rows")
    op.drop_index(
        "uq_debit_mandates_live",
        table_name="debit_mandates",
        postgresql_where="state IN ('applied', 'active')",
    )
    op.drop_index("ix_debit_mandates_state", table_name="debit_mandates")
    op.drop_table("debit_mandates")
    op.drop_table("deposit_files")
    op.drop_index("ix_debit_batches_debit_on", table_name="debit_batches")
    op.drop_table("debit_batches")
