"""Cards, slips, refunds and steps against arrears."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = (
    "arrears_steps",
    "card_charges",
    "card_customers",
    "card_disputes",
    "card_events",
    "card_setups",
    "cards",
    "payment_slips",
    "refunds",
)
APPEND_ONLY = ("card_events",)


def _create_tables() -> None:
    op.create_table(
        "card_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_card_events_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_events")),
        sa.UniqueConstraint("operator_id", "event", name=op.f("uq_card_events_operator_id_event")),
    )
    op.create_table(
        "card_customers",
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_card_customers_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_card_customers_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_card_customers")),
    )
    op.create_table(
        "card_setups",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(status = 'asked') = (reference IS NULL)", name=op.f("ck_card_setups_reference")),
        sa.CheckConstraint("status IN ('asked', 'open', 'done')", name=op.f("ck_card_setups_status")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_card_setups_member_id_members")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_card_setups_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_setups")),
        sa.UniqueConstraint("operator_id", "reference", name=op.f("uq_card_setups_operator_id_reference")),
    )
    op.create_index("ix_card_setups_member_id", "card_setups", ["member_id", "id"], unique=False)
    op.create_table(
        "cards",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("last_four", sa.Text(), nullable=False),
        sa.Column("expires", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("expires ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'", name=op.f("ck_cards_expires")),
        sa.CheckConstraint("last_four ~ '^[0-9]{4}$'", name=op.f("ck_cards_last_four")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_cards_member_id_members")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_cards_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards")),
        sa.UniqueConstraint("member_id", name=op.f("uq_cards_member_id")),
    )
    op.create_table(
        "arrears_steps",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "step IN ('reminder', 'suspension', 'forced-end')", name=op.f("ck_arrears_steps_step")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoices.id"], name=op.f("fk_arrears_steps_invoice_id_invoices")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_arrears_steps_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_arrears_steps_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrears_steps")),
        sa.UniqueConstraint("invoice_id", "step", name=op.f("uq_arrears_steps_invoice_id_step")),
    )
    op.create_index("ix_arrears_steps_member_id", "arrears_steps", ["member_id"], unique=False)
    op.create_table(
        "card_charges",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_up", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(status = 'succeeded') = (payment_id IS NOT NULL)", name=op.f("ck_card_charges_payment")
        ),
        sa.CheckConstraint(
            "status IN ('asked', 'unknown', 'succeeded', 'declined')", name=op.f("ck_card_charges_status")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_card_charges_amount")),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoices.id"], name=op.f("fk_card_charges_invoice_id_invoices")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_card_charges_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_card_charges_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_card_charges_payment_id_payments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_charges")),
        sa.UniqueConstraint("invoice_id", "attempt", name=op.f("uq_card_charges_invoice_id_attempt")),
        sa.UniqueConstraint("operator_id", "reference", name=op.f("uq_card_charges_operator_id_reference")),
    )
    op.create_index(
        "ix_card_charges_member_id", "card_charges", ["operator_id", "member_id", "id"], unique=False
    )
    op.create_table(
        "payment_slips",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("mail_on", sa.Date(), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_by", sa.Text(), nullable=True),
        sa.CheckConstraint("(mailed_at IS NULL) = (mailed_by IS NULL)", name=op.f("ck_payment_slips_mailed")),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoices.id"], name=op.f("fk_payment_slips_invoice_id_invoices")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_payment_slips_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_payment_slips_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_slips")),
        sa.UniqueConstraint("invoice_id", name=op.f("uq_payment_slips_invoice_id")),
    )
    op.create_index(
        "ix_payment_slips_waiting",
        "payment_slips",
        ["operator_id", "id"],
        unique=False,
        postgresql_where="mailed_at IS NULL",
    )
    op.create_table(
        "refunds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("of_payment_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('asked', 'done')", name=op.f("ck_refunds_status")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refunds_amount")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_refunds_invoice_id_invoices")),
        sa.ForeignKeyConstraint(
            ["of_payment_id"], ["payments.id"], name=op.f("fk_refunds_of_payment_id_payments")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_refunds_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_refunds_payment_id_payments")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_refunds_payment_id")),
    )
    op.create_index("ix_refunds_invoice_id", "refunds", ["invoice_id"], unique=False)
    op.create_table(
        "card_disputes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("charge_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('open', 'won', 'lost')", name=op.f("ck_card_disputes_status")),
        sa.ForeignKeyConstraint(
            ["charge_id"], ["card_charges.id"], name=op.f("fk_card_disputes_charge_id_card_charges")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoices.id"], name=op.f("fk_card_disputes_invoice_id_invoices")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_card_disputes_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_card_disputes_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_disputes")),
        sa.UniqueConstraint("operator_id", "reference", name=op.f("uq_card_disputes_operator_id_reference")),
    )
    op.create_index("ix_card_disputes_invoice_id", "card_disputes", ["invoice_id"], unique=False)


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
    op.drop_table("card_disputes")
    op.drop_table("refunds")
    op.drop_table("payment_slips")
    op.drop_table("card_charges")
    op.drop_table("arrears_steps")
    op.drop_table("cards")
    op.drop_table("card_setups")
    op.drop_table("card_customers")
    op.drop_table("card_events")
