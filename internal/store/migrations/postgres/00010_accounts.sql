-- +goose Up
-- Moves with each change of a person's password and the secret of their codes: what was begun with those before does not go on.
ALTER TABLE accounts ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
