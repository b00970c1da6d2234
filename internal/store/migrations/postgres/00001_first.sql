-- +goose Up

CREATE TABLE meta (
	key   TEXT PRIMARY KEY,
	value TEXT NOT NULL
);
INSERT INTO meta (key, value) VALUES ('min_reader', '1');

CREATE TABLE epochs (
	id BIGINT PRIMARY KEY CHECK (id = 1),
	n  BIGINT NOT NULL
);
INSERT INTO epochs (id, n) VALUES (1, 1);

CREATE TABLE data_keys (
	owner     TEXT PRIMARY KEY,
	wrapped   BYTEA,
	made_at   BIGINT NOT NULL,
	erased_at BIGINT,
	CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL))
);

CREATE TABLE teams (
	id          TEXT PRIMARY KEY,
	external_id TEXT UNIQUE,
	name        TEXT NOT NULL,
	zone        TEXT NOT NULL,
	plan        BYTEA,
	put_at      BIGINT NOT NULL
);

CREATE TABLE people (
	id          TEXT PRIMARY KEY,
	external_id TEXT UNIQUE,
	team        TEXT NOT NULL,
	roles       TEXT NOT NULL,
	active      BOOLEAN NOT NULL,
	details     BYTEA NOT NULL,
	put_at      BIGINT NOT NULL
);
CREATE INDEX people_team ON people (team);

CREATE TABLE person_numbers (
	hash   BYTEA NOT NULL,
	person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
	PRIMARY KEY (hash, person)
);
CREATE INDEX person_numbers_person ON person_numbers (person);

CREATE TABLE shifts (
	id        TEXT PRIMARY KEY,
	person    TEXT NOT NULL,
	starts_at BIGINT NOT NULL,
	ends_at   BIGINT NOT NULL,
	place     BIGINT NOT NULL CHECK (place >= 1),
	put_at    BIGINT NOT NULL,
	CHECK (starts_at < ends_at)
);
CREATE INDEX shifts_ends ON shifts (ends_at);

CREATE TABLE shift_teams (
	shift TEXT NOT NULL REFERENCES shifts (id) ON DELETE CASCADE,
	team  TEXT NOT NULL,
	PRIMARY KEY (shift, team)
);

CREATE TABLE workers (
	id       TEXT PRIMARY KEY,
	revision BIGINT NOT NULL CHECK (revision >= 0),
	watch    TEXT NOT NULL,
	wake_at  BIGINT,
	seq      BIGINT NOT NULL CHECK (seq >= 0),
	head     BYTEA NOT NULL
);
CREATE INDEX workers_wake ON workers (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE visits (
	id              TEXT PRIMARY KEY,
	external_id     TEXT UNIQUE,
	reference       TEXT NOT NULL,
	worker          TEXT NOT NULL,
	team            TEXT NOT NULL,
	kind            TEXT NOT NULL CHECK (kind IN ('home_visit', 'family_time', 'meeting', 'other')),
	status          TEXT NOT NULL CHECK (status IN ('booked', 'inside', 'overdue', 'ended', 'cancelled')),
	starts_at       BIGINT NOT NULL,
	expected_end_at BIGINT NOT NULL,
	due_at          BIGINT,
	in_at           BIGINT,
	ended_at        BIGINT,
	booked_at       BIGINT,
	evidence        TEXT NOT NULL,
	private         BOOLEAN NOT NULL,
	responders      TEXT NOT NULL,
	details         BYTEA,
	details_at_in   BYTEA
);
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
	opened_at BIGINT NOT NULL,
	closed_at BIGINT,
	alarm     TEXT NOT NULL
);
CREATE INDEX alarms_opened ON alarms (opened_at);
CREATE INDEX alarms_open ON alarms (opened_at) WHERE status = 'open';

CREATE TABLE entries (
	id          TEXT PRIMARY KEY,
	worker      TEXT NOT NULL,
	seq         BIGINT NOT NULL,
	at          BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	kind        TEXT NOT NULL,
	by_whom     TEXT NOT NULL,
	via         TEXT NOT NULL,
	token       TEXT NOT NULL,
	visit       TEXT NOT NULL,
	alarm       TEXT NOT NULL,
	rules       BIGINT NOT NULL,
	input       TEXT NOT NULL,
	events      TEXT NOT NULL,
	owner       TEXT NOT NULL,
	words       BYTEA,
	commitment  BYTEA,
	hash        BYTEA NOT NULL,
	n           BIGINT,
	UNIQUE (worker, seq),
	CHECK ((words IS NULL) = (commitment IS NULL))
);
CREATE INDEX entries_worker_at ON entries (worker, at);
CREATE UNIQUE INDEX entries_n ON entries (n) WHERE n IS NOT NULL;
CREATE INDEX entries_unsealed ON entries (recorded_at, worker, seq) WHERE n IS NULL;

CREATE TABLE chain (
	id   BIGINT PRIMARY KEY CHECK (id = 1),
	n    BIGINT NOT NULL,
	head BYTEA NOT NULL
);
INSERT INTO chain (id, n, head) VALUES (1, 0, '');

CREATE TABLE seals (
	first_n   BIGINT PRIMARY KEY,
	last_n    BIGINT NOT NULL,
	sealed_at BIGINT NOT NULL,
	head      BYTEA NOT NULL,
	signature BYTEA NOT NULL
);

CREATE TABLE outbox (
	id          TEXT PRIMARY KEY,
	worker      TEXT NOT NULL,
	visit       TEXT NOT NULL,
	alarm       TEXT NOT NULL,
	person      TEXT NOT NULL,
	notice      TEXT NOT NULL,
	channel     TEXT NOT NULL,
	class       TEXT NOT NULL CHECK (class IN ('alarm', 'prompt', 'info')),
	round       BIGINT NOT NULL,
	recipient   BYTEA,
	body        BYTEA,
	key_owner   TEXT NOT NULL,
	data        TEXT NOT NULL,
	nonce       TEXT,
	digit       BIGINT NOT NULL,
	state       TEXT NOT NULL CHECK (state IN ('pending', 'done', 'superseded', 'dead')),
	next_at     BIGINT NOT NULL,
	give_up_at  BIGINT,
	created_at  BIGINT NOT NULL,
	leased_by   TEXT NOT NULL,
	attempts    BIGINT NOT NULL CHECK (attempts >= 0),
	provider    TEXT NOT NULL,
	provider_id TEXT NOT NULL,
	handed_at   BIGINT
);
CREATE INDEX outbox_due ON outbox (class, next_at) WHERE state = 'pending';
CREATE INDEX outbox_alarm ON outbox (alarm, created_at) WHERE alarm <> '';
CREATE UNIQUE INDEX outbox_nonce ON outbox (nonce) WHERE nonce IS NOT NULL;

CREATE TABLE attempts (
	message     TEXT NOT NULL REFERENCES outbox (id),
	attempt     BIGINT NOT NULL,
	at          BIGINT NOT NULL,
	owner       TEXT NOT NULL,
	provider    TEXT NOT NULL,
	provider_id TEXT NOT NULL,
	result      TEXT NOT NULL,
	code        BIGINT NOT NULL,
	PRIMARY KEY (message, attempt)
);
CREATE INDEX attempts_provider ON attempts (provider, provider_id) WHERE provider_id <> '';

CREATE TABLE receipts (
	provider    TEXT NOT NULL,
	provider_id TEXT NOT NULL,
	status      TEXT NOT NULL,
	standing    BIGINT NOT NULL,
	failed      BOOLEAN NOT NULL,
	code        BIGINT NOT NULL,
	at          BIGINT NOT NULL,
	PRIMARY KEY (provider, provider_id)
);

CREATE TABLE inbox (
	seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	provider    TEXT NOT NULL,
	provider_id TEXT NOT NULL,
	state       TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'aside')),
	key_owner   TEXT NOT NULL,
	words       BYTEA,
	received_at BIGINT NOT NULL,
	stored_at   BIGINT NOT NULL,
	attempts    BIGINT NOT NULL,
	why         TEXT NOT NULL,
	settled_at  BIGINT,
	UNIQUE (provider, provider_id)
);
CREATE INDEX inbox_waiting ON inbox (received_at, seq) WHERE state = 'waiting';
CREATE INDEX inbox_aside ON inbox (received_at, seq) WHERE state = 'aside';

CREATE TABLE tokens (
	id         TEXT PRIMARY KEY,
	name       TEXT NOT NULL,
	scope      TEXT NOT NULL,
	hash       BYTEA NOT NULL UNIQUE,
	created_at BIGINT NOT NULL
);

CREATE TABLE answers (
	token     TEXT NOT NULL,
	key_hash  BYTEA NOT NULL,
	asked     BYTEA NOT NULL,
	status    BIGINT NOT NULL,
	body      BYTEA NOT NULL,
	key_owner TEXT NOT NULL,
	at        BIGINT NOT NULL,
	PRIMARY KEY (token, key_hash)
);
CREATE INDEX answers_at ON answers (at);

CREATE TABLE chores (
	name   TEXT PRIMARY KEY,
	due_at BIGINT NOT NULL
);
