-- One row a batch and party: what came in, what went out, and since when. A first station is one that sends as such.
SELECT
  batch_code,
  node_uscc,
  min(role_code) AS role_code,
  max(is_first_station) AS is_first_station,
  CAST(sum(in_kg) AS DECIMAL(18, 3)) AS in_kg,
  CAST(sum(out_kg) AS DECIMAL(18, 3)) AS out_kg,
  min(in_at) AS first_in_at,
  min(out_at) AS first_out_at
FROM (
  SELECT batch_code, to_uscc AS node_uscc, to_role_code AS role_code, false AS is_first_station,
         quantity_kg AS in_kg, NULL AS out_kg, moved_at AS in_at, NULL AS out_at
  FROM edge
  UNION ALL
  SELECT batch_code, from_uscc, from_role_code, is_from_first_station, NULL, quantity_kg, NULL, moved_at
  FROM edge
)
GROUP BY batch_code, node_uscc
