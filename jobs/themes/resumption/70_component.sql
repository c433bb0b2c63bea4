-- Each component as it is told: cells of too few or with one that outweighs the others are held back, and where that leaves one single cell
-- hidden in a level, the smallest other one too, or it could be had from the city's figure by subtraction.
WITH judged AS (
  SELECT v.*, c.title AS component_title, c.weight,
    CASE
      WHEN v.entity_count < :smallest_cell THEN 'few'
      WHEN v.top_share_pct > :dominant_above_pct THEN 'dominated'
    END AS primary_code
  FROM component_value AS v
  JOIN components AS c ON c.component_code = v.component_code
),
ranked AS (
  SELECT *,
    count(primary_code) OVER (PARTITION BY component_code, index_date, level_code) AS hidden_count,
    row_number() OVER (
      PARTITION BY component_code, index_date, level_code ORDER BY primary_code IS NOT NULL, entity_count, group_code
    ) AS place
  FROM judged
),
told AS (
  SELECT *, coalesce(primary_code, CASE WHEN hidden_count = 1 AND place = 1 THEN 'secondary' END) AS suppression_code FROM ranked
)
SELECT
  index_date,
  level_code,
  group_code,
  component_code,
  component_title,
  CAST(weight AS DECIMAL(6, 4)) AS weight,
  CASE WHEN suppression_code IS NULL THEN entity_count END AS entity_count,
  CASE WHEN suppression_code IS NULL THEN CAST(value_pct AS DECIMAL(9, 2)) END AS value_pct,
  suppression_code,
  :method_version AS method_version
FROM told
