-- One row a batch and pair of parties of which the second can be reached from the first: in the fewest moves. Whoever tells moves in the
-- wrong order must not hide a receiver, so time plays no part. Each level holds a pair once, and the depth is bounded: a circle ends too.
WITH RECURSIVE walk (batch_code, start_uscc, reached_uscc, depth) AS (
  SELECT DISTINCT batch_code, from_uscc, to_uscc, 1 FROM edge
  UNION ALL
  SELECT DISTINCT w.batch_code, w.start_uscc, e.to_uscc, w.depth + 1
  FROM walk AS w
  JOIN edge AS e ON e.batch_code = w.batch_code AND e.from_uscc = w.reached_uscc
  WHERE w.depth < CAST(:deepest_level AS INT)
)
SELECT batch_code, start_uscc, reached_uscc, CAST(min(depth) AS BIGINT) AS depth
FROM walk
GROUP BY batch_code, start_uscc, reached_uscc
