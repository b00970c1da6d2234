-- +goose Up
-- How people sign in, and where they are signed in.
CREATE TABLE accounts (
	person      TEXT PRIMARY KEY,
	handle      BLOB NOT NULL UNIQUE,
	name_hash   BLOB UNIQUE,
	secrets     BLOB,
	code_at     INTEGER NOT NULL,
	made_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE passkeys (
	id       BLOB PRIMARY KEY,
	person   TEXT NOT NULL REFERENCES accounts (person) ON DELETE CASCADE,
	name     TEXT NOT NULL,
	key      TEXT NOT NULL,
	added_at INTEGER NOT NULL,
	used_at  INTEGER
) STRICT;
CREATE INDEX passkeys_person ON passkeys (person);

CREATE TABLE identities (
	issuer   TEXT NOT NULL,
	subject  TEXT NOT NULL,
	person   TEXT NOT NULL REFERENCES accounts (person) ON DELETE CASCADE,
	added_at INTEGER NOT NULL,
	PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
	hash       BLOB PRIMARY KEY,
	id         TEXT NOT NULL UNIQUE,
	person     TEXT NOT NULL,
	reach      TEXT NOT NULL CHECK (reach IN ('whole', 'phone')),
	method     TEXT NOT NULL,
	device     TEXT NOT NULL,
	provider   TEXT NOT NULL,
	started_at INTEGER NOT NULL,
	used_at    INTEGER NOT NULL,
	proved_at  INTEGER NOT NULL,
	ends_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_person ON sessions (person);
CREATE INDEX sessions_ends ON sessions (ends_at);

CREATE TABLE tickets (
	hash    BLOB PRIMARY KEY,
	kind    TEXT NOT NULL CHECK (kind IN ('first', 'join', 'phone', 'begun')),
	person  TEXT NOT NULL,
	matter  TEXT NOT NULL,
	ends_at INTEGER NOT NULL
) STRICT;
CREATE INDEX tickets_ends ON tickets (ends_at);
