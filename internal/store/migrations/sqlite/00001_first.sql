-- +goose Up
-- "alcl": a file without it is another program's, and is left alone.
PRAGMA application_id = 1634493292;

CREATE TABLE meta (
	key   TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta (key, value) VALUES ('min_reader', '1');

CREATE TABLE epochs (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	n  INTEGER NOT NULL
) STRICT;
INSERT INTO epochs (id, n) VALUES (1, 1);

CREATE TABLE data_keys (
	owner     TEXT PRIMARY KEY,
	wrapped   BLOB,
	made_at   INTEGER NOT NULL,
	erased_at INTEGER,
	CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE teams (
	id          TEXT PRIMARY KEY,
	external_id TEXT UNIQUE,
	name        TEXT NOT NULL,
	zone        TEXT NOT NULL,
	plan        BLOB,
	put_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE people (
	id          TEXT PRIMARY KEY,
	external_id TEXT UNIQUE,
	team        TEXT NOT NULL,
	roles       TEXT NOT NULL,
	active      INTEGER NOT NULL CHECK (active IN (0, 1)),
	details     BLOB NOT NULL,
	put_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX people_team ON people (team);

CREATE TABLE person_numbers (
	hash   BLOB NOT NULL,
	person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
	PRIMARY KEY (hash, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_numbers_person ON person_numbers (person);

CREATE TABLE shifts (
	id        TEXT PRIMARY KEY,
	person    TEXT NOT NULL,
	starts_at INTEGER NOT NULL,
	ends_at   INTEGER NOT NULL,
	place     INTEGER NOT NULL CHECK (place >= 1),
	put_at    INTEGER NOT NULL,
	CHECK (starts_at < ends_at)
) STRICT;
CREATE INDEX shifts_ends ON shifts (ends_at);

CREATE TABLE shift_teams (
	shift TEXT NOT NULL REFERENCES shifts (id) ON DELETE CASCADE,
	team  TEXT NOT NULL,
	PRIMARY KEY (shift, team)
) STRICT, WITHOUT ROWID;

CREATE TABLE workers (
	id       TEXT PRIMARY KEY,
	revision INTEGER NOT NULL CHECK (revision >= 0),
	watch    TEXT NOT NULL,
	wake_at  INTEGER,
	seq      INTEGER NOT NULL CHECK (seq >= 0),
	head     BLOB NOT NULL
) STRICT;
CREATE INDEX workers_wake ON workers (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE visits (
	id              TEXT PRIMARY KEY,
	external_id     TEXT UNIQUE,
	reference       TEXT NOT NULL,
	worker          TEXT NOT NULL,
	team            TEXT NOT NULL,
	kind            TEXT NOT NULL CHECK (kind IN ('home_visit', 'family_time', 'meeting', 'other')),
	status          TEXT NOT NULL CHECK (status IN ('booked', 'inside', 'overdue', 'ended', 'cancelled')),
	starts_at       INTEGER NOT NULL,
	expected_end_at INTEGER NOT NULL,
	due_at          INTEGER,
	in_at           INTEGER,
	ended_at        INTEGER,
	booked_at       INTEGER,
	evidence        TEXT NOT NULL,
	private         INTEGER NOT NULL CHECK (private IN (0, 1)),
	responders      TEXT NOT NULL,
	details         BLOB,
	details_at_in   BLOB
) STRICT;
CREATE UNIQUE INDEX visits_reference ON visits (reference) WHERE status IN ('booked', 'inside', 'overdue') AND reference <> '';
CREATE INDEX visits_worker ON visits (worker, starts_at);
CREATE INDEX visits_starts ON visits (starts_at);
CREATE INDEX visits_live ON visits (starts_at) WHERE status IN ('booked', 'inside', 'overdue');
CREATE INDEX visits_team ON visits (team, starts_at) WHERE status IN ('booked', 'inside', 'overdue');

CREATE TABLE alarms (
	id        TEXT PRIMARY KEY,
	worker    TEXT NOT NULL,
	status    TEXT NOT NULL CHECK (status IN ('open', 'closed')),
	kind      TEXT NOT NULL CHECK (kind IN ('overdue', 'distress', 'duress')),
	opened_at INTEGER NOT NULL,
	closed_at INTEGER,
	alarm     TEXT NOT NULL
) STRICT;
CREATE INDEX alarms_opened ON alarms (opened_at);
CREATE INDEX alarms_open ON alarms (opened_at) WHERE status = 'open';

CREATE TABLE entries (
	id          TEXT PRIMARY KEY,
	worker      TEXT NOT NULL,
	seq         INTEGER NOT NULL,
	at          INTEGER NOT NULL,
	recorded_at INTEGER NOT NULL,
	kind        TEXT NOT NULL,
	by_whom     TEXT NOT NULL,
	via         TEXT NOT NULL,
	token       TEXT NOT NULL,
	visit       TEXT NOT NULL,
	alarm       TEXT NOT NULL,
	rules       INTEGER NOT NULL,
	input       TEXT NOT NULL,
	events      TEXT NOT NULL,
	owner       TEXT NOT NULL,
	words       BLOB,
	commitment  BLOB,
	hash        BLOB NOT NULL,
	n           INTEGER,
	UNIQUE (worker, seq),
	CHECK ((words IS NULL) = (commitment IS NULL))
) STRICT;
CREATE INDEX entries_worker_at ON entries (worker, at);
CREATE UNIQUE INDEX entries_n ON entries (n) WHERE n IS NOT NULL;
CREATE INDEX entries_unsealed ON entries (recorded_at, worker, seq) WHERE n IS NULL;

CREATE TABLE chain (
	id   INTEGER PRIMARY KEY CHECK (id = 1),
	n    INTEGER NOT NULL,
	head BLOB NOT NULL
) STRICT;
INSERT INTO chain (id, n, head) VALUES (1, 0, x'');

CREATE TABLE seals (
	first_n   INTEGER PRIMARY KEY,
	last_n    INTEGER NOT NULL,
	sealed_at INTEGER NOT NULL,
	head      BLOB NOT NULL,
	signature BLOB NOT NULL
) STRICT;

CREATE TABLE outbox (
	id          TEXT PRIMARY KEY,
	worker      TEXT NOT NULL,
	visit       TEXT NOT NULL,
	alarm       TEXT NOT NULL,
	person      TEXT NOT NULL,
	notice      TEXT NOT NULL,
	channel     TEXT NOT NULL,
	class       TEXT NOT NULL CHECK (class IN ('alarm', 'prompt', 'info')),
	round       INTEGER NOT NULL,
	recipient   BLOB,
	body        BLOB,
	key_owner   TEXT NOT NULL,
	data        TEXT NOT NULL,
	nonce       TEXT,
	digit       INTEGER NOT NULL,
	state       TEXT NOT NULL CHECK (state IN ('pending', 'done', 'superseded', 'dead')),
	next_at     INTEGER NOT NULL,
	give_up_at  INTEGER,
	created_at  INTEGER NOT NULL,
	leased_by   TEXT NOT NULL,
	attempts    INTEGER NOT NULL CHECK (attempts >= 0),
	provider    TEXT NOT NULL,
	provider_id TEXT NOT NULL,
	handed_at   INTEGER
) STRICT;
CREATE INDEX outbox_due ON outbox (class, next_at) WHERE state = 'pending';
CREATE INDEX outbox_alarm ON outbox (alarm, created_at) WHERE alarm <> '';
CREATE UNIQUE INDEX outbox_nonce ON outbox (nonce) WHERE nonce IS NOT NULL;

CREATE TABLE attempts (
	message     TEXT NOT NULL REFERENCES outbox (id),
	attempt     INTEGER NOT NULL,
	at          INTEGER NOT NULL,
	owner       TEXT NOT NULL,
	provider    TEXT NOT NULL,
	provider_id TEXT NOT NULL,
	result      TEXT NOT NULL,
	code        INTEGER NOT NULL,
	PRIMARY KEY (message, attempt)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_provider ON attempts (provider, provider_id) WHERE provider_id <> '';

CREATE TABLE receipts (
	provider    TEXT NOT NULL,
	provider_id TEXT NOT NULL,
	status      TEXT NOT NULL,
	standing    INTEGER NOT NULL,
	failed      INTEGER NOT NULL CHECK (failed IN (0, 1)),
	code        INTEGER NOT NULL,
	at          INTEGER NOT NULL,
	PRIMARY KEY (provider, provider_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE inbox (
	seq         INTEGER PRIMARY KEY,
	provider    TEXT NOT NULL,
	provider_id TEXT NOT NULL,
	state       TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'aside')),
	key_owner   TEXT NOT NULL,
	words       BLOB,
	received_at INTEGER NOT NULL,
	stored_at   INTEGER NOT NULL,
	attempts    INTEGER NOT NULL,
	why         TEXT NOT NULL,
	settled_at  INTEGER,
	UNIQUE (provider, provider_id)
) STRICT;
CREATE INDEX inbox_waiting ON inbox (received_at, seq) WHERE state = 'waiting';
CREATE INDEX inbox_aside ON inbox (received_at, seq) WHERE state = 'aside';

CREATE TABLE tokens (
	id         TEXT PRIMARY KEY,
	name       TEXT NOT NULL,
	scope      TEXT NOT NULL,
	hash       BLOB NOT NULL UNIQUE,
	created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE answers (
	token     TEXT NOT NULL,
	key_hash  BLOB NOT NULL,
	asked     BLOB NOT NULL,
	status    INTEGER NOT NULL,
	body      BLOB NOT NULL,
	key_owner TEXT NOT NULL,
	at        INTEGER NOT NULL,
	PRIMARY KEY (token, key_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_at ON answers (at);

CREATE TABLE chores (
	name   TEXT PRIMARY KEY,
	due_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
