package signin_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/signin"
)

// guessed has somebody guess at names from an address until they are made to wait at each.
func (d *door) guessed(t *testing.T, address string, times int, name func(i int) string) {
	t.Helper()
	for i := range times {
		_, err := d.Password(t.Context(), signin.From{Address: address}, name(i), "a guess")
		if _, waits := errors.AsType[*signin.WaitError](err); !waits && !errors.Is(err, signin.ErrRefused) {
			t.Fatal(err)
		}
	}
}

func TestAnOfficeIsNotLockedOutByOneWhoGuesses(t *testing.T) {
	d := newDoor(t, "https://allclear.example.org")
	d.setUp(t)
	d.guessed(t, office.Address, 150, func(i int) string { return fmt.Sprint("name-", i) })
	if _, err := d.Password(t.Context(), office, "sam@example.org", password); err != nil {
		t.Errorf("Sam, from the same address and on a new device: %v", err)
	}
	// From there each name has one guess only, until less is guessed.
	d.guessed(t, office.Address, 1, func(int) string { return "ann@example.org" })
	if _, waits := errors.AsType[*signin.WaitError](func() error {
		_, err := d.Password(t.Context(), office, "ann@example.org", "a guess")
		return err
	}()); !waits {
		t.Error("a second guess at one name does not wait")
	}
}

func TestWhoSignedInBeforeIsNotKeptOutByOthersGuesses(t *testing.T) {
	d := newDoor(t, "https://allclear.example.org")
	d.setUp(t)
	kept, err := d.Remember("p-sam", "")
	if err != nil {
		t.Fatal(err)
	}
	known := signin.From{Address: office.Address, Known: kept}
	d.guessed(t, office.Address, 50, func(int) string { return "sam@example.org" })
	sam := func(from signin.From, password string) error {
		_, err := d.Password(t.Context(), from, "sam@example.org", password)
		return err
	}
	if _, waits := errors.AsType[*signin.WaitError](sam(office, password)); !waits {
		t.Error("from that address and not known, Sam need not wait")
	}
	if err := sam(known, password); err != nil {
		t.Errorf("known there: %v", err)
	}
	// A browser that is taken has guesses of its own, and no more than anyone.
	for range 5 {
		if err := sam(known, "a guess"); !errors.Is(err, signin.ErrRefused) {
			t.Fatal(err)
		}
	}
	if _, waits := errors.AsType[*signin.WaitError](sam(known, password)); !waits {
		t.Error("a known browser guesses on and on")
	}
	if err := sam(signin.From{Address: "203.0.113.5"}, password); err != nil {
		t.Errorf("elsewhere: %v", err)
	}
}

func TestABrowserKnowsWhoSignedInThereAndNobodyElse(t *testing.T) {
	d := newDoor(t, "https://allclear.example.org")
	d.setUp(t)
	d.guessed(t, office.Address, 50, func(int) string { return "sam@example.org" })
	waits := func(kept string) bool {
		_, err := d.Password(t.Context(), signin.From{Address: office.Address, Known: kept}, "sam@example.org", password)
		_, is := errors.AsType[*signin.WaitError](err)
		return is
	}
	remember := func(person, before string) string {
		kept, err := d.Remember(person, before)
		if err != nil {
			t.Fatal(err)
		}
		return kept
	}
	sams := remember("p-sam", "")
	if strings.Contains(sams, "sam") {
		t.Errorf("it says whose it is: %s", sams)
	}
	if waits(sams) {
		t.Error("Sam's own browser is not known")
	}
	shared := remember("p-ann", sams)
	if waits(shared) {
		t.Error("a browser that Ann uses too forgot Sam")
	}
	anns := remember("p-ann", "")
	cut := sams[:len(sams)-2]
	for name, kept := range map[string]string{"another's": anns, "cut": cut, "nothing": "", "nonsense": "a.b.c~..~~.", "very long": strings.Repeat(anns+"~", 100) + sams} {
		if !waits(kept) {
			t.Errorf("%s is known as Sam's", name)
		}
	}
	for range 9 {
		shared = remember("p-sam", shared)
	}
	if n := strings.Count(shared, "~"); n != 1 {
		t.Errorf("%d marks for two people", n+1)
	}
	for i := range 9 {
		shared = remember(fmt.Sprint("p-", i), shared)
	}
	if n := strings.Count(shared, "~"); n != 3 {
		t.Errorf("%d marks for many", n+1)
	}
	d.at = d.at.Add(signin.KnownFor)
	d.guessed(t, office.Address, 50, func(int) string { return "sam@example.org" })
	if !waits(sams) {
		t.Error("half a year later it is known still")
	}
}

func TestCodesAreNotGuessedFromManyAddresses(t *testing.T) {
	d := newDoor(t, "https://allclear.example.org")
	secret, _ := d.setUp(t)
	d.at = d.at.Add(time.Minute)
	kept, err := d.Remember("p-sam", "")
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for i := range 100 {
		from := signin.From{Address: fmt.Sprint("203.0.113.", i)}
		begun, err := d.Password(t.Context(), from, "sam@example.org", password)
		if err != nil {
			t.Fatal(err)
		}
		for range 4 {
			if _, err := d.Code(t.Context(), from, begun, "000000"); errors.Is(err, signin.ErrRefused) {
				tried++
			}
		}
	}
	if tried > 40 {
		t.Errorf("%d codes were tried", tried)
	}
	for name, c := range map[string]struct {
		from signin.From
		in   bool
	}{"elsewhere": {signin.From{Address: "198.51.100.1"}, false}, "where Sam signed in before": {signin.From{Address: "198.51.100.1", Known: kept}, true}} {
		begun, err := d.Password(t.Context(), c.from, "sam@example.org", password)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Code(t.Context(), c.from, begun, d.code(t, secret)); (err == nil) != c.in {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOfManyGuessesAtOnceNoMoreAreLookedAt(t *testing.T) {
	d := newDoor(t, "https://allclear.example.org")
	d.setUp(t)
	d.at = d.at.Add(time.Minute)
	begun, err := d.Password(t.Context(), office, "sam@example.org", password)
	if err != nil {
		t.Fatal(err)
	}
	for name, guess := range map[string]func(i int) error{
		"password": func(int) error {
			_, err := d.Password(t.Context(), office, "sam@example.org", "a guess")
			return err
		},
		"the password that they have": func(int) error { return d.SamePassword(t.Context(), "192.0.2.7", "p-sam", "a guess") },
		"code of one sign-in": func(i int) error {
			_, err := d.Code(t.Context(), signin.From{Address: fmt.Sprint("203.0.113.", i)}, begun, "000000")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			start, errs := make(chan struct{}), make(chan error)
			const many = 60
			for i := range many {
				go func() {
					<-start
					errs <- guess(i)
				}()
			}
			close(start)
			compared := 0
			for range many {
				err := <-errs
				_, waits := errors.AsType[*signin.WaitError](err)
				switch {
				case errors.Is(err, signin.ErrRefused):
					compared++
				case !waits && !errors.Is(err, signin.ErrGone):
					t.Error(err)
				}
			}
			if compared != 5 {
				t.Errorf("%d guesses were compared", compared)
			}
		})
	}
}

func TestARightPasswordIsNoGuess(t *testing.T) {
	d := newDoor(t, "https://allclear.example.org")
	d.setUp(t)
	for range 10 {
		if _, err := d.Password(t.Context(), office, "sam@example.org", password); err != nil {
			t.Fatal(err)
		}
	}
	gone, stop := context.WithCancel(t.Context())
	stop()
	for range 10 { // whoever goes away before it is looked at has guessed nothing
		if _, err := d.Password(gone, office, "sam@example.org", "a guess"); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	d.guessed(t, office.Address, 4, func(int) string { return "sam@example.org" })
	if _, err := d.Password(t.Context(), office, "sam@example.org", password); err != nil {
		t.Errorf("after four wrong ones: %v", err)
	}
}
