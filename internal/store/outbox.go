package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
)

// Message is one thing the world must be told, by one channel to one person. It is handed over at least once.
type Message struct {
	ID, Worker, Visit, Alarm, Person string
	Notice                           string
	Channel                          string // sms, voice, mail, fetch, watch, …
	Class                            string // alarm, prompt or info: the order in which they go; "" is info
	Round                            int
	To                               phone.Number
	Body                             private.Text // sealed
	Mail                             *Mail        // of an e-mail, what it has besides its words; sealed
	Data                             []byte       // JSON without private words
	Nonce                            string
	Digit                            int
	NextAt                           time.Time // when it is due; while one has claimed it, when the lease runs out
	GiveUpAt, CreatedAt              time.Time
	Owner                            string // the data key of number and body: "alarm/ID", "visit/ID"; "" for a key of its own, as where that was erased
	State                            string // pending, done, superseded or dead; "" is pending
	Attempts                         int
	Provider, ProviderID             string
	HandedAt                         time.Time
}

// The classes and states of a message.
const (
	ClassAlarm  = "alarm"
	ClassPrompt = "prompt"
	ClassInfo   = "info"

	// Mails is no class but the queue of all e-mails, whatever their class: Claim gives them for no other name.
	Mails = channelMail

	Pending    = "pending"
	Done       = "done"
	Superseded = "superseded"
	Dead       = "dead"
)

// channelMail is the channel of an e-mail.
const channelMail = "mail"

// tell supersedes the messages of alarms that are over, then adds messages.
func (t *tx) tell(drop []string, messages []Message) error {
	for _, alarm := range drop {
		if _, err := t.exec(`UPDATE outbox SET state = 'superseded' WHERE alarm = $1 AND alarm <> '' AND state = 'pending'`, alarm); err != nil {
			return fmt.Errorf("drop messages of alarm %s: %w", alarm, err)
		}
	}
	for _, m := range messages {
		if err := t.insertMessage(m); err != nil {
			return fmt.Errorf("message %s: %w", m.ID, err)
		}
	}
	return nil
}

func (t *tx) insertMessage(m Message) error {
	owner := cmp.Or(m.Owner, "text/"+m.ID)
	s, err := t.sealMessage(m, owner)
	if errors.Is(err, ErrErased) { // people are told all the same
		owner = "text/" + m.ID
		s, err = t.sealMessage(m, owner)
	}
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO outbox (id, worker, visit, alarm, person, notice, channel, class, round, recipient, body, key_owner, data, nonce, digit,
			state, next_at, give_up_at, created_at, leased_by, attempts, provider, provider_id, handed_at, mail)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, '', $20, $21, $22, $23, $24)`,
		m.ID, m.Worker, m.Visit, m.Alarm, m.Person, m.Notice, m.Channel, cmp.Or(m.Class, ClassInfo), m.Round, s.recipient, s.body, owner,
		string(m.Data), text(m.Nonce), m.Digit, cmp.Or(m.State, Pending), instant(m.NextAt), maybe(m.GiveUpAt), instant(m.CreatedAt),
		m.Attempts, m.Provider, m.ProviderID, maybe(m.HandedAt), s.mail)
	return err
}

func (t *tx) sealMessage(m Message, owner string) (s sealedMessage, err error) {
	if s.recipient, err = t.seal(owner, "message/"+m.ID+"/to", []byte(m.To.E164()), m.CreatedAt); err != nil {
		return s, err
	}
	if s.body, err = t.seal(owner, "message/"+m.ID+"/body", []byte(m.Body.Reveal()), m.CreatedAt); err != nil || m.Mail == nil {
		return s, err
	}
	words, err := m.Mail.pack()
	if err == nil {
		s.mail, err = t.seal(owner, "message/"+m.ID+"/mail", words, m.CreatedAt)
	}
	return s, err
}

const messageColumns = `id, worker, visit, alarm, person, notice, channel, class, round, recipient, body, key_owner, data, nonce, digit, state, next_at,
	give_up_at, created_at, attempts, provider, provider_id, handed_at, mail`

type sealedMessage struct {
	Message
	recipient, body, mail []byte
}

func scanMessage(s scanner) (m sealedMessage, err error) {
	var data string
	err = s.Scan(&m.ID, &m.Worker, &m.Visit, &m.Alarm, &m.Person, &m.Notice, &m.Channel, &m.Class, &m.Round, &m.recipient, &m.body, &m.Owner,
		&data, words{&m.Nonce}, &m.Digit, &m.State, at{&m.NextAt}, at{&m.GiveUpAt}, at{&m.CreatedAt}, &m.Attempts, &m.Provider, &m.ProviderID,
		at{&m.HandedAt}, &m.mail)
	if data != "" {
		m.Data = []byte(data)
	}
	return m, err
}

func (db *DB) openMessage(ctx context.Context, s sealedMessage) (Message, error) {
	number, err := db.open(ctx, db.reader, s.Owner, "message/"+s.ID+"/to", s.recipient)
	if err != nil {
		return Message{}, err
	}
	if number != nil {
		if s.To, err = phone.Parse(string(number)); err != nil {
			return Message{}, fmt.Errorf("read number of message %s: %w", s.ID, err)
		}
	}
	body, err := db.open(ctx, db.reader, s.Owner, "message/"+s.ID+"/body", s.body)
	s.Body = private.New(string(body))
	if err != nil || len(s.mail) == 0 {
		return s.Message, err
	}
	words, err := db.open(ctx, db.reader, s.Owner, "message/"+s.ID+"/mail", s.mail)
	if err == nil && words != nil {
		s.Mail, err = unpackMail(words)
	}
	if err != nil {
		return Message{}, fmt.Errorf("read e-mail of message %s: %w", s.ID, err)
	}
	return s.Message, nil
}

// Claim gives messages that are due, of a class or ("") of all, and leases them to owner: nobody else gets them before leaseUntil. Alarms
// come first, then prompts, then the rest; in each, the one that waited longest. E-mails are given for [Mails], and for "" after all others. A message whose lease ran out is given again, so each is
// handed over at least once.
//
// One whose words can't be opened is left out, and the error names it and is an [ErrUnopened]: the others are given all the same.
func (db *DB) Claim(ctx context.Context, at, leaseUntil time.Time, owner, class string, limit int) ([]Message, error) {
	queues, err := db.queuesDue(ctx, at, queuesOf(class))
	if err != nil || len(queues) == 0 {
		return nil, err
	}
	var rows []sealedMessage
	err = db.write(ctx, func(t *tx) error {
		rows = nil
		for _, q := range queues {
			some, err := t.claim(at, leaseUntil, owner, q, limit-len(rows))
			if err != nil {
				return err
			}
			rows = append(rows, some...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim messages: %w", err)
	}
	var messages []Message
	var errs []error
	for _, s := range rows {
		m, err := db.openMessage(ctx, s)
		if err != nil {
			if ctx.Err() == nil { // else it is no fault of the message's
				err = fmt.Errorf("%w: %w", ErrUnopened, err)
			}
			errs = append(errs, fmt.Errorf("claim message %s: %w", s.ID, err))
			continue
		}
		messages = append(messages, m)
	}
	return messages, errors.Join(errs...)
}

// queue is what is claimed together.
type queue struct {
	class string
	mails bool
}

func queuesOf(class string) []queue {
	switch class {
	case "":
		return append([]queue{{class: ClassAlarm}, {class: ClassPrompt}, {class: ClassInfo}}, queuesOf(Mails)...)
	case Mails:
		return []queue{{ClassAlarm, true}, {ClassPrompt, true}, {ClassInfo, true}}
	default:
		return []queue{{class: class}}
	}
}

// due is the condition on what is due of a queue, its class being that placeholder, at $1. The e-mails' has an index of its own.
func (q queue) due(class string) string {
	if q.mails {
		return `state = 'pending' AND channel = 'mail' AND class = ` + class + ` AND next_at <= $1`
	}
	return `state = 'pending' AND class = ` + class + ` AND next_at <= $1 AND channel <> 'mail'`
}

// queuesDue leaves the queues in which something is due. It is asked many times a second, and mostly nothing is: reading costs less than a
// transaction that writes nothing, and all are asked after at once.
func (db *DB) queuesDue(ctx context.Context, at time.Time, queues []queue) (due []queue, err error) {
	var parts []string
	args := []any{instant(at)}
	for i, q := range queues {
		args = append(args, q.class)
		parts = append(parts, fmt.Sprintf(`SELECT %d WHERE EXISTS (SELECT 1 FROM outbox WHERE %s)`, i, q.due("$"+strconv.Itoa(len(args)))))
	}
	found, err := all(ctx, db.reader, value[int], strings.Join(parts, ` UNION ALL `), args...)
	if err != nil {
		return nil, fmt.Errorf("look for messages that are due: %w", err)
	}
	slices.Sort(found) // alarms first
	for _, i := range found {
		due = append(due, queues[i])
	}
	return due, nil
}

func (t *tx) claim(at, leaseUntil time.Time, owner string, q queue, limit int) ([]sealedMessage, error) {
	if limit <= 0 {
		return nil, nil
	}
	rows, err := all(t.ctx, t.on, scanMessage, `SELECT `+messageColumns+` FROM outbox
		WHERE `+q.due("$2")+` ORDER BY next_at LIMIT $3`+t.lockRows(), instant(at), q.class, limit)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		m := &rows[i]
		m.NextAt, m.Attempts = leaseUntil, m.Attempts+1
		if _, err := t.exec(`UPDATE outbox SET next_at = $2, leased_by = $3, attempts = $4 WHERE id = $1`,
			m.ID, instant(leaseUntil), owner, m.Attempts); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// Message gives a message by its id.
func (db *DB) Message(ctx context.Context, id string) (Message, error) {
	return db.oneMessage(ctx, `id = $1`, id)
}

// MessageByNonce gives a message by the nonce in its link or call.
func (db *DB) MessageByNonce(ctx context.Context, nonce string) (Message, error) {
	return db.oneMessage(ctx, `nonce = $1`, nonce)
}

// MessageByProvider gives the message of which one attempt got this id from a provider.
func (db *DB) MessageByProvider(ctx context.Context, provider, providerID string) (Message, error) {
	return db.oneMessage(ctx, `id IN (SELECT message FROM attempts WHERE provider = $1 AND provider_id = $2 AND provider_id <> '')`, provider, providerID)
}

func (db *DB) oneMessage(ctx context.Context, where string, args ...any) (Message, error) {
	s, err := first(ctx, db.reader, scanMessage, `SELECT `+messageColumns+` FROM outbox WHERE `+where+` LIMIT 1`, args...)
	if err != nil {
		return Message{}, fmt.Errorf("read message: %w", err)
	}
	return db.openMessage(ctx, s)
}

// MessagesAbout gives the messages about an alarm, in the order they were made.
func (db *DB) MessagesAbout(ctx context.Context, alarm string) ([]Message, error) {
	return db.messagesAbout(ctx, alarm, ``)
}

// MessagesTo gives those of the messages about an alarm that tell one person in one round, in the same order.
func (db *DB) MessagesTo(ctx context.Context, alarm, person string, round int) ([]Message, error) {
	return db.messagesAbout(ctx, alarm, ` AND person = $2 AND round = $3`, person, round)
}

func (db *DB) messagesAbout(ctx context.Context, alarm, narrower string, args ...any) ([]Message, error) {
	rows, err := all(ctx, db.reader, scanMessage, `SELECT `+messageColumns+` FROM outbox WHERE alarm = $1 AND alarm <> ''`+narrower+
		` ORDER BY created_at, id`, append([]any{alarm}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("list messages about alarm %s: %w", alarm, err)
	}
	var messages []Message
	for _, s := range rows {
		m, err := db.openMessage(ctx, s)
		if err != nil {
			return nil, fmt.Errorf("list messages about alarm %s: %w", alarm, err)
		}
		messages = append(messages, m)
	}
	return messages, nil
}

// Release gives up the leases of processes whose names begin with node: they are known to have ended, and what they had claimed is due at once.
func (db *DB) Release(ctx context.Context, node string, at time.Time) error {
	err := db.write(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE outbox SET next_at = $2, leased_by = '' WHERE state = 'pending' AND leased_by <> '' AND substr(leased_by, 1, $3) = $1`,
			node, instant(at), len(node))
		if err != nil {
			return err
		}
		_, err = t.exec(`UPDATE mails SET next_at = $2, leased_by = '' WHERE state = 'waiting' AND leased_by <> '' AND substr(leased_by, 1, $3) = $1`,
			node, instant(at), len(node))
		return err
	})
	if err != nil {
		return fmt.Errorf("release leases: %w", err)
	}
	return nil
}
