"""The catalogue: what decides, read from `schemas/`, `expectations/` and `conf/`; no Spark, no store, no network."""
