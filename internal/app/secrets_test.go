package app

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/store"
)

// What opens something to whoever has it has 128 bits at least, all of them from the system's randomness: with the same chance it is the same,
// and with another it shares nothing.
func TestWhatOpensCannotBeGuessed(t *testing.T) {
	one, same, other := secrets(t, 1), secrets(t, 1), secrets(t, 2)
	for what, secret := range one {
		if secret != same[what] {
			t.Errorf("%s: it is made of something else than the system's chance", what)
		}
		raw, err := base64.RawURLEncoding.DecodeString(secret)
		if text, found := strings.CutPrefix(secret, "ac_"); found || len(secret) == 26 {
			raw, err = base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text)
		}
		if err != nil || len(raw)*8 < 128 {
			t.Errorf("%s has %d bits (%v)", what, len(raw)*8, err)
		}
		if shared := common(secret, other[what]); shared > 6 { // what it begins with, and some letters by chance
			t.Errorf("%s: %d letters stand in both", what, shared)
		}
	}
}

// common is how many letters two texts have alike in the same place.
func common(a, b string) (n int) {
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			n++
		}
	}
	return n
}

// secrets are of each kind one, made with what the seed gives for chance.
func secrets(t *testing.T, seed uint64) map[string]string {
	t.Helper()
	o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db"), URL: "https://allclear.example.org", Log: slog.New(slog.DiscardHandler)}
	db, err := Open(t.Context(), o, false)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	s, err := signin.New(signin.Options{Keeper: db, URL: o.URL, Clock: time.Now, Random: rand.Reader, Log: o.Log})
	must(t, err)
	found := map[string]string{}
	found["the first administrator's address"] = chance(t, seed, func() (string, error) { return s.OfferFirst(t.Context()) })
	_, err = db.PutTeam(t.Context(), store.Team{ID: "echo", Name: "ECHo", Zone: "Europe/London"}, time.Now())
	must(t, err)
	_, err = db.PutPerson(t.Context(), buddy.Person{ID: "p-ada", Name: "Ada Flint", Team: "echo", Roles: []string{buddy.Admin}, Active: true}, time.Now())
	must(t, err)
	found["a session"] = chance(t, seed, func() (string, error) {
		_, secret, err := access.New(db).Begin(t.Context(), access.Start{Person: "p-ada", Reach: access.Whole, Method: "passkey"}, time.Now())
		return secret, err
	})
	found["a token"] = chance(t, seed, func() (string, error) { return addToken(t.Context(), db, "t", access.Admin, store.By{}) })
	found["an invitation"] = chance(t, seed, func() (string, error) { return s.Invite(t.Context(), "p-ada", "page", "p-ada") })
	return found
}

// chance makes one with the chance that a seed gives.
func chance(t *testing.T, seed uint64, make func() (string, error)) (secret string) {
	t.Helper()
	t.Run("made", func(t *testing.T) { // the seed holds until its end
		cryptotest.SetGlobalRandom(t, seed)
		var err error
		secret, err = make()
		must(t, err)
	})
	return secret
}
