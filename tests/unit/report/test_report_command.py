"""`haihe report`, `status` and the pages' server as an operator meets them: exit codes, output, a process that starts and ends."""

import json
import urllib.request

import pytest

from jobs import site
from jobs.catalogue.catalogue import load_catalogue
from jobs.cli import main
from jobs.storage.accounts import provision
from tests.unit.report.conftest import SmallCity

INVOICE = "tax.vat_invoice"


@pytest.fixture
def at_home(city: SmallCity, monkeypatch: pytest.MonkeyPatch) -> SmallCity:
    """The environment in which the command line finds this city."""
    settings = city.pipeline.settings
    # The command reads the whole catalogue.
    provision(settings, sorted(load_catalogue(settings.root).providers))
    monkeypatch.setenv("HAIHE_HOME", str(settings.home))
    monkeypatch.setenv("HAIHE_STORE__BUCKET_PREFIX", settings.store.bucket_prefix)
    city.came("tax-bureau", INVOICE, "2021-03-04", "2021-03-05T07:00")
    return city


def test_a_report_says_what_it_added_and_then_that_there_is_nothing_to_do(at_home: SmallCity, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--now", "2021-03-08T09:00"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    # The periods of 5 (a Friday), 6 and 7 March were due on Monday the 8th at 08:00.
    assert (told["ledger"]["batches"], told["overdue"]) == (1, 3)
    assert main(["report", "--now", "2021-03-08T09:00"]) == 99


def test_a_moment_that_is_none_is_refused_before_anything_is_done(at_home: SmallCity, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--now", "yesterday"]) == 1
    assert "yesterday: no moment" in capsys.readouterr().err
    assert at_home.pipeline.control.keys("overdue/") == []


def test_status_tells_what_is_overdue(at_home: SmallCity, capsys: pytest.CaptureFixture[str]) -> None:
    main(["report", "--now", "2021-03-05T09:00"])
    capsys.readouterr()
    assert main(["status", "--now", "2021-03-08T09:00"]) == 0
    assert "overdue: 3 periods past their cut-off without a batch" in capsys.readouterr().out
    # Collected, but not yet in the ledger.
    at_home.came("tax-bureau", INVOICE, "2021-03-06", "2021-03-08T08:30")
    main(["status", "--now", "2021-03-08T09:00"])
    assert "overdue: 2 periods" in capsys.readouterr().out


def test_the_server_starts_once_shows_the_board_and_is_gone_after_the_stop(at_home: SmallCity) -> None:
    settings = at_home.pipeline.settings
    main(["report"])
    try:
        url = site.start(settings)
        assert site.start(settings) == url
        with urllib.request.urlopen(f"{url}/", timeout=10) as answer:  # noqa: S310 (our own server on loopback)
            assert (answer.url, answer.status) == (f"{url}/board/index.html", 200)
            assert "归集看板" in answer.read().decode()
    finally:
        stopped = site.stop(settings)
    assert stopped
    assert not site.stop(settings)
