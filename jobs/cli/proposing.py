"""A new resource proposed from a sample file: new; no Spark, no store."""

import argparse
from pathlib import Path
from typing import Any, get_args

from jobs.catalogue.lists import Cycle
from jobs.cli.line import add, say
from jobs.settings import Settings


def add_commands(commands: Any) -> None:
    """Declare the command."""
    new = add(commands, "new", _new, "propose a resource from a sample file: draft contract, suite, duty and golden case, to be confirmed")
    new.add_argument("resource", help="domain.resource")
    new.add_argument(
        "--from", dest="file", type=Path, required=True, metavar="FILE", help="a CSV file with a header, as it is to be dropped"
    )
    new.add_argument("--provider", required=True, help="who supplies it, as in conf/providers.csv")
    new.add_argument("--system", help="the system it comes from, as in conf/lists/system; the provider's only one by default")
    new.add_argument("--cycle", choices=get_args(Cycle), default="daily")
    new.add_argument("--title", help="its Chinese name")


def _new(arguments: argparse.Namespace, settings: Settings) -> int:
    from jobs.catalogue.catalogue import load_catalogue
    from jobs.catalogue.contract import TO_BE_CONFIRMED
    from jobs.proposing.proposal import Request, propose, refuse_request
    from jobs.proposing.sample import read_sample
    from jobs.proposing.showing import proposal_report
    from jobs.proposing.writing import write_proposal

    catalogue = load_catalogue(settings.root)
    title = arguments.title or TO_BE_CONFIRMED
    request = Request(arguments.resource, arguments.provider, arguments.system, arguments.cycle, title)
    refuse_request(request, catalogue)
    proposal = propose(read_sample(arguments.file), request, catalogue)
    written = write_proposal(settings.root, proposal, catalogue)
    for part in proposal_report(proposal, written, settings.root, arguments.file):
        say(part)
    return 0
