"""What of a Great Expectations result must be equal whoever judged."""

import json
from collections.abc import Mapping
from typing import Any

Told = Mapping[str, Any]

# Of values that fail; no result of ours shows any.
_SAMPLES = frozenset({"partial_unexpected_list", "unexpected_rows"})
# Sets: the order in which Great Expectations names their values is Spark's or Python's whim.
_UNORDERED = frozenset({"partial_missing_list"})
_TIES = "expect_column_most_common_value_to_be_in_set"


def raised(cause: str) -> Told:
    """What stands for a rule that could not be judged."""
    return {"raised": True, "success": False, "cause": cause}


def told(result: Mapping[str, Any]) -> Told:
    """The verdict, every number, the severity, and whether an exception was raised, of a result as JSON."""
    info = result["exception_info"]
    if info.get("raised_exception") is not False:
        return {**raised(str(info.get("exception_message", info))), "success": result["success"]}
    expectation = result["expectation_config"]
    sets = _UNORDERED | ({"observed_value"} if expectation["type"] == _TIES else frozenset())
    numbers = {name: _written(value, is_set=name in sets) for name, value in result["result"].items() if name not in _SAMPLES}
    return {"raised": False, "success": result["success"], "severity": expectation["severity"], **numbers}


def _written(value: object, *, is_set: bool) -> str:
    """As text, in which NaN equals itself."""
    ordered = sorted(value, key=repr) if is_set and isinstance(value, list) else value
    return json.dumps(ordered, ensure_ascii=False, sort_keys=True, default=str)
