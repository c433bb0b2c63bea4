"""A contract, a suite and the negative list as one tuple of rules, each with an id, a severity and what its sentence needs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, Literal

from jobs.catalogue.contract import Contract, Field
from jobs.catalogue.frozen import Frozen
from jobs.catalogue.judged import BY_HEADER, BY_KEY, BY_MASK
from jobs.catalogue.lists import Negative
from jobs.catalogue.roster import Code
from jobs.catalogue.suite import Expectation, Suite, columns_of
from jobs.errors import RuleError

Severity = Literal["critical", "warning", "info"]
# gx: by Great Expectations itself on the rows of each batch.
Method = Literal["mask", "key", "lake", "gx"]

TEXT_SUFFIX = "__text"
KEY_DOUBLED = "key.key_doubled"
KEY_IN_LAKE = "key.key_in_lake"
# The only type without a Great Expectations class: a batch's frame cannot show it.
LAKE_TYPE = "key_in_lake"
IDENTIFIERS = ("resident_id", "mobile", "bank_card")
# Source times without an offset are the city's own.
SOURCE_OFFSET = "+08:00"
# Types that look at the text as it came, whatever the field's type.
_ABOUT_TEXT = frozenset(
    {
        "expect_column_values_to_not_be_null",
        "expect_column_proportion_of_non_null_values_to_be_between",
        "expect_column_values_to_match_strftime_format",
    }
)
# kwargs that say where a rule looks, not what it wants.
_DOMAIN = frozenset({"column", "column_A", "column_B", "column_list", "mostly", "row_condition", "condition_parser", "ignore_row_if"})
_CODES = {
    "expect_column_values_to_not_be_null": "required",
    "expect_column_values_to_parse": "parse",
    "expect_column_values_to_be_in_set": "code_set",
    "expect_column_values_to_match_regex": "pattern",
    "expect_column_values_to_match_regex_list": "pattern",
    "expect_column_values_to_be_valid_uscc": "uscc",
    "expect_column_values_to_be_valid_resident_id": "resident_id",
    "expect_column_values_to_be_valid_organisation_code": "organisation_code",
    "expect_column_values_to_be_valid_bank_card": "bank_card",
    "expect_column_values_to_be_valid_mobile": "mobile",
    "expect_column_values_to_hold_no_identifier": "personal_identifier",
    "expect_column_values_to_be_unique": "key_doubled",
    "expect_compound_columns_to_be_unique": "key_doubled",
    "expect_column_pair_values_a_to_be_greater_than_b": "pair_order",
    "expect_column_pair_working_days_to_be_at_most": "working_days",
    "expect_multicolumn_expression_to_hold": "expression",
}


class Rule(Frozen):
    """One rule as it is judged. `kwargs` are Great Expectations' own, `columns` the contract's names of the fields concerned.

    `message` and `message_en`: the suite author's own sentence in Chinese and in English; None where the rule's parameters make it.
    `scope` row: a critical rule quarantines the row that fails it. `scope` batch: one failing row condemns the batch, and a batch that
    fails a rule of method gx is held. `packages` are imported before the type is looked up.
    """

    rule_id: str
    type: str
    kwargs: Mapping[str, Any]
    severity: Severity
    origin: Literal["contract", "suite", "negative"]
    code: str
    columns: tuple[str, ...]
    params: Mapping[str, Any] = {}
    message: str | None = None
    message_en: str | None = None
    method: Method = "mask"
    scope: Literal["row", "batch"] = "row"
    packages: tuple[str, ...] = ()


def compile_rules(
    contract: Contract,
    suite: Suite,
    code_sets: Mapping[str, Sequence[Code]],
    negatives: Iterable[Negative] = (),
) -> tuple[Rule, ...]:
    """Every rule that rows of this contract are judged by, in the order contract, key, suite, negative list; ids do not hang on the order.

    Header rules are not here (see `header`). Raises: RuleError when two rules have one id.
    """
    rules = (
        *(rule for field in contract.fields for rule in _field_rules(field, code_sets)),
        *_key_rules(contract),
        *_suite_rules(suite, contract.fields),
        *(rule for entry in negatives for rule in _negative_rules(entry, contract)),
    )
    return _unrepeated(rules, contract.resource)


def suite_rules(suite: Suite) -> tuple[Rule, ...]:
    """The rules of a suite alone, for a frame that no contract describes. Header rules are not here.

    Raises: RuleError when two rules have one id.
    """
    return _unrepeated(_suite_rules(suite, ()), suite.name)


def text_column(field: Field) -> str:
    """The column of the judged frame that holds the field as it came, null tokens apart."""
    return field.name if field.type == "string" else field.name + TEXT_SUFFIX


def field_name(column: str) -> str:
    """The contract's name behind a column of the judged frame."""
    return column.removesuffix(TEXT_SUFFIX)


def _field_rules(field: Field, code_sets: Mapping[str, Sequence[Code]]) -> Iterator[Rule]:
    def rule(code: str, type_: str, column: str, params: Mapping[str, Any] | None = None, **kwargs: object) -> Rule:
        return Rule(
            rule_id=f"{field.name}.{code}",
            type=type_,
            kwargs={"column": column, **kwargs},
            severity="critical",
            origin="contract",
            code=code,
            columns=(field.name,),
            params={**kwargs, **(params or {})},
        )

    text = text_column(field)
    if field.required:
        yield rule("required", "expect_column_values_to_not_be_null", text)
    if field.type != "string":
        shape = {"logical_type": field.type, "formats": list(field.formats)}
        digits = {"precision": field.precision, "scale": field.scale} if field.type == "number" else {}
        yield rule("parse", "expect_column_values_to_parse", text, digits, typed_column=field.name, **shape)
    if field.max_length is not None:
        yield rule("max_length", "expect_column_value_lengths_to_be_between", text, max_value=field.max_length)
    if field.code_set is not None:
        codes = [code.code for code in code_sets[field.code_set]]
        yield rule("code_set", "expect_column_values_to_be_in_set", text, {"code_set": field.code_set}, value_set=codes)
    if field.minimum is not None:
        yield rule("minimum", "expect_column_values_to_be_between", field.name, min_value=_bound(field, field.minimum))
    if field.maximum is not None:
        yield rule("maximum", "expect_column_values_to_be_between", field.name, max_value=_bound(field, field.maximum))
    if field.pattern is not None:
        yield rule("pattern", "expect_column_values_to_match_regex", text, regex=field.pattern)
    if field.check is not None:
        yield rule(field.check, f"expect_column_values_to_be_valid_{field.check}", text)


def _bound(field: Field, text: str) -> int | float | str:
    if field.type == "integer":
        return int(text)
    if field.type == "number":
        return float(text)
    has_offset = text.endswith("Z") or "+" in text
    return text + SOURCE_OFFSET if field.type == "timestamp" and "T" in text and not has_offset else text


def _key_rules(contract: Contract) -> Iterator[Rule]:
    if not contract.key:
        return
    single = len(contract.key) == 1
    type_ = "expect_column_values_to_be_unique" if single else "expect_compound_columns_to_be_unique"
    kwargs = {"column": contract.key[0]} if single else {"column_list": list(contract.key)}
    params = {"columns": list(contract.key)}
    shared: dict[str, Any] = {"severity": "critical", "origin": "contract", "columns": contract.key, "params": params}
    yield Rule(rule_id=KEY_DOUBLED, type=type_, kwargs=kwargs, code="key_doubled", method="key", **shared)
    if contract.load == "append":
        yield Rule(rule_id=KEY_IN_LAKE, type=LAKE_TYPE, kwargs={}, code="key_in_lake", method="lake", **shared)


def _unrepeated(rules: tuple[Rule, ...], name: str) -> tuple[Rule, ...]:
    ids = [rule.rule_id for rule in rules]
    doubled = sorted({rule_id for rule_id in ids if ids.count(rule_id) > 1})
    if doubled:
        raise RuleError(f"{name}: rule ids {doubled} stand twice. Nothing was judged. Rename them in the suite (meta.rule).")
    return rules


def _suite_rules(suite: Suite, fields: Iterable[Field]) -> tuple[Rule, ...]:
    types = {field.name: field for field in fields}
    return tuple(_suite_rule(one, suite, types) for one in suite.expectations if one.type not in BY_HEADER)


def _suite_rule(expectation: Expectation, suite: Suite, types: Mapping[str, Field]) -> Rule:
    kwargs = substituted(expectation.kwargs, suite.suite_parameters, expectation.id)
    if expectation.type in _ABOUT_TEXT and kwargs.get("column") in types:
        # A value that does not parse is not missing: it fails its own rule alone.
        kwargs["column"] = text_column(types[kwargs["column"]])
    method = _method(expectation.type)
    return Rule(
        rule_id=str(expectation.meta.get("rule") or expectation.id),
        type=expectation.type,
        kwargs=kwargs,
        severity=expectation.severity,
        origin="suite",
        code=_suite_code(expectation),
        columns=columns_of(expectation),
        params={name: value for name, value in kwargs.items() if name not in _DOMAIN},
        message=expectation.sentences.get("zh"),
        message_en=expectation.sentences.get("en"),
        method=method,
        scope="batch" if method == "gx" else "row",
        packages=suite.packages,
    )


def _method(type_: str) -> Method:
    """How a type is judged; one that is on no list is a user's own, and Great Expectations' business."""
    if type_ in BY_KEY:
        return "key"
    return "mask" if type_ in BY_MASK else "gx"


def _suite_code(expectation: Expectation) -> str:
    only_least = expectation.kwargs.get("max_value") is None
    if expectation.type == "expect_column_values_to_be_between":
        return "minimum" if only_least else "maximum"
    if expectation.type == "expect_column_value_lengths_to_be_between" and not only_least:
        return "max_length"
    return _CODES.get(expectation.type, expectation.type)


def substituted(kwargs: Mapping[str, Any], parameters: Mapping[str, Any], expectation_id: str) -> dict[str, Any]:
    """The kwargs with every `{"$PARAMETER": …}` replaced as Great Expectations does, arithmetic and `now()` included.

    Raises: RuleError for a parameter that the suite does not give, or an expression that is none.
    """
    if not any(isinstance(value, Mapping) and "$PARAMETER" in value for value in kwargs.values()):
        return dict(kwargs)
    # Great Expectations takes a second to import, and few suites have parameters.
    from great_expectations.core.suite_parameters import build_suite_parameters
    from great_expectations.exceptions.exceptions import SuiteParameterError

    try:
        told, _ = build_suite_parameters(deepcopy(dict(kwargs)), dict(parameters))
    except SuiteParameterError as error:
        raise RuleError(
            f"{expectation_id}: {error}; the suite's parameters are {sorted(parameters)}. Nothing was judged. Mend suite_parameters."
        ) from error
    return told


def _negative_rules(entry: Negative, contract: Contract) -> Iterator[Rule]:
    if entry.kind != "content" or entry.status != "in_force" or entry.resource not in ("*", contract.resource):
        return
    kinds = [entry.identifier] if entry.identifier else list(IDENTIFIERS)
    for field in contract.fields:
        if field.type != "string" or not (field.is_narrative if entry.field == "*" else entry.field in (field.name, field.header)):
            continue
        yield Rule(
            rule_id=f"{entry.negative_id}.{field.name}",
            type="expect_column_values_to_hold_no_identifier",
            kwargs={"column": field.name, "identifiers": kinds, **_of_provider(entry.provider_id)},
            severity="warning" if entry.action == "mask" else "critical",
            origin="negative",
            code="personal_identifier",
            columns=(field.name,),
            params={"kinds": kinds, "negative_id": entry.negative_id, "action": entry.action, "basis": entry.basis},
            scope="batch" if entry.action == "refuse" else "row",
        )


def _of_provider(provider: str) -> dict[str, Any]:
    if provider == "*":
        return {}
    condition = {"type": "comparison", "column": {"name": "_provider"}, "operator": "==", "parameter": provider}
    return {"row_condition": condition}
