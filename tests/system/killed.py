"""`haihe collect`, killed by SIGKILL (the whole process group) right after its next new effect: an object created or a table committed.

The environment variable KILL_AFTER says after how many effects of this run; the product itself knows nothing of it.
"""

import functools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jobs import cli
from jobs.collect import archive, reporting, run_pass
from jobs.lake import control, silver

left = int(os.environ["KILL_AFTER"])
LOG = Path(os.environ["EFFECTS_LOG"])


def counted(name: str, function: Callable[..., Any], happened: Callable[[Any], bool] = lambda found: True) -> Callable[..., Any]:
    """The function; once its effect has happened for the last time that is allowed, everything ends."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        global left
        found = function(*args, **kwargs)
        if happened(found):
            left -= 1
            with LOG.open("a") as log:
                log.write(f"{name}\n")
            if left == 0:
                os.killpg(0, signal.SIGKILL)
        return found

    return wrapped


def main() -> int:
    """Wrap every effect, then run the command line."""
    archive.copy_object = counted("raw", archive.copy_object)  # type: ignore[attr-defined]
    create = control.StoreControl.create
    control.StoreControl.create = counted("record", create, bool)  # type: ignore[method-assign]
    run_pass.commit_bronze = counted("bronze", run_pass.commit_bronze)  # type: ignore[attr-defined]
    run_pass.judge_rows = counted("verdicts", run_pass.judge_rows)  # type: ignore[attr-defined]
    silver._append = counted("append", silver._append)
    silver._merge = counted("merge", silver._merge)
    reporting.put_new = counted("receipt", reporting.put_new)  # type: ignore[attr-defined]
    return cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
