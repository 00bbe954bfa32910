WITH kind_flags AS (
  SELECT
    k.kind,
    CAST(CASE WHEN k.type IN ('page_view') AND k.url LIKE '%/pricing%' THEN 1 ELSE 0 END AS TINYINT) AS f1_0,
    CAST(CASE WHEN k.type IN ('purchase') THEN 1 ELSE 0 END AS TINYINT) AS f2_0
  FROM kinds AS k
  WHERE
    (
      k.type IN ('page_view') AND k.url LIKE '%/pricing%'
    )
    OR k.type IN ('purchase')
), activity_points AS (
  SELECT
    a.source,
    a.contact_id,
    CAST(SUM(k.f1_0 * w.w1_0) AS BIGINT) AS s1,
    CAST(SUM(k.f1_0 * w.c1) AS BIGINT) AS n1,
    MAX(CASE WHEN (
      k.f1_0 * w.c1
    ) = 1 THEN a.day ELSE NULL END) AS last1,
    MAX(CASE WHEN a.value > 1000 THEN k.f2_0 ELSE 0 END * w.w2_0) AS s2,
    CAST(SUM(CASE WHEN a.value > 1000 THEN k.f2_0 ELSE 0 END * w.c2) AS BIGINT) AS n2,
    MAX(
      CASE
        WHEN (
          CASE WHEN a.value > 1000 THEN k.f2_0 ELSE 0 END * w.c2
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
), known AS (
  SELECT
    c.source,
    c.contact_id,
    c.company__employees AS x_company__employees,
    c.email_domain AS x_email_domain,
    COALESCE(activity_points.s1, 0) AS s1,
    activity_points.n1 AS n1,
    activity_points.last1 AS last1,
    CASE WHEN activity_points.n2 >= 2 THEN COALESCE(activity_points.s2, 0) ELSE 0 END AS s2,
    activity_points.n2 AS n2,
    activity_points.last2 AS last2
  FROM contacts AS c
  LEFT JOIN activity_points
    ON activity_points.source = c.source AND activity_points.contact_id = c.contact_id
  WHERE
    NOT COALESCE(c.deleted, FALSE) AND c.merged_into IS NULL
), rule_points AS (
  SELECT
    source,
    contact_id,
    CASE WHEN x_email_domain = 'rival.example' THEN 0 END AS exclusion,
    CAST(CASE WHEN x_company__employees >= 50 THEN 13 ELSE 0 END AS INT) AS r0,
    (
      x_company__employees >= 50
    ) IS NULL AS u0,
    CAST(CASE
      WHEN s1 = 0
      THEN 0
      WHEN s1 > 1000000000
      THEN 1000000
      WHEN s1 < -1000000000
      THEN -1000000
      ELSE SIGN(s1) * (
        (
          ABS(CAST(s1 AS INT)) + 500
        ) // 1000
      )
    END AS INT) AS r1,
    n1,
    last1,
    CAST(CASE
      WHEN s2 = 0
      THEN 0
      WHEN s2 > 1000000000
      THEN 1000000
      WHEN s2 < -1000000000
      THEN -1000000
      ELSE SIGN(s2) * (
        (
          ABS(CAST(s2 AS INT)) + 500
        ) // 1000
      )
    END AS INT) AS r2,
    n2,
    last2
  FROM known
), limited AS (
  SELECT
    *,
    CASE WHEN r1 > 10 THEN 10 WHEN r1 < -10 THEN -10 ELSE r1 END AS l1
  FROM rule_points
), grouped AS (
  SELECT
    *,
    l1 AS g0
  FROM limited
), capped AS (
  SELECT
    *,
    CASE WHEN g0 > 15 THEN 15 WHEN g0 < -15 THEN -15 ELSE g0 END AS h0
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
    CASE WHEN d0 > 20 THEN 20 WHEN d0 < 0 THEN 0 ELSE d0 END AS e0,
    CASE WHEN d1 > 30 THEN 30 WHEN d1 < 0 THEN 0 ELSE d1 END AS e1
  FROM summed
), scored AS (
  SELECT
    *,
    e0 + e1 AS total,
    CASE
      WHEN exclusion IS NULL
      THEN CASE WHEN e0 + e1 > 100 THEN 100 WHEN e0 + e1 < 0 THEN 0 ELSE e0 + e1 END
      ELSE NULL
    END AS score
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
