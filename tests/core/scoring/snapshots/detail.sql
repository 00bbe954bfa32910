WITH kind_flags AS (
  SELECT
    k.kind,
    CAST(CASE WHEN k.type = 'page_view' AND k.url LIKE '%/pricing%' THEN 1 ELSE 0 END AS TINYINT) AS f1,
    CAST(CASE WHEN k.type = 'purchase' THEN 1 ELSE 0 END AS TINYINT) AS f2
  FROM kinds AS k
  WHERE
    (
      k.type = 'page_view' AND k.url LIKE '%/pricing%'
    ) OR k.type = 'purchase'
), activity_points AS (
  SELECT
    a.source,
    a.contact_id,
    CAST(SUM(k.f1 * w.w1) AS BIGINT) AS s1,
    CAST(SUM(k.f1 * w.c1) AS BIGINT) AS n1,
    MAX(CASE WHEN (
      k.f1 * w.c1
    ) = 1 THEN a.day ELSE NULL END) AS last1,
    MAX(CASE WHEN a.value > 1000 THEN k.f2 ELSE 0 END * w.w2) AS s2,
    CAST(SUM(CASE WHEN a.value > 1000 THEN k.f2 ELSE 0 END * w.c2) AS BIGINT) AS n2,
    MAX(
      CASE
        WHEN (
          CASE WHEN a.value > 1000 THEN k.f2 ELSE 0 END * w.c2
        ) = 1
        THEN a.day
        ELSE NULL
      END
    ) AS last2
  FROM activities AS a
  JOIN kind_flags AS k
    ON k.kind = a.kind
  JOIN weights AS w
    ON w.age = LEAST(20513 - a.day, 91)
  GROUP BY
    a.source,
    a.contact_id
), people AS (
  SELECT
    c.source,
    c.contact_id,
    CASE WHEN c.company__employees >= 50 THEN 13 ELSE 0 END AS p0,
    (
      c.company__employees >= 50
    ) IS NULL AS u0,
    CASE WHEN c.email_domain = 'rival.example' THEN 0 END AS exclusion
  FROM contacts AS c
  WHERE
    NOT COALESCE(c.deleted, FALSE) AND c.merged_into IS NULL
), rule_points AS (
  SELECT
    p.source,
    p.contact_id,
    p.exclusion,
    CAST(p.p0 AS INT) AS r0,
    p.u0,
    CAST(SIGN(COALESCE(a.s1, 0)) * LEAST((
      ABS(COALESCE(a.s1, 0)) + 500
    ) // 1000, 1000000) AS INT) AS r1,
    a.n1,
    a.last1,
    CAST(SIGN(CASE WHEN a.n2 >= 2 THEN COALESCE(a.s2, 0) ELSE 0 END) * LEAST(
      (
        ABS(CASE WHEN a.n2 >= 2 THEN COALESCE(a.s2, 0) ELSE 0 END) + 500
      ) // 1000,
      1000000
    ) AS INT) AS r2,
    a.n2,
    a.last2
  FROM people AS p
  LEFT JOIN activity_points AS a
    ON a.source = p.source AND a.contact_id = p.contact_id
), limited AS (
  SELECT
    *,
    GREATEST(LEAST(r1, 10), -10) AS l1
  FROM rule_points
), grouped AS (
  SELECT
    *,
    l1 AS g0
  FROM limited
), capped AS (
  SELECT
    *,
    GREATEST(LEAST(g0, 15), -15) AS h0
  FROM grouped
), summed AS (
  SELECT
    *,
    r0 AS d0,
    r2 + h0 AS d1
  FROM capped
), clamped AS (
  SELECT
    *,
    GREATEST(LEAST(d0, 20), 0) AS e0,
    GREATEST(LEAST(d1, 30), 0) AS e1
  FROM summed
), scored AS (
  SELECT
    *,
    e0 + e1 AS total,
    CASE WHEN exclusion IS NULL THEN GREATEST(LEAST(e0 + e1, 100), 0) ELSE NULL END AS score
  FROM clamped
)
SELECT
  s.*,
  CASE
    WHEN s.exclusion IS NULL
    THEN CASE WHEN s.e0 >= 12 THEN 'A' WHEN s.e0 >= 6 THEN 'B' ELSE 'C' END || CASE WHEN s.e1 >= 20 THEN '1' ELSE '2' END
    ELSE NULL
  END AS grade,
  CASE
    WHEN s.score IS NULL
    THEN 'dead'
    WHEN s.score >= 25 OR (
      b.temperature IN ('hot') AND s.score >= 20
    )
    THEN 'hot'
    ELSE 'cold'
  END AS temperature
FROM scored AS s
LEFT JOIN published AS b
  ON b.source = s.source AND b.contact_id = s.contact_id
