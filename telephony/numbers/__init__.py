"""Numbers in stock, lines lent, phones registered on them."""

from telephony.numbers.buying import NumberCallbacks
from telephony.numbers.control_numbers import control_numbers, make_control_number
from telephony.numbers.errors import LineNotLive, LineSuspended, NumberCannotBeChosen, PhoneNotRegistered
from telephony.numbers.events import (
    LineChanged,
    LineRented,
    LineTransferred,
    NoticeGiven,
    NumberChanged,
    PhoneChanged,
    SuspensionBegun,
    SuspensionLifted,
)
from telephony.numbers.fees import FeeRules, post_first_fees
from telephony.numbers.halts import (
    end_halt,
    halt_of,
    interrupt,
    lines_of_halt,
    list_halts,
    reason_among,
    restrict,
)
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
    get_line,
    give_notice,
    line_of_number,
    list_lines,
    member_of,
    rent_line,
)
from telephony.numbers.lines_of_calls import LineOfCall, lines_of_calls
from telephony.numbers.models import Line, StockNumber
from telephony.numbers.registered_phones import register_phone, unregister_phone
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
    "NoticeGiven",
    "NumberCallbacks",
    "NumberCannotBeChosen",
    "NumberChanged",
    "PhoneChanged",
    "PhoneNotRegistered",
    "RulesOfLines",
    "ServiceHalt",
    "StockNumber",
    "StockRow",
    "SuspensionBegun",
    "SuspensionLifted",
    "control_numbers",
    "count_stock",
    "end_halt",
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
    "read_texts",
    "reason_among",
    "register_phone",
    "rent_line",
    "restrict",
    "stock_area_code",
    "suspend_line",
    "unregister_phone",
    "write_line_ending",
    "write_line_rented",
    "write_line_transferred",
    "write_suspension",
    "write_suspension_lifted",
]
