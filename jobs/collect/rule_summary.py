"""Every rule of a batch on its receipt: how many rows fail it, or whether the whole batch meets it."""

from collections.abc import Mapping

from jobs.collect.definition import Definition
from jobs.collect.findings import Findings
from jobs.collect.outcome import BatchOutcome
from jobs.lake.pass_record import PassBatch
from jobs.quality.by_gx import NO_RULES, JudgedByGx
from jobs.quality.rules import Rule
from jobs.reports.receipt_model import RuleCount
from jobs.reports.rule_texts import summary_texts
from jobs.reports.sentences import how, what


def rule_summary(findings: Findings, outcome: BatchOutcome, definition: Definition, batch: PassBatch) -> tuple[RuleCount, ...]:
    """A line for each rule in the rules' order, and one for lines that did not parse; none for a batch that was not judged."""
    if batch.batch_id not in findings.counts:
        return ()
    errors = {fault.rule.rule_id for fault in findings.faults_of(batch.batch_id)}
    sent = {name: header for header, name in definition.contract.headers(batch.provider).items()}
    judged = findings.by_gx.get(batch.batch_id, NO_RULES)
    counted = [_rule_count(rule, outcome, definition, sent, judged, is_error=rule.rule_id in errors) for rule in definition.rules]
    malformed = outcome.counts.malformed if outcome.counts else 0
    return (*counted, *([_malformed_count(malformed)] if malformed else []))


def _rule_count(
    rule: Rule, outcome: BatchOutcome, definition: Definition, sent: Mapping[str, str], judged: JudgedByGx, *, is_error: bool
) -> RuleCount:
    says, cure = summary_texts(rule, definition.contract)
    names = [name for name in rule.columns if name in sent]
    return RuleCount(
        expectation_id=rule.rule_id,
        type=rule.type,
        column="、".join(sent[name] for name in names) or None,
        title="、".join(definition.contract.field(name).title for name in names) or None,
        severity=rule.severity,
        failing_rows=outcome.rule_counts.get(rule.rule_id, 0),
        is_met=None if rule.method != "gx" or is_error else rule.rule_id not in judged.failed(),
        observed=judged.observed(rule.rule_id),
        is_rule_error=is_error,
        sentence=says,
        cure=cure,
    )


def _malformed_count(rows: int) -> RuleCount:
    return RuleCount(
        expectation_id="malformed",
        type="malformed",
        severity="critical",
        failing_rows=rows,
        sentence=what("malformed", {}),
        cure=how("malformed", {}),
    )
