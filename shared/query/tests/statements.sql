-- FIND azure_user WITH active = true AND email $= '@contoso.com'
WITH n0 AS (SELECT "_entity" AS id, "_class" AS v0, "_key" AS v1, "active" AS v2, "age" AS v3, "email" AS v4, "tags" AS v5, "x_______drop_table_y___" AS v6 FROM "azure_user_dfda6a61cd20" WHERE (COALESCE("active" = TRUE, FALSE) AND COALESCE((length("email") >= length('@contoso.com') AND substr("email", length("email") - length('@contoso.com') + 1) = '@contoso.com'), FALSE)))
SELECT json_format(CAST(n0.v0 AS JSON)) AS "_class", n0.v1 AS "_key", n0.v2 AS "active", n0.v3 AS "age", n0.v4 AS "email", json_format(CAST(n0.v5 AS JSON)) AS "tags", n0.v6 AS "x""'`; DROP TABLE y --" FROM n0 ORDER BY n0.id

-- azure_user_dfda6a61cd20 in entities/azure_user
CREATE EXTERNAL TABLE IF NOT EXISTS `azure_user_dfda6a61cd20` (`_entity` int, `_class` array<string>, `_key` string, `active` boolean, `age` string, `email` string, `tags` array<string>, `x_______drop_table_y___` string) STORED AS PARQUET LOCATION 's3://bucket/tables/entities/azure_user/'

-- FIND azure_user WITH age >= 18 OR tags = ('a' AND 'b') RETURN azure_user.email
WITH n0 AS (SELECT "_entity" AS id, "email" AS v0 FROM "azure_user_dfda6a61cd20" WHERE (COALESCE(CASE WHEN regexp_like("age", '^[-0-9]') THEN CAST("age" AS DOUBLE) END >= CAST(18 AS DOUBLE), FALSE) OR (COALESCE(cardinality(filter("tags", item -> item = 'a')) > 0, FALSE) AND COALESCE(cardinality(filter("tags", item -> item = 'b')) > 0, FALSE)))),
paths AS (SELECT n0.v0 AS c0 FROM n0)
SELECT c0 AS "azure_user.email" FROM paths

-- azure_user_dfda6a61cd20 in entities/azure_user
CREATE EXTERNAL TABLE IF NOT EXISTS `azure_user_dfda6a61cd20` (`_entity` int, `_class` array<string>, `_key` string, `active` boolean, `age` string, `email` string, `tags` array<string>, `x_______drop_table_y___` string) STORED AS PARQUET LOCATION 's3://bucket/tables/entities/azure_user/'

-- FIND azure_vm THAT !HAS azure_user RETURN azure_vm._key
WITH n0 AS (SELECT "_entity" AS id, "_key" AS v0 FROM "azure_vm_dfda6a61cd20"),
h1 AS (SELECT r."_to" AS here, r."_from" AS there FROM "azure_user_has_vm_dfda6a61cd20" AS r),
n2 AS (SELECT "_entity" AS id FROM "azure_user_dfda6a61cd20"),
paths AS (SELECT n0.v0 AS c0 FROM n0 WHERE n0.id NOT IN (SELECT h1.here FROM h1 JOIN n2 ON n2.id = h1.there))
SELECT c0 AS "azure_vm._key" FROM paths

-- azure_user_dfda6a61cd20 in entities/azure_user
CREATE EXTERNAL TABLE IF NOT EXISTS `azure_user_dfda6a61cd20` (`_entity` int, `_class` array<string>, `_key` string, `active` boolean, `age` string, `email` string, `tags` array<string>, `x_______drop_table_y___` string) STORED AS PARQUET LOCATION 's3://bucket/tables/entities/azure_user/'

-- azure_vm_dfda6a61cd20 in entities/azure_vm
CREATE EXTERNAL TABLE IF NOT EXISTS `azure_vm_dfda6a61cd20` (`_entity` int, `_class` array<string>, `_key` string, `age` bigint, `x_______drop_table_y___` string) STORED AS PARQUET LOCATION 's3://bucket/tables/entities/azure_vm/'

-- azure_user_has_vm_dfda6a61cd20 in relationships/azure_user_has_vm
CREATE EXTERNAL TABLE IF NOT EXISTS `azure_user_has_vm_dfda6a61cd20` (`_from` int, `_to` int, `_class` string) STORED AS PARQUET LOCATION 's3://bucket/tables/relationships/azure_user_has_vm/'

-- FIND azure_user AS u (THAT HAS AS r azure_vm)? AS d WHERE u.age = d.age RETURN u.email, r._key, d.*
WITH n0 AS (SELECT "_entity" AS id, "age" AS v0, "email" AS v1, "_class" AS v2, "_key" AS v3, "active" AS v4, "tags" AS v5, "x_______drop_table_y___" AS v6 FROM "azure_user_dfda6a61cd20"),
h1 AS (SELECT r."_from" AS here, r."_to" AS there, (f."_key" || '|has|' || t."_key") AS v0 FROM "azure_user_has_vm_dfda6a61cd20" AS r JOIN "core_dfda6a61cd20" AS f ON f."_entity" = r."_from" JOIN "core_dfda6a61cd20" AS t ON t."_entity" = r."_to"),
n2 AS (SELECT "_entity" AS id, "age" AS v0, "_class" AS v1, "_key" AS v2, CAST(NULL AS VARCHAR) AS v3, CAST(NULL AS VARCHAR) AS v4, CAST(NULL AS VARCHAR) AS v5, "x_______drop_table_y___" AS v6 FROM "azure_vm_dfda6a61cd20"),
o3 AS (SELECT h1.here AS here, h1.there AS there, h1.there AS s1, h1.v0 AS s1v0, h1.there AS s2, n2.v0 AS s2v0, n2.v1 AS s2v1, n2.v2 AS s2v2, n2.v3 AS s2v3, n2.v4 AS s2v4, n2.v5 AS s2v5, n2.v6 AS s2v6 FROM h1 JOIN n2 ON n2.id = h1.there UNION ALL SELECT "_entity", "_entity", CAST(NULL AS INTEGER), CAST(NULL AS VARCHAR), CAST(NULL AS INTEGER), CAST(NULL AS BIGINT), CAST(NULL AS ARRAY(VARCHAR)), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR) FROM "core_dfda6a61cd20"),
paths AS (SELECT n0.v1 AS c0, o3.s1v0 AS c1, CASE WHEN o3.s2 IS NOT NULL THEN o3.s2v1 ELSE n0.v2 END AS c2, CASE WHEN o3.s2 IS NOT NULL THEN o3.s2v2 ELSE n0.v3 END AS c3, CASE WHEN o3.s2 IS NOT NULL THEN CAST(NULL AS BOOLEAN) ELSE n0.v4 END AS c4, CASE WHEN o3.s2 IS NOT NULL THEN CAST(o3.s2v0 AS VARCHAR) ELSE n0.v0 END AS c5, CASE WHEN o3.s2 IS NOT NULL THEN CAST(NULL AS VARCHAR) ELSE n0.v1 END AS c6, CASE WHEN o3.s2 IS NOT NULL THEN CAST(NULL AS ARRAY(VARCHAR)) ELSE n0.v5 END AS c7, CASE WHEN o3.s2 IS NOT NULL THEN o3.s2v6 ELSE n0.v6 END AS c8 FROM n0 JOIN o3 ON o3.here = n0.id WHERE COALESCE((CASE WHEN substr(n0.v0, 1, 1) = '[' THEN cardinality(filter(transform(CAST(json_parse(n0.v0) AS ARRAY(JSON)), item -> json_format(item)), item -> (CASE WHEN substr(item, 1, 1) = '"' THEN json_extract_scalar(item, '$') END = CASE WHEN substr(CASE WHEN o3.s2 IS NOT NULL THEN CAST(o3.s2v0 AS VARCHAR) ELSE n0.v0 END, 1, 1) = '"' THEN json_extract_scalar(CASE WHEN o3.s2 IS NOT NULL THEN CAST(o3.s2v0 AS VARCHAR) ELSE n0.v0 END, '$') END OR CASE WHEN regexp_like(item, '^[-0-9]') THEN CAST(item AS DOUBLE) END = CASE WHEN regexp_like(CASE WHEN o3.s2 IS NOT NULL THEN CAST(o3.s2v0 AS VARCHAR) ELSE n0.v0 END, '^[-0-9]') THEN CAST(CASE WHEN o3.s2 IS NOT NULL THEN CAST(o3.s2v0 AS VARCHAR) ELSE n0.v0 END AS DOUBLE) END OR CASE item WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END = CASE CASE WHEN o3.s2 IS NOT NULL THEN CAST(o3.s2v0 AS VARCHAR) ELSE n0.v0 END WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END))) > 0 ELSE (CASE WHEN substr(n0.v0, 1, 1) = '"' THEN json_extract_scalar(n0.v0, '$') END = CASE WHEN substr(CASE WHEN o3.s2 IS NOT NULL THEN CAST(o3.s2v0 AS VARCHAR) ELSE n0.v0 END, 1, 1) = '"' THEN json_extract_scalar(CASE WHEN o3.s2 IS NOT NULL THEN CAST(o3.s2v0 AS VARCHAR) ELSE n0.v0 END, '$') END OR CASE WHEN regexp_like(n0.v0, '^[-0-9]') THEN CAST(n0.v0 AS DOUBLE) END = CASE WHEN regexp_like(CASE WHEN o3.s2 IS NOT NULL THEN CAST(o3.s2v0 AS VARCHAR) ELSE n0.v0 END, '^[-0-9]') THEN CAST(CASE WHEN o3.s2 IS NOT NULL THEN CAST(o3.s2v0 AS VARCHAR) ELSE n0.v0 END AS DOUBLE) END OR CASE n0.v0 WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END = CASE CASE WHEN o3.s2 IS NOT NULL THEN CAST(o3.s2v0 AS VARCHAR) ELSE n0.v0 END WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END) END OR (substr(n0.v0, 1, 1) = '[' AND n0.v0 = CASE WHEN o3.s2 IS NOT NULL THEN CAST(o3.s2v0 AS VARCHAR) ELSE n0.v0 END)), FALSE))
SELECT c0 AS "u.email", c1 AS "r._key", json_format(CAST(c2 AS JSON)) AS "d._class", c3 AS "d._key", c4 AS "d.active", c5 AS "d.age", c6 AS "d.email", json_format(CAST(c7 AS JSON)) AS "d.tags", c8 AS "d.x""'`; DROP TABLE y --" FROM paths

-- core_dfda6a61cd20 in core
CREATE EXTERNAL TABLE IF NOT EXISTS `core_dfda6a61cd20` (`_entity` int, `_key` string, `_type` string, `displayname` string, `_class` array<string>) STORED AS PARQUET LOCATION 's3://bucket/tables/core/'

-- azure_user_dfda6a61cd20 in entities/azure_user
CREATE EXTERNAL TABLE IF NOT EXISTS `azure_user_dfda6a61cd20` (`_entity` int, `_class` array<string>, `_key` string, `active` boolean, `age` string, `email` string, `tags` array<string>, `x_______drop_table_y___` string) STORED AS PARQUET LOCATION 's3://bucket/tables/entities/azure_user/'

-- azure_vm_dfda6a61cd20 in entities/azure_vm
CREATE EXTERNAL TABLE IF NOT EXISTS `azure_vm_dfda6a61cd20` (`_entity` int, `_class` array<string>, `_key` string, `age` bigint, `x_______drop_table_y___` string) STORED AS PARQUET LOCATION 's3://bucket/tables/entities/azure_vm/'

-- azure_user_has_vm_dfda6a61cd20 in relationships/azure_user_has_vm
CREATE EXTERNAL TABLE IF NOT EXISTS `azure_user_has_vm_dfda6a61cd20` (`_from` int, `_to` int, `_class` string) STORED AS PARQUET LOCATION 's3://bucket/tables/relationships/azure_user_has_vm/'

-- FIND UNIQUE azure_user AS u THAT HAS >> azure_vm RETURN u.email ORDER BY u.email DESC SKIP 1 LIMIT 2
WITH n0 AS (SELECT "_entity" AS id, "email" AS v0 FROM "azure_user_dfda6a61cd20"),
h1 AS (SELECT r."_from" AS here, r."_to" AS there FROM "azure_user_has_vm_dfda6a61cd20" AS r),
n2 AS (SELECT "_entity" AS id FROM "azure_vm_dfda6a61cd20"),
paths AS (SELECT n0.v0 AS c0 FROM n0 JOIN h1 ON h1.here = n0.id JOIN n2 ON n2.id = h1.there),
different AS (SELECT DISTINCT * FROM paths)
SELECT c0 AS "u.email" FROM different ORDER BY c0 DESC NULLS LAST OFFSET 1 LIMIT 2

-- azure_user_dfda6a61cd20 in entities/azure_user
CREATE EXTERNAL TABLE IF NOT EXISTS `azure_user_dfda6a61cd20` (`_entity` int, `_class` array<string>, `_key` string, `active` boolean, `age` string, `email` string, `tags` array<string>, `x_______drop_table_y___` string) STORED AS PARQUET LOCATION 's3://bucket/tables/entities/azure_user/'

-- azure_vm_dfda6a61cd20 in entities/azure_vm
CREATE EXTERNAL TABLE IF NOT EXISTS `azure_vm_dfda6a61cd20` (`_entity` int, `_class` array<string>, `_key` string, `age` bigint, `x_______drop_table_y___` string) STORED AS PARQUET LOCATION 's3://bucket/tables/entities/azure_vm/'

-- azure_user_has_vm_dfda6a61cd20 in relationships/azure_user_has_vm
CREATE EXTERNAL TABLE IF NOT EXISTS `azure_user_has_vm_dfda6a61cd20` (`_from` int, `_to` int, `_class` string) STORED AS PARQUET LOCATION 's3://bucket/tables/relationships/azure_user_has_vm/'

-- FIND azure_user AS u THAT HAS azure_vm AS v RETURN u.email, count(v) AS vms, max(v.age) HAVING vms > 1
WITH n0 AS (SELECT "_entity" AS id, "email" AS v0 FROM "azure_user_dfda6a61cd20"),
h1 AS (SELECT r."_from" AS here, r."_to" AS there FROM "azure_user_has_vm_dfda6a61cd20" AS r),
n2 AS (SELECT "_entity" AS id, "_key" AS v0, "age" AS v1 FROM "azure_vm_dfda6a61cd20"),
paths AS (SELECT n0.v0 AS c0, CAST(NULL AS VARCHAR) AS c1, CAST(NULL AS VARCHAR) AS c2, h1.there AS a3, n2.v1 AS a4 FROM n0 JOIN h1 ON h1.here = n0.id JOIN n2 ON n2.id = h1.there),
groups AS (SELECT c0, count(DISTINCT a3) AS m0, max(a4) AS m1 FROM paths GROUP BY c0)
SELECT c0 AS "u.email", m0 AS "vms", m1 AS "max(v.age)" FROM groups WHERE COALESCE(m0 > 1, FALSE)

-- azure_user_dfda6a61cd20 in entities/azure_user
CREATE EXTERNAL TABLE IF NOT EXISTS `azure_user_dfda6a61cd20` (`_entity` int, `_class` array<string>, `_key` string, `active` boolean, `age` string, `email` string, `tags` array<string>, `x_______drop_table_y___` string) STORED AS PARQUET LOCATION 's3://bucket/tables/entities/azure_user/'

-- azure_vm_dfda6a61cd20 in entities/azure_vm
CREATE EXTERNAL TABLE IF NOT EXISTS `azure_vm_dfda6a61cd20` (`_entity` int, `_class` array<string>, `_key` string, `age` bigint, `x_______drop_table_y___` string) STORED AS PARQUET LOCATION 's3://bucket/tables/entities/azure_vm/'

-- azure_user_has_vm_dfda6a61cd20 in relationships/azure_user_has_vm
CREATE EXTERNAL TABLE IF NOT EXISTS `azure_user_has_vm_dfda6a61cd20` (`_from` int, `_to` int, `_class` string) STORED AS PARQUET LOCATION 's3://bucket/tables/relationships/azure_user_has_vm/'

