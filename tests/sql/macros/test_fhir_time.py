"""What a FHIR date can mean, in one place: precision, instant, local day, first and last possible day."""

import pytest

from tests.sql.conftest import Store

SHANGHAI = "Asia/Shanghai"


def read(store: Store, expression: str, written: str | None, zone: str = SHANGHAI) -> str | None:
    given = {"w": written} if "$z" not in expression else {"w": written, "z": zone}
    column = store.connection.execute(f"select cast({expression} as varchar)", given).fetchone()
    assert column is not None
    text: str | None = column[0]
    return text


def precision(store: Store, written: str | None) -> str | None:
    return read(store, "fhir_precision($w)", written)


def instant(store: Store, written: str | None, zone: str = SHANGHAI) -> str | None:
    return read(store, "fhir_at($w, $z)", written, zone)


def local_day(store: Store, written: str | None, zone: str = SHANGHAI) -> str | None:
    return read(store, "fhir_on($w, $z)", written, zone)


def span(store: Store, written: str | None) -> tuple[str | None, str | None]:
    return read(store, "fhir_first_on($w, $z)", written), read(store, "fhir_last_on($w, $z)", written)


@pytest.mark.parametrize(
    ("written", "expected"),
    [("2020", "year"), ("2020-02", "month"), ("2020-02-29", "day"), ("2020-02-29T10:00:00+08:00", "time")],
)
def test_precision_is_what_was_written(store: Store, written: str, expected: str) -> None:
    assert precision(store, written) == expected


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "unknown",
        "2021-02-29",
        "2020-13",
        "2020-02-30T10:00:00Z",
        "2020-01-05T25:00:00Z",
        "2020-01-05T10:61:00Z",
        "20200",
    ],
)
def test_what_cannot_be_read_is_null_and_never_a_guess(store: Store, written: str | None) -> None:
    assert precision(store, written) is None
    assert instant(store, written) is None
    assert span(store, written) == (None, None)


def test_a_year_and_a_month_are_intervals_without_a_day(store: Store) -> None:
    assert span(store, "2020") == ("2020-01-01", "2020-12-31")
    assert span(store, "2020-02") == ("2020-02-01", "2020-02-29")
    assert local_day(store, "2020") is None
    assert local_day(store, "2020-02") is None


def test_a_day_is_the_same_day_in_every_zone_and_has_no_instant(store: Store) -> None:
    assert local_day(store, "2020-01-05", "America/Los_Angeles") == "2020-01-05"
    assert instant(store, "2020-01-05") is None


def test_an_offset_that_crosses_midnight_moves_the_local_day(store: Store) -> None:
    assert local_day(store, "2020-01-04T23:30:00-05:00") == "2020-01-05"
    assert local_day(store, "2020-01-04T17:00:00Z") == "2020-01-05"
    assert local_day(store, "2020-01-04T15:59:59Z") == "2020-01-04"


def test_a_time_without_zone_is_the_hospitals_and_says_so(store: Store) -> None:
    assert instant(store, "2020-01-05T10:00:00") == "2020-01-05 02:00:00+00"
    assert read(store, "fhir_zone_missing($w)", "2020-01-05T10:00:00") == "true"
    assert read(store, "fhir_zone_missing($w)", "2020-01-05T10:00:00Z") == "false"
    assert read(store, "fhir_zone_missing($w)", "2020-01-05") == "false"


def test_a_leap_second_stays_on_its_own_day(store: Store) -> None:
    assert local_day(store, "2016-12-31T23:59:60+08:00") == "2016-12-31"
    assert instant(store, "2016-12-31T23:59:60Z") == "2016-12-31 23:59:59+00"


def test_24_00_is_the_start_of_the_next_day_and_24_01_is_nothing(store: Store) -> None:
    assert local_day(store, "2020-01-05T24:00:00+08:00") == "2020-01-06"
    assert instant(store, "2020-01-05T24:01:00+08:00") is None


@pytest.mark.parametrize(
    "written",
    [
        "2020-01-05T10:00+08:00",
        "2020-01-05 10:00:00+08:00",
        " 2020-01-05T10:00:00+0800 ",
        "20200105T1000+08",
        "2020/01/05 10:00",
        "2020-01-05T02:00:00.000000Z",
    ],
)
def test_common_other_spellings_are_the_same_instant(store: Store, written: str) -> None:
    assert instant(store, written) == "2020-01-05 02:00:00+00"


def test_a_day_of_summer_time_uses_the_offset_of_that_day(store: Store) -> None:
    assert instant(store, "2020-07-01T12:00:00", "Europe/Berlin") == "2020-07-01 10:00:00+00"
    assert instant(store, "2020-01-01T12:00:00", "Europe/Berlin") == "2020-01-01 11:00:00+00"
