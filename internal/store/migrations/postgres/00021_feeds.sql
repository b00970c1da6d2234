-- +goose Up
-- Calendar feeds by secret address, each somebody's own. The secret is kept as a keyed hash only; asked_at is rounded, so that a program that asks
-- every few minutes writes little.
CREATE TABLE feeds (
	hash     BYTEA PRIMARY KEY,
	id       TEXT NOT NULL UNIQUE,
	person   TEXT NOT NULL,
	kind     TEXT NOT NULL CHECK (kind IN ('own', 'team', 'rota')),
	team     TEXT NOT NULL,
	name     TEXT NOT NULL,
	made_at  BIGINT NOT NULL,
	asked_at BIGINT
);
CREATE INDEX feeds_person ON feeds (person);

-- A team's feed shows what is over too, and the team's visits of some months are a few of very many.
CREATE INDEX visits_planned ON visits (team, starts_at);
