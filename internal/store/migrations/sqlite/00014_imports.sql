-- +goose Up
-- An import of people, from the file to its end. What the file said is sealed, in parts, and goes when it is done or an hour after.
CREATE TABLE imports (
	id       TEXT PRIMARY KEY,
	by_whom  TEXT NOT NULL,
	via      TEXT NOT NULL,
	state    TEXT NOT NULL CHECK (state IN ('made', 'ready', 'running', 'done', 'cancelled')),
	as_of_at INTEGER NOT NULL,
	made_at  INTEGER NOT NULL,
	begun_at INTEGER,
	ended_at INTEGER,
	lease_at INTEGER,
	parts    INTEGER NOT NULL,
	part     INTEGER NOT NULL,
	counts   TEXT NOT NULL
) STRICT;
CREATE INDEX imports_running ON imports (lease_at) WHERE state = 'running';
CREATE INDEX imports_open ON imports (made_at) WHERE state IN ('made', 'ready');

CREATE TABLE import_parts (
	import TEXT NOT NULL,
	kind   TEXT NOT NULL,
	n      INTEGER NOT NULL,
	sealed BLOB NOT NULL,
	PRIMARY KEY (import, kind, n)
) STRICT;

-- What the columns of a file with such headings were said to be, by a keyed hash of the headings.
CREATE TABLE import_columns (
	heads   BLOB PRIMARY KEY,
	columns TEXT NOT NULL,
	put_at  INTEGER NOT NULL
) STRICT;

-- When each field of somebody was last said by hand, and by whom; and prints of what the lists before said. JSON, by field.
CREATE TABLE person_past (
	person TEXT PRIMARY KEY,
	hands  TEXT NOT NULL,
	seen   TEXT NOT NULL
) STRICT;

-- What was said by hand until now is on record.
INSERT INTO person_past (person, hands, seen)
SELECT person, json_group_object(field, json_object('at', at, 'by', by_whom)), '{}' FROM (
	SELECT substr(e.visit, 8) AS person, f.value AS field, max(e.at) AS at, e.by_whom AS by_whom
	FROM entries e, json_each(COALESCE(json_extract(e.input, '$.changed'), '[""]')) f
	WHERE e.kind = 'person' AND e.via = 'page' AND e.token = '' AND e.visit LIKE 'person/%'
	GROUP BY 1, 2
) GROUP BY person;

-- A form for next of kin that somebody was sent. The link's secret is kept as a keyed hash only.
CREATE TABLE kin_asks (
	hash        BLOB PRIMARY KEY,
	person      TEXT NOT NULL,
	asked_by    TEXT NOT NULL,
	asked_at    INTEGER NOT NULL,
	ends_at     INTEGER NOT NULL,
	answered_at INTEGER
) STRICT;
CREATE INDEX kin_asks_person ON kin_asks (person);
CREATE INDEX kin_asks_ends ON kin_asks (ends_at);
