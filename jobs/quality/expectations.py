"""Haihe's own expectations. Once this module is imported, a suite file that names them loads in plain Great Expectations."""

from typing import Any, ClassVar, Literal

from great_expectations.compatibility.pydantic import Field
from great_expectations.execution_engine.execution_engine import ExecutionEngine
from great_expectations.expectations.expectation import (
    BatchExpectation,
    ColumnMapExpectation,
    ColumnPairMapExpectation,
    MulticolumnMapExpectation,
)

# Registers the providers that the expectations' metrics are computed by.
from jobs.quality import metrics as _metrics  # noqa: F401 (imported for what it registers)
from jobs.quality.names import plain_form

IgnorePair = Literal["both_values_are_missing", "either_value_is_missing", "neither"]


class ExpectColumnValuesToParse(ColumnMapExpectation):
    """Expect each text in `column` to have a value in `typed_column`; `logical_type` and `formats` say to people what is asked."""

    typed_column: str
    logical_type: str
    formats: tuple[str, ...] = ()

    map_metric = "column_values.parse"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "typed_column")
    args_keys = ("column", "typed_column", "logical_type")


class ExpectColumnValuesToBeValidUscc(ColumnMapExpectation):
    """Expect unified social credit codes that check. Standard: GB 32100-2015."""

    map_metric = "column_values.valid_uscc"
    args_keys = ("column",)


class ExpectColumnValuesToBeValidResidentId(ColumnMapExpectation):
    """Expect resident identity numbers that check. Standard: GB 11643-1999."""

    map_metric = "column_values.valid_resident_id"
    args_keys = ("column",)


class ExpectColumnValuesToBeValidOrganisationCode(ColumnMapExpectation):
    """Expect organisation codes that check. Standard: GB 11714-1997."""

    map_metric = "column_values.valid_organisation_code"
    args_keys = ("column",)


class ExpectColumnValuesToBeValidBankCard(ColumnMapExpectation):
    """Expect bank card numbers that check. Standard: ISO/IEC 7812-1, annex B."""

    map_metric = "column_values.valid_bank_card"
    args_keys = ("column",)


class ExpectColumnValuesToBeValidMobile(ColumnMapExpectation):
    """Expect mobile numbers of the mainland."""

    map_metric = "column_values.valid_mobile"
    args_keys = ("column",)


class ExpectColumnValuesToHoldNoIdentifier(ColumnMapExpectation):
    """Expect free text without identifiers of the kinds `identifiers`: resident_id, mobile, bank_card."""

    identifiers: list[Literal["resident_id", "mobile", "bank_card"]] = Field(min_items=1)

    map_metric = "column_values.hold_no_identifier"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "identifiers")
    args_keys = ("column", "identifiers")


class ExpectColumnPairWorkingDaysToBeAtMost(ColumnPairMapExpectation):
    """Expect at most `maximum` working days after the date in `column_A` up to the one in `column_B`."""

    maximum: int = Field(ge=0)
    ignore_row_if: IgnorePair = "both_values_are_missing"

    map_metric = "column_pair_values.working_days_at_most"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "maximum", "ignore_row_if")
    args_keys = ("column_A", "column_B", "maximum")


class ExpectMulticolumnExpressionToHold(MulticolumnMapExpectation):
    """Expect the Spark SQL condition `expression` over the columns of `column_list` to hold; null is no violation."""

    expression: str = Field(min_length=1)

    map_metric = "multicolumn_values.expression"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "expression")
    args_keys = ("column_list", "expression")


class ExpectTableColumnsToHoldNoneOf(BatchExpectation):
    """Expect none of `columns` among the table's columns, compared as `plain_form` writes them."""

    columns: list[str]

    metric_dependencies = ("table.columns",)
    success_keys: ClassVar[tuple[str, ...]] = ("columns",)
    args_keys = ("columns",)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> dict[str, Any]:
        forbidden = {plain_form(name) for name in self.columns}
        present = [name for name in metrics["table.columns"] if plain_form(str(name)) in forbidden]
        return {"success": not present, "result": {"observed_value": present, "details": {"forbidden": sorted(self.columns)}}}


class ExpectRuleToBeJudged(BatchExpectation):
    """Expect a rule to be one that can be judged. It stands in results for a rule that Great Expectations cannot even build."""

    rule: str
    stated_type: str

    success_keys: ClassVar[tuple[str, ...]] = ("rule", "stated_type")
    args_keys = ("rule", "stated_type")

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> dict[str, Any]:
        return {"success": False, "result": {"observed_value": self.stated_type}}
