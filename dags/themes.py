"""A DAG for each theme of the compiled catalogue, woken by any of the resources that it reads: silver to gold, once for what is new."""

import pendulum
from airflow.sdk import DAG, AssetAny

from assets import ASSETS, COMPILED, GOLD
from haihe_operator import DEFAULT_ARGS, HaiheOperator

for theme in COMPILED.themes:
    with DAG(
        f"theme_{theme.name}",
        dag_display_name=theme.title,
        description=f"Silver to {', '.join(theme.tables)}",
        schedule=AssetAny(*(ASSETS[resource] for resource in theme.inputs)),
        start_date=pendulum.datetime(2026, 1, 1, tz="Asia/Shanghai"),
        catchup=False,
        max_active_runs=1,
        default_args=DEFAULT_ARGS,
        tags=["theme"],
        doc_md=__doc__,
    ):
        done = HaiheOperator(task_id="theme", command="theme", names=[theme.name], pool="spark", outlets=[GOLD])
        done >> HaiheOperator(task_id="report", command="report")
