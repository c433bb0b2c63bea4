"""`haihe …`, killed by SIGKILL (the whole process group) right after its next effect: an object created or a table committed.

KILL_AFTER says after how many effects of this run. What was there before, and so is left alone, is no effect; attempts are not counted, for
every run begins with one. The product itself knows nothing of this.
"""

import functools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deltalake import DeltaTable

from jobs import cli
from jobs.collect import archive, reporting
from jobs.lake import bronze, control, silver, verdicts
from jobs.settings import load_settings
from jobs.storage.access import delta_options
from jobs.storage.accounts import pipeline_endpoint

left = int(os.environ["KILL_AFTER"])
LOG = Path(os.environ["EFFECTS_LOG"])
Effect = Callable[..., Any]


def happened(name: str) -> None:
    """Note an effect; after the last that is allowed everything ends."""
    global left
    left -= 1
    with LOG.open("a") as log:
        log.write(f"{name}\n")
    if left == 0:
        os.killpg(0, signal.SIGKILL)


def counted(name: str, function: Effect) -> Effect:
    """The function, whose every call is an effect."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        found = function(*args, **kwargs)
        happened(name)
        return found

    return wrapped


def counted_record(create: Effect) -> Effect:
    """Creating a record, an effect when this call made it."""

    @functools.wraps(create)
    def wrapped(self: Any, key: str, value: object) -> bool:
        is_made = bool(create(self, key, value))
        if is_made and ".attempt-" not in key:
            happened(f"record:{key.split('/')[0]}")
        return is_made

    return wrapped


def counted_commit(name: str, write: Effect, place: int) -> Effect:
    """A Spark write to the URI at argument `place`, an effect when the table has a new version."""
    options = delta_options(pipeline_endpoint(load_settings(Path.cwd())))

    def version(uri: str) -> int:
        return int(DeltaTable(uri.replace("s3a://", "s3://"), storage_options=options).version())

    @functools.wraps(write)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        before = version(args[place])
        found = write(*args, **kwargs)
        if version(args[place]) > before:
            happened(f"{name}:{args[place].split('/')[2]}")
        return found

    return wrapped


def main() -> int:
    """Wrap every effect, then run the command line."""
    archive.copy_object = counted("raw", archive.copy_object)  # type: ignore[attr-defined]
    control.StoreControl.create = counted_record(control.StoreControl.create)  # type: ignore[method-assign]
    for module, layer in ((bronze, "bronze"), (verdicts, "verdicts")):
        module.commit_files = counted(f"commit:{layer}", module.commit_files)  # type: ignore[attr-defined]
    silver.append_once = counted_commit("commit", silver.append_once, 1)  # type: ignore[attr-defined]
    reporting.put_new = counted("receipt", reporting.put_new)  # type: ignore[attr-defined]
    return cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
