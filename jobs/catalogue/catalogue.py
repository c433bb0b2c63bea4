"""The whole catalogue, frozen: contracts, suites, four lists, providers, units, code sets; each fact in one home, all held together."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from jobs.catalogue.contract import TO_BE_CONFIRMED, Contract
from jobs.catalogue.frozen import Frozen, Model, read_rows, refuse
from jobs.catalogue.lists import Demand, Duty, ListVersions, Negative, System, read_list
from jobs.catalogue.odcs import read_contract
from jobs.catalogue.roster import Code, MailContact, Provider, Unit
from jobs.catalogue.suite import Suite, read_suite
from jobs.catalogue.theme import Theme, read_themes
from jobs.errors import CatalogueError

# What may happen on account of the negative list, the mildest first.
STRICTNESS = ("mask", "cut", "quarantine", "refuse")


class Catalogue(Frozen):
    """Everything that decides; reading it again gives an equal value."""

    contracts: Mapping[str, Contract]
    suites: Mapping[str, Suite]
    responsibility: ListVersions[Duty]
    system: ListVersions[System]
    demand: ListVersions[Demand]
    negative: ListVersions[Negative]
    providers: Mapping[str, Provider]
    units: tuple[Unit, ...]
    code_sets: Mapping[str, tuple[Code, ...]]
    contacts: tuple[MailContact, ...] = ()
    themes: Mapping[str, Theme] = {}

    def duty(self, provider_id: str, resource: str, day: date) -> Duty | None:
        """The provider's duty for the resource in the version in force on `day`, whatever its status; None if there is none."""
        _, rows = self.responsibility.in_force(day)
        return next((row for row in rows if (row.provider_id, row.resource) == (provider_id, resource)), None)

    @property
    def recipients(self) -> tuple[str, ...]:
        """Recipients of every version of the demand list, sorted: who was granted something once keeps its bucket and receipts."""
        return tuple(sorted({row.recipient_id for _, rows in self.demand.versions for row in rows}))

    def list_versions(self, business_date: date, today: date) -> dict[str, str]:
        """Name of the version of each list that decides; the negative list also by today's, whichever is stricter (both are named)."""
        negative = {self.negative.in_force(business_date)[0], self.negative.in_force(today)[0]}
        return {
            "responsibility": self.responsibility.in_force(business_date)[0],
            "system": self.system.in_force(business_date)[0],
            "demand": self.demand.in_force(business_date)[0],
            "negative": "+".join(sorted(negative)),
        }

    def negatives(self, provider_id: str | None, resource: str, business_date: date, today: date) -> tuple[Negative, ...]:
        """Entries for this resource and provider (None: any) in force on the business date or today; of one in both, the stricter."""
        rows: dict[str, Negative] = {}
        for row in (row for day in (business_date, today) for row in self.negative.in_force(day)[1]):
            concerns = (provider_id is None or row.provider_id in ("*", provider_id)) and row.resource in ("*", resource)
            known = rows.get(row.negative_id, row)
            if concerns and row.status == "in_force" and STRICTNESS.index(row.action) >= STRICTNESS.index(known.action):
                rows[row.negative_id] = row
        return tuple(rows.values())


def load_catalogue(root: Path) -> Catalogue:
    """The catalogue of the project at `root`. Raises: CatalogueError with the faults of every file at fault."""
    faults: list[str] = []
    contracts: dict[str, Contract] = {}
    suites: dict[str, Suite] = {}
    for path in sorted((root / "schemas").glob("*/*.yaml")):
        resource = f"{path.parent.name}.{path.stem}"
        suite_path = root / "expectations" / path.parent.name / f"{path.stem}.json"
        try:
            contracts[resource] = read_contract(path, resource)
            if not suite_path.is_file():
                raise CatalogueError(f"{suite_path}: no such file; every contract has a suite beside it, an empty one at least.")
            suites[resource] = read_suite(suite_path, contracts[resource])
        except CatalogueError as error:
            faults.append(str(error))
    conf = _read_conf(root / "conf", faults)
    if faults:
        raise CatalogueError("\n".join(faults))
    themes = read_themes(root, contracts, conf["code_sets"], faults)
    if faults:
        raise CatalogueError("\n".join(faults))
    catalogue = Catalogue(contracts=contracts, suites=suites, themes=themes, **conf)
    faults = [
        *_contract_faults(catalogue),
        *_roster_faults(catalogue),
        *_duty_faults(catalogue),
        *_demand_faults(catalogue),
        *_negative_faults(catalogue),
        *_suites_without_contract(root, catalogue),
    ]
    if faults:
        raise CatalogueError(f"{root.name}: {len(faults)} contradiction(s) between files: " + "; ".join(faults) + ". Mend the files.")
    return catalogue


def _read_conf(conf: Path, faults: list[str]) -> dict[str, Any]:
    """Lists, roster and code sets by the name of the catalogue's attribute; what cannot be read goes to `faults`."""
    readings: dict[str, Callable[[], Any]] = {
        "responsibility": lambda: read_list(conf / "lists/responsibility", Duty),
        "system": lambda: read_list(conf / "lists/system", System),
        "demand": lambda: read_list(conf / "lists/demand", Demand),
        "negative": lambda: read_list(conf / "lists/negative", Negative),
        "providers": lambda: {row.provider_id: row for row in _read_distinct(conf / "providers.csv", Provider, "provider_id")},
        "units": lambda: _read_distinct(conf / "units.csv", Unit, "unit_id"),
        "contacts": lambda: read_rows(path, MailContact) if (path := conf / "contacts.csv").is_file() else (),
    }
    paths = {path.stem: path for path in sorted((conf / "codes").glob("*.csv"))}
    values, code_sets = _gathered(readings, faults), _gathered({name: _code_reading(path) for name, path in paths.items()}, faults)
    return {**values, "code_sets": code_sets}


def _code_reading(path: Path) -> Callable[[], Any]:
    return lambda: _read_distinct(path, Code, "code")


def _gathered(readings: Mapping[str, Callable[[], Any]], faults: list[str]) -> dict[str, Any]:
    values = {}
    for name, read in readings.items():
        try:
            values[name] = read()
        except CatalogueError as error:
            faults.append(str(error))
    return values


def _read_distinct(path: Path, model: type[Model], key: str) -> tuple[Model, ...]:
    rows = read_rows(path, model)
    repeated = _repeated(getattr(row, key) for row in rows)
    if repeated:
        raise refuse(path, [f"{key} {value!r} stands twice" for value in repeated])
    return rows


def _repeated(values: Iterable[str]) -> list[str]:
    return sorted(value for value, count in Counter(values).items() if count > 1)


def _contract_faults(catalogue: Catalogue) -> Iterator[str]:
    for contract in catalogue.contracts.values():
        for field in contract.fields:
            if field.code_set and field.code_set not in catalogue.code_sets:
                yield f"{contract.resource}: {field.name} has code set {field.code_set!r}, which conf/codes/ does not hold"
        for dialect in contract.dialects:
            if dialect.provider != "*" and dialect.provider not in catalogue.providers:
                yield f"{contract.resource}: a server is for provider {dialect.provider!r}, who is not in conf/providers.csv"
            for name, book in dialect.code_books.items():
                known = {code.code for code in catalogue.code_sets.get(contract.field(name).code_set or "", ())}
                strange = sorted(set(book.values()) - known)
                if strange:
                    yield f"{contract.resource}: {dialect.provider}'s code book of {name} leads to {strange}, not in its code set"


def _roster_faults(catalogue: Catalogue) -> Iterator[str]:
    for unit in catalogue.units:
        if unit.provider_id not in catalogue.providers:
            yield f"units: {unit.unit_id}: provider {unit.provider_id!r} is not in conf/providers.csv"
    for contact in catalogue.contacts:
        if contact.provider_id not in catalogue.providers:
            yield f"contacts: {contact.name}: provider {contact.provider_id!r} is not in conf/providers.csv"
        if contact.resource is not None and contact.resource not in catalogue.contracts:
            yield f"contacts: {contact.name}: resource {contact.resource!r} has no contract in schemas/"
    for version, systems in catalogue.system.versions:
        yield from (f"system {version}: system_id {value} stands twice" for value in _repeated(row.system_id for row in systems))
        for system in systems:
            if system.owner_id not in catalogue.providers:
                yield f"system {version}: {system.system_id}: owner {system.owner_id!r} is not in conf/providers.csv"


def _duty_faults(catalogue: Catalogue) -> Iterator[str]:
    for version, duties in catalogue.responsibility.versions:
        where = f"responsibility {version}"
        yield from (f"{where}: duty_id {value} stands twice" for value in _repeated(duty.duty_id for duty in duties))
        counts = Counter((duty.provider_id, duty.resource) for duty in duties)
        yield from (f"{where}: {provider} x {resource} stands {count} times" for (provider, resource), count in counts.items() if count > 1)
        systems = {row.system_id for row in catalogue.system.in_force(version)[1]}
        for duty in duties:
            if duty.provider_id not in catalogue.providers:
                yield f"{where}: {duty.duty_id}: provider {duty.provider_id!r} is not in conf/providers.csv"
            if duty.resource not in catalogue.contracts:
                yield f"{where}: {duty.duty_id}: resource {duty.resource!r} has no contract in schemas/"
            if duty.system_id not in systems:
                yield f"{where}: {duty.duty_id}: system {duty.system_id!r} is not in the system list of that day"
            if duty.expected_rows_min > duty.expected_rows_max:
                yield f"{where}: {duty.duty_id}: expected_rows {duty.expected_rows_min} to {duty.expected_rows_max} is no range"
            if duty.status == "signed":
                yield from (f"{where}: {duty.duty_id}: {fault}" for fault in _signing_faults(catalogue, duty))
            if duty.share_type == "2" and not duty.share_condition:
                yield f"{where}: {duty.duty_id}: share_type 2 is sharing on conditions, and share_condition is empty"


def _signing_faults(catalogue: Catalogue, duty: Duty) -> Iterator[str]:
    contract = catalogue.contracts.get(duty.resource)
    if contract is not None and contract.is_draft:
        yield f"is signed, and the contract of {duty.resource} is a draft: confirm the contract first (status: active)"
    for name, value in duty.model_dump().items():
        if isinstance(value, str) and TO_BE_CONFIRMED in value:
            yield f"is signed, and {name} is {value!r}"


def _demand_faults(catalogue: Catalogue) -> Iterator[str]:
    for version, demands in catalogue.demand.versions:
        where = f"demand {version}"
        yield from (f"{where}: demand_id {value} stands twice" for value in _repeated(row.demand_id for row in demands))
        for demand in demands:
            contract = catalogue.contracts.get(demand.resource)
            if contract is None:
                yield f"{where}: {demand.demand_id}: resource {demand.resource!r} has no contract in schemas/"
                continue
            strange = sorted(set(demand.fields.split()) - {field.name for field in contract.fields} - {"*"})
            if strange:
                yield f"{where}: {demand.demand_id}: fields {strange} are not in the contract of {demand.resource}"
            scoped = {pair.split("=", 1)[0] for pair in (demand.row_scope or "").split()}
            clear = {field.name for field in contract.fields if (field.type, field.protection) == ("string", "clear")}
            if scoped - clear:
                yield f"{where}: {demand.demand_id}: row_scope names {sorted(scoped - clear)}, no clear text field of {demand.resource}"


def _negative_faults(catalogue: Catalogue) -> Iterator[str]:
    for version, rows in catalogue.negative.versions:
        where = f"negative {version}"
        yield from (f"{where}: negative_id {value} stands twice" for value in _repeated(row.negative_id for row in rows))
        for row in rows:
            contract = catalogue.contracts.get(row.resource)
            if row.provider_id != "*" and row.provider_id not in catalogue.providers:
                yield f"{where}: {row.negative_id}: provider {row.provider_id!r} is not in conf/providers.csv"
            if row.resource != "*" and contract is None:
                yield f"{where}: {row.negative_id}: resource {row.resource!r} has no contract in schemas/"
            named = {name for field in contract.fields for name in (field.name, field.header)} if contract else {row.field}
            if row.kind == "content" and row.field not in named | {"*"}:
                yield f"{where}: {row.negative_id}: content of {row.field!r}, which is not in the contract of {row.resource}"


def _suites_without_contract(root: Path, catalogue: Catalogue) -> Iterator[str]:
    for path in sorted((root / "expectations").glob("*/*.json")):
        resource = f"{path.parent.name}.{path.stem}"
        if resource not in catalogue.contracts:
            yield f"expectations/{path.parent.name}/{path.name} has no contract schemas/{path.parent.name}/{path.stem}.yaml"
