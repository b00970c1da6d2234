package store

import (
	"context"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

// Feed is a calendar that somebody's programs ask for by a secret address. Its secret is kept as a keyed hash only.
type Feed struct {
	ID      string // its own name, for the list of them; not the secret
	Person  string // whose it is: it shows what they may see
	Kind    FeedKind
	Team    string // of a team's visits or rota
	Name    string // what they call it: "My phone"
	MadeAt  time.Time
	AskedAt time.Time // rounded; zero: never
}

// FeedKind is what a feed shows.
type FeedKind string

const (
	FeedOwn  FeedKind = "own"  // their own visits
	FeedTeam FeedKind = "team" // a team's
	FeedRota FeedKind = "rota" // who is on call
)

// mostFeeds is how many feeds one person has.
const mostFeeds = 20

func (db *DB) feedHash(secret string) []byte { return db.vault.Hash("feed", secret) }

// AddFeed keeps a feed, known by its secret. It is ErrEnough where its owner has as many as anybody may. It goes on record, an entry of kind "feed", as by
// [DB.ChangePerson]: what it is called is sealed.
func (db *DB) AddFeed(ctx context.Context, f Feed, secret string, by By) error {
	err := db.recorded(ctx, by, f.MadeAt, func(t *tx) (done, error) {
		// Of two that come at once the second waits here, and then counts the first's. Who has left makes none.
		here, err := t.exec(`UPDATE people SET put_at = put_at WHERE id = $1 AND active = $2`, f.Person, true)
		switch {
		case err != nil:
			return done{}, err
		case here == 0:
			return done{}, ErrNotFound
		}
		n, err := t.exec(`INSERT INTO feeds (hash, id, person, kind, team, name, made_at) SELECT $1, $2, $3, $4, $5, $6, $7
			WHERE (SELECT count(*) FROM feeds WHERE person = $3) < $8`,
			db.feedHash(secret), f.ID, f.Person, string(f.Kind), f.Team, f.Name, instant(f.MadeAt), mostFeeds)
		if err == nil && n == 0 {
			err = ErrEnough
		}
		return done{what: "feed/" + f.ID, input: map[string]string{"change": "made", "shows": string(f.Kind), "team": f.Team}, words: private.New(f.Name)}, err
	})
	if err != nil {
		return fmt.Errorf("keep feed of %s: %w", f.Person, err)
	}
	return nil
}

const feedColumns = `id, person, kind, team, name, made_at, asked_at`

func scanFeed(s scanner) (f Feed, err error) {
	err = s.Scan(&f.ID, &f.Person, &f.Kind, &f.Team, &f.Name, at{&f.MadeAt}, at{&f.AskedAt})
	return f, err
}

// FeedBySecret gives the feed with a secret.
func (db *DB) FeedBySecret(ctx context.Context, secret string) (Feed, error) {
	f, err := first(ctx, db.reader, scanFeed, `SELECT `+feedColumns+` FROM feeds WHERE hash = $1`, db.feedHash(secret))
	if err != nil {
		return Feed{}, fmt.Errorf("look for feed: %w", err)
	}
	return f, nil
}

// Feeds gives a person's feeds in the order they were made.
func (db *DB) Feeds(ctx context.Context, person string) ([]Feed, error) {
	list, err := all(ctx, db.reader, scanFeed, `SELECT `+feedColumns+` FROM feeds WHERE person = $1 ORDER BY made_at, id`, person)
	if err != nil {
		return nil, fmt.Errorf("list feeds of %s: %w", person, err)
	}
	return list, nil
}

// AskedFeed says that a feed was asked for now.
func (db *DB) AskedFeed(ctx context.Context, id string, at time.Time) error {
	err := db.write(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE feeds SET asked_at = $2 WHERE id = $1 AND (asked_at IS NULL OR asked_at < $2)`, id, instant(at))
		return err
	})
	if err != nil {
		return fmt.Errorf("note that a feed was asked for: %w", err)
	}
	return nil
}

// RemoveFeed revokes a feed of a person's: from now on its address is nothing. It goes on record likewise.
func (db *DB) RemoveFeed(ctx context.Context, person, id string, by By, at time.Time) error {
	err := db.recorded(ctx, by, at, func(t *tx) (done, error) {
		n, err := t.exec(`DELETE FROM feeds WHERE person = $1 AND id = $2`, person, id)
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		return done{what: "feed/" + id, input: map[string]string{"change": "revoked"}}, err
	})
	if err != nil {
		return fmt.Errorf("revoke feed: %w", err)
	}
	return nil
}
