-- What breaks the chain, with the keys that prove it; `move_id` is null for what concerns a party and not one move.
SELECT 'outbound_without_inbound' AS break_code, batch_code, node_uscc, NULL AS move_id,
       concat('out_kg=', out_kg) AS evidence
FROM balance WHERE balance_code = 'no_inbound'
UNION ALL
SELECT 'more_out_than_in', batch_code, node_uscc, NULL,
       concat('in_kg=', in_kg, ' out_kg=', out_kg, ' tolerance_pct=', tolerance_pct)
FROM balance WHERE balance_code = 'over'
UNION ALL
SELECT 'chain_not_closed', n.batch_code, n.node_uscc, NULL, concat('in_kg=', n.in_kg)
FROM node AS n
LEFT ANTI JOIN (
  SELECT r.batch_code, r.reached_uscc
  FROM reach AS r JOIN node AS f ON f.batch_code = r.batch_code AND f.node_uscc = r.start_uscc AND f.is_first_station
) AS c ON c.batch_code = n.batch_code AND c.reached_uscc = n.node_uscc
WHERE n.in_kg IS NOT NULL AND NOT n.is_first_station
UNION ALL
SELECT 'outbound_before_inbound', batch_code, node_uscc, NULL,
       concat('first_out_at=', first_out_at, ' first_in_at=', first_in_at)
FROM node WHERE first_out_at < first_in_at AND NOT is_first_station
UNION ALL
SELECT 'came_back', batch_code, start_uscc, NULL, concat('moves=', depth) FROM reach WHERE start_uscc = reached_uscc
UNION ALL
SELECT 'certificate_missing', batch_code, from_uscc, move_id,
       concat_ws(' ',
         CASE WHEN quarantine_certificate_no IS NULL THEN 'quarantine_certificate_no' END,
         CASE WHEN is_from_first_station AND customs_declaration_no IS NULL THEN 'customs_declaration_no' END,
         CASE WHEN nucleic_test_date IS NULL THEN 'nucleic_test_date' END,
         CASE WHEN disinfection_date IS NULL THEN 'disinfection_date' END)
FROM edge
WHERE quarantine_certificate_no IS NULL OR nucleic_test_date IS NULL OR disinfection_date IS NULL
   OR (is_from_first_station AND customs_declaration_no IS NULL)
UNION ALL
SELECT 'certificate_after_first_move', e.batch_code, e.from_uscc, e.move_id,
       concat_ws(' ', concat('first_moved_date=', b.first_moved_date),
         CASE WHEN e.nucleic_test_date > b.first_moved_date THEN concat('nucleic_test_date=', e.nucleic_test_date) END,
         CASE WHEN e.disinfection_date > b.first_moved_date THEN concat('disinfection_date=', e.disinfection_date) END)
FROM edge AS e
JOIN batch AS b ON b.batch_code = e.batch_code
WHERE e.nucleic_test_date > b.first_moved_date OR e.disinfection_date > b.first_moved_date
UNION ALL
SELECT 'positive_moved', batch_code, from_uscc, move_id, concat('nucleic_test_date=', nucleic_test_date)
FROM edge WHERE nucleic_result_code = '1'
UNION ALL
SELECT 'moved_after_expiry', batch_code, from_uscc, move_id, concat('moved_date=', moved_date, ' expires_date=', expires_date)
FROM edge WHERE moved_date >= expires_date
UNION ALL
SELECT 'moved_before_arrival', batch_code, from_uscc, move_id, concat('moved_date=', moved_date, ' arrived_date=', arrived_date)
FROM edge WHERE moved_date < arrived_date
UNION ALL
SELECT 'temperature', e.batch_code, e.from_uscc, e.move_id, concat('temperature_c=', e.temperature_c)
FROM edge AS e
JOIN storage_temperatures AS t ON t.storage_class_code = e.storage_class_code
WHERE e.temperature_c > t.highest_c OR e.temperature_c < t.lowest_c
UNION ALL
SELECT 'origin_suspended', e.batch_code, e.from_uscc, e.move_id, concat('origin=', e.origin_country_code, ' arrived_date=', e.arrived_date)
FROM edge AS e
JOIN suspended_origins AS s
  ON s.country_code = e.origin_country_code AND e.arrived_date BETWEEN s.from_date AND coalesce(s.to_date, e.arrived_date)
