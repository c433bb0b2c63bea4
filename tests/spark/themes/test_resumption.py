"""The resumption index on published figures, and a further component by data alone."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
from pyspark.sql import SparkSession

from jobs.catalogue.catalogue import Catalogue
from jobs.catalogue.theme import input_view
from jobs.lake.silver import silver_schema
from jobs.themes.statements import gold_frames
from tests.spark.themes.conftest import GOLDEN, copied_theme, loaded_theme, silver_frame

YEAR_ON_YEAR = GOLDEN / "resumption" / "lunar_year_on_year"
FREIGHT = """
SELECT 'freight' AS component_code, d.index_date, 'city' AS level_code, :city_code AS group_code,
  count(*) AS entity_count, CAST(25 AS DECIMAL(9, 4)) AS top_share_pct,
  CAST(100.0 * count(w.from_uscc) / count(*) AS DECIMAL(9, 4)) AS value_pct
FROM index_date AS d
CROSS JOIN (SELECT DISTINCT from_uscc FROM coldchain__batch_move WHERE arrived_date BETWEEN :base_from AND :base_to) AS b
LEFT JOIN (SELECT DISTINCT from_uscc, arrived_date FROM coldchain__batch_move) AS w
  ON w.from_uscc = b.from_uscc AND w.arrived_date = d.index_date
GROUP BY d.index_date
"""


def test_4049_of_4954_monitored_enterprises_are_a_rate_of_81_7(spark: SparkSession, catalogue: Catalogue, tmp_path: Path) -> None:
    """The published figures of DOMAIN 2.12: 4,049 of 4,954 above 30 % of their mean of December 2019."""
    theme = loaded_theme(copied_theme("resumption", tmp_path, YEAR_ON_YEAR / "theme"), catalogue)
    silver = {name: silver_frame(spark, catalogue.contracts[name], None) for name in theme.definition.inputs}
    schema = silver_schema(catalogue.contracts["power.daily_electricity"])
    days = {date(2019, 12, 31): lambda firm: "100", date(2020, 2, 20): lambda firm: "30.0001" if firm < 4049 else "30"}
    rows = [
        {
            "account_no": f"{2_100_000_000 + firm}",
            "account_name": f"企业{firm}",
            "uscc": f"9112{firm:014d}",
            "usage_date": day,
            "region_code": "120101",
            "usage_class_code": "2",
            "usage_kwh": Decimal(usage(firm)),
        }
        for firm in range(4954)
        for day, usage in days.items()
    ]
    silver["power.daily_electricity"] = spark.createDataFrame(pa.Table.from_pylist(rows, schema))
    with gold_frames(spark, theme, {input_view(name): frame for name, frame in silver.items()}) as frames:
        [row] = frames["daily_index"].where("level_code = 'city' AND index_date = '2020-02-20'").collect()
    assert (row.monitored_count, row.resumed_count, row.resumption_rate_pct) == (4954, 4049, Decimal("81.73"))


def test_a_third_component_is_a_statement_a_line_of_the_definition_and_a_row(
    spark: SparkSession, catalogue: Catalogue, tmp_path: Path
) -> None:
    folder = copied_theme("resumption", tmp_path, YEAR_ON_YEAR / "theme")
    (folder / "52_component_freight.sql").write_text(FREIGHT, encoding="utf-8")
    with (folder / "parameters" / "components.csv").open("a", encoding="utf-8") as lines:
        lines.write("freight,component_freight,1,货运,Freight\n")
    definition = (folder / "theme.yaml").read_text(encoding="utf-8")
    definition = definition.replace("inputs: [", "inputs: [coldchain.batch_move, ", 1)
    step = "  - {view: component_value,"
    definition = definition.replace(step, f"  - {{view: component_freight, sql: 52_component_freight.sql}}\n{step}", 1)
    (folder / "theme.yaml").write_text(definition, encoding="utf-8")
    moves = tmp_path / "moves.csv"
    senders = [("2019-12-31", "ABCD"), ("2020-02-08", "ABC")]
    moves.write_text("from_uscc,arrived_date\n" + "".join(f"{one},{day}\n" for day, many in senders for one in many), encoding="utf-8")

    theme = loaded_theme(folder, catalogue)
    files = {"power.daily_electricity": YEAR_ON_YEAR / "power__daily_electricity.csv", "coldchain.batch_move": moves}
    silver = {input_view(name): silver_frame(spark, catalogue.contracts[name], files.get(name)) for name in theme.definition.inputs}
    city = "level_code = 'city' AND index_date = '2020-02-08'"
    with gold_frames(spark, theme, silver) as frames:
        told = {row.component_code: row.value_pct for row in frames["component"].where(city).collect()}
        [row] = frames["daily_index"].where(city).collect()
    # One of four resumed, (100 + 3 x 25) of 400 kWh: (25 + 43.75) / 2; three of four senders; weights 0.5 and 1 of 2 in all.
    assert told == {"electricity": Decimal("34.38"), "freight": Decimal("75.00")}
    assert (row.index_pct, row.index_weight_pct) == (Decimal("61.46"), Decimal("75.00"))
