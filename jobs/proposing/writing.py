"""A proposal onto the disk: all of its files or none, and nothing in place of what stands."""

import csv
import shutil
from dataclasses import dataclass
from pathlib import Path

from jobs.catalogue.catalogue import Catalogue, load_catalogue
from jobs.errors import CatalogueError, ProposalError
from jobs.proposing.documents import contract_text, duty_line, suite_text
from jobs.proposing.golden import CASE, golden_files
from jobs.proposing.proposal import Proposal


@dataclass(frozen=True)
class Written:
    """What stands now: files made, and the list that has a line more."""

    files: tuple[Path, ...]
    list_file: Path


def write_proposal(root: Path, proposal: Proposal, catalogue: Catalogue) -> Written:
    """Write contract, suite, golden case and the duty's line below `root`, and load the catalogue with them.

    Raises: ProposalError when a file of that name stands; CatalogueError when it does not load, after everything is as it was.
    """
    texts = _texts(root, proposal, catalogue)
    standing = [str(path.relative_to(root)) for path in texts if path.exists()]
    if standing:
        raise ProposalError(f"{proposal.contract.resource}: {', '.join(standing)} stand already. Nothing was written. Move them first.")
    duties = root / "conf" / "lists" / "responsibility" / f"{proposal.list_version.isoformat()}.csv"
    before = duties.read_bytes()
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
        _replace(duties, _with_line(before, proposal))
        load_catalogue(root)
    except (OSError, CatalogueError):
        _replace(duties, before)
        for path in texts:
            path.unlink(missing_ok=True)
        raise
    return Written(tuple(texts), duties)


def _texts(root: Path, proposal: Proposal, catalogue: Catalogue) -> dict[Path, bytes]:
    contract = proposal.contract
    domain, name = contract.resource.split(".")
    case = root / "tests" / "golden" / domain / name / CASE
    return {
        root / "schemas" / domain / f"{name}.yaml": contract_text(contract).encode("utf-8"),
        root / "expectations" / domain / f"{name}.json": suite_text(proposal.suite).encode("utf-8"),
        **{case / file: text for file, text in golden_files(contract, proposal.suite, catalogue.code_sets, proposal.duty).items()},
    }


def _replace(path: Path, body: bytes) -> None:
    """The file holds `body`; whoever reads meanwhile sees the old or the new."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_bytes(body)
    shutil.copymode(path, beside)
    beside.replace(path)


def _with_line(before: bytes, proposal: Proposal) -> bytes:
    """The list with the duty as its last line; every other byte as it was."""
    text = before.decode("utf-8-sig")
    columns = next(csv.reader([text.splitlines()[0]]))
    end = b"" if before.endswith(b"\n") else b"\n"
    return before + end + duty_line(proposal.duty, columns).encode("utf-8")
