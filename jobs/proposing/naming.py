"""A column's ASCII name: as the same header is called elsewhere in the catalogue, else from its own Latin letters, else to be named."""

import keyword
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jobs.catalogue.contract import SNAKE_CASE, Contract, Field
from jobs.proposing.headers import words


@dataclass(frozen=True)
class Known:
    """A field of another contract whose header is the same, and that contract's resource."""

    field: Field
    resource: str


@dataclass(frozen=True)
class Name:
    """A proposed name, and where it comes from."""

    name: str
    why: str


_Named = dict[str, list[Known]]


def known_headers(contracts: Iterable[Contract]) -> dict[str, Known]:
    """For every header under any contract the field that it names most often; of equals the first by resource.

    What a contract says itself goes before what one provider sends, and that before a field's title and name.
    """
    own: _Named = {}
    sent: _Named = {}
    titles: _Named = {}
    for contract in sorted(contracts, key=lambda contract: contract.resource):
        for field in contract.fields:
            known = Known(field, contract.resource)
            own.setdefault(_plain(field.header), []).append(known)
            for word in {_plain(field.title), _plain(field.name)}:
                titles.setdefault(word, []).append(known)
            for header in {dialect.headers[field.name] for dialect in contract.dialects if field.name in dialect.headers}:
                sent.setdefault(_plain(header), []).append(known)
    return {header: _most_usual(found) for header, found in {**titles, **sent, **own}.items()}


def known_by(header: str, known: Mapping[str, Known]) -> Known | None:
    """The field that this header names elsewhere, however it is written; None if it is new."""
    return known.get(_plain(header))


def names_of(headers: Sequence[str], known: Mapping[str, Known]) -> list[Name]:
    """A name for each header, none of them twice."""
    names: list[Name] = []
    for place, header in enumerate(headers, 1):
        proposed = _name(place, header, known_by(header, known))
        if proposed.name in {one.name for one in names}:
            proposed = Name(f"{proposed.name}_{place}", f"{proposed.why}; the name was taken")
        names.append(proposed)
    return names


def _name(place: int, header: str, known: Known | None) -> Name:
    if known:
        return Name(known.field.name, f"this header is called so in {known.resource}")
    parts = words(header)
    name = "_".join(parts)
    if re.fullmatch(SNAKE_CASE, name) and not keyword.iskeyword(name):
        return Name(name, "from the header's own letters; if they are initials, give it a word")
    return Name(f"column_{place}", "to be named: no contract has this header yet")


def _most_usual(found: Sequence[Known]) -> Known:
    name, _ = Counter(one.field.name for one in found).most_common(1)[0]
    return next(one for one in found if one.field.name == name)


def _plain(header: str) -> str:
    return re.sub(r"[\s_-]|[（(].*?[)）]", "", unicodedata.normalize("NFKC", header)).casefold()
