"""The operator of every DAG here: one `haihe …` line, whose last line of output is JSON."""

import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import IO, Any

from airflow.sdk import Asset, AssetAlias, BaseOperator, Context
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

ROOT = Path(__file__).resolve().parent.parent
DONE, RETRY, NOTHING_TO_DO = 0, 75, 99
STOP_SECONDS = 20
# Of every task here: a line can be run again at any time, so what a repetition may mend is repeated.
DEFAULT_ARGS = {
    "owner": "data-centre",
    "retries": 3,
    "retry_delay": timedelta(minutes=1),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=10),
}


class HaiheOperator(BaseOperator):
    """Runs `haihe <command> --<option>=<value>… <names>…` without a shell; the JSON of its last line is the task's result.

    `result` names the one entry of it that is to be the result instead (mapped tasks take nothing less plain). An option that
    renders to nothing is left out. The line goes to the task's log first, so that it can be replayed in a shell.
    `{"assets": [{"name", "uri", "extra"}]}` in the result becomes asset events through the task's outlet aliases.
    Exit codes: 0 done, 75 or a signal: retry, 99 skip, anything else: fail without a retry.
    """

    template_fields: Sequence[str] = ("command", "options", "names")

    def __init__(
        self,
        *,
        command: str,
        options: Mapping[str, str] | None = None,
        names: Sequence[str] = (),
        result: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Keep the parts of the line; they are rendered when the task runs."""
        super().__init__(**kwargs)
        self.command = command
        self.options = options or {}
        self.names = names
        self.result = result
        self._process: subprocess.Popen[str] | None = None

    def execute(self, context: Context) -> Any:
        """The JSON object that the line ends with, or one entry of it; its asset events are handed over."""
        line = [os.environ.get("HAIHE_COMMAND", "haihe"), self.command]
        line += [f"--{option}={value}" for option, value in self.options.items() if value]
        line += self.names
        code, last = self._run(line)
        if code == NOTHING_TO_DO:
            raise AirflowSkipException(f"{self.command}: nothing to do")
        if code == RETRY or code < 0:
            raise AirflowException(f"{self.command}: ended with {code}, which a repetition may mend")
        if code != DONE:
            raise AirflowFailException(f"{self.command}: ended with {code}, which a repetition does not mend; the reason stands above")
        told = self._parsed(last)
        self._add_events(context, told.get("assets", []))
        return told[self.result] if self.result else told

    def on_kill(self) -> None:
        """Ask the line and what it started to end; kill what does not."""
        if self._process is None or self._process.poll() is not None:
            return
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)

    def _run(self, line: Sequence[str]) -> tuple[int, str]:
        """The exit code and the last line of standard output; everything else is streamed to the task's log."""
        self.log.info("$ %s", subprocess.list2cmdline(line))
        # The scheduler's own settings are none of the job's business.
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "_AIRFLOW"))}
        with subprocess.Popen(  # noqa: S603 - our own command, no shell
            line,
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        ) as process:
            self._process = process
            errors = Thread(target=self._stream, args=(process.stderr,))
            errors.start()
            last = self._stream(process.stdout)
            errors.join()
        return process.returncode, last

    def _stream(self, output: IO[str] | None) -> str:
        """The last line that says something; all are logged as they come."""
        last = ""
        for text in output or ():
            if text.strip():
                last = text.strip()
                self.log.info("%s", last)
        return last

    def _parsed(self, last: str) -> dict[str, Any]:
        try:
            told = json.loads(last)
        except ValueError as error:
            raise AirflowFailException(f"{self.command}: its last line is not JSON: {last!r}") from error
        if not isinstance(told, dict) or (self.result and self.result not in told):
            raise AirflowFailException(f"{self.command}: its last line is not the JSON object that was expected: {last!r}")
        return told

    def _add_events(self, context: Context, events: Sequence[Mapping[str, Any]]) -> None:
        for alias in self.outlets:
            if isinstance(alias, AssetAlias):
                for event in events:
                    context["outlet_events"][alias].add(Asset(name=event["name"], uri=event["uri"]), extra=event["extra"])
