"""`collect`: pending drops to receipts, a Spark session for each group of resources; then the news of it, and the ledger."""

import pendulum
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Param

from assets import ASSETS, PUBLISHED, SETTINGS
from haihe_operator import DEFAULT_ARGS, HaiheOperator

TOLD = "{{ ((ti.xcom_pull(task_ids='announce') or {}).get('told') or []) | join(',') }}"
CHOICE = {name: f"{{{{ params.{name} or '' }}}}" for name in ("provider", "resource", "period")}

with DAG(
    "collect",
    description="Drops to batches, verdicts, silver and receipts",
    schedule=SETTINGS.airflow.schedule or None,
    start_date=pendulum.datetime(2026, 1, 1, tz="Asia/Shanghai"),
    catchup=False,
    max_active_runs=1,
    params={
        "provider": Param(None, type=["null", "string"], pattern=r"^[a-z0-9-]*$", description="Only this provider's drops"),
        "resource": Param(None, type=["null", "string"], enum=[None, *ASSETS], description="Only this resource"),
        "period": Param(None, type=["null", "string"], description="Only this period: 2021-03-05, 2021-W09, 2021-03, 2021Q1 or 2021"),
    },
    default_args=DEFAULT_ARGS,
    tags=["collect"],
    doc_md=__doc__,
):
    discover = HaiheOperator(task_id="discover", command="discover", options=CHOICE, result="groups")
    collect = HaiheOperator.partial(
        task_id="collect", command="collect", options=CHOICE, pool="spark", map_index_template="{{ task.names | join(', ') }}"
    ).expand(names=discover.output)
    # Also after a group that failed: what the others published is news all the same.
    announce = HaiheOperator(task_id="announce", command="announce", outlets=[PUBLISHED], trigger_rule="all_done")
    # News counts as told only now that the events stand: a task that dies in between announces again.
    told = HaiheOperator(task_id="told", command="told", options={"keys": TOLD})
    report = HaiheOperator(task_id="report", command="report", trigger_rule="all_done")
    # A run is as red as its reddest task; without this last one it would be as green as `announce`.
    outcome = EmptyOperator(task_id="outcome", trigger_rule="none_failed")
    collect >> announce >> told >> outcome
    collect >> report >> outcome
    collect >> outcome
