package access_test

import (
	"errors"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

func begin(t *testing.T, a *access.Access, s access.Start) string {
	t.Helper()
	_, secret, err := a.Begin(t.Context(), s, noon)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func TestASessionEnds(t *testing.T) {
	for _, c := range []struct {
		name  string
		reach access.Reach
		used  []time.Duration // since it began, by a person
		at    time.Duration
		live  bool
	}{
		{"at once", access.Whole, nil, 0, true},
		{"unused", access.Whole, nil, 4 * time.Hour, false},
		{"used in between", access.Whole, []time.Duration{3 * time.Hour}, 6 * time.Hour, true},
		{"used all the time", access.Whole, []time.Duration{3 * time.Hour, 6 * time.Hour, 9 * time.Hour, 12 * time.Hour, 15 * time.Hour, 18 * time.Hour, 21 * time.Hour, 23 * time.Hour}, 24 * time.Hour, false},
		{"a phone page, unused", access.Phone, nil, 15 * time.Minute, false},
		{"a phone page, used", access.Phone, []time.Duration{10 * time.Minute}, 20 * time.Minute, true},
	} {
		a := access.New(storetest.SQLite(t).Open(t))
		secret := begin(t, a, access.Start{Person: "p-sam", Reach: c.reach, Method: "passkey", Agent: firefox})
		for _, used := range c.used {
			if _, err := a.Session(t.Context(), secret, true, noon.Add(used)); err != nil {
				t.Fatalf("%s: used after %s: %v", c.name, used, err)
			}
		}
		s, err := a.Session(t.Context(), secret, false, noon.Add(c.at))
		if live := err == nil && s.Person == "p-sam"; live != c.live || !live && !errors.Is(err, access.ErrSignedOut) {
			t.Errorf("%s: after %s: %v, %v", c.name, c.at, s, err)
		}
	}
}

func TestWhatAsksByItselfKeepsNoSession(t *testing.T) {
	a := access.New(storetest.SQLite(t).Open(t))
	secret := begin(t, a, access.Start{Person: "p-sam", Reach: access.Whole})
	for after := range 4 {
		if _, err := a.Session(t.Context(), secret, false, noon.Add(time.Duration(after)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.Session(t.Context(), secret, false, noon.Add(4*time.Hour)); !errors.Is(err, access.ErrSignedOut) {
		t.Errorf("a tab that nobody looked at for four hours: %v", err)
	}
}

func TestSigningInReplacesTheSessionBefore(t *testing.T) {
	a := access.New(storetest.SQLite(t).Open(t))
	planted := begin(t, a, access.Start{Person: "p-mallory", Reach: access.Whole})
	secret := begin(t, a, access.Start{Person: "p-sam", Reach: access.Whole, Replaces: planted})
	if secret == planted {
		t.Error("the secret is the same")
	}
	if _, err := a.Session(t.Context(), planted, true, noon); !errors.Is(err, access.ErrSignedOut) {
		t.Errorf("the session before: %v", err)
	}
	for _, none := range []string{"", "x", planted + secret} {
		if _, err := a.Session(t.Context(), none, true, noon); !errors.Is(err, access.ErrSignedOut) {
			t.Errorf("%q: %v", none, err)
		}
	}
}

func TestOnesOwnSessions(t *testing.T) {
	a := access.New(storetest.SQLite(t).Open(t))
	here := begin(t, a, access.Start{Person: "p-sam", Reach: access.Whole, Method: "passkey", Agent: firefox})
	begin(t, a, access.Start{Person: "p-sam", Reach: access.Phone, Method: "link", Agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Mobile Safari/604.1"})
	others := begin(t, a, access.Start{Person: "p-ann", Reach: access.Whole})
	list, err := a.Sessions(t.Context(), "p-sam", noon)
	if err != nil || len(list) != 2 {
		t.Fatalf("%v, %v", list, err)
	}
	devices := map[string]bool{list[0].Device: true, list[1].Device: true}
	if !devices["Firefox on Linux"] || !devices["Safari on iPhone"] {
		t.Errorf("devices %v", devices)
	}
	if list, err = a.Sessions(t.Context(), "p-sam", noon.Add(time.Hour)); err != nil || len(list) != 1 {
		t.Errorf("an hour later, the phone's counts: %v, %v", list, err)
	}
	mine, err := a.Session(t.Context(), here, true, noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.End(t.Context(), "p-ann", mine.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Session(t.Context(), here, true, noon); err != nil {
		t.Errorf("ended by another: %v", err)
	}
	if err := a.EndAll(t.Context(), "p-sam", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Session(t.Context(), here, true, noon); !errors.Is(err, access.ErrSignedOut) {
		t.Errorf("after signing out everywhere: %v", err)
	}
	if _, err := a.Session(t.Context(), others, true, noon); err != nil {
		t.Errorf("another person: %v", err)
	}
}

func TestWhoProvedLately(t *testing.T) {
	a := access.New(storetest.SQLite(t).Open(t))
	s, err := a.Session(t.Context(), begin(t, a, access.Start{Person: "p-sam", Reach: access.Whole}), true, noon)
	if err != nil {
		t.Fatal(err)
	}
	if !access.Fresh(s, noon.Add(14*time.Minute)) || access.Fresh(s, noon.Add(15*time.Minute)) {
		t.Error("fresh for a quarter of an hour")
	}
}
