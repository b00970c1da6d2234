-- +goose Up
-- Whom somebody lets book for them by invite. address is keyed; words is the address itself, sealed under the person's key.
CREATE TABLE delegates (
	person  TEXT NOT NULL,
	address BYTEA NOT NULL,
	words   BYTEA,
	put_at  BIGINT NOT NULL,
	PRIMARY KEY (person, address)
);
