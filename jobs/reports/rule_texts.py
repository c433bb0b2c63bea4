"""What a rule says to people: its author's own sentence, else one made of its parameters; and what the gate says of a batch."""

import json
from collections.abc import Mapping

from jobs.catalogue.contract import Contract
from jobs.quality.rules import Rule
from jobs.reports.receipt_model import Language, Text
from jobs.reports.rule_codes import rule_code
from jobs.reports.rule_params import Names, mostly_pct, told_params
from jobs.reports.sentences import LANGUAGES, Params, cure, how, sentence, texts, what

BATCH_RULE = "batch_rule"
# Types that count rows, also where they are judged for the batch as a whole.
ABOUT_ROWS = ("expect_column_value", "expect_column_pair_values", "expect_multicolumn", "expect_compound_columns", "expect_select_column")
DECIMALS = 4


def rule_texts(rule: Rule, contract: Contract | None, values: Params) -> tuple[Text, Text]:
    """What is wrong and how to mend it. `values` are of the row (masked), or of the batch: value, other_value, length.

    Without a contract columns are called what the frame calls them.
    """
    chinese, english = (_params(rule, contract, values, language) for language in ("zh", "en"))
    code = _code(rule)
    says = Text(zh=rule.message or sentence(code, chinese, "zh"), en=rule.message_en or sentence(code, english, "en"))
    return says, Text(zh=cure(code, chinese, "zh"), en=cure(code, english, "en"))


def summary_texts(rule: Rule, contract: Contract) -> tuple[Text, Text]:
    """`rule_texts` of no row: what must hold, and of how many rows where not of all."""
    return rule_texts(rule, contract, {"mostly_pct": mostly_pct(rule.kwargs)})


def reason_texts(code: str, params: Params, rules: Mapping[str, Rule], contract: Contract | None) -> tuple[Text, Text]:
    """Why a batch has its state, and what to do. A rule about the whole batch speaks for itself, with what was observed of the batch."""
    rule = rules.get(str(params.get("rule"))) if code == BATCH_RULE else None
    if rule is None or contract is None:
        return what(code, params), how(code, params)
    failing, seen = _observed(rule, params.get("observed"))
    says, _ = rule_texts(rule, contract, {"value": seen, "mostly_pct": mostly_pct(rule.kwargs)})
    chinese, english = ({"sentence": says.of(language), "failing": failing} for language in LANGUAGES)
    return Text(zh=sentence(code, chinese, "zh"), en=sentence(code, english, "en")), how(code, params)


def column_names(contract: Contract | None, language: Language) -> Names:
    """What each field, and each column that every frame has beside them, is called."""
    fields = contract.fields if contract else ()
    own = {field.name: field.title if language == "zh" else field.name for field in fields}
    return {**texts(language)["lineage"], **own}


def _observed(rule: Rule, told: object) -> tuple[int | None, object]:
    """How many rows fail, for a rule about rows; else what was seen of the batch: a list of values as such, numbers to four decimals."""
    if not isinstance(told, str):
        return None, told
    if rule.type.startswith(ABOUT_ROWS) and told.isdigit():
        return int(told), None
    match _parsed(told):
        case {"quantiles": list(names), "values": list(values)}:
            return None, [f"{name}: {value}" for name, value in zip(names, values, strict=False)]
        case list(values):
            return None, values
        case float(number) if len(told.partition(".")[2]) > DECIMALS:
            return None, round(number, DECIMALS)
    return None, told


def _parsed(told: str) -> object:
    try:
        return json.loads(told)
    except ValueError:
        return told


def _code(rule: Rule) -> str:
    if rule.method == "lake":
        return "unique_in_lake"
    code = rule_code(rule.type, {**rule.params, **rule.kwargs})
    return "unique_values" if code == "unique_in_file" and rule.origin == "suite" else code


def _params(rule: Rule, contract: Contract | None, values: Params, language: Language) -> dict[str, object]:
    names = column_names(contract, language)
    columns = [names.get(name, name) for name in rule.columns]
    own = {name: value for name, value in rule.params.items() if name not in rule.kwargs}
    params = {**own, **told_params(rule.kwargs, names, language), **values, "type": rule.type}
    return {**params, "columns": columns, "column_list": columns} if columns else params
