"""A stand-in for the command `haihe`, to try Airflow without store or Spark; `--provider` names what it should play.

It notes each call, with its process id, as a line of JSON in the file that FAKE_HAIHE_CALLS names.
"""

import json
import os
import sys
import time
from pathlib import Path

GROUPS = [["credit.administrative_penalty", "market.enterprise_registration"], ["power.daily_electricity"]]
PENALTY = {"name": "credit.administrative_penalty", "uri": "x-haihe://silver/credit/administrative_penalty"}
POWER = {"name": "power.daily_electricity", "uri": "x-haihe://silver/power/daily_electricity"}
EVENTS = [
    {**PENALTY, "extra": {"period": "2021-03-05", "batches": ["b1", "b2"]}},
    {**PENALTY, "extra": {"period": "2021-03-08", "batches": ["b3"]}},
    {**POWER, "extra": {"period": "2021-03-05", "batches": ["b4"]}},
]
TOLD = ["credit.administrative_penalty/00000001/2021-03-05", "power.daily_electricity/00000001/2021-03-05"]


def main(command: str, *rest: str) -> int:
    """Play one `haihe` line."""
    options = dict(part.removeprefix("--").split("=", 1) for part in rest if part.startswith("--"))
    names = [part for part in rest if not part.startswith("--")]
    call = {"command": command, "options": options, "names": names, "pid": os.getpid(), "env": sorted(os.environ)}
    with Path(os.environ["FAKE_HAIHE_CALLS"]).open("a", encoding="utf-8") as calls:
        calls.write(json.dumps(call) + "\n")
    play = options.get("provider", "")
    if command == "discover":
        print("a line that is not the last", file=sys.stderr)
        print(json.dumps({"groups": [] if play == "idle" else GROUPS}))
        return 99 if play == "idle" else 0
    if command == "announce":
        print(json.dumps({"assets": EVENTS, "told": TOLD}))
        return 0
    if command == "told":
        print(json.dumps({}))
        return 0
    if names == GROUPS[1]:
        if play == "slow":
            time.sleep(600)
        if play in ("fails", "retries"):
            print("haihe: it went wrong", file=sys.stderr)
            return {"fails": 1, "retries": 75}[play]
    print(json.dumps({"passes": [{"resource": name, "pass": 1} for name in names]}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
