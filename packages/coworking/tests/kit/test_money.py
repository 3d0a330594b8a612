from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column as SqlColumn
from sqlalchemy import Connection, MetaData, Table, create_engine, func, insert, literal, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.pool import StaticPool

from coworking.kit.money import LARGEST_YEN, TaxMode, YenAmount, plain, tax_on

PRICES = Table("prices", MetaData(), SqlColumn("amount", YenAmount))

amounts = st.decimals(min_value=-LARGEST_YEN, max_value=LARGEST_YEN, places=3)


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        PRICES.metadata.create_all(connection)
        yield connection
    engine.dispose()


def stored(connection: Connection, amount: object) -> Decimal | None:
    connection.execute(PRICES.delete())
    connection.execute(insert(PRICES).values(amount=amount))
    return connection.execute(select(PRICES.c.amount)).scalar_one()


@pytest.mark.parametrize("amount", ["0", "64", "14.3", "0.001", "-2750", "1000000000000", "-0.125"])
def test_an_amount_comes_back_as_it_was_stored(connection: Connection, amount: str) -> None:
    assert stored(connection, Decimal(amount)) == Decimal(amount)


def test_thousandths_are_what_is_stored(connection: Connection) -> None:
    stored(connection, Decimal("14.3"))
    assert connection.execute(text("SELECT amount FROM prices")).scalar_one() == 14300


def test_nothing_stays_nothing(connection: Connection) -> None:
    assert stored(connection, None) is None


def test_a_whole_number_is_whole_yen(connection: Connection) -> None:
    assert stored(connection, 64) == Decimal(64)
    assert connection.execute(select(PRICES.c.amount).where(PRICES.c.amount > 63)).scalar_one() == 64


def test_a_sum_is_an_amount(connection: Connection) -> None:
    connection.execute(insert(PRICES), [{"amount": Decimal("14.3")}, {"amount": Decimal("29.7")}])
    assert connection.execute(select(func.sum(PRICES.c.amount))).scalar_one() == Decimal(44)


def test_amounts_are_added_in_sql_but_not_multiplied(connection: Connection) -> None:
    stored(connection, Decimal("14.3"))
    assert connection.execute(select(PRICES.c.amount + 3)).scalar_one() == Decimal("17.3")
    assert connection.execute(select(PRICES.c.amount - PRICES.c.amount)).scalar_one() == 0
    assert connection.execute(select(-PRICES.c.amount)).scalar_one() == Decimal("-14.3")
    for reckon in (lambda a: a * 3, lambda a: 3 * a, lambda a: a / 2, lambda a: a * a, lambda a: a // 2):
        with pytest.raises(TypeError, match="in Python"):
            reckon(PRICES.c.amount)


def test_amounts_can_be_written_into_sql(connection: Connection) -> None:
    statement = select(literal(Decimal("0.5"), YenAmount))
    assert (
        str(statement.compile(connection, compile_kwargs={"literal_binds": True})) == "SELECT 500 AS anon_1"
    )


@pytest.mark.parametrize("amount", [14.3, 64.0, float("nan"), True, "64"])
def test_only_decimals_are_amounts(connection: Connection, amount: object) -> None:
    with pytest.raises(StatementError) as raised:
        stored(connection, amount)
    assert isinstance(raised.value.orig, TypeError)


@pytest.mark.parametrize("amount", ["0.0001", "14.3001", "NaN", "Infinity", "-Infinity", "1000000000000.001"])
def test_amounts_have_limits(connection: Connection, amount: str) -> None:
    with pytest.raises(StatementError) as raised:
        stored(connection, Decimal(amount))
    assert isinstance(raised.value.orig, ValueError)


@settings(deadline=None)
@given(amounts)
def test_every_amount_survives_the_database(amount: Decimal) -> None:
    column = YenAmount()
    dialect = create_engine("sqlite://").dialect
    bound = column.process_bind_param(amount, dialect)
    assert isinstance(bound, int)
    assert column.process_result_value(bound, dialect) == amount


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("64", "64"),
        ("64.000", "64"),
        ("14.30", "14.3"),
        ("1E+3", "1000"),
        ("1E-3", "0.001"),
        ("0", "0"),
        ("0.000", "0"),
        ("-0", "0"),
        ("-2.50", "-2.5"),
        ("100", "100"),
    ],
)
def test_plain(amount: str, written: str) -> None:
    assert plain(Decimal(amount)) == written


@settings(deadline=None)
@given(amounts)
def test_plain_reads_back_as_the_same_amount(amount: Decimal) -> None:
    assert Decimal(plain(amount)) == amount
    assert "E" not in plain(amount)


def test_plain_refuses_what_is_no_amount() -> None:
    with pytest.raises(TypeError):
        plain(14.3)
    with pytest.raises(ValueError, match="finite"):
        plain(Decimal("NaN"))


@pytest.mark.parametrize(
    ("subtotal", "rate", "tax"),
    [
        ("108", "0.10", "10"),  # NEX-09: 10.8 rounded down once
        ("13", "0.1", "1"),
        ("2500", "0.10", "250"),
        ("99.999", "0.08", "7"),
        ("0", "0.10", "0"),
        ("9", "0.10", "0"),
        ("-108", "0.10", "-10"),  # a credit note takes back what was asked
        ("-9", "0.10", "0"),
        ("123456789012.345", "0.10", "12345678901"),
        ("500", "0", "0"),
    ],
)
def test_tax_on(subtotal: str, rate: str, tax: str) -> None:
    assert str(tax_on(Decimal(subtotal), Decimal(rate))) == tax


@settings(deadline=None)
@given(amounts, st.sampled_from([Decimal("0.08"), Decimal("0.10")]))
def test_tax_is_whole_yen_and_below_one_yen_off(subtotal: Decimal, rate: Decimal) -> None:
    tax = tax_on(subtotal, rate)
    assert tax == tax.to_integral_value()
    assert 0 <= abs(subtotal) * rate - abs(tax) < 1
    assert tax_on(-subtotal, rate) == -tax


@pytest.mark.parametrize("rate", ["10", "1", "-0.1", "NaN"])
def test_a_rate_is_a_fraction(rate: str) -> None:
    with pytest.raises(ValueError, match="fraction"):
        tax_on(Decimal(100), Decimal(rate))


def test_tax_is_never_reckoned_in_floats() -> None:
    with pytest.raises(TypeError):
        tax_on(Decimal(100), 0.1)
    with pytest.raises(TypeError):
        tax_on(100.0, Decimal("0.1"))
    with pytest.raises(ValueError, match="finite"):
        tax_on(Decimal("Infinity"), Decimal("0.1"))


def test_tax_modes_have_stable_words() -> None:
    assert [mode.value for mode in TaxMode] == ["excluded", "included", "outside"]
