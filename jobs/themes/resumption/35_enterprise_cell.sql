-- Every enterprise in the cells that it is counted in: the city, its district, its section.
SELECT enterprise_id, is_continuous, level_code, group_code
FROM enterprise
LATERAL VIEW stack(3, 'city', :city_code, 'district', region_code, 'industry', section_code) AS level_code, group_code
