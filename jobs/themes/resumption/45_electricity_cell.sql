-- One row a day and cell: what the meters say, before anything is held back.
WITH counted AS (
  SELECT d.index_date, c.level_code, c.group_code,
    count_if(d.exclusion_code IS NULL) AS monitored_count,
    count_if(d.exclusion_code IS NULL AND d.is_resumed) AS resumed_count,
    count_if(d.exclusion_code IS NULL AND d.is_matched) AS matched_count,
    count_if(d.exclusion_code IS NULL AND c.is_continuous) AS continuous_count,
    count_if(d.exclusion_code IS NULL AND d.is_resumed AND NOT c.is_continuous) AS resumed_stopping_count,
    count_if(d.base_mean_kwh > 0) AS base_count,
    count_if(d.exclusion_code = 'base_missing') AS excluded_base_missing_count,
    count_if(d.exclusion_code = 'base_zero') AS excluded_base_zero_count,
    count_if(d.exclusion_code = 'no_reading') AS excluded_no_reading_count,
    sum(CASE WHEN d.exclusion_code IS NULL THEN least(d.usage_kwh, d.base_mean_kwh * :ratio_cap) END) AS capped_kwh,
    sum(CASE WHEN d.exclusion_code IS NULL THEN d.usage_kwh END) AS usage_kwh,
    max(CASE WHEN d.exclusion_code IS NULL THEN d.usage_kwh END) AS largest_kwh,
    sum(CASE WHEN d.exclusion_code IS NULL THEN d.base_mean_kwh END) AS base_kwh,
    max(CASE WHEN d.exclusion_code IS NULL THEN d.base_mean_kwh END) AS largest_base_kwh
  FROM electricity_day AS d
  JOIN enterprise_cell AS c ON c.enterprise_id = d.enterprise_id
  GROUP BY d.index_date, c.level_code, c.group_code
)
SELECT *,
  try_divide(100.0 * resumed_count, monitored_count) AS resumption_rate_pct,
  try_divide(100.0 * resumed_stopping_count, monitored_count - continuous_count) AS resumption_without_continuous_pct,
  try_divide(100 * CAST(capped_kwh AS DOUBLE), CAST(base_kwh AS DOUBLE)) AS production_rate_pct,
  greatest(
    try_divide(100 * CAST(largest_kwh AS DOUBLE), CAST(usage_kwh AS DOUBLE)),
    try_divide(100 * CAST(largest_base_kwh AS DOUBLE), CAST(base_kwh AS DOUBLE))
  ) AS top_share_pct
FROM counted
