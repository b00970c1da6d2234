package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/retain"
)

// retention is the chain of what was erased and held, among the workers' chains.
const retention = "retention"

// eraseAtOnce is how many owners one transaction erases: some twenty statements each, so that the write lock is held for a few
// milliseconds.
const eraseAtOnce = 10

// Erasure is why, when and by whom data keys are destroyed.
type Erasure struct {
	At      time.Time
	By, Via string // whoever asked for it; By is "" for the clock
	Why     string // "period" or "request"; "restored" for what a backup brought back
	Reason  private.Text
	Stays   func(retain.Record) retain.Why // asked again of each owner while nobody else can write; "" lets it go
}

// Verdict is what became of one owner of words whose key was to be destroyed.
type Verdict struct {
	Owner string
	Stays retain.Why // why it was not; "" is that it was
}

// Erase destroys the data keys of owners ("visit/v7", "alarm/a3", "text/…"): no word sealed under one can be read again, and the record's
// chain still verifies. Each is an entry of the record (kind "erased") in the same transaction, written before the key goes; what stood in
// plain beside the words goes with them, and someone's numbers in what was sent to them. It gives what became of each owner; one without a
// key is left out.
func (db *DB) Erase(ctx context.Context, x Erasure, owners ...string) ([]Verdict, error) {
	var done []Verdict
	for len(owners) > 0 {
		n := min(len(owners), eraseAtOnce)
		some, err := db.eraseSome(ctx, x, owners[:n])
		done = append(done, some...)
		if err != nil {
			return done, fmt.Errorf("erase: %w", err)
		}
		owners = owners[n:]
	}
	return done, nil
}

func (db *DB) eraseSome(ctx context.Context, x Erasure, owners []string) (done []Verdict, err error) {
	for range retries { // another erasure, or a hold, may come between
		err = db.write(ctx, func(t *tx) (err error) {
			done, err = t.erase(x, owners)
			return err
		})
		if !errors.Is(err, ErrConflict) {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	err = db.hearErasures(ctx)
	for _, e := range done {
		if person, is := strings.CutPrefix(e.Owner, "person/"); is && e.Stays == "" {
			err = errors.Join(err, db.forgetNumbers(ctx, person))
		}
	}
	return done, err
}

func (t *tx) erase(x Erasure, owners []string) (done []Verdict, err error) {
	l, err := t.link(retention)
	if err != nil {
		return nil, err
	}
	var entries []Entry
	var going []string
	for _, owner := range owners {
		why, found, err := t.mayErase(x, owner)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", owner, err)
		}
		if !found {
			continue
		}
		done = append(done, Verdict{owner, why})
		if why != "" {
			continue
		}
		going = append(going, owner)
		e, err := t.erasedEntry(x, owner)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e...)
	}
	if len(going) == 0 {
		return done, nil
	}
	if err := t.record(l, entries); err != nil {
		return nil, err
	}
	for _, owner := range going {
		if _, err := t.exec(`UPDATE data_keys SET wrapped = NULL, erased_at = $2 WHERE owner = $1`, owner, instant(x.At)); err != nil {
			return nil, err
		}
		if err := t.clear(owner, x.At); err != nil {
			return nil, fmt.Errorf("clear %s: %w", owner, err)
		}
	}
	t.notify()
	return done, nil
}

// mayErase says whether an owner has a key, and why it stays.
func (t *tx) mayErase(x Erasure, owner string) (why retain.Why, found bool, err error) {
	_, err = first(t.ctx, t.on, value[string], `SELECT owner FROM data_keys WHERE owner = $1 AND wrapped IS NOT NULL`, owner)
	if errors.Is(err, ErrNotFound) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	r, err := facts{t.ctx, t.on}.of(owner)
	if err != nil {
		return "", false, err
	}
	return x.Stays(r), true, nil
}

func erasedID(owner string) string { return "erased/" + owner }

// erasedEntry is the entry that says so; none where there is one: then the key was put back by hand, and goes again.
func (t *tx) erasedEntry(x Erasure, owner string) ([]Entry, error) {
	_, err := first(t.ctx, t.on, value[string], `SELECT id FROM entries WHERE id = $1`, erasedID(owner))
	if !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	input, err := json.Marshal(struct {
		Owner string `json:"owner"`
		Why   string `json:"why"`
	}{owner, x.Why})
	return []Entry{{ID: erasedID(owner), At: x.At, RecordedAt: x.At, Kind: "erased", By: x.By, Via: x.Via, Input: input,
		Events: []byte(`[{"what":"erased"}]`), Words: x.Reason, Owner: reasons(x.At)}}, err
}

// record hangs entries on the end of the chain of erasures and holds.
func (t *tx) record(l link, entries []Entry) error {
	rows, err := t.chain(&l, retention, entries)
	if err != nil {
		return err
	}
	if err := t.putWorker(retention, l, `{"worker":"`+retention+`"}`, time.Time{}); err != nil {
		return err
	}
	return t.insertEntries(rows)
}

// clear takes away what stands in plain beside an owner's words and would still tell something, and the sealed words themselves.
func (t *tx) clear(owner string, at time.Time) error {
	kind, id, _ := strings.Cut(owner, "/")
	switch retain.Kind(kind) {
	case retain.Visit:
		if _, err := t.exec(`UPDATE visits SET details = NULL, details_at_in = NULL, external_id = NULL WHERE id = $1`, id); err != nil {
			return err
		}
		if _, err := t.exec(`DELETE FROM invites_sent WHERE visit = $1`, id); err != nil {
			return err
		}
		if _, err := t.exec(`DELETE FROM team_events WHERE visit = $1 AND ends_at <= $2`, id, instant(at)); err != nil { // what is ahead is still to be taken out
			return err
		}
	case retain.Person:
		if err := t.clearPerson(id, at); err != nil {
			return err
		}
	case "inbox":
		_, err := t.exec(`UPDATE inbox SET words = NULL WHERE state = 'aside' AND key_owner = $1`, owner)
		return err
	case "mail":
		if _, err := t.exec(`UPDATE mails SET raw = NULL WHERE id = $1`, id); err != nil {
			return err
		}
	}
	if _, err := t.exec(`UPDATE invited SET words = NULL WHERE key_owner = $1`, owner); err != nil {
		return err
	}
	if err := t.clearPapers(owner); err != nil {
		return err
	}
	for _, statement := range []string{clearReceipts, clearAttempts, clearMessages} {
		if _, err := t.exec(statement, owner); err != nil {
			return err
		}
	}
	return nil
}

// What is cleared of the messages whose words are an owner's. Each must find them by an index: the write lock is held meanwhile.
const (
	clearReceipts = `DELETE FROM receipts WHERE (provider, provider_id) IN
		(SELECT a.provider, a.provider_id FROM attempts a JOIN outbox o ON o.id = a.message WHERE o.key_owner = $1)`
	clearAttempts = `UPDATE attempts SET provider_id = '' WHERE message IN (SELECT id FROM outbox WHERE key_owner = $1)`
	clearMessages = `UPDATE outbox SET recipient = NULL, body = NULL, mail = NULL, provider_id = '', nonce = NULL,
		state = CASE WHEN state = 'pending' THEN 'superseded' ELSE state END WHERE key_owner = $1`
)

// clearPerson leaves of a person their id, team and roles: the record names them by their id.
func (t *tx) clearPerson(id string, at time.Time) error {
	if _, err := t.exec(`UPDATE people SET details = $2, external_id = NULL, active = $3, left_at = COALESCE(left_at, $4) WHERE id = $1`,
		id, []byte{}, false, instant(at)); err != nil {
		return err
	}
	for _, table := range []string{"person_numbers", "passkeys", "identities", "accounts", "sessions", "tickets", "person_past", "kin_asks", "confirmations", "known_numbers", "number_codes", "photographs", "prompts", "delegates", "shared_calendars", "invites_sent", "feeds"} {
		if _, err := t.exec(`DELETE FROM `+table+` WHERE person = $1`, id); err != nil {
			return err
		}
	}
	if _, err := t.exec(`UPDATE session_ends SET n = n + 1 WHERE id = 1`); err != nil {
		return err
	}
	return t.moveEpoch()
}

// Due gives owners of words whose time may have come, those after one in the order of their names, and the last one that was looked at; ""
// says that all were. It looks at some hundreds and writes nothing.
func (db *DB) Due(ctx context.Context, after string, stays func(retain.Record) retain.Why) (due []string, last string, err error) {
	const atOnce = 200
	owners, err := all(ctx, db.reader, value[string], `SELECT owner FROM data_keys WHERE wrapped IS NOT NULL AND owner > $1 ORDER BY owner LIMIT $2`, after, atOnce)
	for _, owner := range owners {
		if err != nil {
			break
		}
		var r retain.Record
		if r, err = (facts{ctx, db.reader}).of(owner); err == nil && stays(r) == "" {
			due = append(due, owner)
		}
	}
	if err != nil {
		return nil, "", fmt.Errorf("look for what is to be erased: %w", err)
	}
	if len(owners) == atOnce {
		last = owners[atOnce-1]
	}
	return due, last, nil
}

// forgetNumbersAtOnce is how many messages one transaction takes the number of.
const forgetNumbersAtOnce = 100

// ForgetNumbers takes the numbers and e-mail addresses of people who were erased out of messages that were sent to them and are kept for others' sake: those that
// Erase left, as a legal hold was on what they belong to, it was still open, or it was cut off.
func (db *DB) ForgetNumbers(ctx context.Context) error {
	people, err := all(ctx, db.reader, value[string], `SELECT DISTINCT person FROM outbox WHERE (recipient IS NOT NULL OR mail IS NOT NULL) AND state <> 'pending'
		AND 'person/' || person IN (SELECT owner FROM data_keys WHERE wrapped IS NULL AND owner LIKE 'person/%')`)
	if err != nil {
		return fmt.Errorf("look for numbers that are to be forgotten: %w", err)
	}
	for _, person := range people {
		if err := db.forgetNumbers(ctx, person); err != nil {
			return err
		}
	}
	return nil
}

// sentTo is one message that was sent to somebody, and whose data key its words are under.
type sentTo struct{ id, owner string }

func (db *DB) forgetNumbers(ctx context.Context, person string) error {
	sent, err := all(ctx, db.reader, func(s scanner) (m sentTo, err error) { return m, s.Scan(&m.id, &m.owner) },
		`SELECT id, key_owner FROM outbox WHERE person = $1 AND (recipient IS NOT NULL OR mail IS NOT NULL) AND state <> 'pending' ORDER BY key_owner, id`, person)
	for len(sent) > 0 && err == nil {
		n := min(len(sent), forgetNumbersAtOnce)
		some := sent[:n]
		sent = sent[n:]
		err = db.write(ctx, func(t *tx) error { return t.forgetNumbersOf(some) })
	}
	if err != nil {
		return fmt.Errorf("forget the numbers of %s: %w", person, err)
	}
	return nil
}

// forgetNumbersOf leaves those that belong to what is held or open.
func (t *tx) forgetNumbersOf(sent []sentTo) error {
	stays := map[string]bool{}
	var ids []string
	for _, m := range sent {
		if _, asked := stays[m.owner]; !asked {
			r, err := facts{t.ctx, t.on}.of(m.owner)
			if err != nil {
				return err
			}
			stays[m.owner] = r.Held || r.Open || r.Live
		}
		if !stays[m.owner] {
			ids = append(ids, m.id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var args []any
	_, err := t.exec(`UPDATE outbox SET recipient = NULL, mail = NULL WHERE id IN (`+places(ids, &args)+`)`, args...)
	return err
}

// OwnersOf gives the owners of words about a person that have a key: themselves, their visits, what they said, the alarms about them, papers
// of theirs, and what was sent to them about none. It walks over their record and all messages.
func (db *DB) OwnersOf(ctx context.Context, person string) ([]string, error) {
	owners, err := all(ctx, db.reader, value[string], `SELECT k.owner FROM data_keys k WHERE k.wrapped IS NOT NULL AND k.owner IN (
			SELECT 'visit/' || id FROM visits WHERE worker = $1
			UNION SELECT 'alarm/' || id FROM alarms WHERE worker = $1
			UNION SELECT owner FROM entries WHERE worker = $1 AND owner LIKE 'text/%'
			UNION SELECT key_owner FROM papers WHERE person = $1 AND (key_owner LIKE 'paper/%' OR key_owner LIKE 'own_words/%')
			UNION SELECT 'mail/' || id FROM mails WHERE person = $1 AND person <> ''
			UNION SELECT key_owner FROM invited WHERE worker = $1 AND key_owner LIKE 'series/%'
			UNION SELECT key_owner FROM outbox WHERE (person = $1 OR worker = $1) AND key_owner LIKE 'text/%'
			UNION SELECT 'person/' || CAST($1 AS text)) ORDER BY CASE WHEN k.owner LIKE 'person/%' THEN 1 ELSE 0 END, k.owner`, person)
	if err != nil {
		return nil, fmt.Errorf("look for what there is about %s: %w", person, err)
	}
	return owners, nil
}

// Record says of an owner what its end depends on.
func (db *DB) Record(ctx context.Context, owner string) (retain.Record, error) {
	r, err := facts{ctx, db.reader}.of(owner)
	if err != nil {
		return r, fmt.Errorf("read what %s is: %w", owner, err)
	}
	return r, nil
}
