-- A component: one row a day and cell with the columns below, by these names. The share of enterprises at work and of their production.
SELECT
  'electricity' AS component_code,
  index_date,
  level_code,
  group_code,
  monitored_count AS entity_count,
  CAST(top_share_pct AS DECIMAL(9, 4)) AS top_share_pct,
  CAST(:alpha * resumption_rate_pct + (1 - :alpha) * production_rate_pct AS DECIMAL(9, 4)) AS value_pct
FROM electricity_cell
