"""Commands to locks, the sandbox lock's memory, door computers and what they told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TABLES = ("door_agent_events", "door_agents", "door_commands", "lock_tokens", "sandbox_locks")
APPEND_ONLY = ("door_agent_events",)


def _create_agents() -> None:
    op.create_table(
        "door_agents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("doors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock_off_seconds", sa.Integer(), nullable=True),
        sa.Column("list_version", sa.BigInteger(), nullable=False),
        sa.Column("recorded_sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_door_agents_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_agents")),
        sa.UniqueConstraint("digest", name=op.f("uq_door_agents_digest")),
    )
    op.create_index(
        "uq_door_agents_name",
        "door_agents",
        ["operator_id", "name"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "door_agent_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("is_allowed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("list_version", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clock_off_seconds", sa.Integer(), nullable=False),
        sa.CheckConstraint("sequence > 0", name=op.f("ck_door_agent_events_sequence")),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["door_agents.id"], name=op.f("fk_door_agent_events_agent_id_door_agents")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_door_agent_events_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_door_agent_events_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_agent_events")),
        sa.UniqueConstraint("agent_id", "sequence", name=op.f("uq_door_agent_events_agent_id_sequence")),
    )
    op.create_index("ix_door_agent_events_at", "door_agent_events", ["operator_id", "at"])


def _create_locks() -> None:
    op.create_table(
        "door_commands",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_up", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'sent', 'opened', 'refused', 'unknown', 'expired')",
            name=op.f("ck_door_commands_state"),
        ),
        sa.CheckConstraint(
            "(state IN ('queued', 'expired')) = (sent_at IS NULL)", name=op.f("ck_door_commands_sent")
        ),
        sa.CheckConstraint(
            "state NOT IN ('opened', 'refused') OR answered_at IS NOT NULL",
            name=op.f("ck_door_commands_answered"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["door_events.id"], name=op.f("fk_door_commands_event_id_door_events")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_door_commands_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_commands")),
        sa.UniqueConstraint("event_id", name=op.f("uq_door_commands_event_id")),
        sa.UniqueConstraint("key", name=op.f("uq_door_commands_key")),
    )
    op.create_index("ix_door_commands_door", "door_commands", ["operator_id", "door", "id"])
    op.create_table(
        "lock_tokens",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_lock_tokens_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lock_tokens")),
        sa.UniqueConstraint("operator_id", "account", name=op.f("uq_lock_tokens_operator_id_account")),
    )
    op.create_table(
        "sandbox_locks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("behaviour", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_for", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "behaviour IN ('opens', 'refuses', 'silent')", name=op.f("ck_sandbox_locks_behaviour")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_sandbox_locks_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sandbox_locks")),
        sa.UniqueConstraint("operator_id", "door", name=op.f("uq_sandbox_locks_operator_id_door")),
    )


def upgrade() -> None:
    _create_agents()
    _create_locks()
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
    for table in ("sandbox_locks", "lock_tokens", "door_commands", "door_agent_events", "door_agents"):
        op.drop_table(table)
