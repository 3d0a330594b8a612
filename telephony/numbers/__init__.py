"""Numbers in stock, lines lent, phones registered on them."""

from telephony.numbers.buying import NumberCallbacks
from telephony.numbers.change_fees import charge_address_change, charge_phone_replaced
from telephony.numbers.control_numbers import control_numbers, make_control_number
from telephony.numbers.debt_suspensions import serve_after_debt, suspend_for_debt
from telephony.numbers.errors import (
    LineNotLive,
    LinesNotLent,
    LineSuspended,
    NumberCannotBeChosen,
    PhoneNotRegistered,
)
from telephony.numbers.events import (
    LineChanged,
    LineRented,
    LineTransferred,
    NoticeGiven,
    NumberChanged,
    PhoneChanged,
    PhoneReplaced,
    SuspensionBegun,
    SuspensionLifted,
)
from telephony.numbers.fees import FeeRules, RulesOfFees, post_first_fees
from telephony.numbers.halts import (
    end_halt,
    halt_of,
    interrupt,
    lines_of_halt,
    list_halts,
    reason_among,
    restrict,
)
from telephony.numbers.line_months import post_line_months
from telephony.numbers.line_notices import (
    read_texts,
    write_line_ending,
    write_line_rented,
    write_line_transferred,
    write_suspension,
    write_suspension_lifted,
)
from telephony.numbers.line_record_models import ServiceHalt
from telephony.numbers.lines import (
    RulesOfLines,
    end_lines_of,
    get_line,
    give_notice,
    line_of_number,
    list_lines,
    member_of,
    rent_line,
)
from telephony.numbers.lines_of_calls import LineOfCall, lines_of_calls
from telephony.numbers.models import Line, StockNumber
from telephony.numbers.registered_phones import register_phone, replace_phone, unregister_phone
from telephony.numbers.stock import (
    Entered,
    StockRow,
    count_stock,
    enter,
    list_stock,
    parse_stock_csv,
    stock_area_code,
)
from telephony.numbers.suspensions import lift_suspension, open_suspension, suspend_line
from telephony.numbers.terms import LineRules

__all__ = [
    "Entered",
    "FeeRules",
    "Line",
    "LineChanged",
    "LineNotLive",
    "LineOfCall",
    "LineRented",
    "LineRules",
    "LineSuspended",
    "LineTransferred",
    "LinesNotLent",
    "NoticeGiven",
    "NumberCallbacks",
    "NumberCannotBeChosen",
    "NumberChanged",
    "PhoneChanged",
    "PhoneNotRegistered",
    "PhoneReplaced",
    "RulesOfFees",
    "RulesOfLines",
    "ServiceHalt",
    "StockNumber",
    "StockRow",
    "SuspensionBegun",
    "SuspensionLifted",
    "charge_address_change",
    "charge_phone_replaced",
    "control_numbers",
    "count_stock",
    "end_halt",
    "end_lines_of",
    "enter",
    "get_line",
    "give_notice",
    "halt_of",
    "interrupt",
    "lift_suspension",
    "line_of_number",
    "lines_of_calls",
    "lines_of_halt",
    "list_halts",
    "list_lines",
    "list_stock",
    "make_control_number",
    "member_of",
    "open_suspension",
    "parse_stock_csv",
    "post_first_fees",
    "post_line_months",
    "read_texts",
    "reason_among",
    "register_phone",
    "rent_line",
    "replace_phone",
    "restrict",
    "serve_after_debt",
    "stock_area_code",
    "suspend_for_debt",
    "suspend_line",
    "unregister_phone",
    "write_line_ending",
    "write_line_rented",
    "write_line_transferred",
    "write_suspension",
    "write_suspension_lifted",
]
