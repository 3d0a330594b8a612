"""The house: operators, membership, charges, numbers, calls; roles and row-level security."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# Every row belongs to an operator, and a session sees the rows of the operator that it was opened for.
# Two tables stand outside: `operators` holds names only, and `outbox_tasks` holds names, references and times that a
# worker reads across operators.
OPERATORS_ROWS = (
    "accounts",
    "audit_entries",
    "calls",
    "carrier_events",
    "charges",
    "companies",
    "destinations",
    "forwarding_settings",
    "identity_records",
    "legs",
    "lines",
    "members",
    "notices",
    "offices",
    "people",
    "profile_versions",
    "registered_phones",
    "routing_cards",
    "stock_numbers",
    "tokens",
)
APPEND_ONLY = ("audit_entries", "charges", "profile_versions")
ROLES = ("rusuban_service", "rusuban_hot")


def _create_roles() -> None:
    # Roles belong to the server, not to the database: another database may have made them already.
    for role in ROLES:
        op.execute(
            f"""
            DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                    CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS;
                END IF;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END $$
            """
        )
        op.execute(f"GRANT {role} TO CURRENT_USER")
        op.execute(f"GRANT USAGE ON SCHEMA public TO {role}")


def _grant() -> None:
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO rusuban_service")
    for table in APPEND_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM rusuban_service")
    op.execute("REVOKE ALL ON alembic_version FROM rusuban_service")
    # The voice webhook looks a number up and writes down what it was told: nothing else.
    op.execute("GRANT SELECT ON routing_cards TO rusuban_hot")
    op.execute("GRANT INSERT ON carrier_events TO rusuban_hot")
    op.execute("GRANT SELECT, INSERT, UPDATE ON refused_webhooks TO rusuban_hot")


def _separate_operators() -> None:
    for table in OPERATORS_ROWS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"""
            CREATE POLICY operators_own ON {table} TO rusuban_service
            USING (operator_id = nullif(current_setting('rusuban.operator_id', true), '')::integer)
            """
        )
    op.execute("CREATE POLICY any_number ON routing_cards FOR SELECT TO rusuban_hot USING (true)")
    op.execute("CREATE POLICY any_event ON carrier_events FOR INSERT TO rusuban_hot WITH CHECK (true)")


def _keep_what_was_written() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    for table in APPEND_ONLY:
        op.execute(
            f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change()
            """
        )


def upgrade() -> None:
    _create_roles()
    op.create_table(
        "operators",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operators")),
        sa.UniqueConstraint("name", name=op.f("uq_operators_name")),
    )
    op.create_table(
        "refused_webhooks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remote_address", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_webhooks")),
        sa.UniqueConstraint(
            "minute",
            "remote_address",
            "path",
            "reason",
            name=op.f("uq_refused_webhooks_minute_remote_address_path_reason"),
        ),
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_audit_entries_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index(
        "ix_audit_entries_subject", "audit_entries", ["operator_id", "subject", "id"], unique=False
    )
    op.create_table(
        "carrier_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("resource_id", sa.Text(), nullable=False),
        sa.Column("call_sid", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("form", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("context", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_carrier_events_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_events")),
        sa.UniqueConstraint(
            "provider",
            "resource_id",
            "event",
            "sequence",
            name=op.f("uq_carrier_events_provider_resource_id_event_sequence"),
        ),
    )
    op.create_index("ix_carrier_events_call_sid", "carrier_events", ["call_sid"], unique=False)
    op.create_index(
        "ix_carrier_events_unhandled",
        "carrier_events",
        ["operator_id", "id"],
        unique=False,
        postgresql_where="handled_at IS NULL AND parked_at IS NULL",
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel IN ('mail', 'sms')", name=op.f("ck_notices_channel")),
        sa.CheckConstraint("language IN ('ja', 'en')", name=op.f("ck_notices_language")),
        sa.CheckConstraint("sent_at IS NULL OR failed_at IS NULL", name=op.f("ck_notices_outcome")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_notices_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_recipient", "notices", ["operator_id", "recipient", "id"], unique=False)
    op.create_table(
        "offices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_offices_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offices")),
        sa.UniqueConstraint("operator_id", "name", name=op.f("uq_offices_operator_id_name")),
    )
    op.create_table(
        "outbox_tasks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_outbox_tasks_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_tasks")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_tasks_key")),
    )
    op.create_index(
        "ix_outbox_tasks_due_at",
        "outbox_tasks",
        ["due_at"],
        unique=False,
        postgresql_where="parked_at IS NULL",
    )
    op.create_table(
        "people",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_people_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_index("ix_people_email", "people", ["operator_id", "email"], unique=False)
    op.create_table(
        "profile_versions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_profile_versions_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_versions")),
        sa.UniqueConstraint("operator_id", "digest", name=op.f("uq_profile_versions_operator_id_digest")),
    )
    op.create_table(
        "stock_numbers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("carrier_sid", sa.Text(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("quarantined_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("number ~ '^\\+[0-9]{8,15}$'", name=op.f("ck_stock_numbers_number")),
        sa.CheckConstraint(
            "status IN ('available', 'reserved', 'assigned', 'quarantined', 'ported-out', 'released')",
            name=op.f("ck_stock_numbers_status"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_stock_numbers_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_numbers")),
        sa.UniqueConstraint("number", name=op.f("uq_stock_numbers_number")),
    )
    op.create_index(
        "ix_stock_numbers_available",
        "stock_numbers",
        ["operator_id", "area_code", "id"],
        unique=False,
        postgresql_where="status = 'available'",
    )
    op.create_table(
        "companies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("representative_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_companies_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["representative_id"], ["people.id"], name=op.f("fk_companies_representative_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_companies")),
    )
    op.create_table(
        "members",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=True),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'company') = (company_id IS NOT NULL)", name=op.f("ck_members_company")),
        sa.CheckConstraint("kind IN ('person', 'company')", name=op.f("ck_members_kind")),
        sa.CheckConstraint(
            "status IN ('applied', 'active', 'suspended', 'leaving', 'ended', 'refused', 'limited', 'struck')",
            name=op.f("ck_members_status"),
        ),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_members_capacity")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_members_company_id_companies")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_members_office_id_offices")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_members_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_members_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
    )
    op.create_index("ix_members_company_id", "members", ["company_id"], unique=False)
    op.create_index("ix_members_person_id", "members", ["person_id"], unique=False)
    op.create_table(
        "accounts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("sign_in_name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "role IN ('member', 'company-representative', 'reception', 'billing', 'administrator')",
            name=op.f("ck_accounts_role"),
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_accounts_member_id_members")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_accounts_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_accounts_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("operator_id", "sign_in_name", name=op.f("uq_accounts_operator_id_sign_in_name")),
    )
    op.create_index("ix_accounts_person_id", "accounts", ["person_id"], unique=False)
    op.create_table(
        "charges",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("profile_version_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("tax_mode", sa.Text(), nullable=False),
        sa.Column("service_month", sa.Text(), nullable=False),
        sa.Column("service_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "service_month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'", name=op.f("ck_charges_service_month")
        ),
        sa.CheckConstraint(
            "tax_mode IN ('excluded', 'included', 'outside')", name=op.f("ck_charges_tax_mode")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_charges_member_id_members")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_charges_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["profile_version_id"],
            ["profile_versions.id"],
            name=op.f("fk_charges_profile_version_id_profile_versions"),
        ),
        sa.ForeignKeyConstraint(["reverses_id"], ["charges.id"], name=op.f("fk_charges_reverses_id_charges")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charges")),
        sa.UniqueConstraint(
            "operator_id", "key", "revision", name=op.f("uq_charges_operator_id_key_revision")
        ),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_charges_reverses_id")),
    )
    op.create_index(
        "ix_charges_member_month",
        "charges",
        ["operator_id", "member_id", "service_month", "id"],
        unique=False,
    )
    op.create_index("ix_charges_month", "charges", ["operator_id", "service_month", "what"], unique=False)
    op.create_table(
        "identity_records",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_identity_records_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_identity_records_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_records")),
    )
    op.create_index("ix_identity_records_member_id", "identity_records", ["member_id"], unique=False)
    op.create_table(
        "lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("stock_number_id", sa.BigInteger(), nullable=False),
        sa.Column("line_plan", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("base_address", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'active', 'suspended', 'ending', 'ended')", name=op.f("ck_lines_status")
        ),
        sa.CheckConstraint("ends_at IS NULL OR ends_at >= starts_at", name=op.f("ck_lines_period")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_lines_member_id_members")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_lines_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["stock_number_id"], ["stock_numbers.id"], name=op.f("fk_lines_stock_number_id_stock_numbers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lines")),
    )
    op.create_index("ix_lines_member_id", "lines", ["member_id"], unique=False)
    op.create_index(
        "uq_lines_live_number",
        "lines",
        ["stock_number_id"],
        unique=True,
        postgresql_where="status <> 'ended'",
    )
    op.create_table(
        "calls",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("carrier_sid", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("from_number", sa.Text(), nullable=True),
        sa.Column("to_number", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "direction IN ('in', 'out', 'control', 'reception')", name=op.f("ck_calls_direction")
        ),
        sa.CheckConstraint(
            "outcome IN ('answered', 'no-answer', 'busy', 'failed', 'refused', 'announcement', 'voicemail')",
            name=op.f("ck_calls_outcome"),
        ),
        sa.CheckConstraint("status IN ('ringing', 'in-progress', 'ended')", name=op.f("ck_calls_status")),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_calls_line_id_lines")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_calls_member_id_members")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_calls_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
        sa.UniqueConstraint("carrier_sid", name=op.f("uq_calls_carrier_sid")),
    )
    op.create_index("ix_calls_line_id", "calls", ["line_id", "started_at"], unique=False)
    op.create_index("ix_calls_member_id", "calls", ["member_id", "started_at"], unique=False)
    op.create_index("ix_calls_started_at", "calls", ["operator_id", "started_at", "id"], unique=False)
    op.create_table(
        "destinations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("ring_seconds", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("position > 0", name=op.f("ck_destinations_position")),
        sa.CheckConstraint("ring_seconds > 0", name=op.f("ck_destinations_ring_seconds")),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_destinations_line_id_lines")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_destinations_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destinations")),
        sa.UniqueConstraint("line_id", "number", name=op.f("uq_destinations_line_id_number")),
        sa.UniqueConstraint("line_id", "position", name=op.f("uq_destinations_line_id_position")),
    )
    op.create_index("ix_destinations_number", "destinations", ["number"], unique=False)
    op.create_table(
        "forwarding_settings",
        sa.Column("line_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("strategy", sa.Text(), nullable=False),
        sa.Column("press_one", sa.Boolean(), nullable=False),
        sa.Column("withheld", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "strategy IN ('in-turn', 'at-once')", name=op.f("ck_forwarding_settings_strategy")
        ),
        sa.CheckConstraint(
            "withheld IN ('forward', 'announcement')", name=op.f("ck_forwarding_settings_withheld")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_forwarding_settings_line_id_lines")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_forwarding_settings_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_forwarding_settings")),
    )
    op.create_table(
        "legs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("call_sid", sa.Text(), nullable=False),
        sa.Column("leg_sid", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("number_class", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bridged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("carrier_price", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "role IN ('caller', 'forward', 'member', 'callee', 'control', 'reception')",
            name=op.f("ck_legs_role"),
        ),
        sa.CheckConstraint("seconds >= 0", name=op.f("ck_legs_seconds")),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_legs_line_id_lines")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_legs_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legs")),
        sa.UniqueConstraint("leg_sid", name=op.f("uq_legs_leg_sid")),
    )
    op.create_index("ix_legs_call_sid", "legs", ["call_sid"], unique=False)
    op.create_table(
        "registered_phones",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unregistered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("slot > 0", name=op.f("ck_registered_phones_slot")),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_registered_phones_line_id_lines")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_registered_phones_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registered_phones")),
    )
    op.create_index(
        "uq_registered_phones_number",
        "registered_phones",
        ["line_id", "number"],
        unique=True,
        postgresql_where="unregistered_at IS NULL",
    )
    op.create_index(
        "uq_registered_phones_slot",
        "registered_phones",
        ["line_id", "slot"],
        unique=True,
        postgresql_where="unregistered_at IS NULL",
    )
    op.create_table(
        "routing_cards",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("card", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name=op.f("fk_routing_cards_line_id_lines")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_routing_cards_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_routing_cards")),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_tokens_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_tokens_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_tokens_digest")),
    )
    op.create_index("ix_tokens_account_id", "tokens", ["account_id"], unique=False)
    _grant()
    _separate_operators()
    _keep_what_was_written()


def downgrade() -> None:
    op.drop_index("ix_tokens_account_id", table_name="tokens")
    op.drop_table("tokens")
    op.drop_table("routing_cards")
    op.drop_index(
        "uq_registered_phones_slot",
        table_name="registered_phones",
        postgresql_where="unregistered_at IS NULL",
    )
    op.drop_index(
        "uq_registered_phones_number",
        table_name="registered_phones",
        postgresql_where="unregistered_at IS NULL",
    )
    op.drop_table("registered_phones")
    op.drop_index("ix_legs_call_sid", table_name="legs")
    op.drop_table("legs")
    op.drop_table("forwarding_settings")
    op.drop_index("ix_destinations_number", table_name="destinations")
    op.drop_table("destinations")
    op.drop_index("ix_calls_started_at", table_name="calls")
    op.drop_index("ix_calls_member_id", table_name="calls")
    op.drop_index("ix_calls_line_id", table_name="calls")
    op.drop_table("calls")
    op.drop_index("uq_lines_live_number", table_name="lines", postgresql_where="status <> 'ended'")
    op.drop_index("ix_lines_member_id", table_name="lines")
    op.drop_table("lines")
    op.drop_index("ix_identity_records_member_id", table_name="identity_records")
    op.drop_table("identity_records")
    op.drop_index("ix_charges_month", table_name="charges")
    op.drop_index("ix_charges_member_month", table_name="charges")
    op.drop_table("charges")
    op.drop_index("ix_accounts_person_id", table_name="accounts")
    op.drop_table("accounts")
    op.drop_index("ix_members_person_id", table_name="members")
    op.drop_index("ix_members_company_id", table_name="members")
    op.drop_table("members")
    op.drop_table("companies")
    op.drop_index(
        "ix_stock_numbers_available", table_name="stock_numbers", postgresql_where="status = 'available'"
    )
    op.drop_table("stock_numbers")
    op.drop_table("profile_versions")
    op.drop_index("ix_people_email", table_name="people")
    op.drop_table("people")
    op.drop_index("ix_outbox_tasks_due_at", table_name="outbox_tasks", postgresql_where="parked_at IS NULL")
    op.drop_table("outbox_tasks")
    op.drop_table("offices")
    op.drop_index("ix_notices_recipient", table_name="notices")
    op.drop_table("notices")
    op.drop_index(
        "ix_carrier_events_unhandled", table_name="carrier_events", postgresql_where="handled_at IS NULL AND parked_at IS NULL"
    )
    op.drop_index("ix_carrier_events_call_sid", table_name="carrier_events")
    op.drop_table("carrier_events")
    op.drop_index("ix_audit_entries_subject", table_name="audit_entries")
    op.drop_table("audit_entries")
    op.drop_table("refused_webhooks")
    op.drop_table("operators")
    op.execute("DROP FUNCTION refuse_change")
    for role in ROLES:
        op.execute(f"REVOKE ALL ON SCHEMA public FROM {role}")
