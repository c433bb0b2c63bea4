"""The header judged before a byte is archived: forbidden fields first, then the contract. Pandas engine on an empty frame, no Spark."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.expectations.metadata_types import FailureSeverity

from jobs.catalogue.frozen import Frozen
from jobs.catalogue.judged import BY_HEADER
from jobs.catalogue.lists import Negative
from jobs.catalogue.suite import Expectation
from jobs.quality.engines import configuration_of, pandas_engine, validator
from jobs.quality.names import plain_form
from jobs.quality.result import suite_result
from jobs.quality.rules import Rule, substituted

NO_PARAMETERS: Mapping[str, Any] = {}


class ForbiddenColumn(Frozen):
    """A column of the header and the entry of the negative list that forbids it."""

    header: str
    negative_id: str
    action: str
    basis: str
    alternative: str


class HeaderVerdict(Frozen):
    """What the header came to. `result` is a Great Expectations validation result; forbidden columns are not told as unknown again.

    `failed` are ids of the suite's critical header rules that it does not meet, or that could not be judged.
    """

    result: Mapping[str, Any]
    forbidden: tuple[ForbiddenColumn, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    repeated: tuple[str, ...]
    failed: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether the header is the contract's, and nothing in it is forbidden."""
        return not (self.forbidden or self.missing or self.unknown or self.repeated or self.failed)


def judge_header(
    header: Sequence[str],
    headers_of_contract: Mapping[str, str],
    negatives: Iterable[Negative],
    meta: Mapping[str, Any],
    suite: Sequence[Expectation] = (),
    parameters: Mapping[str, Any] = NO_PARAMETERS,
) -> HeaderVerdict:
    """The verdict on a header, against the provider's headers (header -> field name), the entries in force and the suite's header rules.

    A field is forbidden under its own name, its header, its contract name, and however these are written (`names.plain_form`).
    `meta` as for `validation_result`.
    """
    entries = [entry for entry in negatives if entry.kind == "field" and entry.status == "in_force"]
    forms = {entry.negative_id: _forms(entry, header, headers_of_contract) for entry in entries}
    forbidden = tuple(
        ForbiddenColumn(header=name, **entry.model_dump(include={"negative_id", "action", "basis", "alternative"}))
        for name in dict.fromkeys(header)
        for entry in entries
        if _forms_of(name, headers_of_contract) & forms[entry.negative_id]
    )
    barred = frozenset[str]().union(*forms.values())
    wanted = [name for name in headers_of_contract if not _forms_of(name, headers_of_contract) & barred]
    found = {column.header for column in forbidden}
    as_sent = [*(_negative_rule(entry, forms[entry.negative_id]) for entry in entries), _contract_rule([*wanted, *sorted(found)])]
    as_named = header_rules(suite, parameters)
    # What is cut or refused never lands: the suite speaks of the columns that would.
    named = judged_columns(
        [headers_of_contract.get(name, name) for name in header if name not in {one.header for one in forbidden}], as_named
    )
    return HeaderVerdict(
        result=suite_result([*judged_columns(header, as_sent), *named], meta, batch_id=None),
        forbidden=forbidden,
        missing=tuple(name for name in wanted if name not in header),
        unknown=tuple(dict.fromkeys(name for name in header if name not in headers_of_contract and name not in found)),
        repeated=tuple(sorted({name for name in header if list(header).count(name) > 1})),
        failed=_failed(named),
    )


def header_rules(suite: Sequence[Expectation], parameters: Mapping[str, Any]) -> list[Rule]:
    """The suite's rules about columns alone. Raises: RuleError for a parameter that is not given."""
    return [_suite_rule(one, parameters) for one in suite if one.type in BY_HEADER]


def judged_columns(columns: Sequence[str], rules: Sequence[Rule]) -> list[ExpectationValidationResult]:
    """Great Expectations' results on an empty frame of these columns."""
    if not rules:
        return []
    judge = validator(pandas_engine(pd.DataFrame(columns=list(columns))))
    return judge.graph_validate([configuration_of(rule) for rule in rules], runtime_configuration={"result_format": "BASIC"})


def _failed(results: Sequence[ExpectationValidationResult]) -> tuple[str, ...]:
    configurations = [result.expectation_config for result in results if not result.success]
    return tuple(one.meta["rule"] for one in configurations if one and one.meta and one.severity == FailureSeverity.CRITICAL)


def _forms(entry: Negative, header: Sequence[str], headers_of_contract: Mapping[str, str]) -> frozenset[str]:
    """Every plain form under which the entry's field may stand in a header; `*` forbids whatever stands there."""
    if entry.field == "*":
        return frozenset(form for name in (*header, *headers_of_contract) for form in _forms_of(name, headers_of_contract))
    own = plain_form(entry.field)
    known = [_forms_of(name, headers_of_contract) for name in headers_of_contract if own in _forms_of(name, headers_of_contract)]
    return frozenset({own}).union(*known)


def _forms_of(name: str, headers_of_contract: Mapping[str, str]) -> frozenset[str]:
    return frozenset({plain_form(name), plain_form(headers_of_contract.get(name, name))})


def _negative_rule(entry: Negative, forms: frozenset[str]) -> Rule:
    return Rule(
        rule_id=entry.negative_id,
        type="expect_table_columns_to_hold_none_of",
        kwargs={"columns": sorted(forms)},
        severity="critical",
        origin="negative",
        code="columns_forbidden",
        columns=(entry.field,),
        message=f"negative list {entry.negative_id}: {entry.field} ({entry.restriction}, {entry.action}); {entry.basis}",
        scope="batch",
    )


def _contract_rule(columns: Sequence[str]) -> Rule:
    return Rule(
        rule_id="header.columns",
        type="expect_table_columns_to_match_set",
        kwargs={"column_set": list(columns), "exact_match": True},
        severity="critical",
        origin="contract",
        code="columns_match",
        columns=(),
        scope="batch",
    )


def _suite_rule(expectation: Expectation, parameters: Mapping[str, Any]) -> Rule:
    return Rule(
        rule_id=str(expectation.meta.get("rule") or expectation.id),
        type=expectation.type,
        kwargs=substituted(expectation.kwargs, parameters, expectation.id),
        severity=expectation.severity,
        origin="suite",
        code="columns_match",
        columns=(),
        message=expectation.sentences.get("zh"),
        message_en=expectation.sentences.get("en"),
        scope="batch",
    )
