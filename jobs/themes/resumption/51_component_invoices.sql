-- A component: of the firms that invoiced in the base period, the share with a valid invoice in the days up to this one.
WITH base_firm AS (
  SELECT seller_uscc AS enterprise_id, sum(amount_yuan) AS amount_yuan
  FROM valid_invoice WHERE invoice_date BETWEEN :base_from AND :base_to GROUP BY seller_uscc
),
at_work AS (
  SELECT DISTINCT d.index_date, v.seller_uscc AS enterprise_id
  FROM index_date AS d
  JOIN valid_invoice AS v ON v.invoice_date BETWEEN date_sub(d.index_date, CAST(:invoice_window_days AS INT) - 1) AND d.index_date
)
SELECT
  'invoices' AS component_code,
  d.index_date,
  c.level_code,
  c.group_code,
  count(*) AS entity_count,
  CAST(try_divide(100 * CAST(max(b.amount_yuan) AS DOUBLE), CAST(sum(b.amount_yuan) AS DOUBLE)) AS DECIMAL(9, 4)) AS top_share_pct,
  CAST(100.0 * count(w.enterprise_id) / count(*) AS DECIMAL(9, 4)) AS value_pct
FROM index_date AS d
CROSS JOIN base_firm AS b
JOIN enterprise_cell AS c ON c.enterprise_id = b.enterprise_id
LEFT JOIN at_work AS w ON w.index_date = d.index_date AND w.enterprise_id = b.enterprise_id
GROUP BY d.index_date, c.level_code, c.group_code
