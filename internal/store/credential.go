package store

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

var (
	// ErrVoid says that an invitation is used, replaced or over.
	ErrVoid = errors.New("the invitation is used, or over")
	// ErrLast says that without this there would be no way left to sign in.
	ErrLast = errors.New("it is the last way to sign in")
)

// Invitation is the ticket by which someone sets up how they sign in. It ends in the transaction that keeps what they set up:
// of two who use one at once one is let in, and nothing of the other stays. nil is none: who is signed in needs none.
type Invitation []byte

// Invitation gives the invitation with a secret, as it is kept: whoever reads it there cannot use it.
func (db *DB) Invitation(secret string) Invitation { return db.ticketHash(TicketJoin, secret) }

// accept ends an invitation, and wherever whom it is for was signed in before: it is a new beginning. One that was made for that
// drops whatever they signed in by, too.
func (t *tx) accept(by Invitation, person string, at time.Time) error {
	if by == nil {
		return nil
	}
	matter, err := first(t.ctx, t.on, value[string], `DELETE FROM tickets WHERE hash = $1 AND kind = $2 AND person = $3 AND ends_at > $4 RETURNING matter`,
		[]byte(by), TicketJoin, person, instant(at))
	if errors.Is(err, ErrNotFound) {
		err = ErrVoid
	}
	if err == nil && matter == Anew {
		err = t.dropWays(person, at)
	}
	if err != nil {
		return err
	}
	// Of two that were made at the same moment the other one goes too.
	if _, err := t.exec(`DELETE FROM tickets WHERE kind = $1 AND person = $2`, TicketJoin, person); err != nil {
		return err
	}
	return t.endSessions(`person = $1`, person)
}

// dropWays drops whatever a person signed in by, on record.
func (t *tx) dropWays(person string, at time.Time) error {
	none, err := t.sealSecrets(person, Secrets{}, at)
	if err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE accounts SET name_hash = NULL, secrets = $2, revision = revision + 1 WHERE person = $1`, person, none); err != nil {
		return err
	}
	for _, ways := range []string{"passkeys", "identities"} {
		if _, err := t.exec(`DELETE FROM `+ways+` WHERE person = $1`, person); err != nil {
			return err
		}
	}
	return t.recordChange(By{Person: person, Via: "invitation"}, rand.Text(), done{what: "person/" + person, input: changed{Changed: []string{"sign-in of before dropped"}}}, at)
}

// NewSecrets are what a person signs in by from now on, in place of what they had.
type NewSecrets struct {
	Person string
	Name   string // what they type to sign in by
	Secrets
	CodeAt int64  // the step of time of the code by which the secret was tried
	Spare  string // the session that stays; all their others end
}

// SetSecrets gives a person other secrets than they had, all of it or nothing: ErrVoid where the invitation does not count,
// ErrConflict where another signs in by the name.
func (db *DB) SetSecrets(ctx context.Context, n NewSecrets, by Invitation, at time.Time) error {
	return db.changeSignIn(ctx, "set the secrets of", n.Person, "password", by, at, func(t *tx) (int64, error) {
		if err := t.accept(by, n.Person, at); err != nil {
			return 0, err
		}
		sealed, err := t.sealSecrets(n.Person, n.Secrets, at)
		if err != nil {
			return 0, err
		}
		changed, err := t.exec(`UPDATE accounts SET name_hash = $2, secrets = $3, revision = revision + 1,
			code_at = CASE WHEN code_at > $4 THEN code_at ELSE $4 END WHERE person = $1`, n.Person, db.nameHash(n.Name), sealed, n.CodeAt)
		if err != nil || changed == 0 {
			return changed, err
		}
		return changed, t.endSessions(`person = $1 AND id <> $2`, n.Person, n.Spare)
	})
}

// UseCode says that a code of a step of time was used, made of the secret of a revision. It is ErrSeen for one that was used
// before, or an older, and where the secret is another by now.
func (db *DB) UseCode(ctx context.Context, person string, revision, step int64) error {
	err := db.changeAccount(ctx, "use a code of", person, func(t *tx) (int64, error) {
		return t.exec(`UPDATE accounts SET code_at = $2 WHERE person = $1 AND code_at < $2 AND revision = $3`, person, step, revision)
	})
	if errors.Is(err, ErrNotFound) {
		return ErrSeen
	}
	return err
}

// UseRecovery takes one of a person's recovery codes away, by its hash. It is ErrSeen where they have no such code, as when
// another used it at the same moment, or other secrets by now.
func (db *DB) UseRecovery(ctx context.Context, person string, revision int64, hash private.Text, at time.Time) error {
	err := db.changeAccount(ctx, "use a recovery code of", person, func(t *tx) (int64, error) {
		s, err := t.holdSecrets(person, `AND revision = $2`, revision)
		if err != nil {
			return 0, err
		}
		left := slices.DeleteFunc(slices.Clone(s.Recovery), func(kept private.Text) bool {
			return subtle.ConstantTimeCompare([]byte(kept.Reveal()), []byte(hash.Reveal())) == 1
		})
		if len(left) == len(s.Recovery) {
			return 0, ErrSeen
		}
		s.Recovery = left
		sealed, err := t.sealSecrets(person, s, at)
		if err != nil {
			return 0, err
		}
		return t.exec(`UPDATE accounts SET secrets = $2 WHERE person = $1`, person, sealed)
	})
	if errors.Is(err, ErrNotFound) {
		return ErrSeen
	}
	return err
}

// holdSecrets reads a person's secrets and keeps everyone else from changing them, or their passkeys, until the transaction
// ends: of two at once the second waits here, and then sees what the first did.
func (t *tx) holdSecrets(person, where string, args ...any) (s Secrets, err error) {
	sealed, err := first(t.ctx, t.on, value[[]byte], `UPDATE accounts SET made_at = made_at WHERE person = $1 `+where+` RETURNING secrets`,
		append([]any{person}, args...)...)
	if err != nil {
		return s, err
	}
	return t.db.openSecrets(t.ctx, t.on, person, sealed)
}

// AddPasskey keeps a passkey of someone who has an account. ErrConflict where it is there already, ErrVoid where the
// invitation does not count: then it is not kept.
func (db *DB) AddPasskey(ctx context.Context, k Passkey, by Invitation) error {
	return db.changeSignIn(ctx, "keep a passkey of", k.Person, "passkey added", by, k.AddedAt, func(t *tx) (int64, error) {
		if err := t.accept(by, k.Person, k.AddedAt); err != nil {
			return 0, err
		}
		called, err := t.seal("person/"+k.Person, k.place(), []byte(k.Name), k.AddedAt)
		if err != nil {
			return 0, err
		}
		return t.exec(`INSERT INTO passkeys (id, person, name, called, key, added_at, used_at) VALUES ($1, $2, '', $3, $4, $5, NULL)`,
			k.ID, k.Person, called, string(k.Key), instant(k.AddedAt))
	})
}

// RemovePasskey drops a person's passkey; ErrLast where they could not sign in without it.
func (db *DB) RemovePasskey(ctx context.Context, person string, id []byte, at time.Time) error {
	return db.changeSignIn(ctx, "remove a passkey of", person, "passkey removed", nil, at, func(t *tx) (int64, error) {
		s, err := t.holdSecrets(person, "")
		if err != nil {
			return 0, err
		}
		n, err := t.exec(`DELETE FROM passkeys WHERE id = $1 AND person = $2`, id, person)
		if err != nil || n == 0 || !s.Password.IsZero() {
			return n, err
		}
		left, err := first(t.ctx, t.on, value[int], `SELECT count(*) FROM passkeys WHERE person = $1`, person)
		if err == nil && left == 0 {
			err = ErrLast // and the one that was dropped comes back with the transaction's end
		}
		return n, err
	})
}

// Link says that who is known to an issuer by a subject is this person; where they were, they stay it. Whom it was before is
// overwritten by nobody: ErrConflict. ErrVoid where the invitation does not count.
func (db *DB) Link(ctx context.Context, person, issuer, subject string, by Invitation, at time.Time) error {
	return db.link(ctx, person, by, at, func(t *tx) (int64, error) {
		if err := t.accept(by, person, at); err != nil {
			return 0, err
		}
		return t.exec(`INSERT INTO identities (issuer, subject, person, added_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (issuer, subject) DO UPDATE SET added_at = excluded.added_at WHERE identities.person = excluded.person`, issuer, subject, person, instant(at))
	})
}

// LinkFirst links as Link does, someone who is not linked to the issuer yet: ErrConflict where they are, as another there.
func (db *DB) LinkFirst(ctx context.Context, person, issuer, subject string, at time.Time) error {
	return db.link(ctx, person, nil, at, func(t *tx) (int64, error) {
		// Of two that come at once the second waits here, and then sees the first's.
		if _, err := t.exec(`UPDATE accounts SET made_at = made_at WHERE person = $1`, person); err != nil {
			return 0, err
		}
		return t.exec(`INSERT INTO identities (issuer, subject, person, added_at) SELECT $1, $2, $3, $4
			WHERE NOT EXISTS (SELECT 1 FROM identities WHERE issuer = $1 AND person = $3)`, issuer, subject, person, instant(at))
	})
}

func (db *DB) link(ctx context.Context, person string, by Invitation, at time.Time, insert func(*tx) (int64, error)) error {
	return db.changeSignIn(ctx, "link to who they are elsewhere the", person, "organisation", by, at, func(t *tx) (int64, error) {
		n, err := insert(t)
		if err == nil && n == 0 {
			err = ErrConflict
		}
		return n, err
	})
}

// EndSessionsBy ends all sessions of a person's but one, "" for none, as another has it. In the same transaction it goes on record, as
// a change of the person.
func (db *DB) EndSessionsBy(ctx context.Context, person, but string, by By, at time.Time) error {
	id := rand.Text()
	var err error
	for range retries { // a look of whoever does it may come between
		err = db.write(ctx, func(t *tx) error {
			if err := t.endSessions(`person = $1 AND id <> $2`, person, but); err != nil {
				return err
			}
			return t.recordChange(by, id, done{what: "person/" + person, input: changed{Changed: []string{"signed out everywhere"}}}, at)
		})
		if !errors.Is(err, errMoved) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("sign %s out everywhere: %w", person, err)
	}
	return nil
}

// changeSignIn changes how someone signs in. In the same transaction it goes on record as a change of who they are does, as
// done by themselves: on a page, or by an invitation.
func (db *DB) changeSignIn(ctx context.Context, what, person, changes string, by Invitation, at time.Time, change func(*tx) (int64, error)) error {
	id, who := rand.Text(), By{Person: person, Via: "page"}
	if by != nil {
		who.Via = "invitation"
	}
	var err error
	for range retries { // a look of theirs may come between
		err = db.changeAccount(ctx, what, person, func(t *tx) (int64, error) {
			n, err := change(t)
			if err == nil && n > 0 {
				err = t.recordChange(who, id, done{what: "person/" + person, input: changed{Changed: []string{changes}}}, at)
			}
			return n, err
		})
		if !errors.Is(err, errMoved) {
			break
		}
	}
	return err
}
