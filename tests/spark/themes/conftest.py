"""Silver as a test writes it: CSV typed by the contract."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
from pyspark.sql import DataFrame, SparkSession

from jobs.catalogue.catalogue import Catalogue
from jobs.catalogue.contract import Contract
from jobs.catalogue.theme import Theme, read_theme
from jobs.lake.silver import silver_schema

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "tests" / "golden" / "themes"


def copied_theme(name: str, folder: Path, changes: Path | None = None) -> Path:
    """A copy of the project's theme below `folder`, the files of `changes` laid over it."""
    own = folder / name
    shutil.copytree(ROOT / "jobs" / "themes" / name, own)
    if changes is not None and changes.is_dir():
        shutil.copytree(changes, own, dirs_exist_ok=True)
    return own


def loaded_theme(folder: Path, catalogue: Catalogue) -> Theme:
    """The theme in the folder, under the project's contracts and code sets."""
    return read_theme(folder, catalogue.contracts, catalogue.code_sets)


def silver_frame(spark: SparkSession, contract: Contract, path: Path | None) -> DataFrame:
    """A table of silver's own columns and types; a column that the file does not have is null, without a file there is no row."""
    schema = silver_schema(contract)
    if path is None or not path.is_file():
        return spark.createDataFrame(schema.empty_table())
    types = {field.name: field.type for field in schema}
    options = pa_csv.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=True)
    found = pa_csv.read_csv(path, convert_options=options)
    strange = set(found.column_names) - set(types)
    assert not strange, f"{path.name}: {strange} are not in silver"
    columns = [found[field.name] if field.name in found.column_names else pa.nulls(len(found), field.type) for field in schema]
    return spark.createDataFrame(pa.table(columns, schema=schema))
