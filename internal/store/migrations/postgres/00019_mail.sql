-- +goose Up
-- What an e-mail has besides its words: address, subject and calendar, sealed together. NULL for a text, a call and all else.
ALTER TABLE outbox ADD COLUMN mail BYTEA;
-- E-mails have a queue of their own: a mail server that is slow must not hold a text up.
CREATE INDEX outbox_mails ON outbox (class, next_at) WHERE state = 'pending' AND channel = 'mail';
