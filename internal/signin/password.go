package signin

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ccojocar/zxcvbn-go"
	"golang.org/x/crypto/argon2"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
)

// Bounds of a password, in characters (ASVS 5.0, 6.2.1 and 6.2.9): a long one is better than a strange one.
const (
	LeastPassword = 12
	mostPassword  = 128
)

// cost is what one look at a password takes: as OWASP's Password Storage Cheat Sheet recommends for Argon2id.
type cost struct {
	memory uint32 // KiB
	passes uint32
	lanes  uint8
}

var usual = cost{memory: 19 << 10, passes: 2, lanes: 1}

const (
	saltSize = 16
	hashSize = 32
)

var base64s = base64.RawStdEncoding

// hashed is a password as it is kept: a PHC string.
func (s *SignIn) hashed(ctx context.Context, password string) (private.Text, error) {
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(s.Random, salt); err != nil {
		return private.Text{}, err
	}
	sum, err := s.hash(ctx, password, salt, usual)
	if err != nil {
		return private.Text{}, err
	}
	return private.New(fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, usual.memory, usual.passes, usual.lanes,
		base64s.EncodeToString(salt), base64s.EncodeToString(sum))), nil
}

// hash waits for its turn and hashes.
func (s *SignIn) hash(ctx context.Context, password string, salt []byte, c cost) ([]byte, error) {
	select {
	case s.hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.hashing }()
	return argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.lanes, hashSize), nil
}

// matches says that a password is the one that was kept.
func (s *SignIn) matches(ctx context.Context, kept private.Text, password string) (bool, error) {
	var version int
	var c cost
	part := strings.Split(kept.Reveal(), "$")
	if len(part) != 6 || part[1] != "argon2id" {
		return false, errors.New("read kept password: it is of no known kind")
	}
	if _, err := fmt.Sscanf(part[2]+" "+part[3], "v=%d m=%d,t=%d,p=%d", &version, &c.memory, &c.passes, &c.lanes); err != nil || version != argon2.Version {
		return false, errors.New("read kept password: its cost is not readable")
	}
	salt, bad := base64s.DecodeString(part[4])
	sum, worse := base64s.DecodeString(part[5])
	if bad != nil || worse != nil {
		return false, errors.New("read kept password: it is cut short")
	}
	got, err := s.hash(ctx, password, salt, c)
	return err == nil && subtle.ConstantTimeCompare(got, sum) == 1, err
}

// nobodys is what a password is compared with where nobody has the name: it takes as long, so that time tells nothing.
const nobodys = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// Password proves one half of who someone is, by the name they sign in by. What it gives goes on with [SignIn.Code]. It is a
// [WaitError] for whoever has guessed too often.
func (s *SignIn) Password(ctx context.Context, from From, name, password string) (secret string, err error) {
	a, err := s.Keeper.AccountByName(ctx, name)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	right, err := s.guesses.take(s.guessing(from, a.Person, name), s.Clock())
	if err != nil {
		return "", err
	}
	defer func() {
		if !errors.Is(err, ErrRefused) { // right, or not compared
			right()
		}
	}()
	kept := a.Password
	if kept.IsZero() || a.Code.IsZero() || utf8.RuneCountInString(password) > mostPassword {
		kept, password = private.New(nobodys), ""
	}
	is, err := s.matches(ctx, kept, password)
	if err != nil {
		return "", err
	}
	if is {
		if _, err = s.here(ctx, a.Person); errors.Is(err, ErrRefused) {
			is, err = false, nil
		}
	}
	if err != nil {
		return "", err
	}
	if !is {
		s.Log.Info("password refused") // never the name: people type passwords where it belongs
		return "", ErrRefused
	}
	return s.begin(begun{Person: a.Person, Matter: halfway(a)}, codeWithin)
}

// halfway is the matter of a sign-in whose password was right: it goes on only while that is their password.
func halfway(a store.Account) string { return fmt.Sprintf("code %d", a.Revision) }

// codeWithin is how long a code is waited for.
const codeWithin = 10 * time.Minute

// Problem is what is wrong with a new password; "" is nothing. It may hold neither the name that someone signs in by nor any of
// some words.
func Problem(password, name string, words ...string) string {
	low := strings.ToLower(password)
	switch n := utf8.RuneCountInString(password); {
	case n < LeastPassword:
		return fmt.Sprintf("Use %d characters or more. Three or four words that do not belong together are good", LeastPassword)
	case n > mostPassword:
		return fmt.Sprintf("Use %d characters or fewer", mostPassword)
	case !utf8.ValidString(password):
		return "Use letters, digits and signs only"
	case name != "" && strings.Contains(low, strings.ToLower(name)), slices.ContainsFunc(slices.Concat(words, common), func(w string) bool { return strings.Contains(low, w) }):
		return "Leave out your own name, your team’s, your organisation’s and “Allclear”"
	case zxcvbn.PasswordStrength(password, slices.Concat(words, common, []string{name})).Score < leastScore:
		return "That password is among the first that thieves try. Use three or four words that do not belong together"
	}
	return ""
}

// leastScore is the least of zxcvbn's scores, from 0 to 4, that a password may have: "safely unguessable" by whoever has
// not the hash.
const leastScore = 3
