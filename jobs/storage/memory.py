"""Peak memory of everything that was started in a home, sampled while work goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock, Thread

import psutil

from jobs.storage.processes import running_family

SAMPLE_SECONDS = 0.5


class PeakMemory:
    """The highest sum of resident memory seen, in bytes, since the beginning (`whole`) and since the last lap.

    A page that several processes share counts once for each of them.
    """

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self.whole = 0
        self._lap = 0
        self._lock = Lock()

    def see(self, resident: int) -> None:
        """Take one sample into account."""
        with self._lock:
            self.whole, self._lap = max(self.whole, resident), max(self._lap, resident)

    def lap(self) -> int:
        """The highest since the last call."""
        with self._lock:
            highest, self._lap = self._lap, 0
        return highest


@contextmanager
def watched_memory(home: Path) -> Iterator[PeakMemory]:
    """Sample this process, those recorded in `home` and all that they start, until the block ends."""
    peak, is_over = PeakMemory(), Event()

    def watch() -> None:
        while True:
            peak.see(resident_bytes(running_family(home)))
            if is_over.wait(SAMPLE_SECONDS):
                return

    thread = Thread(target=watch, name="memory", daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        is_over.set()
        thread.join()


def resident_bytes(processes: list[psutil.Process]) -> int:
    """Resident memory of the processes added up; one that ended meanwhile counts nothing."""
    return sum(_resident(process) for process in processes)


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
