"""One asset a resource of the compiled catalogue; the alias through which `collect` tells what was published."""

from pathlib import Path

from airflow.sdk import Asset, AssetAlias

from jobs.catalogue.compiled import load_compiled
from jobs.settings import load_settings

SETTINGS = load_settings(Path(__file__).resolve().parent.parent)
PUBLISHED = AssetAlias("published")


def asset_uri(resource: str) -> str:
    """`x-haihe://silver/<domain>/<resource>`; a scheme of our own, because Airflow normalises the known ones."""
    domain, name = resource.split(".")
    return f"x-haihe://silver/{domain}/{name}"


COMPILED = load_compiled(SETTINGS.home / "catalogue.json")
ASSETS = {resource: Asset(name=resource, uri=asset_uri(resource)) for resource in COMPILED.resources}
# Those that some demand was granted.
SHARED = [ASSETS[resource] for resource in COMPILED.shared]
