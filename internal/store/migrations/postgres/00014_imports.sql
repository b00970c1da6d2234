-- +goose Up
-- An import of people, from the file to its end. What the file said is sealed, in parts, and goes when it is done or an hour after.
CREATE TABLE imports (
	id       TEXT PRIMARY KEY,
	by_whom  TEXT NOT NULL,
	via      TEXT NOT NULL,
	state    TEXT NOT NULL CHECK (state IN ('made', 'ready', 'running', 'done', 'cancelled')),
	as_of_at BIGINT NOT NULL,
	made_at  BIGINT NOT NULL,
	begun_at BIGINT,
	ended_at BIGINT,
	lease_at BIGINT,
	parts    BIGINT NOT NULL,
	part     BIGINT NOT NULL,
	counts   TEXT NOT NULL
);
CREATE INDEX imports_running ON imports (lease_at) WHERE state = 'running';
CREATE INDEX imports_open ON imports (made_at) WHERE state IN ('made', 'ready');

CREATE TABLE import_parts (
	import TEXT NOT NULL,
	kind   TEXT NOT NULL,
	n      BIGINT NOT NULL,
	sealed BYTEA NOT NULL,
	PRIMARY KEY (import, kind, n)
);

-- What the columns of a file with such headings were said to be, by a keyed hash of the headings.
CREATE TABLE import_columns (
	heads   BYTEA PRIMARY KEY,
	columns TEXT NOT NULL,
	put_at  BIGINT NOT NULL
);

-- When each field of somebody was last said by hand, and by whom; and prints of what the lists before said. JSON, by field.
CREATE TABLE person_past (
	person TEXT PRIMARY KEY,
	hands  TEXT NOT NULL,
	seen   TEXT NOT NULL
);

-- What was said by hand until now is on record.
INSERT INTO person_past (person, hands, seen)
SELECT person, jsonb_object_agg(field, jsonb_build_object('at', at, 'by', by_whom))::text, '{}' FROM (
	SELECT DISTINCT ON (1, 2) substr(e.visit, 8) AS person, f.value AS field, e.at AS at, e.by_whom AS by_whom
	FROM entries e, jsonb_array_elements_text(COALESCE(e.input::jsonb -> 'changed', '[""]'::jsonb)) f
	WHERE e.kind = 'person' AND e.via = 'page' AND e.token = '' AND e.visit LIKE 'person/%'
	ORDER BY 1, 2, 3 DESC
) AS last GROUP BY person;

-- A form for next of kin that somebody was sent. The link's secret is kept as a keyed hash only.
CREATE TABLE kin_asks (
	hash        BYTEA PRIMARY KEY,
	person      TEXT NOT NULL,
	asked_by    TEXT NOT NULL,
	asked_at    BIGINT NOT NULL,
	ends_at     BIGINT NOT NULL,
	answered_at BIGINT
);
CREATE INDEX kin_asks_person ON kin_asks (person);
CREATE INDEX kin_asks_ends ON kin_asks (ends_at);
