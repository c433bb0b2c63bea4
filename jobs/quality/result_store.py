"""Great Expectations' own store of validation results, over the records in control: a notebook lists and reads them by GX's own keys.

| record in control | suite | run name | batch |
|---|---|---|---|
| `results/<resource>/<batch_id>/<revision>.json` | the resource | the revision, `0000` first | the batch's id |
| `results/_headers/<drop_id>.json`, of a drop refused or cut by its header | `_headers` | `0000` | the drop's id |

A revision, not a clock, tells the runs of a batch apart: the run time of every key is `NO_TIME`.
"""

import json
from collections.abc import Mapping
from typing import Any

from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult, expectationSuiteValidationResultSchema
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.store.store_backend import StoreBackend
from great_expectations.data_context.store.validation_results_store import ValidationResultsStore
from great_expectations.data_context.types.resource_identifiers import ExpectationSuiteIdentifier, ValidationResultIdentifier
from great_expectations.exceptions.exceptions import InvalidKeyError, StoreBackendError

from jobs.lake.control import Control

# Registers the types that results name.
from jobs.quality import expectations as _own  # noqa: F401

RESULTS = "results/"
HEADERS = "_headers"
FIRST = "0000"
NO_TIME = "19700101T000000.000000Z"
# Suite, run name, run time, batch: Great Expectations' key of fixed length.
KeyTuple = tuple[str, str, str, str]


class ControlStoreBackend(StoreBackend):
    """Validation results as records in control, each written once. Great Expectations' store makes and asks it."""

    def __init__(self, control: Control, store_name: str = "no_store_name") -> None:
        """Over `control`, which Great Expectations hands on from its runtime environment."""
        super().__init__(fixed_length_key=True, suppress_store_backend_id=True, store_name=store_name)
        self._control = control

    def list_keys(self, prefix: tuple[str, ...] = ()) -> list[KeyTuple]:
        """The key of every result, in the order of their records; one listing of control."""
        under = f"{RESULTS}{prefix[0]}/" if prefix else RESULTS
        keys = [_key_tuple(record) for record in self._control.keys(under)]
        return [key for key in keys if key is not None and key[: len(prefix)] == prefix]

    def remove_key(self, key: object) -> None:
        """Raises: StoreBackendError, always."""
        raise _refused(key, "removed")

    @property
    def config(self) -> dict[str, Any]:
        """What Great Expectations makes this backend of, beside the control at hand."""
        return {"class_name": type(self).__name__, "module_name": type(self).__module__}

    def _get(self, key: KeyTuple) -> Any:
        found = self._control.find(_record(key))
        if found is None:
            raise InvalidKeyError(f"{key}: no such result; `list_keys` gives those that there are.")
        return found

    def _get_all(self) -> list[Any]:
        return self._control.read_many([_record(key) for key in self.list_keys()])

    def _set(self, key: KeyTuple, value: str, *, standing_wins: bool = False, **_: object) -> None:
        """Writes once. Another result under the key stays; unless `standing_wins`, the caller hears of it by a StoreBackendError."""
        record, told = _record(key), json.loads(value)
        if not self._control.create(record, told) and not standing_wins and self._control.read(record) != told:
            raise _refused(key, "overwritten")

    def _has_key(self, key: KeyTuple) -> bool:
        return _is_ours(key) and self._control.find(_record(key)) is not None

    def _move(self, source_key: KeyTuple, dest_key: KeyTuple, **_: object) -> None:
        raise _refused(source_key, "moved")


def validation_results_store(control: Control) -> ValidationResultsStore:
    """Great Expectations' store of every result in `control`: `list_keys()`, `get(key)`; `set` writes a key once."""
    backend = {"class_name": ControlStoreBackend.__name__, "module_name": __name__}
    return ValidationResultsStore(store_backend=backend, runtime_environment={"control": control}, store_name="haihe")


def batch_key(resource: str, batch_id: str, revision: int) -> ValidationResultIdentifier:
    """The key of a batch's result at a revision."""
    return _identifier(resource, f"{revision:04d}", batch_id)


def header_key(drop_id: str) -> ValidationResultIdentifier:
    """The key of the result on a drop's header."""
    return _identifier(HEADERS, FIRST, drop_id)


def keep_result(control: Control, name: str, result: Mapping[str, Any]) -> None:
    """The result stands, or the one that an earlier run of the same step put there: one conditional PUT.

    `name` is `<resource>/<batch_id>/<revision>` or `_headers/<drop_id>`.
    """
    key = _key_tuple(f"{RESULTS}{name}.json")
    if key is None:
        raise InvalidKeyError(f"{name}: no name of a result. Nothing was written.")
    loaded: ExpectationSuiteValidationResult = expectationSuiteValidationResultSchema.load(dict(result))
    validation_results_store(control).set(_identifier(key[0], key[1], key[3]), loaded, standing_wins=True)


def _identifier(suite: str, run: str, batch: str) -> ValidationResultIdentifier:
    return ValidationResultIdentifier(ExpectationSuiteIdentifier(suite), RunIdentifier(run, NO_TIME), batch)


def _is_ours(key: KeyTuple) -> bool:
    return key[2] == NO_TIME and (key[0] != HEADERS or key[1] == FIRST)


def _record(key: KeyTuple) -> str:
    if not _is_ours(key):
        raise InvalidKeyError(
            f"{key}: no key of a batch or a header, whose run time is {NO_TIME}. Nothing was read or written. "
            "Keep results of your own in a store of your own; `batch_key` and `header_key` make keys for this one."
        )
    suite, run, _, batch = key
    return f"{RESULTS}{HEADERS}/{batch}.json" if suite == HEADERS else f"{RESULTS}{suite}/{batch}/{run}.json"


def _key_tuple(record: str) -> KeyTuple | None:
    match record.removeprefix(RESULTS).removesuffix(".json").split("/"):
        case [suite, drop] if suite == HEADERS:
            return HEADERS, FIRST, NO_TIME, drop
        case [resource, batch, revision]:
            return resource, revision, NO_TIME, batch
    return None


def _refused(key: object, done: str) -> StoreBackendError:
    return StoreBackendError(f"{key}: another result stands there, and results are written once. Nothing was {done}.")
