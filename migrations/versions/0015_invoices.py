"""Charges that stand on no invoice, reasons of credit notes, what the checks of the books found."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = ("check_findings", "open_charges")


def _create_tables() -> None:
    op.create_table(
        "open_charges",
        sa.Column("charge_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("charge_id", name=op.f("pk_open_charges")),
    )
    op.create_index("ix_open_charges_member_id", "open_charges", ["operator_id", "member_id", "due_on"])
    op.create_table(
        "check_findings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("stops_invoicing", sa.Boolean(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_check_findings_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_findings")),
    )
    op.create_index(
        "uq_check_findings_open",
        "check_findings",
        ["operator_id", "kind", "subject"],
        unique=True,
        postgresql_where="cleared_at IS NULL",
    )


def _separate_operators() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"""
            CREATE POLICY operators_own ON {table} TO rusuban_service
            USING (operator_id = nullif(current_setting('rusuban.operator_id', true), '')::integer)
            """
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO rusuban_service")


def _enter_open_charges() -> None:
    """Every charge is open from its posting until it stands on an invoice."""
    op.execute(
        """
        INSERT INTO open_charges (charge_id, operator_id, member_id, due_on, closes_on)
        SELECT id, operator_id, member_id, due_on, closes_on FROM charges
        WHERE NOT EXISTS (SELECT FROM invoiced_charges WHERE charge_id = charges.id)
        """
    )
    op.execute(
        """
        CREATE FUNCTION enter_open_charges() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO open_charges (charge_id, operator_id, member_id, due_on, closes_on)
            SELECT id, operator_id, member_id, due_on, closes_on FROM posted;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER enter_open_charges AFTER INSERT ON charges
        REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION enter_open_charges()
        """
    )


def upgrade() -> None:
    op.add_column("invoices", sa.Column("reason", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_invoices_reason"), "invoices", "(kind = 'credit-note') = (reason IS NOT NULL)"
    )
    op.create_index(
        "ix_invoices_credits_id", "invoices", ["credits_id"], postgresql_where="credits_id IS NOT NULL"
    )
    _create_tables()
    _separate_operators()
    _enter_open_charges()


def downgrade() -> None:
    op.execute("DROP TRIGGER enter_open_charges ON charges")
    op.execute("DROP FUNCTION enter_open_charges()")
    op.drop_table("check_findings")
    op.drop_table("open_charges")
    op.drop_index("ix_invoices_credits_id", table_name="invoices")
    op.drop_constraint(op.f("ck_invoices_reason"), "invoices")
    op.drop_column("invoices", "reason")
