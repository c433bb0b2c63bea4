-- Each break once, with what it means.
SELECT
  concat_ws('/', f.break_code, f.batch_code, f.node_uscc, f.move_id) AS break_id,
  f.break_code,
  c.title AS break_title,
  c.severity_code,
  f.batch_code,
  f.node_uscc,
  f.move_id,
  f.evidence
FROM found_break AS f
LEFT JOIN break_codes AS c ON c.break_code = f.break_code
