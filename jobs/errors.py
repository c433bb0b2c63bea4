"""Every error Haihe raises on purpose. A message says what, where, with which values, what state things are in, what to do next."""


class HaiheError(Exception):
    """One line for a person; the command line prints it and exits with `exit_code` (1: do not retry, 75: retry)."""

    exit_code = 1


class SettingsError(HaiheError):
    """The configuration cannot be used as it stands."""


class CatalogueError(HaiheError):
    """One file of the catalogue is at fault; the message names the file and all of its faults."""


class StoreError(HaiheError):
    """The object store refused or failed in a way that a repetition will not mend."""


class StoreUnavailable(StoreError):
    """The object store could not be reached, or answered 5xx after all retries. Nothing was changed; run again."""

    exit_code = 75


class ObjectChanged(StoreError):
    """An object is gone or has another ETag than the one it was listed with."""


class ObjectExists(StoreError):
    """A conditional PUT found an object standing under the key."""


class ProcessError(HaiheError):
    """A process of ours (store, scheduler) did not start, or is not ours to stop."""


class DropRefused(HaiheError):
    """A whole file is refused before or while it lands. `code` is the stable name of the reason, see docs/batch-states.md."""

    def __init__(self, code: str, message: str, **details: object) -> None:
        """Keep the code and the details that the receipt shows."""
        super().__init__(message)
        self.code = code
        self.details = details


class RuleError(HaiheError):
    """A rule cannot be judged. It never counts as passed."""


class PassError(HaiheError):
    """A pass of a resource cannot be finished."""


class BatchFailed(PassError):
    """A step of a pass cannot be done for one batch, which its cause names for certain. `code` has words in every language."""

    def __init__(self, batch_id: str, code: str, message: str) -> None:
        """Keep whose fault it is and the code."""
        super().__init__(message)
        self.batch_id = batch_id
        self.code = code


class PassBusy(PassError):
    """Another process is at work on this resource (its heartbeat lives). Run again later."""

    exit_code = 75


class QueryError(HaiheError):
    """An analyst's query was not run, or failed while it ran. Nothing was changed: only reading statements are let through."""


class OnboardingError(HaiheError):
    """A provider's way in does not stand as it should, or what is asked does not fit its state."""


class NoticeFailed(HaiheError):
    """A channel for notices is down or misconfigured. What it was to carry stays unmarked and is tried again."""


class ThemeError(HaiheError):
    """A theme's SQL fails, or makes another table than its contract says. Gold stands as it was."""


class ShareError(HaiheError):
    """An extract cannot be delivered as the demand asks for it."""


class ProposalError(HaiheError):
    """A resource cannot be proposed from the sample, or what would be written stands already. Nothing was written."""
