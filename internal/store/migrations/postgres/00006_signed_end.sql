-- +goose Up
-- The end of the sealed chain is signed, so that it cannot be put back to where an earlier seal had it. Empty until the next seal.
ALTER TABLE chain ADD COLUMN signature BYTEA NOT NULL DEFAULT '';
