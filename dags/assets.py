"""One asset a resource of the compiled catalogue; the aliases through which tasks tell what was published and which gold was made."""

from pathlib import Path

from airflow.sdk import Asset, AssetAlias

from jobs.catalogue.compiled import load_compiled
from jobs.settings import load_settings

SETTINGS = load_settings(Path(__file__).resolve().parent.parent)
COMPILED = load_compiled(SETTINGS.home / "catalogue.json")
PUBLISHED = AssetAlias("published")
GOLD = AssetAlias("gold")


def asset_uri(resource: str) -> str:
    """`x-haihe://silver/<domain>/<resource>`; a scheme of our own, because Airflow normalises the known ones."""
    domain, name = resource.split(".")
    return f"x-haihe://silver/{domain}/{name}"


ASSETS = {resource: Asset(name=resource, uri=asset_uri(resource)) for resource in COMPILED.resources}
# Those that some demand was granted.
SHARED = [ASSETS[resource] for resource in COMPILED.shared]
