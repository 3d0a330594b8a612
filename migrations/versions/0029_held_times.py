"""Times that are held until they are paid; what happened at doors is forgotten when its time is over."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

FORGOTTEN = ("arrivals", "door_agent_events", "door_events", "parking_vouchers")


def upgrade() -> None:
    op.add_column("reservations", sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_reservations_ends_at", "reservations", ["operator_id", "ends_at"])
    op.create_index(
        "ix_door_visits_left_at",
        "door_visits",
        ["operator_id", "left_at"],
        postgresql_where=sa.text("left_at IS NOT NULL"),
    )
    # What was written stays as it is; it goes only where a transaction says that it forgets.
    op.execute(
        """
        CREATE FUNCTION refuse_change_unless_forgetting() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND current_setting('rusuban.forgetting', true) = 'on' THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    for table in FORGOTTEN:
        op.execute(f"DROP TRIGGER append_only ON {table}")
        op.execute(
            f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change_unless_forgetting()
            """
        )
        op.execute(f"GRANT DELETE ON {table} TO rusuban_service")


def downgrade() -> None:
    for table in FORGOTTEN:
        op.execute(f"REVOKE DELETE ON {table} FROM rusuban_service")
        op.execute(f"DROP TRIGGER append_only ON {table}")
        op.execute(
            f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change()
            """
        )
    op.execute("DROP FUNCTION refuse_change_unless_forgetting")
    op.drop_index("ix_door_visits_left_at", table_name="door_visits")
    op.drop_index("ix_reservations_ends_at", table_name="reservations")
    op.drop_column("reservations", "held_until")
