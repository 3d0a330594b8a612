"""Forwarding in full: schedules, voicemail, rules by caller; numbers by which members steer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTEAD = "('voicemail', 'announcement', 'hang-up')"


def upgrade() -> None:
    op.drop_constraint("ck_forwarding_settings_withheld", "forwarding_settings")
    op.create_check_constraint(
        op.f("ck_forwarding_settings_withheld"),
        "forwarding_settings",
        "withheld IN ('forward', 'voicemail', 'announcement')",
    )
    op.add_column(
        "forwarding_settings", sa.Column("whisper", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "forwarding_settings", sa.Column("shows", sa.Text(), nullable=False, server_default="line")
    )
    for name in ("unanswered", "when_off", "outside_hours"):
        op.add_column(
            "forwarding_settings", sa.Column(name, sa.Text(), nullable=False, server_default="announcement")
        )
        op.create_check_constraint(
            op.f(f"ck_forwarding_settings_{name}"), "forwarding_settings", f"{name} IN {INSTEAD}"
        )
    op.create_check_constraint(
        op.f("ck_forwarding_settings_shows"), "forwarding_settings", "shows IN ('line', 'caller')"
    )
    # The defaults were for the rows that stood; new ones say what they are.
    for name in ("whisper", "shows", "unanswered", "when_off", "outside_hours"):
        op.alter_column("forwarding_settings", name, server_default=None)
    op.add_column(
        "forwarding_settings", sa.Column("schedule", postgresql.JSONB(none_as_null=True), nullable=True)
    )
    op.add_column("destinations", sa.Column("label", sa.Text(), nullable=True))
    op.alter_column("routing_cards", "line_id", nullable=True)
    op.create_index("ix_routing_cards_line_id", "routing_cards", ["line_id"])
    op.create_table(
        "caller_rules",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "action IN ('block', 'forward', 'voicemail', 'announcement')", name=op.f("ck_caller_rules_action")
        ),
        sa.CheckConstraint(r"prefix ~ '^\+[0-9]{2,15}$'", name=op.f("ck_caller_rules_prefix")),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_caller_rules_line_id_lines")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_caller_rules_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caller_rules")),
        sa.UniqueConstraint(
            "line_id", "prefix", "is_whole", name=op.f("uq_caller_rules_line_id_prefix_is_whole")
        ),
    )
    op.execute("ALTER TABLE caller_rules ENABLE ROW LEVEL SECURITY")
    op.execute(
        """
        CREATE POLICY operators_own ON caller_rules TO rusuban_service
        USING (operator_id = nullif(current_setting('rusuban.operator_id', true), '')::integer)
        """
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON caller_rules TO rusuban_service")


def downgrade() -> None:
    op.drop_table("caller_rules")
    op.drop_index("ix_routing_cards_line_id", table_name="routing_cards")
    op.execute("DELETE FROM routing_cards WHERE line_id IS NULL")
    op.alter_column("routing_cards", "line_id", nullable=False)
    op.drop_column("destinations", "label")
    for name in ("schedule", "outside_hours", "when_off", "unanswered", "shows", "whisper"):
        op.drop_column("forwarding_settings", name)
    op.drop_constraint("ck_forwarding_settings_withheld", "forwarding_settings")
    op.execute("UPDATE forwarding_settings SET withheld = 'announcement' WHERE withheld = 'voicemail'")
    op.create_check_constraint(
        op.f("ck_forwarding_settings_withheld"),
        "forwarding_settings",
        "withheld IN ('forward', 'announcement')",
    )
