"""Providers, their units, whom to write to, and code sets."""

from typing import Literal

from pydantic import Field as Attribute

from jobs.catalogue.frozen import Frozen


class Provider(Frozen):
    """Who supplies. `provider_id` is an ASCII slug, used in bucket names."""

    provider_id: str = Attribute(pattern=r"^[a-z][a-z0-9-]{1,30}[a-z0-9]$")
    name: str
    kind: Literal["department", "district", "agency", "ministry", "national_system"]
    uscc: str | None = None
    region_code: str
    contact_name: str
    contact_phone: str


class Unit(Frozen):
    """An office of a provider."""

    unit_id: str
    provider_id: str
    name: str


class MailContact(Frozen):
    """A row of `conf/contacts.csv`: whom mail about a provider's duties goes to; without a resource, about all of them."""

    provider_id: str
    resource: str | None = None
    name: str
    email: str = Attribute(pattern=r"^[^@\s,;<>]+@[^@\s,;<>]+$")


class Code(Frozen):
    """One entry of a code set (`conf/codes/<set>.csv`)."""

    code: str
    name: str
