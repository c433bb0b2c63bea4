-- One row a move: who handed how much of which batch to whom; dates in the city's zone, blanks as nulls.
SELECT
  m.move_id,
  m.batch_code,
  m.product_name,
  m.product_class_code,
  m.origin_country_code,
  nullif(trim(m.customs_declaration_no), '') AS customs_declaration_no,
  nullif(trim(m.quarantine_certificate_no), '') AS quarantine_certificate_no,
  m.from_uscc,
  m.from_role_code,
  m.to_uscc,
  m.to_role_code,
  f.role_code IS NOT NULL AS is_from_first_station,
  m.quantity_kg,
  m.storage_class_code,
  m.temperature_c,
  m.moved_at,
  to_date(from_utc_timestamp(m.moved_at, 'Asia/Shanghai')) AS moved_date,
  m.arrived_date,
  m.expires_date,
  m.nucleic_test_date,
  m.nucleic_result_code,
  m.disinfection_date,
  m.vehicle_no
FROM coldchain__batch_move AS m
LEFT JOIN first_station_roles AS f ON f.role_code = m.from_role_code
