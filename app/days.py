"""What happens by itself on every operator's day, in its order."""

from __future__ import annotations

from datetime import time

from app.checker import check_day
from app.people.identity_retention import forget_identity
from app.people.retention import forget as forget_people
from coworking.billing import post_dues
from coworking.billing.arrears.steps import chase_arrears
from coworking.billing.cards.collecting import collect_cards
from coworking.billing.debits.batches import write_due_debits
from coworking.billing.invoicing.runs import open_runs
from coworking.billing.slips import write_slips
from coworking.doors import close_visits, forget_used_qrs
from coworking.doors.my_number_cards import forget_challenges
from coworking.kit.audit_chain import seal
from coworking.kit.daily import DailySteps, Step
from coworking.kit.sealing import reseal
from coworking.kit.stored_files import sweep as sweep_files
from coworking.membership import forget_answers, forget_guesses, turn_day
from coworking.membership.identity.repeats import repeat_identity
from coworking.membership.signing_in.mail_limits import forget_requests
from coworking.reservations import release_day
from mail_handling import turn_mail
from telephony.forwarding.control import retention as control_retention
from telephony.numbers import post_line_months
from virtual_office import ask_for_proofs

SUNDAY = 6

# Steps of one time run in this order. One whose work is fanned out into further tasks has a time before those that
# build on it.
DAILY_STEPS = DailySteps(
    (
        Step(time(0, 1), turn_day),
        Step(time(0, 5), release_day),
        Step(time(0, 10), post_dues),
        Step(time(0, 10), post_line_months),
        Step(time(0, 20), turn_mail),
        Step(time(0, 30), check_day),
        Step(time(0, 30), open_runs),
        Step(time(0, 45), collect_cards),
        Step(time(0, 45), write_slips),
        Step(time(0, 45), write_due_debits),
        Step(time(3, 0), close_visits),
        Step(time(3, 0), seal),
        Step(time(3, 0), forget_answers),
        Step(time(3, 0), forget_people),
        Step(time(3, 0), forget_identity),
        Step(time(3, 0), reseal, SUNDAY),
        Step(time(3, 0), sweep_files, SUNDAY),
        Step(time(3, 0), forget_used_qrs, SUNDAY),
        Step(time(3, 0), forget_challenges, SUNDAY),
        Step(time(3, 0), forget_guesses, SUNDAY),
        Step(time(3, 0), forget_requests, SUNDAY),
        Step(time(3, 0), control_retention.forget, SUNDAY),
        Step(time(9, 0), chase_arrears),
        Step(time(9, 0), repeat_identity),
        Step(time(9, 0), ask_for_proofs),
    )
)
