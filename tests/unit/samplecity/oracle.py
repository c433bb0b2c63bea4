"""Every rule of a contract and its suite, judged once more in the plainest way: Python for cells, DuckDB for what spans columns."""

import functools
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import chinese_calendar
import duckdb
import pyarrow as pa

from jobs.catalogue.catalogue import Catalogue
from jobs.catalogue.contract import Contract, Field
from jobs.catalogue.suite import Expectation, columns_of
from jobs.samplecity.identifiers import luhn_check, organisation_check, resident_check, uscc_check
from tests.unit.samplecity.reading import Record

Found = tuple[int, str, str]  # line, field name or "", rule
Typed = dict[str, Any]
PYTHON_FORMATS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
IDENTIFIERS = {"resident_id": r"(?<!\d)\d{17}[\dX](?!\d)", "mobile": r"(?<!\d)1[3-9]\d{9}(?!\d)"}
# Spark's functions, as far as the suites use them; times are Beijing's here, so nothing is to be shifted.
MACROS = """
CREATE MACRO startswith(t, p) AS starts_with(t, p);
CREATE MACRO date_format(d, f) AS strftime(d, replace(replace(replace(f, 'yyyy', '%Y'), 'MM', '%m'), 'dd', '%d'));
CREATE MACRO add_months(d, n) AS CAST(d + to_months(n) AS DATE);
CREATE MACRO pmod(a, b) AS ((a % b) + b) % b;
CREATE MACRO to_date(t) AS CAST(t AS DATE);
CREATE MACRO from_utc_timestamp(t, z) AS t;
"""


def find_all(records: Sequence[Record], catalogue: Catalogue, resource: str, provider: str, days: tuple[date, date, date]) -> set[Found]:
    """Every fault of the file but malformed lines and keys in the lake. `days` are the period's first and last, and the day received."""
    contract = catalogue.contracts[resource]
    texts = {record.line: _texts(record.cells, contract, provider) for record in records}
    typed = {line: {field.name: _typed(field, row[field.name]) for field in contract.fields} for line, row in texts.items()}
    found = {(line, *fault) for line, row in texts.items() for fault in _field_faults(row, typed[line], contract, catalogue)}
    found |= _doubled(typed, contract.key)
    for entry in catalogue.negatives(provider, resource, days[1], days[2]):
        if entry.kind == "content" and entry.identifier:
            names = [field.name for field in contract.fields if field.is_narrative and entry.field in ("*", field.name)]
            pattern = re.compile(IDENTIFIERS[entry.identifier])
            found |= {
                (line, name, "personal_identifier") for line, row in texts.items() for name in names if pattern.search(row[name] or "")
            }
    return found | _suite_faults(texts, typed, contract, catalogue.suites[resource].expectations, days)


def _texts(cells: Mapping[str, str], contract: Contract, provider: str) -> dict[str, str | None]:
    books = contract.dialect(provider).code_books
    found: dict[str, str | None] = {name: None if text in contract.null_tokens else text for name, text in cells.items()}
    return {name: books[name].get(text, "?" + text) if name in books and text is not None else text for name, text in found.items()}


def _typed(field: Field, text: str | None) -> Any:
    if text is None or field.type == "string":
        return text
    if field.type == "integer":
        return int(text) if re.fullmatch(r"-?[0-9]+", text) else None
    if field.type == "number":
        try:
            return Decimal(text) if text.isascii() else None
        except InvalidOperation:
            return None
    moments = (_moment(text, form) for form in field.formats)
    moment = next((moment for moment in moments if moment), None)
    return moment.date() if moment and field.type == "date" else moment


def _moment(text: str, form: str) -> datetime | None:
    for ours, theirs in PYTHON_FORMATS.items():
        form = form.replace(ours, theirs)
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 (Beijing's time throughout)
    except ValueError:
        return None


def _field_faults(row: Mapping[str, str | None], typed: Typed, contract: Contract, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    for field in contract.fields:
        text, value = row[field.name], typed[field.name]
        if text is None:
            rules = ["required"] if field.required else []
        elif value is None:
            rules = ["parse"]
        else:
            rules = [rule for rule, is_broken in _cell_rules(field, text, value, catalogue) if is_broken]
        yield from ((field.name, rule) for rule in rules)


def _cell_rules(field: Field, text: str, value: Any, catalogue: Catalogue) -> Iterator[tuple[str, bool]]:
    yield "max_length", field.max_length is not None and len(text) > field.max_length
    yield "code_set", field.code_set is not None and text not in {code.code for code in catalogue.code_sets[field.code_set]}
    yield "minimum", field.minimum is not None and value < _typed(field, field.minimum)
    yield "maximum", field.maximum is not None and value > _typed(field, field.maximum)
    yield "pattern", field.pattern is not None and not re.search(field.pattern, text)
    if field.check:
        yield field.check, not CHECKS[field.check](text)


def _is_uscc(text: str) -> bool:
    return bool(re.fullmatch("[0-9A-HJ-NPQRTUWXY]{18}", text)) and uscc_check(text[:17]) == text[17]


def _is_resident(text: str) -> bool:
    return bool(re.fullmatch("[0-9]{17}[0-9X]", text) and _moment(text[6:14], "yyyyMMdd")) and resident_check(text[:17]) == text[17]


def _is_organisation(text: str) -> bool:
    return bool(re.fullmatch("[0-9A-Z]{8}[0-9X]", text)) and organisation_check(text[:8]) == text[8]


def _is_card(text: str) -> bool:
    return bool(re.fullmatch("[0-9]{13,19}", text)) and luhn_check(text[:-1]) == text[-1]


def _is_mobile(text: str) -> bool:
    return bool(re.fullmatch("1[3-9][0-9]{9}", text))


CHECKS: dict[str, Callable[[str], bool]] = {
    "uscc": _is_uscc,
    "resident_id": _is_resident,
    "organisation_code": _is_organisation,
    "bank_card": _is_card,
    "mobile": _is_mobile,
}


def _doubled(typed: Mapping[int, Typed], key: Sequence[str]) -> set[Found]:
    keys = {line: tuple(row[name] for name in key) for line, row in typed.items()}
    counts = Counter(values for values in keys.values() if None not in values)
    column = key[0] if len(key) == 1 else ""
    return {(line, column, "key_doubled") for line, values in keys.items() if counts[values] > 1}


def _suite_faults(
    texts: Mapping[int, Mapping[str, str | None]],
    typed: Mapping[int, Typed],
    contract: Contract,
    expectations: Collection[Expectation],
    days: tuple[date, date, date],
) -> set[Found]:
    lineage = dict(zip(("_period_start", "_period_end", "_received_date"), days, strict=True))
    rows = [
        {"_line": line, **lineage, **row, **{f"{name}__text": text for name, text in texts[line].items()}} for line, row in typed.items()
    ]
    types = {"integer": pa.int64(), "number": pa.decimal128(38, 6), "date": pa.date32(), "timestamp": pa.timestamp("us")}
    fields = [pa.field(field.name, types.get(field.type, pa.string())) for field in contract.fields]
    others = [pa.field("_line", pa.int64()), *(pa.field(name, pa.date32()) for name in lineage)]
    frame = pa.Table.from_pylist(
        rows, pa.schema([*fields, *others, *(pa.field(f"{field.name}__text", pa.string()) for field in contract.fields)])
    )
    found: set[Found] = set()
    with _database().cursor() as connection:
        connection.register("rows", frame)
        for expectation in expectations:
            if expectation.severity == "info":
                continue
            code, failing = _suite_rule(expectation, connection)
            columns = [column for column in columns_of(expectation) if column not in lineage]
            found |= {(line, columns[0] if len(columns) == 1 else "", f"{code}:{expectation.meta['rule']}") for line in failing}
    return found


@functools.cache
def _database() -> duckdb.DuckDBPyConnection:
    """One for all files: making it and its macros takes longer than judging a small file."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute(MACROS)
    return connection


def _suite_rule(expectation: Expectation, connection: duckdb.DuckDBPyConnection) -> tuple[str, list[int]]:
    kwargs, name = expectation.kwargs, expectation.type.removeprefix("expect_")
    column, condition = kwargs.get("column"), kwargs.get("row_condition")
    where = _in_words(condition) if condition else "true"

    def lines(fails: str) -> list[int]:
        return [line for (line,) in connection.execute(f"SELECT _line FROM rows WHERE ({where}) AND ({fails})").fetchall()]

    if name == "column_values_to_not_be_null":
        return "required", lines(f"{column}__text IS NULL")
    if name == "column_values_to_be_between":
        low, high = kwargs.get("min_value"), kwargs.get("max_value")
        bounds = [f"{column} < {low}"] * (low is not None) + [f"{column} > {high}"] * (high is not None)
        return "minimum" if high is None else "maximum", lines(" OR ".join(bounds))
    if name == "column_values_to_be_in_set":
        return "code_set", lines(f"{column} NOT IN ({', '.join(map(str, kwargs['value_set']))})")
    if name == "column_values_to_not_match_regex":
        return expectation.type, lines(f"regexp_matches({column}, '{kwargs['regex']}')")
    if name == "column_pair_values_a_to_be_greater_than_b":
        return "pair_order", lines(f"{kwargs['column_A']} < {kwargs['column_B']}")
    if name == "multicolumn_expression_to_hold":
        return "expression", lines(f"NOT ({_in_duckdb(kwargs['expression'])})")
    if name == "column_values_to_be_valid_resident_id":
        rows = connection.execute(f"SELECT _line, {column} FROM rows WHERE ({where}) AND {column} IS NOT NULL").fetchall()
        return "resident_id", [line for line, text in rows if not _is_resident(text)]
    assert name == "column_pair_working_days_to_be_at_most", f"the oracle does not know {expectation.type}"
    rows = connection.execute(f"SELECT _line, {kwargs['column_A']}, {kwargs['column_B']} FROM rows").fetchall()
    most = kwargs["maximum"]
    return "working_days", [line for line, start, end in rows if start and _working_days(start, end) > most]


def _in_words(condition: Mapping[str, Any]) -> str:
    column = condition["column"]["name"]
    if condition["type"] == "nullity":
        return f"{column} IS {'' if condition['is_null'] else 'NOT '}NULL"
    return f"{column} {condition['operator']} '{condition['parameter']}'"


def _in_duckdb(expression: str) -> str:
    """A Spark SQL expression of the suites as DuckDB says it; `SIMILAR TO` matches whole texts, which the suites' patterns do."""
    return re.sub(r"(?<![_A-Za-z])CAST", "TRY_CAST", expression.replace(" RLIKE ", " SIMILAR TO "))


def _working_days(start: date, end: date) -> int:
    return sum(chinese_calendar.is_workday(start + timedelta(days=day)) for day in range(1, (end - start).days + 1))
