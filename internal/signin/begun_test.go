package signin_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// counting counts what is kept of tickets.
type counting struct {
	*store.DB
	mu   sync.Mutex
	kept int
}

func (c *counting) AddTicket(ctx context.Context, k store.Ticket, secret string) error {
	err := c.DB.AddTicket(ctx, k, secret)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		c.kept++
	}
	return err
}

func TestStrangersLeaveNothingInTheDatabase(t *testing.T) {
	d := newDesk(t, nil)
	secret, _ := d.setUp(t)
	kept := &counting{DB: d.db}
	d.SignIn.Keeper = kept
	for range 20 {
		asked, err := d.AskPasskey(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Passkey(t.Context(), asked.Begun, []byte(`{}`)); !errors.Is(err, signin.ErrRefused) {
			t.Fatal(err)
		}
		begun, back := d.begin(t, "/", "")
		if _, err := d.org.Back(t.Context(), begun, back); !errors.Is(err, signin.ErrStranger) {
			t.Fatal(err)
		}
		begun, back = d.begin(t, "/", "")
		back.Set("code", "another")
		if _, err := d.org.Back(t.Context(), begun, back); !errors.Is(err, signin.ErrRefused) {
			t.Fatal(err)
		}
	}
	if strangers := kept.kept; strangers > 20 { // those whom their organisation knows are no strangers to it
		t.Errorf("%d tickets are kept", strangers)
	}
	before := kept.kept
	d.at = d.at.Add(time.Minute)
	begun, err := d.Password(t.Context(), office, "sam@example.org", password)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Code(t.Context(), office, begun, d.code(t, secret)); err != nil || kept.kept != before+1 {
		t.Errorf("%d tickets of one who signed in: %v", kept.kept-before, err)
	}
}

func TestWhatABrowserKeepsIsOursAlone(t *testing.T) {
	d := newDoor(t, "https://allclear.example.org")
	secret, _ := d.setUp(t)
	d.at = d.at.Add(time.Minute)
	begun, err := d.Password(t.Context(), office, "sam@example.org", password)
	if err != nil {
		t.Fatal(err)
	}
	other := newDoor(t, "https://allclear.example.org") // with other keys
	other.setUp(t)
	other.at = d.at
	foreign, err := other.Password(t.Context(), office, "sam@example.org", password)
	if err != nil {
		t.Fatal(err)
	}
	said, mark, _ := strings.Cut(begun, ".")
	for name, forged := range map[string]string{"foreign": foreign, "without its mark": said, "another mark": said + "." + strings.ToLower(mark), "nothing": "", "long": said + strings.Repeat("A", 5000) + "." + mark} {
		if _, err := d.Code(t.Context(), office, forged, d.code(t, secret)); !errors.Is(err, signin.ErrGone) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := d.joins(t, "p-sam", ""); err != nil { // another password
		t.Fatal(err)
	}
	if _, err := d.Code(t.Context(), office, begun, d.code(t, secret)); !errors.Is(err, signin.ErrGone) {
		t.Errorf("with the password before: %v", err)
	}
}

func TestOfManyAtOnceOneSignsInByACode(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		d := &door{db: open(), at: ten}
		var err error
		d.SignIn, err = signin.New(signin.Options{Keeper: d.db, URL: "https://allclear.example.org", Clock: func() time.Time { return d.at }, Random: rand.Reader})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.db.PutPerson(t.Context(), buddy.Person{ID: "p-sam", Name: "Sam Hill", Team: "echo", Roles: []string{buddy.Responder}, Active: true}, ten); err != nil {
			t.Fatal(err)
		}
		secret, recovery := d.setUp(t)
		d.at = d.at.Add(time.Minute)
		for _, code := range []string{d.code(t, secret), recovery[0]} {
			var begun []string
			for range 4 { // each with the password
				b, err := d.Password(t.Context(), office, "sam@example.org", password)
				if err != nil {
					t.Fatal(err)
				}
				begun = append(begun, b)
			}
			errs := make(chan error, len(begun))
			for _, b := range begun {
				go func() {
					_, err := d.Code(t.Context(), signin.From{Address: b}, b, code)
					errs <- err
				}()
			}
			in := 0
			for range begun {
				if err := <-errs; err == nil {
					in++
				} else if !errors.Is(err, signin.ErrRefused) {
					t.Error(err)
				}
			}
			if in != 1 {
				t.Errorf("%d signed in by one code", in)
			}
		}
	})
}

func TestAVoidInvitationLinksNobody(t *testing.T) {
	d := newDesk(t, nil)
	first := d.invitation(t, "p-sam")
	for name, void := range map[string]func(){
		"replaced": func() { d.invitation(t, "p-sam") },
		"used": func() {
			if err := d.joins(t, "p-sam", d.invitation(t, "p-sam")); err != nil {
				t.Fatal(err)
			}
		},
		"ended": func() {
			if err := d.EndInvitation(t.Context(), "p-sam"); err != nil {
				t.Fatal(err)
			}
		},
	} {
		by := d.invitation(t, "p-sam")
		address, begun, err := d.org.Begin(t.Context(), "/", by)
		if err != nil {
			t.Fatal(err)
		}
		back := d.visit(t, address)
		void()
		if _, err := d.org.Back(t.Context(), begun, back); !errors.Is(err, signin.ErrGone) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := d.signIn(t, ""); !errors.Is(err, signin.ErrStranger) {
			t.Errorf("%s: Sam is linked: %v", name, err)
		}
	}
	if _, _, err := d.org.Begin(t.Context(), "/", first); !errors.Is(err, signin.ErrGone) {
		t.Errorf("begun by one that is void: %v", err)
	}
}

func TestAnInvitationIsEndedByWhatItSetsUp(t *testing.T) {
	d := newDesk(t, nil)
	by := d.invitation(t, "p-sam")
	address, begun, err := d.org.Begin(t.Context(), "/", by)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.org.Back(t.Context(), begun, d.visit(t, address)); err != nil {
		t.Fatal(err)
	}
	if err := d.joins(t, "p-sam", by); !errors.Is(err, signin.ErrGone) {
		t.Errorf("a password by it, after it linked: %v", err)
	}
	if a, err := d.db.Account(t.Context(), "p-sam"); err != nil || !a.Password.IsZero() {
		t.Errorf("the password is kept: %v", err)
	}
}

func TestAWorkerIsTextedFewLinks(t *testing.T) {
	d := newDoor(t, "https://allclear.example.org")
	var last string
	for i := range signin.MostLinks {
		link, err := d.LinkPhone(t.Context(), "p-ann")
		if err != nil {
			t.Fatalf("link %d: %v", i+1, err)
		}
		last = link
	}
	if _, err := d.LinkPhone(t.Context(), "p-ann"); !errors.Is(err, signin.ErrEnough) {
		t.Errorf("one more: %v", err)
	}
	if _, err := d.OpenPhone(t.Context(), last); err != nil {
		t.Errorf("the last one: %v", err)
	}
	if _, err := d.LinkPhone(t.Context(), "p-ann"); !errors.Is(err, signin.ErrEnough) {
		t.Errorf("after one was used: %v", err)
	}
	if _, err := d.LinkPhone(t.Context(), "p-sam"); err != nil {
		t.Errorf("another's: %v", err)
	}
	d.at = d.at.Add(time.Hour)
	if _, err := d.LinkPhone(t.Context(), "p-ann"); err != nil {
		t.Errorf("an hour later: %v", err)
	}
}

func TestANewPasswordEndsWhereOneIsSignedIn(t *testing.T) {
	d := newDoor(t, "https://allclear.example.org")
	d.setUp(t)
	session := func(id string) {
		s := store.Session{ID: id, Person: "p-sam", Reach: "whole", StartedAt: d.at, UsedAt: d.at, ProvedAt: d.at, EndsAt: d.at.Add(time.Hour)}
		if err := d.db.AddSession(t.Context(), s, id); err != nil {
			t.Fatal(err)
		}
	}
	open := func() string {
		list, err := d.db.Sessions(t.Context(), "p-sam", d.at)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, s := range list {
			ids = append(ids, s.ID)
		}
		return fmt.Sprint(ids)
	}
	session("here")
	session("there")
	offer, err := d.OfferCode("sam@example.org", private.Text{})
	if err != nil {
		t.Fatal(err)
	}
	secret := offer.Secret.Reveal()
	if _, err := d.SetPassword(t.Context(), "p-sam", signin.NewPassword{Name: "sam@example.org", Password: password, Secret: secret, Code: d.code(t, secret)}, "", "here"); err != nil {
		t.Fatal(err)
	}
	if is := open(); is != "[here]" {
		t.Errorf("by who is signed in: %s", is)
	}
	by, err := d.Invite(t.Context(), "p-ada", "page", "p-sam")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.joins(t, "p-sam", signin.Invitation(by)); err != nil {
		t.Fatal(err)
	}
	if is := open(); is != "[]" {
		t.Errorf("by an invitation: %s", is)
	}
}
