"""`shares`: extracts to those whose demand was granted, woken by news of any granted resource; a demand that ended is taken back."""

from datetime import timedelta

import pendulum
from airflow.sdk import DAG, AssetAny

from assets import SHARED
from haihe_operator import HaiheOperator

with DAG(
    "shares",
    description="Masked extracts by the demand list, each with a delivery receipt",
    schedule=AssetAny(*SHARED) if SHARED else None,
    start_date=pendulum.datetime(2026, 1, 1, tz="Asia/Shanghai"),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "data-centre", "retries": 3, "retry_delay": timedelta(minutes=1)},
    tags=["share"],
    doc_md=__doc__,
):
    HaiheOperator(task_id="share", command="share")
