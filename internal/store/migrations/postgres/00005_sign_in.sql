-- +goose Up
-- How people sign in, and where they are signed in.
CREATE TABLE accounts (
	person      TEXT PRIMARY KEY,
	handle      BYTEA NOT NULL UNIQUE,
	name_hash   BYTEA UNIQUE,
	secrets     BYTEA,
	code_at     BIGINT NOT NULL,
	made_at     BIGINT NOT NULL
);

CREATE TABLE passkeys (
	id       BYTEA PRIMARY KEY,
	person   TEXT NOT NULL REFERENCES accounts (person) ON DELETE CASCADE,
	name     TEXT NOT NULL,
	key      TEXT NOT NULL,
	added_at BIGINT NOT NULL,
	used_at  BIGINT
);
CREATE INDEX passkeys_person ON passkeys (person);

CREATE TABLE identities (
	issuer   TEXT NOT NULL,
	subject  TEXT NOT NULL,
	person   TEXT NOT NULL REFERENCES accounts (person) ON DELETE CASCADE,
	added_at BIGINT NOT NULL,
	PRIMARY KEY (issuer, subject)
);

CREATE TABLE sessions (
	hash       BYTEA PRIMARY KEY,
	id         TEXT NOT NULL UNIQUE,
	person     TEXT NOT NULL,
	reach      TEXT NOT NULL CHECK (reach IN ('whole', 'phone')),
	method     TEXT NOT NULL,
	device     TEXT NOT NULL,
	provider   TEXT NOT NULL,
	started_at BIGINT NOT NULL,
	used_at    BIGINT NOT NULL,
	proved_at  BIGINT NOT NULL,
	ends_at    BIGINT NOT NULL
);
CREATE INDEX sessions_person ON sessions (person);
CREATE INDEX sessions_ends ON sessions (ends_at);

CREATE TABLE tickets (
	hash    BYTEA PRIMARY KEY,
	kind    TEXT NOT NULL CHECK (kind IN ('first', 'join', 'phone', 'begun')),
	person  TEXT NOT NULL,
	matter  TEXT NOT NULL,
	ends_at BIGINT NOT NULL
);
CREATE INDEX tickets_ends ON tickets (ends_at);
