"""Applications, linked cards, codes of companies and groups, addresses that have not moved."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

TABLES = (
    "applications",
    "belongings",
    "contract_codes",
    "kept_addresses",
    "linked_cards",
)


def _create_tables() -> None:
    op.create_table('applications',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('plan', sa.Text(), nullable=False),
    sa.Column('before_plan', sa.Text(), nullable=True),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('options', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('pay_by', sa.Text(), nullable=True),
    sa.Column('company_id', sa.BigInteger(), nullable=True),
    sa.Column('declarations', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('terms_version', sa.Text(), nullable=True),
    sa.Column('evidence', sa.Text(), nullable=True),
    sa.Column('evidence_recorded_by', sa.Text(), nullable=True),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decision', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('decided_by', sa.Text(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("decision IN ('approved', 'refused')", name=op.f('ck_applications_decision')),
    sa.CheckConstraint('(decision IS NULL) = (decided_at IS NULL)', name=op.f('ck_applications_decided')),
    sa.ForeignKeyConstraint(['company_id'], ['members.id'], name=op.f('fk_applications_company_id_members')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_applications_member_id_members')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_applications_operator_id_operators')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_applications'))
    )
    op.create_index('ix_applications_member_id', 'applications', ['member_id', 'id'], unique=False)
    op.create_index('uq_applications_open', 'applications', ['member_id'], unique=True, postgresql_where='decision IS NULL')
    op.create_table('belongings',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_belongings_days')),
    sa.CheckConstraint('member_id <> company_id', name=op.f('ck_belongings_another')),
    sa.ForeignKeyConstraint(['company_id'], ['members.id'], name=op.f('fk_belongings_company_id_members')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_belongings_member_id_members')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_belongings_operator_id_operators')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_belongings'))
    )
    op.create_index('ix_belongings_company_id', 'belongings', ['company_id'], unique=False)
    op.create_index('uq_belongings_member_id', 'belongings', ['member_id'], unique=True, postgresql_where='ends_on IS NULL')
    op.create_table('contract_codes',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_contract_codes_member_id_members')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_contract_codes_operator_id_operators')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contract_codes')),
    sa.UniqueConstraint('member_id', name=op.f('uq_contract_codes_member_id')),
    sa.UniqueConstraint('operator_id', 'code', name=op.f('uq_contract_codes_operator_id_code'))
    )
    op.create_table('kept_addresses',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=True),
    sa.Column('released_on', sa.Date(), nullable=True),
    sa.Column('proof', sa.Text(), nullable=True),
    sa.Column('recorded_by', sa.Text(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_kept_addresses_member_id_members')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_kept_addresses_operator_id_operators')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kept_addresses')),
    sa.UniqueConstraint('member_id', name=op.f('uq_kept_addresses_member_id'))
    )
    op.create_table('linked_cards',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('linked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('unlinked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_linked_cards_member_id_members')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_linked_cards_operator_id_operators')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_linked_cards'))
    )
    op.create_index('uq_linked_cards_member_id', 'linked_cards', ['member_id'], unique=True, postgresql_where='unlinked_at IS NULL')
    op.create_index('uq_linked_cards_reference', 'linked_cards', ['operator_id', 'reference'], unique=True, postgresql_where='unlinked_at IS NULL')


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


def _fill() -> None:
    """Who waits for an answer has applied for the plan that stands on record."""
    op.execute(
        """
        INSERT INTO applications
            (operator_id, member_id, plan, starts_on, options, declarations, applied_at)
        SELECT operator_id, id, plan, starts_on, '[]', '[]', created_at FROM members WHERE status = 'applied'
        """
    )


def upgrade() -> None:
    _create_tables()
    _separate_operators()
    _fill()


def downgrade() -> None:
    op.drop_index('ix_applications_member_id', table_name='applications')
    op.drop_index('uq_applications_open', table_name='applications', postgresql_where='decision IS NULL')
    op.drop_table('applications')
    op.drop_index('ix_belongings_company_id', table_name='belongings')
    op.drop_index('uq_belongings_member_id', table_name='belongings', postgresql_where='ends_on IS NULL')
    op.drop_table('belongings')
    op.drop_table('contract_codes')
    op.drop_table('kept_addresses')
    op.drop_index('uq_linked_cards_member_id', table_name='linked_cards', postgresql_where='unlinked_at IS NULL')
    op.drop_index('uq_linked_cards_reference', table_name='linked_cards', postgresql_where='unlinked_at IS NULL')
    op.drop_table('linked_cards')
