-- +goose Up
-- What is kept how long, and what stops it from going.
CREATE TABLE holds (
	id        TEXT PRIMARY KEY,
	object    TEXT NOT NULL,
	reason    BYTEA,
	set_by    TEXT NOT NULL,
	set_at    BIGINT NOT NULL,
	lifted_by TEXT NOT NULL,
	lifted_at BIGINT
);
CREATE INDEX holds_object ON holds (object) WHERE lifted_at IS NULL;

ALTER TABLE people ADD COLUMN left_at BIGINT;
UPDATE people SET left_at = put_at WHERE NOT active;

-- Each night the keys that are there are walked over; an audit asks for those that are not.
CREATE INDEX data_keys_kept ON data_keys (owner) WHERE wrapped IS NOT NULL;
CREATE INDEX data_keys_erased ON data_keys (owner) WHERE wrapped IS NULL;
CREATE INDEX outbox_owner ON outbox (key_owner);
