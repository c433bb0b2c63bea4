-- One row a batch and party: no one hands on more than came in, to a tolerance; a first station is where the batch begins.
SELECT
  batch_code,
  node_uscc,
  role_code,
  coalesce(in_kg, 0) AS in_kg,
  coalesce(out_kg, 0) AS out_kg,
  CASE WHEN in_kg IS NOT NULL THEN CAST(in_kg - coalesce(out_kg, 0) AS DECIMAL(18, 3)) END AS stock_kg,
  CAST(:tolerance_pct AS DECIMAL(5, 2)) AS tolerance_pct,
  CASE
    WHEN in_kg IS NULL AND is_first_station THEN 'source'
    WHEN in_kg IS NULL THEN 'no_inbound'
    WHEN out_kg * 100 > in_kg * (100 + :tolerance_pct) AND NOT is_first_station THEN 'over'
    ELSE 'balanced'
  END AS balance_code
FROM node
