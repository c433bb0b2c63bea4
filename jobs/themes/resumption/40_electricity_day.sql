-- One row an enterprise and day: its use against its base, and why it is not monitored where it is not.
WITH day_use AS (
  SELECT usage_date AS index_date, enterprise_id, CAST(sum(usage_kwh) AS DECIMAL(22, 4)) AS usage_kwh
  FROM meter_day GROUP BY usage_date, enterprise_id
),
identity AS (
  SELECT enterprise_id, max(is_matched) AS is_matched FROM meter_day GROUP BY enterprise_id
),
base AS (
  SELECT enterprise_id, CAST(sum(usage_kwh) AS DECIMAL(22, 4)) AS base_kwh, CAST(count(*) AS INT) AS base_days
  FROM day_use WHERE index_date BETWEEN :base_from AND :base_to GROUP BY enterprise_id
),
expected AS (
  SELECT d.index_date, b.enterprise_id FROM index_date AS d CROSS JOIN base AS b
  UNION
  SELECT index_date, enterprise_id FROM day_use
)
SELECT
  e.index_date,
  e.enterprise_id,
  i.is_matched,
  u.usage_kwh,
  CAST(b.base_kwh / b.base_days AS DECIMAL(24, 8)) AS base_mean_kwh,
  -- In whole numbers of days, so that exactly the threshold is not above it.
  CAST(u.usage_kwh * b.base_days AS DECIMAL(28, 4)) * 100 > CAST(b.base_kwh * :resumed_above_pct AS DECIMAL(30, 6)) AS is_resumed,
  CASE
    WHEN b.base_kwh IS NULL THEN 'base_missing'
    WHEN b.base_kwh = 0 THEN 'base_zero'
    WHEN u.usage_kwh IS NULL THEN 'no_reading'
  END AS exclusion_code
FROM expected AS e
JOIN identity AS i ON i.enterprise_id = e.enterprise_id
LEFT JOIN base AS b ON b.enterprise_id = e.enterprise_id
LEFT JOIN day_use AS u ON u.enterprise_id = e.enterprise_id AND u.index_date = e.index_date
