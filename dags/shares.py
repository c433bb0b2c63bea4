"""`shares`: extracts to those whose demand was granted, woken by news of any granted resource; a demand that ended is taken back."""

import pendulum
from airflow.sdk import DAG, AssetAny, AssetOrTimeSchedule, CronTriggerTimetable

from assets import SHARED
from haihe_operator import DEFAULT_ARGS, HaiheOperator

# No news tells that a grant ended by its date, so they are looked at once a day as well.
DAILY = CronTriggerTimetable("30 6 * * *", timezone="Asia/Shanghai")

with DAG(
    "shares",
    description="Masked extracts by the demand list, each with a delivery receipt",
    schedule=AssetOrTimeSchedule(timetable=DAILY, assets=AssetAny(*SHARED)) if SHARED else None,
    start_date=pendulum.datetime(2026, 1, 1, tz="Asia/Shanghai"),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["share"],
    doc_md=__doc__,
):
    done = HaiheOperator(task_id="share", command="share")
    done >> HaiheOperator(task_id="report", command="report")
