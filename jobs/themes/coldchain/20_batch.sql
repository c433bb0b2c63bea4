-- One row a batch: what it is, and when it first went out.
SELECT
  batch_code,
  min(product_name) AS product_name,
  min(origin_country_code) AS origin_country_code,
  min(customs_declaration_no) AS customs_declaration_no,
  min(quarantine_certificate_no) AS quarantine_certificate_no,
  min(moved_date) AS first_moved_date
FROM edge
GROUP BY batch_code
