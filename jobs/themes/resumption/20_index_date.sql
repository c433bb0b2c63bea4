-- The days that the index is told for: those with readings.
SELECT DISTINCT usage_date AS index_date FROM meter_day
