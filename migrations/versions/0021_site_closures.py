"""Places closed in an emergency."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "site_closures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_by", sa.Text(), nullable=True),
        sa.CheckConstraint("opened_at >= closed_at", name=op.f("ck_site_closures_times")),
        sa.CheckConstraint("(opened_at IS NULL) = (opened_by IS NULL)", name=op.f("ck_site_closures_opened")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_site_closures_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["offices.id"], name=op.f("fk_site_closures_office_id_offices")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_closures")),
    )
    op.create_index(
        "uq_site_closures_office_id",
        "site_closures",
        ["office_id"],
        unique=True,
        postgresql_where=sa.text("opened_at IS NULL"),
    )
    op.execute("ALTER TABLE site_closures ENABLE ROW LEVEL SECURITY")
    op.execute(
        """
        CREATE POLICY operators_own ON site_closures TO rusuban_service
        USING (operator_id = nullif(current_setting('rusuban.operator_id', true), '')::integer)
        """
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON site_closures TO rusuban_service")


def downgrade() -> None:
    op.drop_table("site_closures")
