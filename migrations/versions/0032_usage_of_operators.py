"""What each operator uses of the caps of the whole system, and the sums over all operators."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "operator_usages",
        sa.Column("operator_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("concurrent_calls", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_operator_usages_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("operator_id", name=op.f("pk_operator_usages")),
    )
    op.execute("ALTER TABLE operator_usages ENABLE ROW LEVEL SECURITY")
    op.execute(
        """
        CREATE POLICY operators_own ON operator_usages TO rusuban_service
        USING (operator_id = nullif(current_setting('rusuban.operator_id', true), '')::integer)
        """
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON operator_usages TO rusuban_service")
    # It runs as the owner, whom no policy holds back: an operator's session learns the sums and no row of another's.
    # Calls of an operator that has not counted since the day before are nobody's any more.
    op.execute(
        """
        CREATE FUNCTION usage_of_the_system(today date)
        RETURNS TABLE (concurrent_calls bigint, seconds bigint, amount bigint)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
            SELECT
                coalesce(sum(u.concurrent_calls) FILTER (WHERE u.counted_on >= today - 1), 0)::bigint,
                coalesce(sum(u.seconds) FILTER (WHERE u.counted_on = today), 0)::bigint,
                coalesce(sum(u.amount) FILTER (WHERE u.counted_on = today), 0)::bigint
            FROM operator_usages AS u
        $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION usage_of_the_system(date) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION usage_of_the_system(date) TO rusuban_service")


def downgrade() -> None:
    op.execute("DROP FUNCTION usage_of_the_system(date)")
    op.drop_table("operator_usages")
