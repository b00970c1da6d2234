-- +goose Up

-- What a person calls a passkey is their own words: sealed from now on. The column before stays for an older program, and empty.
ALTER TABLE passkeys ADD COLUMN called BLOB;
