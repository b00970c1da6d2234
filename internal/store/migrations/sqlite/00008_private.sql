-- +goose Up
-- Who broke the glass of a visit lately, and who looked at what is a worker's, are asked of the record by what it is about.
CREATE INDEX entries_glass ON entries (worker, visit, seq) WHERE kind IN ('glass', 'glass-end');
CREATE INDEX alarms_worker ON alarms (worker);
CREATE INDEX entries_looks ON entries (visit, at) WHERE kind IN ('look', 'glass');

-- People who may never see or answer for a worker.
CREATE TABLE blocks (
	worker  TEXT NOT NULL,
	person  TEXT NOT NULL,
	by_whom TEXT NOT NULL,
	at      INTEGER NOT NULL,
	why     BLOB,
	PRIMARY KEY (worker, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX blocks_person ON blocks (person);
