-- +goose Up
-- When someone last said that their own details are right, and how often they were asked since it was time again (rule 1.6). The
-- first 90 days count from when they were first here: for whoever is here now, from when their details were last kept.
CREATE TABLE confirmations (
	person       TEXT NOT NULL PRIMARY KEY,
	since_at     INTEGER NOT NULL,
	confirmed_at INTEGER,
	asked        INTEGER NOT NULL DEFAULT 0,
	ask_at       INTEGER
) STRICT;
CREATE INDEX confirmations_ask ON confirmations (ask_at) WHERE ask_at IS NOT NULL;
INSERT INTO confirmations (person, since_at, ask_at) SELECT id, put_at, put_at + 7776000000000 FROM people;

-- What is known of each of someone's numbers, their contacts' among them: that a code came to it, that the contact knows, that it could not
-- be reached. A number that they have no more is not in it.
CREATE TABLE known_numbers (
	person    TEXT NOT NULL,
	hash      BLOB NOT NULL,
	proved_at INTEGER,
	told_at   INTEGER,
	failed_at INTEGER,
	asked_at  INTEGER,
	PRIMARY KEY (person, hash)
) STRICT;
CREATE INDEX known_numbers_failed ON known_numbers (hash) WHERE failed_at IS NOT NULL;

-- The one code that someone was sent last, as a keyed hash, and how often they were sent one since an hour began.
CREATE TABLE number_codes (
	person   TEXT NOT NULL PRIMARY KEY,
	hash     BLOB NOT NULL,
	code     BLOB NOT NULL,
	ends_at  INTEGER NOT NULL,
	guesses  INTEGER NOT NULL,
	asks     INTEGER NOT NULL,
	since_at INTEGER NOT NULL
) STRICT;

-- A photograph of someone, sealed as their details are.
CREATE TABLE photographs (
	person  TEXT NOT NULL PRIMARY KEY,
	picture BLOB NOT NULL,
	put_at  INTEGER NOT NULL
) STRICT;
