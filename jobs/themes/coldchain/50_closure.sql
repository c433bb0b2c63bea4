-- Forward: everyone whom a party's share of the batch may have come to. Backward: everyone whom a party's share may have come from.
WITH pair AS (
  SELECT 'forward' AS direction_code, batch_code, start_uscc, reached_uscc, depth FROM reach WHERE start_uscc <> reached_uscc
  UNION ALL
  SELECT 'backward', batch_code, reached_uscc, start_uscc, depth FROM reach WHERE start_uscc <> reached_uscc
)
SELECT
  p.direction_code,
  p.batch_code,
  p.start_uscc,
  s.role_code AS start_role_code,
  p.reached_uscc,
  r.role_code AS reached_role_code,
  r.is_first_station AS is_reached_first_station,
  p.depth,
  b.product_name,
  b.origin_country_code,
  b.customs_declaration_no,
  b.quarantine_certificate_no
FROM pair AS p
JOIN batch AS b ON b.batch_code = p.batch_code
JOIN node AS s ON s.batch_code = p.batch_code AND s.node_uscc = p.start_uscc
JOIN node AS r ON r.batch_code = p.batch_code AND r.node_uscc = p.reached_uscc
