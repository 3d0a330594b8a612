"""Scenes of what is charged, invoiced, paid and checked."""

from __future__ import annotations

from tests.servers import bank_files, dues, invoices, payments
from tests.servers.task_house import Scenes

SCENES: Scenes = {
    "billing.charge-card": (
        lambda house, session: payments.queue_charge(house.work.resources, session, house.operator_id),
        lambda _, session: payments.is_paid(session),
    ),
    "billing.chase-arrears": (
        lambda house, session: payments.queue_arrears_day(house.work.resources, session, house.operator_id),
        lambda _, session: payments.is_reminded(session),
    ),
    "billing.chase-member": (
        lambda house, session: payments.queue_chase(house.work.resources, session, house.operator_id),
        lambda _, session: payments.is_reminded(session),
    ),
    "billing.collect-card": (
        lambda house, session: payments.queue_member_collection(
            house.work.resources, session, house.operator_id
        ),
        lambda _, session: payments.is_paid(session),
    ),
    "billing.collect-cards": (
        lambda house, session: payments.queue_collection_day(
            house.work.resources, session, house.operator_id
        ),
        lambda _, session: payments.is_paid(session),
    ),
    "billing.hear-card-event": (
        lambda house, session: payments.queue_event(house.work.resources, session, house.operator_id),
        lambda _, session: payments.card_is_changed(session),
    ),
    "billing.invoice-at-once": (
        lambda house, session: dues.queue_invoice(house.work.resources, session, house.operator_id),
        lambda _, session: dues.is_invoiced(session),
    ),
    "billing.issue-batch": (
        lambda house, session: invoices.queue_batch(house.work.resources, session, house.operator_id),
        lambda _, session: invoices.is_issued(session),
    ),
    "billing.match-deposits": (
        lambda house, session: bank_files.queue_matching(house.work.resources, session, house.operator_id),
        lambda _, session: bank_files.deposit_is_assigned(session),
    ),
    "billing.open-card-setup": (
        lambda house, session: payments.queue_setup(house.work.resources, session, house.operator_id),
        lambda _, session: payments.setup_is_open(session),
    ),
    "billing.open-runs": (
        lambda house, session: invoices.queue_run(house.work.resources, session, house.operator_id),
        lambda _, session: invoices.is_issued(session),
    ),
    "billing.post-dues": (
        lambda house, session: dues.queue_dues(house.work.resources, session, house.operator_id),
        lambda _, session: dues.dues_are_posted(session),
    ),
    "billing.post-dues-of-batch": (
        lambda house, session: dues.queue_dues(
            house.work.resources, session, house.operator_id, in_batches=False
        ),
        lambda _, session: dues.dues_are_posted(session),
    ),
    "billing.refund-card": (
        lambda house, session: payments.queue_refund(house.work.resources, session, house.operator_id),
        lambda _, session: payments.is_refunded(session),
    ),
    "billing.settle-debits": (
        lambda house, session: bank_files.queue_results(house.work.resources, session, house.operator_id),
        lambda _, session: bank_files.invoice_is_paid(session),
    ),
    "billing.write-debits": (
        lambda house, session: bank_files.queue_writing(house.work.resources, session, house.operator_id),
        lambda _, session: bank_files.batch_is_written(session),
    ),
    "billing.write-letters": (
        lambda house, session: invoices.queue_run(house.work.resources, session, house.operator_id),
        lambda _, session: invoices.letter_is_written(session),
    ),
    "billing.write-slips": (
        lambda house, session: payments.queue_slips(house.work.resources, session, house.operator_id),
        lambda _, session: payments.slip_is_written(session),
    ),
    "checks.check-day": (
        lambda house, session: invoices.queue_check(house.work.resources, session, house.operator_id),
        lambda _, session: invoices.fault_is_found(session),
    ),
}
