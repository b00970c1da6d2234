package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

// Meta gives a fact about the installation; ErrNotFound when it was never set.
func (db *DB) Meta(ctx context.Context, key string) (string, error) {
	v, err := first(ctx, db.reader, value[string], `SELECT value FROM meta WHERE key = $1`, key)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", key, err)
	}
	return v, nil
}

// SetMeta sets a fact about the installation.
func (db *DB) SetMeta(ctx context.Context, key, value string) error {
	err := db.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
		return err
	})
	if err != nil {
		return fmt.Errorf("set %s: %w", key, err)
	}
	return nil
}

// MetaOnce sets a fact unless it is set, and gives what it then is: of several who ask at once, the first writer's.
func (db *DB) MetaOnce(ctx context.Context, key, wish string) (actual string, err error) {
	err = db.write(ctx, func(t *tx) (err error) {
		if _, err = t.exec(`INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING`, key, wish); err == nil {
			actual, err = first(t.ctx, t.on, value[string], `SELECT value FROM meta WHERE key = $1`, key)
		}
		return err
	})
	if err != nil {
		return "", fmt.Errorf("set %s once: %w", key, err)
	}
	return actual, nil
}

// Token names one who may call the API. Its secret is stored as a keyed hash only.
type Token struct {
	ID, Name, Scope string
	CreatedAt       time.Time
}

// AddToken keeps a token and the hash of its secret. That it was made goes on record, as an entry of kind "token".
func (db *DB) AddToken(ctx context.Context, token Token, secret string, by By) error {
	err := db.change(ctx, by, token.CreatedAt, func(t *tx) (what string, c changed, err error) {
		_, err = t.exec(`INSERT INTO tokens (id, name, scope, hash, created_at) VALUES ($1, $2, $3, $4, $5)`,
			token.ID, token.Name, token.Scope, db.vault.Hash("token", secret), instant(token.CreatedAt))
		return "token/" + token.ID, changed{New: true}, err
	})
	if err != nil {
		return fmt.Errorf("keep token %s: %w", token.ID, err)
	}
	return nil
}

// TokenBySecret gives the token with this secret.
func (db *DB) TokenBySecret(ctx context.Context, secret string) (Token, error) {
	token, err := first(ctx, db.reader, func(s scanner) (t Token, err error) {
		err = s.Scan(&t.ID, &t.Name, &t.Scope, at{&t.CreatedAt})
		return t, err
	}, `SELECT id, name, scope, created_at FROM tokens WHERE hash = $1`, db.vault.Hash("token", secret))
	if err != nil {
		return Token{}, fmt.Errorf("look for token: %w", err)
	}
	return token, nil
}

// Answer is what a call with an Idempotency-Key was answered.
type Answer struct {
	Hash   []byte // of the request, so that the key can't be used for another
	Status int
	Body   []byte // sealed
}

// Remembered gives the answer to an earlier call with the same key.
func (db *DB) Remembered(ctx context.Context, token, key string) (Answer, bool, error) {
	type row struct {
		Answer
		owner string
	}
	r, err := first(ctx, db.reader, func(s scanner) (r row, err error) {
		err = s.Scan(&r.Hash, &r.Status, &r.Body, &r.owner)
		return r, err
	}, `SELECT asked, status, body, key_owner FROM answers WHERE token = $1 AND key_hash = $2`, token, db.vault.Hash("answer", key))
	if errors.Is(err, ErrNotFound) {
		return Answer{}, false, nil
	}
	var plain []byte
	if err == nil {
		plain, err = db.open(ctx, db.reader, r.owner, db.answerPlace(token, key), r.Body)
	}
	var body string
	if err == nil && plain != nil {
		err = unpack(plain, &body)
	}
	if err != nil {
		return Answer{}, false, fmt.Errorf("look for remembered answer: %w", err)
	}
	r.Body = []byte(body)
	return r.Answer, plain != nil, nil
}

func (db *DB) answerPlace(token, key string) string {
	return fmt.Sprintf("answer/%s/%x", token, db.vault.Hash("answer", key))
}

// Remember keeps the answer to a call. Of two calls with one key the first answer stays.
func (db *DB) Remember(ctx context.Context, token, key string, a Answer, at time.Time) error {
	err := db.write(ctx, func(t *tx) error {
		owner := "answers/" + at.UTC().Format(time.DateOnly)
		body, err := t.seal(owner, db.answerPlace(token, key), pack(string(a.Body)), at)
		if errors.Is(err, ErrErased) { // as after a clock that was set ahead
			owner += fmt.Sprintf("/%x", db.vault.Hash("answer", key))
			body, err = t.seal(owner, db.answerPlace(token, key), pack(string(a.Body)), at)
		}
		if err != nil {
			return err
		}
		_, err = t.exec(`INSERT INTO answers (token, key_hash, asked, status, body, key_owner, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (token, key_hash) DO NOTHING`,
			token, db.vault.Hash("answer", key), append([]byte{}, a.Hash...), a.Status, body, owner, instant(at))
		return err
	})
	if err != nil {
		return fmt.Errorf("remember answer: %w", err)
	}
	return nil
}

// forgetAtOnce is how many answers one transaction drops: nothing holds the write lock for long.
const forgetAtOnce = 500

// ForgetAnswers drops the answers given before an instant: each holds all that was answered, names and addresses among it. A call with the
// key of one of them is answered anew, and changes nothing that its first one did not.
func (db *DB) ForgetAnswers(ctx context.Context, before time.Time) error {
	for dropped := int64(forgetAtOnce); dropped == forgetAtOnce; {
		err := db.write(ctx, func(t *tx) (err error) {
			dropped, err = t.exec(`DELETE FROM answers WHERE (token, key_hash) IN (SELECT token, key_hash FROM answers WHERE at < $1 ORDER BY at LIMIT $2)`,
				instant(before), forgetAtOnce)
			return err
		})
		if err != nil {
			return fmt.Errorf("forget answers: %w", err)
		}
	}
	return nil
}

// looks is how the chain of one reader's looks is called among the workers' chains.
const looks = "looks/"

// Look records that a reader looked at the private details of objects: once per reader, object and minute. Each is an entry of the record, in
// a chain of the reader's own (worker "looks/READER", kind "look", the object in Visit); why is sealed.
func (db *DB) Look(ctx context.Context, reader, via, why string, at time.Time, objects ...string) error {
	entries := make([]Entry, 0, len(objects))
	for _, object := range objects {
		e, err := lookEntry(reader, via, why, at, object)
		if err != nil {
			return fmt.Errorf("record look of %s: %w", reader, err)
		}
		entries = append(entries, e)
	}
	err := db.recordLooks(ctx, reader, entries)
	if len(entries) > 1 && errors.Is(err, ErrSeen) { // some were there already
		for _, e := range entries {
			if err = db.recordLooks(ctx, reader, []Entry{e}); err != nil && !errors.Is(err, ErrSeen) {
				break
			}
		}
	}
	if err != nil && !errors.Is(err, ErrSeen) {
		return fmt.Errorf("record look of %s: %w", reader, err)
	}
	return nil
}

// reasons is the owner of why things were done at an instant: they are kept for as long as who looked, whoever leaves meanwhile.
func reasons(at time.Time) string { return "looks/" + at.UTC().Format(monthLayout) }

const monthLayout = "2006-01"

func lookEntry(reader, via, why string, at time.Time, object string) (Entry, error) {
	input, err := json.Marshal(struct {
		Object string `json:"object"`
	}{object})
	minute := at.UTC().Truncate(time.Minute)
	return Entry{
		ID: looks + reader + "/" + object + "/" + strconv.FormatInt(minute.Unix(), 10), At: at, RecordedAt: at, Kind: "look", By: reader, Via: via,
		Visit: object, Input: input, Events: []byte("[]"), Words: private.New(why), Owner: reasons(at),
	}, err
}

// SignedIn records that someone signed in: an entry of kind "sign-in" in the chain of their own looks, at the instant
// the session began.
func (db *DB) SignedIn(ctx context.Context, s Session) error {
	input, err := json.Marshal(struct {
		Session string `json:"session"`
		Reach   string `json:"reach"`
		Device  string `json:"device"`
	}{s.ID, s.Reach, s.Device})
	if err == nil {
		err = db.recordLooks(ctx, s.Person, []Entry{{ID: "sign-in/" + s.ID, At: s.StartedAt, RecordedAt: s.StartedAt, Kind: "sign-in", By: s.Person, Via: s.Method,
			Input: input, Events: []byte("[]"), Owner: "person/" + s.Person}})
	}
	if err != nil {
		return fmt.Errorf("record sign-in of %s: %w", s.Person, err)
	}
	return nil
}

// Invited records that someone made a link by which a person sets up how they sign in: an entry of kind "invite" in the
// chain of the looks of who made it, the person in Visit as "person/ID". The matter is that of its ticket.
func (db *DB) Invited(ctx context.Context, by, via, person, id, matter string, at time.Time) error {
	input, err := json.Marshal(struct {
		Anew bool `json:"anew,omitzero"` // what they signed in by before no longer counts once it is used
	}{matter == Anew})
	if err != nil {
		return err
	}
	err = db.recordLooks(ctx, by, []Entry{{ID: "invite/" + id, At: at, RecordedAt: at, Kind: "invite", By: by, Via: via, Visit: "person/" + person,
		Input: input, Events: []byte("[]"), Owner: "person/" + by}})
	if err != nil {
		return fmt.Errorf("record invitation of %s: %w", person, err)
	}
	return nil
}

// recordLooks keeps looks of one reader in one commit; ErrSeen when one of them is there already, and then none is kept.
func (db *DB) recordLooks(ctx context.Context, reader string, entries []Entry) error {
	for range retries { // another look of the same reader may come between
		l, err := db.Load(ctx, looks+reader)
		if err != nil {
			return err
		}
		err = db.Commit(ctx, Change{Worker: looks + reader, Revision: l.Revision, Watch: l.Watch, Entries: entries})
		if !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return ErrConflict
}

// Writable says whether the database can be written to now, durably.
func (db *DB) Writable(ctx context.Context) error {
	err := db.write(ctx, func(t *tx) error {
		// Never the value that is there: SQLite leaves a page alone that would stay as it is, and a full disk would take that.
		_, err := t.exec(`INSERT INTO meta (key, value) VALUES ('writable', 'yes')
			ON CONFLICT (key) DO UPDATE SET value = CASE meta.value WHEN 'yes' THEN 'Yes' ELSE 'yes' END`)
		return err
	})
	if err != nil {
		return fmt.Errorf("try a write: %w", err)
	}
	return nil
}

// Chore gives a named chore to one of the nodes that ask for it: it says yes when the chore is due, and moves its next time on.
func (db *DB) Chore(ctx context.Context, name string, at time.Time, every time.Duration) (mine bool, err error) {
	due, err := first(ctx, db.reader, value[int64], `SELECT due_at FROM chores WHERE name = $1`, name)
	if err == nil && due > instant(at) {
		return false, nil // mostly: and reading costs less than a transaction that writes nothing
	}
	err = db.write(ctx, func(t *tx) error {
		n, err := t.exec(`INSERT INTO chores (name, due_at) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at WHERE chores.due_at <= $3`, name, instant(at.Add(every)), instant(at))
		mine = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("take chore %s: %w", name, err)
	}
	return mine, nil
}
