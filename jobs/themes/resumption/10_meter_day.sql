-- One row a meter, enterprise and day: whose electricity it is. A meter without a code is matched by its holder's name, where that name
-- belongs to one enterprise alone; what is left is an enterprise under its name. Meters of several tenants are divided by meter_shares.
WITH reading AS (
  SELECT usage_date, account_no, uscc, region_code, industry_class_code, usage_kwh,
         replace(translate(account_name, '（）　', '() '), ' ', '') AS party_name
  FROM power__daily_electricity
  WHERE usage_class_code IN (SELECT usage_class_code FROM usage_classes WHERE is_enterprise)
),
name_of AS (
  SELECT party_name, uscc FROM reading WHERE uscc IS NOT NULL
  UNION
  SELECT replace(translate(entity_name, '（）　', '() '), ' ', ''), uscc FROM market__enterprise_registration WHERE uscc IS NOT NULL
),
known_name AS (
  SELECT party_name, min(uscc) AS uscc FROM name_of GROUP BY party_name HAVING count(DISTINCT uscc) = 1
)
SELECT
  r.usage_date,
  r.account_no,
  coalesce(s.uscc, r.uscc, n.uscc, concat('name:', r.party_name)) AS enterprise_id,
  coalesce(s.uscc, r.uscc, n.uscc) IS NOT NULL AS is_matched,
  r.region_code,
  r.industry_class_code,
  CAST(r.usage_kwh * coalesce(s.share_pct, 100) / 100 AS DECIMAL(18, 4)) AS usage_kwh
FROM reading AS r
LEFT JOIN meter_shares AS s ON s.account_no = r.account_no
LEFT JOIN known_name AS n ON n.party_name = r.party_name
