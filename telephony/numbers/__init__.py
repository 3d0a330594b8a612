"""Numbers in stock, lines lent, phones registered on them."""

from telephony.numbers.errors import LineNotLive, NumberCannotBeChosen, PhoneNotRegistered
from telephony.numbers.events import LineChanged, LineRented, NoticeGiven
from telephony.numbers.fees import FeeRules, post_first_fees
from telephony.numbers.line_notices import read_texts, write_line_ending, write_line_rented
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
from telephony.numbers.models import Line
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
    "NoticeGiven",
    "NumberCannotBeChosen",
    "PhoneNotRegistered",
    "RulesOfLines",
    "StockRow",
    "count_stock",
    "enter",
    "get_line",
    "give_notice",
    "line_of_number",
    "lines_of_calls",
    "list_lines",
    "list_stock",
    "member_of",
    "parse_stock_csv",
    "post_first_fees",
    "read_texts",
    "register_phone",
    "rent_line",
    "stock_area_code",
    "unregister_phone",
    "write_line_ending",
    "write_line_rented",
]
