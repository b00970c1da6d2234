-- +goose Up
-- A session that the organisation's own sign-in began is ended from there by its own name, or by whose it is. A session of before
-- has either of the two in one column, and is found by it in both.
ALTER TABLE sessions ADD COLUMN subject TEXT NOT NULL DEFAULT '';
UPDATE sessions SET subject = provider;
CREATE INDEX sessions_provider ON sessions (provider) WHERE provider <> '';
CREATE INDEX sessions_subject ON sessions (subject) WHERE subject <> '';

-- It moves whenever sessions end, so that what is open in their browsers hears of it at once, on every node.
CREATE TABLE session_ends (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	n  INTEGER NOT NULL
) STRICT;
INSERT INTO session_ends (id, n) VALUES (1, 0);
