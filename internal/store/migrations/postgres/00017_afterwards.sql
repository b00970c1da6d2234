-- +goose Up
-- What the organisation says for everybody here: whom to turn to, how details are changed elsewhere. None of it is private.
CREATE TABLE organisation_texts (
	name       TEXT PRIMARY KEY,
	words      TEXT NOT NULL,
	changed_by TEXT NOT NULL,
	changed_at BIGINT NOT NULL
);

-- When a manager last took up the prompts of a 1:1 with somebody. No word of what was said.
CREATE TABLE prompts (
	person  TEXT PRIMARY KEY,
	done_by TEXT NOT NULL,
	done_at BIGINT NOT NULL
);

-- Which revision of an incident the organisation's portal was sent, and when one that could not be sent is tried again.
CREATE TABLE incident_posts (
	incident TEXT PRIMARY KEY,
	revision BIGINT NOT NULL,
	fails    BIGINT NOT NULL,
	next_at  BIGINT NOT NULL
);

-- Who was in an alarm is offered to talk it over once it is closed.
CREATE INDEX alarms_closed ON alarms (closed_at) WHERE closed_at IS NOT NULL;
