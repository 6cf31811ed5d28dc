"""Rules as expectations of the checking library, run inside the database that the caller holds.

The library is imported inside functions: it takes seconds, and only gates need it. What it is allowed to say is
fixed here once: result format BASIC without examples, no progress bars, no usage reporting, and its own log is
silent while it runs, because the text of a database error can hold a value. Of its results only counts are copied.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, assert_never

from checks.rules import HasColumns, InSet, NoRows, NotNull, Rule, Suite, UniqueKey
from warehouse.connection import Connection

RESULT_FORMAT: dict[str, Any] = {"result_format": "BASIC", "partial_unexpected_count": 0}
LIBRARY_LOGS = ("great_expectations", "py.warnings")


@dataclass(frozen=True)
class Finding:
    """What is copied from one result: whether it could be evaluated, whether it held, and two counts."""

    evaluated: bool
    success: bool
    element_count: int | None
    unexpected_count: int | None


def evaluate(connection: Connection, suites: Sequence[Suite]) -> list[list[Finding]]:
    """Findings of each suite in the order of its checks.

    The relations must exist. Every query runs on cursors of ``connection``, so nothing else opens the file.
    """
    with _silence():
        context = _library().get_context(mode="ephemeral")
        _quieten(context)
        source = context.data_sources.add_sql(
            "warehouse", connection_string="duckdb:///:memory:", kwargs={"creator": connection.cursor}
        )
        try:
            return [_evaluate_suite(source, suite) for suite in suites]
        finally:
            source.get_execution_engine().engine.dispose()


def _library() -> Any:  # noqa: ANN401 - the library marks none of its names as exported
    import great_expectations

    return great_expectations


def _evaluate_suite(source: Any, suite: Suite) -> list[Finding]:  # noqa: ANN401
    library = _library()
    schema, _, name = suite.relation.partition(".")
    asset = source.add_table_asset(suite.relation, table_name=name, schema_name=schema)
    asked = [_row_count("whole")]
    for place, check in enumerate(suite.checks):
        asked.append(_expectation(check.rule, str(place)))
        if isinstance(check.rule, NoRows) and check.rule.elements:
            asked.append(_row_query(check.rule.elements, f"elements of {place}"))
    batch = asset.add_batch_definition_whole_table("whole").get_batch()
    expected = library.ExpectationSuite(name=suite.relation, expectations=asked)
    # The library reports in an order of its own; the place in meta brings the results back to the checks.
    outcome = batch.validate(expected, result_format=RESULT_FORMAT)
    placed = {str(result.expectation_config.meta["place"]): result for result in outcome.results}
    return [_placed_finding(placed, place, check.rule) for place, check in enumerate(suite.checks)]


def _placed_finding(placed: Mapping[str, Any], place: int, rule: Rule) -> Finding:
    finding = _finding(placed[str(place)], rule)
    if finding.element_count is not None or not finding.evaluated:
        return finding
    has_elements = isinstance(rule, NoRows) and rule.elements
    counted = placed[f"elements of {place}" if has_elements else "whole"]
    elements = None if _raised(counted.exception_info) else _whole((counted.result or {}).get("observed_value"))
    return replace(finding, evaluated=elements is not None, element_count=elements)


def _expectation(rule: Rule, place: str) -> Any:  # noqa: ANN401
    known, meta = _library().expectations, {"place": place}
    match rule:
        case HasColumns(columns):
            return known.ExpectTableColumnsToMatchSet(column_set=list(columns), exact_match=False, meta=meta)
        case NotNull(column, share):
            return known.ExpectColumnValuesToNotBeNull(column=column, mostly=share, meta=meta)
        case UniqueKey((column,)):
            return known.ExpectColumnValuesToBeUnique(column=column, meta=meta)
        case UniqueKey(columns):
            # The library's own rule for several columns overlooks repeated keys with an empty part.
            repeated = "select KEY from {batch} as item group by KEY having count(*) > 1"
            return _row_query(repeated.replace("KEY", ", ".join(columns)), place)
        case InSet(column, values):
            return known.ExpectColumnValuesToBeInSet(column=column, value_set=list(values), meta=meta)
        case NoRows(query):
            return _row_query(query, place)
        case _ as never:
            assert_never(never)


def _row_query(query: str, place: str) -> Any:  # noqa: ANN401
    # The library gives the relation a name of its own; a second pair of parentheses lets the query give one.
    renamed = query.replace("{batch} as", "(from {batch}) as")
    return _library().expectations.UnexpectedRowsExpectation(unexpected_rows_query=renamed, meta={"place": place})


def _row_count(place: str) -> Any:  # noqa: ANN401
    return _library().expectations.ExpectTableRowCountToBeBetween(min_value=0, meta={"place": place})


def _finding(result: Any, rule: Rule) -> Finding:  # noqa: ANN401 - the library's results carry no usable types
    if _raised(result.exception_info):
        return Finding(evaluated=False, success=False, element_count=None, unexpected_count=None)
    counted = result.result or {}
    match rule:
        case HasColumns(columns):
            missing = (counted.get("details") or {}).get("mismatched", {}).get("missing", [])
            return Finding(True, not missing, len(columns), len(missing))
        case NoRows() | UniqueKey((_, _, *_)):
            found = _whole(counted.get("observed_value"))
            return Finding(found is not None, found == 0, None, found)
        case _:
            elements, unexpected = _whole(counted.get("element_count")), _whole(counted.get("unexpected_count"))
            if elements == 0:
                return Finding(True, True, 0, 0)  # the library has no counts for an empty relation
            return Finding(unexpected is not None, bool(result.success), elements, unexpected)


def _raised(information: Any) -> bool:  # noqa: ANN401
    """The library gives one dictionary, or a dictionary of dictionaries; an error in any of them is an error."""
    if not information:
        return False
    if "raised_exception" in information:
        return bool(information["raised_exception"])
    return any(_raised(part) for part in information.values())


def _whole(value: Any) -> int | None:  # noqa: ANN401
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _quieten(context: Any) -> None:  # noqa: ANN401
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    context.variables.analytics_enabled = False


@contextmanager
def _silence() -> Iterator[None]:
    logs = [logging.getLogger(name) for name in LIBRARY_LOGS]
    before = [log.disabled for log in logs]
    for log in logs:
        log.disabled = True
    try:
        yield
    finally:
        for log, disabled in zip(logs, before, strict=True):
            log.disabled = disabled
