-- The index as it is told, with all that it rests on.
WITH blended AS (
  SELECT index_date, level_code, group_code,
    CAST(sum(CASE WHEN value_pct IS NOT NULL THEN weight * value_pct END)
      / sum(CASE WHEN value_pct IS NOT NULL THEN weight END) AS DECIMAL(9, 2)) AS index_pct,
    CAST(100 * sum(CASE WHEN value_pct IS NOT NULL THEN weight ELSE 0 END) / max(full_weight) AS DECIMAL(5, 2)) AS index_weight_pct,
    max(CASE WHEN component_code = 'electricity' THEN suppression_code END) AS suppression_code,
    max(CASE WHEN component_code = 'electricity' THEN value_pct END) AS composite_pct,
    max(CASE WHEN component_code = 'invoices' THEN entity_count END) AS invoice_base_count,
    max(CASE WHEN component_code = 'invoices' THEN value_pct END) AS invoicing_rate_pct
  FROM component
  CROSS JOIN (SELECT sum(weight) AS full_weight FROM components) AS total
  GROUP BY index_date, level_code, group_code
),
lunar AS (
  -- The same day of the lunar year: as far from the first day of the first month.
  SELECT d.index_date, datediff(d.index_date, f.festival_date) AS lunar_offset_days,
         date_add(p.festival_date, datediff(d.index_date, f.festival_date)) AS lunar_prior_date
  FROM index_date AS d
  JOIN spring_festivals AS f ON datediff(d.index_date, f.festival_date) BETWEEN -:lunar_days_before AND :lunar_days_after
  JOIN spring_festivals AS p ON p.festival_year = f.festival_year - 1
),
told AS (
  SELECT
    b.index_date,
    b.level_code,
    b.group_code,
    CASE b.level_code
      WHEN 'industry' THEN coalesce(i.name, '行业不明')
      ELSE r.name
    END AS group_name,
    b.suppression_code IS NULL AS is_told,
    e.* EXCEPT (index_date, level_code, group_code),
    b.composite_pct,
    b.invoice_base_count,
    b.invoicing_rate_pct,
    CASE WHEN b.index_weight_pct >= :least_weight_pct THEN b.index_pct END AS index_pct,
    b.index_weight_pct,
    b.suppression_code,
    l.lunar_offset_days,
    l.lunar_prior_date
  FROM blended AS b
  LEFT JOIN electricity_cell AS e
    ON e.index_date = b.index_date AND e.level_code = b.level_code AND e.group_code = b.group_code
  LEFT JOIN codes__region AS r ON r.code = b.group_code
  LEFT JOIN codes__industry_section AS i ON i.code = b.group_code
  LEFT JOIN lunar AS l ON l.index_date = b.index_date
)
SELECT
  t.index_date,
  t.level_code,
  t.group_code,
  t.group_name,
  :base_from AS base_from_date,
  :base_to AS base_to_date,
  CASE WHEN t.is_told THEN t.base_count END AS base_count,
  CASE WHEN t.is_told THEN t.monitored_count END AS monitored_count,
  CASE WHEN t.is_told THEN t.resumed_count END AS resumed_count,
  CASE WHEN t.is_told THEN CAST(t.resumption_rate_pct AS DECIMAL(5, 2)) END AS resumption_rate_pct,
  CASE WHEN t.is_told THEN CAST(t.production_rate_pct AS DECIMAL(9, 2)) END AS production_rate_pct,
  CAST(:alpha AS DECIMAL(4, 3)) AS alpha,
  t.composite_pct,
  t.invoice_base_count,
  t.invoicing_rate_pct,
  t.index_pct,
  t.index_weight_pct,
  CASE WHEN t.is_told THEN CAST(100.0 * t.matched_count / t.monitored_count AS DECIMAL(5, 2)) END AS matched_share_pct,
  CASE WHEN t.is_told THEN t.continuous_count END AS continuous_count,
  CASE WHEN t.is_told THEN CAST(t.resumption_without_continuous_pct AS DECIMAL(5, 2)) END AS resumption_without_continuous_pct,
  coalesce(t.excluded_base_missing_count, 0) AS excluded_base_missing_count,
  coalesce(t.excluded_base_zero_count, 0) AS excluded_base_zero_count,
  coalesce(t.excluded_no_reading_count, 0) AS excluded_no_reading_count,
  t.suppression_code,
  CAST(t.lunar_offset_days AS BIGINT) AS lunar_offset_days,
  t.lunar_prior_date,
  CASE WHEN p.is_told THEN CAST(p.resumption_rate_pct AS DECIMAL(5, 2)) END AS lunar_prior_resumption_rate_pct,
  CASE WHEN t.is_told AND p.is_told
    THEN CAST(CAST(t.resumption_rate_pct AS DECIMAL(5, 2)) - CAST(p.resumption_rate_pct AS DECIMAL(5, 2)) AS DECIMAL(6, 2))
  END AS lunar_change_points,
  :method_version AS method_version
FROM told AS t
LEFT JOIN told AS p
  ON p.index_date = t.lunar_prior_date AND p.level_code = t.level_code AND p.group_code = t.group_code
