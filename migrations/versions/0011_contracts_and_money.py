"""What members agreed to over time; invoices, payments and the books."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

TABLES = (
    "allocations",
    "billing_runs",
    "closed_months",
    "invoice_balances",
    "invoice_lines",
    "invoice_series",
    "invoiced_charges",
    "invoices",
    "journal_entries",
    "journal_lines",
    "option_terms",
    "parked_accounts",
    "pauses",
    "payment_methods",
    "payments",
    "plan_terms",
)
APPEND_ONLY = (
    "allocations",
    "closed_months",
    "invoice_lines",
    "invoiced_charges",
    "invoices",
    "journal_entries",
    "journal_lines",
    "payments",
)


def _create_tables() -> None:
    op.create_table('billing_runs',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('period', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('issued_by', sa.Text(), nullable=True),
    sa.CheckConstraint("period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'", name=op.f('ck_billing_runs_period')),
    sa.CheckConstraint("status IN ('open', 'issuing', 'issued')", name=op.f('ck_billing_runs_status')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_billing_runs_operator_id_operators')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_billing_runs')),
    sa.UniqueConstraint('operator_id', 'period', name=op.f('uq_billing_runs_operator_id_period'))
    )
    op.create_table('closed_months',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('month', sa.Text(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_by', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_closed_months_operator_id_operators')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_closed_months')),
    sa.UniqueConstraint('operator_id', 'month', name=op.f('uq_closed_months_operator_id_month'))
    )
    op.create_table('invoice_series',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('series', sa.Text(), nullable=False),
    sa.Column('last_serial', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_invoice_series_operator_id_operators')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoice_series')),
    sa.UniqueConstraint('operator_id', 'series', name=op.f('uq_invoice_series_operator_id_series'))
    )
    op.create_table('invoices',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('series', sa.Text(), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('run_id', sa.BigInteger(), nullable=True),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('credits_id', sa.BigInteger(), nullable=True),
    sa.Column('profile_version_id', sa.BigInteger(), nullable=False),
    sa.Column('addressee', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('pays_by', sa.Text(), nullable=False),
    sa.Column('tax_mode', sa.Text(), nullable=False),
    sa.Column('subtotal', sa.BigInteger(), nullable=False),
    sa.Column('tax', sa.BigInteger(), nullable=False),
    sa.Column('total', sa.BigInteger(), nullable=False),
    sa.Column('taxes', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('registration_number', sa.Text(), nullable=True),
    sa.CheckConstraint("(kind = 'credit-note') = (credits_id IS NOT NULL)", name=op.f('ck_invoices_credits')),
    sa.CheckConstraint("kind IN ('invoice', 'credit-note')", name=op.f('ck_invoices_kind')),
    sa.CheckConstraint("tax_mode IN ('excluded', 'included', 'outside')", name=op.f('ck_invoices_tax_mode')),
    sa.CheckConstraint('subtotal + tax = total', name=op.f('ck_invoices_total')),
    sa.ForeignKeyConstraint(['credits_id'], ['invoices.id'], name=op.f('fk_invoices_credits_id_invoices')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_invoices_member_id_members')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_invoices_operator_id_operators')),
    sa.ForeignKeyConstraint(['profile_version_id'], ['profile_versions.id'], name=op.f('fk_invoices_profile_version_id_profile_versions')),
    sa.ForeignKeyConstraint(['run_id'], ['billing_runs.id'], name=op.f('fk_invoices_run_id_billing_runs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoices')),
    sa.UniqueConstraint('operator_id', 'number', name=op.f('uq_invoices_operator_id_number')),
    sa.UniqueConstraint('operator_id', 'series', 'serial', name=op.f('uq_invoices_operator_id_series_serial'))
    )
    op.create_index('ix_invoices_due_on', 'invoices', ['operator_id', 'due_on'], unique=False)
    op.create_index('ix_invoices_issued_on', 'invoices', ['operator_id', 'issued_on'], unique=False)
    op.create_index('ix_invoices_member_id', 'invoices', ['operator_id', 'member_id', 'id'], unique=False)
    op.create_table('journal_entries',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('booked_on', sa.Date(), nullable=False),
    sa.Column('booked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=True),
    sa.Column('counterparty', sa.Text(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_journal_entries_member_id_members')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_journal_entries_operator_id_operators')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journal_entries')),
    sa.UniqueConstraint('operator_id', 'key', name=op.f('uq_journal_entries_operator_id_key'))
    )
    op.create_index('ix_journal_entries_booked_on', 'journal_entries', ['operator_id', 'booked_on'], unique=False)
    op.create_table('option_terms',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('option', sa.Text(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('ends_on IS NULL OR ends_on >= starts_on', name=op.f('ck_option_terms_days')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_option_terms_member_id_members')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_option_terms_operator_id_operators')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_option_terms'))
    )
    op.create_index('ix_option_terms_member_id', 'option_terms', ['member_id', 'option'], unique=False)
    op.create_table('parked_accounts',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.BigInteger(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('parked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_parked_accounts_member_id_members')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_parked_accounts_operator_id_operators')),
    sa.ForeignKeyConstraint(['run_id'], ['billing_runs.id'], name=op.f('fk_parked_accounts_run_id_billing_runs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_parked_accounts')),
    sa.UniqueConstraint('run_id', 'member_id', name=op.f('uq_parked_accounts_run_id_member_id'))
    )
    op.create_table('pauses',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('return_told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('asked_back_at', sa.DateTime(timezone=True), nullable=True),
    postgresql.ExcludeConstraint((sa.text("int8range(member_id, member_id, '[]')"), '&&'), (sa.text("daterange(starts_on, ends_on, '[]')"), '&&'), using='gist', name='ex_pauses_one_at_a_time'),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_pauses_days')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_pauses_member_id_members')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_pauses_operator_id_operators')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pauses'))
    )
    op.create_table('payment_methods',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('means', sa.Text(), nullable=False),
    sa.Column('brand', sa.Text(), nullable=True),
    sa.Column('chosen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('chosen_by', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_payment_methods_member_id_members')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_payment_methods_operator_id_operators')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_methods')),
    sa.UniqueConstraint('member_id', name=op.f('uq_payment_methods_member_id'))
    )
    op.create_table('payments',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('means', sa.Text(), nullable=False),
    sa.Column('brand', sa.Text(), nullable=True),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('reverses_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('amount <> 0', name=op.f('ck_payments_amount')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_payments_member_id_members')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_payments_operator_id_operators')),
    sa.ForeignKeyConstraint(['reverses_id'], ['payments.id'], name=op.f('fk_payments_reverses_id_payments')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payments')),
    sa.UniqueConstraint('operator_id', 'key', name=op.f('uq_payments_operator_id_key')),
    sa.UniqueConstraint('reverses_id', name=op.f('uq_payments_reverses_id'))
    )
    op.create_index('ix_payments_member_id', 'payments', ['operator_id', 'member_id', 'id'], unique=False)
    op.create_table('plan_terms',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('plan', sa.Text(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    postgresql.ExcludeConstraint((sa.text("int8range(member_id, member_id, '[]')"), '&&'), (sa.text("daterange(starts_on, ends_on, '[]')"), '&&'), using='gist', name='ex_plan_terms_one_at_a_time'),
    sa.CheckConstraint('ends_on IS NULL OR ends_on >= starts_on', name=op.f('ck_plan_terms_days')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_plan_terms_member_id_members')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_plan_terms_operator_id_operators')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_terms'))
    )
    op.create_table('allocations',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('payment_id', sa.BigInteger(), nullable=False),
    sa.Column('invoice_id', sa.BigInteger(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('allocated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['invoice_id'], ['invoices.id'], name=op.f('fk_allocations_invoice_id_invoices')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_allocations_operator_id_operators')),
    sa.ForeignKeyConstraint(['payment_id'], ['payments.id'], name=op.f('fk_allocations_payment_id_payments')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_allocations'))
    )
    op.create_index('ix_allocations_invoice_id', 'allocations', ['invoice_id'], unique=False)
    op.create_index('ix_allocations_payment_id', 'allocations', ['payment_id'], unique=False)
    op.create_table('invoice_balances',
    sa.Column('invoice_id', sa.BigInteger(), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('total', sa.BigInteger(), nullable=False),
    sa.Column('paid', sa.BigInteger(), nullable=False),
    sa.Column('credited', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=True),
    sa.CheckConstraint("status IN ('issued', 'paid', 'part-paid', 'overdue', 'credited')", name=op.f('ck_invoice_balances_status')),
    sa.CheckConstraint('paid >= 0 AND credited >= 0 AND paid + credited <= total', name=op.f('ck_invoice_balances_within')),
    sa.ForeignKeyConstraint(['invoice_id'], ['invoices.id'], name=op.f('fk_invoice_balances_invoice_id_invoices')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_invoice_balances_member_id_members')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_invoice_balances_operator_id_operators')),
    sa.PrimaryKeyConstraint('invoice_id', name=op.f('pk_invoice_balances'))
    )
    op.create_index('ix_invoice_balances_open', 'invoice_balances', ['operator_id', 'due_on'], unique=False, postgresql_where="status IN ('issued', 'part-paid', 'overdue')")
    op.create_table('invoice_lines',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('invoice_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('service_month', sa.Text(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('unit_price', sa.BigInteger(), nullable=True),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('rate', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['invoice_id'], ['invoices.id'], name=op.f('fk_invoice_lines_invoice_id_invoices')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_invoice_lines_operator_id_operators')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoice_lines')),
    sa.UniqueConstraint('invoice_id', 'position', name=op.f('uq_invoice_lines_invoice_id_position'))
    )
    op.create_table('journal_lines',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.BigInteger(), nullable=False),
    sa.Column('account', sa.Text(), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('amount <> 0', name=op.f('ck_journal_lines_amount')),
    sa.ForeignKeyConstraint(['entry_id'], ['journal_entries.id'], name=op.f('fk_journal_lines_entry_id_journal_entries')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_journal_lines_operator_id_operators')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journal_lines'))
    )
    op.create_index('ix_journal_lines_entry_id', 'journal_lines', ['entry_id'], unique=False)
    op.create_table('invoiced_charges',
    sa.Column('charge_id', sa.BigInteger(), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('line_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['charge_id'], ['charges.id'], name=op.f('fk_invoiced_charges_charge_id_charges')),
    sa.ForeignKeyConstraint(['line_id'], ['invoice_lines.id'], name=op.f('fk_invoiced_charges_line_id_invoice_lines')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_invoiced_charges_operator_id_operators')),
    sa.PrimaryKeyConstraint('charge_id', name=op.f('pk_invoiced_charges'))
    )
    op.create_index('ix_invoiced_charges_line_id', 'invoiced_charges', ['line_id'], unique=False)


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
    for table in APPEND_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM rusuban_service")
        op.execute(
            f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change()
            """
        )


def _keep_the_books() -> None:
    """An entry balances when its transaction ends, and nothing is booked in a month that is closed."""
    op.execute(
        """
        CREATE FUNCTION require_balance() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (SELECT sum(amount) FROM journal_lines WHERE entry_id = NEW.entry_id) <> 0 THEN
                RAISE EXCEPTION 'journal entry % does not balance', NEW.entry_id
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON journal_lines
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_balance()
        """
    )
    op.execute(
        """
        CREATE FUNCTION require_open_month() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (
                SELECT FROM closed_months
                WHERE operator_id = NEW.operator_id AND month = to_char(NEW.booked_on, 'YYYY-MM')
            ) THEN
                RAISE EXCEPTION 'month % is closed', to_char(NEW.booked_on, 'YYYY-MM')
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'month_is_open';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER month_is_open BEFORE INSERT ON journal_entries
        FOR EACH ROW EXECUTE FUNCTION require_open_month()
        """
    )


def _fill() -> None:
    """Who is a member already has been on one plan since the start."""
    op.execute(
        """
        INSERT INTO plan_terms (operator_id, member_id, plan, starts_on, ends_on, asked_at)
        SELECT operator_id, id, plan, starts_on, ends_on, created_at FROM members
        WHERE status NOT IN ('applied', 'refused') AND (ends_on IS NULL OR ends_on >= starts_on)
        """
    )


def upgrade() -> None:
    _create_tables()
    _separate_operators()
    _keep_the_books()
    _fill()


def downgrade() -> None:
    op.drop_index('ix_invoiced_charges_line_id', table_name='invoiced_charges')
    op.drop_table('invoiced_charges')
    op.drop_index('ix_journal_lines_entry_id', table_name='journal_lines')
    op.drop_table('journal_lines')
    op.drop_table('invoice_lines')
    op.drop_index('ix_invoice_balances_open', table_name='invoice_balances', postgresql_where="status IN ('issued', 'part-paid', 'overdue')")
    op.drop_table('invoice_balances')
    op.drop_index('ix_allocations_payment_id', table_name='allocations')
    op.drop_index('ix_allocations_invoice_id', table_name='allocations')
    op.drop_table('allocations')
    op.drop_table('plan_terms')
    op.drop_index('ix_payments_member_id', table_name='payments')
    op.drop_table('payments')
    op.drop_table('payment_methods')
    op.drop_table('pauses')
    op.drop_table('parked_accounts')
    op.drop_index('ix_option_terms_member_id', table_name='option_terms')
    op.drop_table('option_terms')
    op.drop_index('ix_journal_entries_booked_on', table_name='journal_entries')
    op.drop_table('journal_entries')
    op.drop_index('ix_invoices_member_id', table_name='invoices')
    op.drop_index('ix_invoices_issued_on', table_name='invoices')
    op.drop_index('ix_invoices_due_on', table_name='invoices')
    op.drop_table('invoices')
    op.drop_table('invoice_series')
    op.drop_table('closed_months')
    op.drop_table('billing_runs')
    for function in ("require_balance", "require_open_month"):
        op.execute(f"DROP FUNCTION {function}()")
