import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError

from jobs.reports.receipt_json import render_json, schema_bytes
from jobs.reports.receipt_model import Counts, ErrorLine, Links, Receipt

PUBLISHED = Path(__file__).parents[3] / "docs" / "receipt.schema.json"
HINT = "python -c 'from jobs.reports.receipt_json import schema_bytes; print(schema_bytes().decode(), end=\"\")' > docs/receipt.schema.json"


def test_the_published_schema_is_the_models_schema() -> None:
    assert PUBLISHED.read_bytes() == schema_bytes(), f"The model changed. If on purpose, publish its schema again: {HINT}"


def test_the_published_schema_is_a_valid_json_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(PUBLISHED.read_text(encoding="utf-8")))


@pytest.mark.parametrize("kind", ["published", "held", "refused"])
def test_every_receipt_meets_the_published_schema(receipts: dict[str, Receipt], kind: str) -> None:
    schema = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(render_json(receipts[kind])))


@pytest.mark.parametrize("kind", ["published", "held", "refused"])
def test_a_receipt_reads_back_as_itself(receipts: dict[str, Receipt], kind: str) -> None:
    assert Receipt.model_validate_json(render_json(receipts[kind])) == receipts[kind]


def test_chinese_stands_in_the_json_as_chinese_and_links_under_their_plain_names(receipts: dict[str, Receipt]) -> None:
    rendered = render_json(receipts["published"]).decode()
    assert "行政处罚 2021年3月5日.csv" in rendered
    assert json.loads(rendered)["links"]["json"] == "receipt.json"


def test_the_same_receipt_gives_the_same_bytes(receipt_with: Callable[..., Receipt]) -> None:
    assert render_json(receipt_with()) == render_json(receipt_with())


def test_unknown_keys_are_refused(receipts: dict[str, Receipt]) -> None:
    facts = json.loads(render_json(receipts["published"])) | {"surprise": 1}
    with pytest.raises(ValidationError, match="surprise"):
        Receipt.model_validate(facts)


def test_rows_that_do_not_add_up_are_refused(receipt_with: Callable[..., Receipt]) -> None:
    with pytest.raises(ValidationError, match="read 10 is not accepted 8"):
        receipt_with(counts=Counts(read=10, accepted=8, quarantined=1))


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "JavaScript:alert(1)"])
def test_a_link_that_runs_something_is_refused(link: str) -> None:
    with pytest.raises(ValidationError, match="errors"):
        Links(errors=link)


def test_more_than_three_first_faults_are_refused(receipt_with: Callable[..., Receipt], faults: Callable[[int], list[ErrorLine]]) -> None:
    with pytest.raises(ValidationError, match="first_faults"):
        receipt_with(first_faults=tuple(faults(4)))
