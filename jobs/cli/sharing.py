"""Deliveries to recipients by the demand list."""

import argparse
from datetime import UTC, datetime
from typing import Any

from jobs.cli.line import NOTHING_TO_DO, add, pipeline_of, say, tell
from jobs.settings import Settings


def add_commands(commands: Any) -> None:
    """Declare the commands."""
    parser = add(commands, "share", _share, "deliver what the demand list grants, take back what ended; last line JSON")
    parser.add_argument("--recipient")
    parser.add_argument("--resource")
    add(commands, "grants", _grants, "who gets what, until when, with which masks, and the last delivery")


def _share(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.sharing.delivering import share
    from jobs.sharing.records import flush_deliveries

    pipeline = pipeline_of(settings)
    try:
        done = share(pipeline, datetime.now(UTC), arguments.recipient or None, arguments.resource or None)
    finally:
        # Also after a demand that failed: what the others were delivered is counted.
        flush_deliveries(pipeline)
    tell(done)
    return 0 if any(done.values()) else NOTHING_TO_DO


def _grants(_: argparse.Namespace, settings: Settings) -> int:
    from rich.table import Table

    from jobs.collect.pipeline import city_date
    from jobs.sharing.grants import grants_of
    from jobs.sharing.records import read_deliveries

    pipeline = pipeline_of(settings)
    deliveries, gone = read_deliveries(pipeline.control)
    last = {one.demand_id: one for one in deliveries if one.delivery_id not in gone}
    table = Table("demand", "recipient", "resource", "until", "fields", "masks", "left out", "last delivery")
    for grant in grants_of(pipeline.catalogue, city_date(datetime.now(UTC))):
        demand, delivery = grant.demand, last.get(grant.demand.demand_id)
        masks = " ".join(column.name for column in grant.shown if column.mask != "clear")
        told = f"{delivery.delivered_at:%Y-%m-%d %H:%M}Z, {delivery.rows} rows, {delivery.file_format}" if delivery else "-"
        until = grant.refusal or str(demand.valid_to or "-")
        left_out = " ".join(one.name for one in grant.left_out)
        table.add_row(demand.demand_id, demand.recipient_id, demand.resource, until, str(len(grant.shown)), masks, left_out, told)
    say(table)
    return 0
