"""A proposal in the terminal: a row a column, what was written, the next three steps; and which drafts a catalogue holds."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from jobs.catalogue.catalogue import Catalogue
from jobs.catalogue.contract import Field
from jobs.catalogue.suite import is_proposal
from jobs.proposing.proposal import Proposal
from jobs.proposing.writing import Written
from jobs.reports.plain_text import shortened, visible

LONGEST_HEADER = 40
TO_BE_NAMED = "column_"
CASE_LINE = "pytest tests/spark/collect/test_golden.py"


def proposal_report(proposal: Proposal, written: Written, root: Path, file: Path) -> list[RenderableType]:
    """What was guessed, what was written, what comes next. No value of the sample is in it."""
    contract = proposal.contract
    return [
        f"{contract.resource}: proposed from {visible(file.name)}; nothing of it is in force",
        *(f"- {visible(told)}" for told in contract.proposals),
        _table(proposal),
        "written:",
        *(f"  {path.relative_to(root)}" for path in written.files),
        *([] if len(written.files) > 2 else ["  no golden case: a pattern is too intricate to make values up for; write one by hand"]),
        f"  {written.list_file.relative_to(root)}: {proposal.duty.duty_id}, a draft, as its last line",
        *_steps(proposal, written, root, file),
    ]


def draft_lines(catalogue: Catalogue) -> Iterator[str]:
    """A line for each draft: how many guesses wait for a person, and which of its duties wait to be signed."""
    for resource, contract in catalogue.contracts.items():
        if contract.is_draft:
            wishes = sum(map(is_proposal, catalogue.suites[resource].expectations))
            duties = {
                duty.duty_id: duty.status for _, rows in catalogue.responsibility.versions for duty in rows if duty.resource == resource
            }
            told = ", ".join(f"{duty_id} {status}" for duty_id, status in sorted(duties.items())) or "none"
            guesses = f"{len(contract.unconfirmed)} guesses to confirm in its contract, {wishes} in its suite"
            yield f"proposed: {resource}, a draft: {guesses}; its duties: {told}; no batch of it is accepted"


def _table(proposal: Proposal) -> Table:
    table = Table(show_edge=False, header_style="bold", pad_edge=False)
    for heading in ("header", "name", "type", "key", "evidence"):
        table.add_column(heading, overflow="fold")
    for field in proposal.contract.fields:
        _, *told = field.proposals
        table.add_row(
            Text(shortened(visible(field.header), LONGEST_HEADER)),
            Text(field.name, style="yellow" if field.name.startswith(TO_BE_NAMED) else ""),
            Text(_type_words(field), style="magenta" if field.protection != "clear" else ""),
            str(field.key_position or ""),
            Text("; ".join(told)),
        )
    return table


def _type_words(field: Field) -> str:
    digits = f"({field.precision}, {field.scale})" if field.type == "number" else ""
    bounds = f" ≤ {field.max_length}" if field.max_length and field.type == "string" else ""
    said = [f"{field.type}{digits}{bounds}", *(one for one in (field.check, field.code_set, field.pattern) if one), *field.formats]
    said += [f"{field.classification} {field.protection}: {field.kind}"] if field.protection != "clear" else []
    return ", ".join(said) + ("" if field.required else ", may be empty")


def _steps(proposal: Proposal, written: Written, root: Path, file: Path) -> list[str]:
    contract, duty = proposal.contract, proposal.duty
    words = ("haihe", "check", str(file), "--contract", contract.resource, "--provider", duty.provider_id, "--period", "PERIOD")
    return [
        "next:",
        f"1. {written.files[0].relative_to(root)}: set guesses right and take their `proposals` out, name column_N, fill 待确认; then",
        f"   {shlex.join(words)}",
        f"2. the same with meta.proposal in the suite; then `status: active`, the resource into the docs, and {CASE_LINE}",
        f"3. {duty.duty_id}: office, legal basis, cycle, rows, sharing, then `signed`; `haihe catalogue check` says what is open",
    ]
