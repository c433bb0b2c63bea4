"""One extract of a provider: its rows, the faults planted in it, and its bytes with the physical line of every fault."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from jobs.catalogue.contract import Contract, Dialect, Encoding

Row = dict[str, str]
Severity = Literal["critical", "warning"]
State = Literal["published", "held", "refused", "already_landed"]
CHUNK = 20_000
# More warnings of one rule in one file than this are told as a number, not line by line.
LISTED_WARNINGS = 50


@dataclass(frozen=True, order=True)
class Finding:
    """One rule that one record breaks. `column` is the field's name if the rule is about a single one, else "".

    `rule` is the rule's code (`required`, `uscc`, `key_doubled`, ...), `malformed:<how>`, or `<code>:<name>` for a rule of the suite.
    """

    column: str
    rule: str
    severity: Severity = "critical"


@dataclass(frozen=True)
class Plant:
    """A fault for the record number `at` (from 0). `change` sees the record as it would be sent; `mangle` spoils its bytes."""

    kind: str
    at: int
    findings: tuple[Finding, ...]
    change: Callable[[Row], Row] = lambda row: {}
    mangle: Callable[[str, Dialect], bytes] | None = None
    blank_lines_before: int = 0


@dataclass(frozen=True)
class Outcome:
    """What must come of a drop. `reason` is the receipt's code; None where all went well."""

    state: State = "published"
    reason: str | None = None


@dataclass(frozen=True)
class Extract:
    """What one provider drops. `row(i)` is record i as field name -> text in the contract's own codes, the same at every call.

    `block(i, j)` is the text of records i to j as the file has them, for large extracts: no warning, no own codes, nothing quoted.
    `encoding` is the file's charset where it is not the agreed one.
    """

    provider: str
    resource: str
    period: str
    name: str
    rows: int
    row: Callable[[int], Row]
    plants: tuple[Plant, ...] = ()
    outcome: Outcome = Outcome()
    warnings: Callable[[Row], tuple[Finding, ...]] = lambda row: ()
    extra: Mapping[str, str] = field(default_factory=dict)
    has_bom: bool = False
    newline: str = "\n"
    has_manifest: bool = False
    block: Callable[[int, int], str] | None = None
    encoding: Encoding | None = None

    def __post_init__(self) -> None:
        """Raises: ValueError for faults planted on one record twice, or on none: the truth would not be whole."""
        places = sorted(plant.at for plant in self.plants)
        if len(set(places)) < len(places) or (places and not 0 <= places[0] <= places[-1] < self.rows):
            raise ValueError(f"{self.file}: {self.rows} records have no room for the {len(places)} faults at {places}")

    @property
    def file(self) -> str:
        """Its place under `drops/`."""
        return f"{self.provider}/{self.resource}/{self.period}/{self.name}"


@dataclass(frozen=True)
class Fault:
    """A finding where it stands: physical line of the record's first line, header as sent."""

    file: str
    line: int
    column: str
    rule: str
    severity: Severity
    kind: str


@dataclass(frozen=True)
class Written:
    """What was written of an extract; `warnings` counts those not listed among the faults, by rule."""

    rows: int
    quarantined: int
    faults: tuple[Fault, ...]
    warnings: Mapping[str, int]


def write_extract(extract: Extract, contract: Contract, path: Path) -> Written:
    """Write the file as the provider's dialect has it, and tell every fault in it by line."""
    dialect = contract.dialect(extract.provider)
    if extract.encoding:
        dialect = dialect.model_copy(update={"encoding": extract.encoding})
    headers = {name: header for header, name in contract.headers(extract.provider).items()}
    faults: list[Fault] = []
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        head = _head(extract, dialect, headers)
        line = head.count(b"\n") + 1
        out.write(head)
        for piece in _pieces(extract, contract, dialect):
            out.write(piece.raw)
            faults += _faults_of(extract, piece, line, headers)
            line += piece.raw.count(b"\n")
    return _written(extract, faults)


def _head(extract: Extract, dialect: Dialect, headers: Mapping[str, str]) -> bytes:
    lines = ["表格说明：样例数据，由样例城市生成" for _ in range(dialect.skip_lines)]
    lines.append(dialect.delimiter.join([*headers.values(), *extract.extra]))
    text = "".join(line + extract.newline for line in lines)
    return (b"\xef\xbb\xbf" if extract.has_bom else b"") + text.encode(dialect.encoding)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Bytes of the file: one record, or (`row` is None) a block of faultless ones."""

    raw: bytes
    row: Row | None
    plant: Plant | None


def _pieces(extract: Extract, contract: Contract, dialect: Dialect) -> Iterator[_Piece]:
    plants = {plant.at: plant for plant in extract.plants}
    if extract.block is None:
        yield from _records(extract, contract, dialect, range(extract.rows))
        return
    done = 0
    for at in [*sorted(plants), extract.rows]:
        for start in range(done, at, CHUNK):
            yield _Piece(extract.block(start, min(start + CHUNK, at)).encode(dialect.encoding), None, None)
        if at < extract.rows:
            yield from _records(extract, contract, dialect, range(at, at + 1))
        done = at + 1


def _records(extract: Extract, contract: Contract, dialect: Dialect, indexes: range) -> Iterator[_Piece]:
    plants = {plant.at: plant for plant in extract.plants}
    names = [item.name for item in contract.fields]
    extra = list(extract.extra.values())
    for index in indexes:
        row = _as_sent(extract.row(index), dialect)
        plant = plants.get(index)
        if plant:
            row.update(plant.change(row))
        record = format_record([*[row[name] for name in names], *extra], dialect) + extract.newline
        yield _Piece(_record_bytes(record, plant, extract, dialect), row, plant)


def mended_records(extract: Extract, contract: Contract) -> list[str]:
    """The records with a critical fault as they would have been without it, in the order of the file; no line ends."""
    dialect, names = contract.dialect(extract.provider), [item.name for item in contract.fields]
    faulty = sorted(plant.at for plant in extract.plants if any(finding.severity == "critical" for finding in plant.findings))
    rows = (_as_sent(extract.row(index), dialect) for index in faulty)
    return [format_record([row[name] for name in names], dialect) for row in rows]


def _as_sent(row: Row, dialect: Dialect) -> Row:
    """The row in the provider's own codes."""
    books = {name: {code: own for own, code in book.items()} for name, book in dialect.code_books.items()}
    return {name: books[name].get(text, text) if name in books else text for name, text in row.items()}


def _record_bytes(record: str, plant: Plant | None, extract: Extract, dialect: Dialect) -> bytes:
    if plant is None:
        return record.encode(dialect.encoding)
    blanks = (extract.newline * plant.blank_lines_before).encode("ascii")
    return blanks + (plant.mangle(record, dialect) if plant.mangle else record.encode(dialect.encoding))


def format_record(cells: list[str], dialect: Dialect) -> str:
    """One record without its line end; a cell is quoted where it must be."""
    joined = dialect.delimiter.join(cells)
    if '"' not in joined and "\n" not in joined and joined.count(dialect.delimiter) == len(cells) - 1:
        return joined
    return dialect.delimiter.join(_quoted(cell, dialect) for cell in cells)


def _quoted(cell: str, dialect: Dialect) -> str:
    if not any(mark in cell for mark in ('"', "\n", dialect.delimiter)):
        return cell
    return '"' + cell.replace('"', '""') + '"'


def _faults_of(extract: Extract, piece: _Piece, line: int, headers: Mapping[str, str]) -> list[Fault]:
    plant, row = piece.plant, piece.row
    if row is None:
        return []
    if plant is None:
        return [_fault(extract, finding, line, headers, "as_generated") for finding in extract.warnings(row)]
    findings = plant.findings if plant.mangle else (*plant.findings, *extract.warnings(row))
    return [_fault(extract, finding, line + plant.blank_lines_before, headers, plant.kind) for finding in findings]


def _fault(extract: Extract, finding: Finding, line: int, headers: Mapping[str, str], kind: str) -> Fault:
    return Fault(extract.file, line, headers.get(finding.column, ""), finding.rule, finding.severity, kind)


def _written(extract: Extract, faults: list[Fault]) -> Written:
    counts: dict[str, int] = {}
    for fault in faults:
        if fault.severity == "warning":
            counts[fault.rule] = counts.get(fault.rule, 0) + 1
    many = {rule: count for rule, count in counts.items() if count > LISTED_WARNINGS}
    listed = tuple(fault for fault in faults if fault.rule not in many)
    return Written(extract.rows, len({fault.line for fault in faults if fault.severity == "critical"}), listed, many)
