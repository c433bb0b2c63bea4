-- One row an enterprise: where and what it is, by its largest meter of the base period (of all days where it has none), so that it is
-- counted in one district and one section alone; without a meter, by its invoices and its registration.
WITH metered AS (
  SELECT enterprise_id, region_code, industry_class_code, usage_kwh,
         usage_date BETWEEN :base_from AND :base_to AS is_base
  FROM meter_day
),
place AS (
  SELECT enterprise_id, max(struct(weight.base_kwh, weight.kwh, region_code)).region_code AS region_code
  FROM (
    SELECT enterprise_id, region_code,
           struct(sum(CASE WHEN is_base THEN usage_kwh ELSE 0 END) AS base_kwh, sum(usage_kwh) AS kwh) AS weight
    FROM metered GROUP BY enterprise_id, region_code
  )
  GROUP BY enterprise_id
),
trade AS (
  SELECT enterprise_id, max(struct(weight.base_kwh, weight.kwh, industry_class_code)).industry_class_code AS industry_class_code
  FROM (
    SELECT enterprise_id, industry_class_code,
           struct(sum(CASE WHEN is_base THEN usage_kwh ELSE 0 END) AS base_kwh, sum(usage_kwh) AS kwh) AS weight
    FROM metered WHERE industry_class_code IS NOT NULL GROUP BY enterprise_id, industry_class_code
  )
  GROUP BY enterprise_id
),
seller AS (
  SELECT seller_uscc AS enterprise_id, max(struct(invoice_date, seller_region_code)).seller_region_code AS region_code
  FROM valid_invoice GROUP BY seller_uscc
),
registered AS (
  SELECT uscc AS enterprise_id, max(struct(approved_date, industry_section_code)).industry_section_code AS section_code
  FROM market__enterprise_registration WHERE uscc IS NOT NULL GROUP BY uscc
),
known AS (
  SELECT enterprise_id, coalesce(p.region_code, s.region_code) AS region_code, t.industry_class_code
  FROM place AS p
  FULL OUTER JOIN seller AS s USING (enterprise_id)
  LEFT JOIN trade AS t USING (enterprise_id)
)
SELECT
  k.enterprise_id,
  k.region_code,
  coalesce(i.section_code, r.section_code, '?') AS section_code,
  EXISTS (SELECT 1 FROM never_stopping AS c WHERE startswith(k.industry_class_code, c.industry_prefix)) AS is_continuous
FROM known AS k
LEFT JOIN industry_sections AS i
  ON try_cast(left(k.industry_class_code, 2) AS INT) BETWEEN i.first_division AND i.last_division
LEFT JOIN registered AS r ON r.enterprise_id = k.enterprise_id
