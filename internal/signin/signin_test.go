package signin_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// door is a SignIn over a database with Sam in it, whose clock is moved by hand.
type door struct {
	*signin.SignIn
	db *store.DB
	at time.Time
}

var ten = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func newDoor(t *testing.T, url string) *door {
	t.Helper()
	d := &door{db: storetest.SQLite(t).Open(t), at: ten}
	for _, p := range []buddy.Person{
		{ID: "p-sam", Name: "Sam Hill", Team: "echo", Roles: []string{buddy.Responder}, Active: true},
		{ID: "p-ann", Name: "Ann Other", Team: "echo", Roles: []string{buddy.Worker}, Active: true},
	} {
		if _, err := d.db.PutPerson(t.Context(), p, ten); err != nil {
			t.Fatal(err)
		}
	}
	s, err := signin.New(signin.Options{Keeper: d.db, URL: url, Clock: func() time.Time { return d.at }, Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	d.SignIn = s
	return d
}

const password = "gravel otter lantern quilt"

var office = signin.From{Address: "192.0.2.1"}

// setUp gives Sam a password and a telephone that makes codes; the telephone's secret and the recovery codes come back.
func (d *door) setUp(t *testing.T) (secret string, recovery []string) {
	t.Helper()
	offer, err := d.OfferCode("sam@example.org", private.Text{})
	if err != nil {
		t.Fatal(err)
	}
	secret = offer.Secret.Reveal()
	codes, err := d.SetPassword(t.Context(), "p-sam", signin.NewPassword{Name: "sam@example.org", Password: password, Secret: secret, Code: d.code(t, secret)}, "", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range codes {
		recovery = append(recovery, c.Reveal())
	}
	return secret, recovery
}

// joins sets up a password by an invitation.
func (d *door) joins(t *testing.T, person string, by signin.Invitation) error {
	t.Helper()
	offer, err := d.OfferCode(person+"@example.org", private.Text{})
	if err != nil {
		t.Fatal(err)
	}
	secret := offer.Secret.Reveal()
	_, err = d.SetPassword(t.Context(), person, signin.NewPassword{Name: person + "@example.org", Password: password, Secret: secret, Code: d.code(t, secret)}, by, "")
	return err
}

// code is what the telephone shows now.
func (d *door) code(t *testing.T, secret string) string {
	t.Helper()
	code, err := totp.GenerateCode(strings.ReplaceAll(secret, " ", ""), d.at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestAPasswordCountsWithACode(t *testing.T) {
	d := newDoor(t, "https://allclear.example.org")
	secret, _ := d.setUp(t)
	begun, err := d.Password(t.Context(), office, " SAM@example.org", password)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Code(t.Context(), office, begun, d.code(t, secret)); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("the code that was used to set it up: %v", err)
	}
	d.at = d.at.Add(time.Minute)
	if _, err := d.Code(t.Context(), office, begun, "000000"); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("a wrong code: %v", err)
	}
	proof, err := d.Code(t.Context(), office, begun, d.code(t, secret))
	if err != nil || proof != (signin.Proof{Person: "p-sam", Method: signin.ByPassword}) {
		t.Fatalf("%+v, %v", proof, err)
	}
	if _, err := d.Code(t.Context(), office, begun, d.code(t, secret)); !errors.Is(err, signin.ErrGone) {
		t.Errorf("the same sign-in once more: %v", err)
	}
	begun, err = d.Password(t.Context(), office, "sam@example.org", password)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Code(t.Context(), office, begun, d.code(t, secret)); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("a code that was used: %v", err)
	}
	d.at = d.at.Add(time.Hour)
	if _, err := d.Code(t.Context(), office, begun, d.code(t, secret)); !errors.Is(err, signin.ErrGone) {
		t.Errorf("an hour later: %v", err)
	}
}

// Nobody takes the name that another signs in by before they do.
func TestOneSignsInByOnesOwnAddress(t *testing.T) {
	d := newDoor(t, "https://allclear.example.org")
	for _, p := range []buddy.Person{
		{ID: "p-lee", Name: "Lee Marsh", Team: "echo", Roles: []string{buddy.Manager}, Email: private.New("Lee@example.org"), Active: true},
		{ID: "p-eve", Name: "Eve Bell", Team: "echo", Roles: []string{buddy.Worker}, Email: private.New("eve@example.org"), Active: true},
	} {
		if _, err := d.db.PutPerson(t.Context(), p, ten); err != nil {
			t.Fatal(err)
		}
	}
	sets := func(person, name string) error {
		offer, err := d.OfferCode(name, private.Text{})
		if err != nil {
			t.Fatal(err)
		}
		secret := offer.Secret.Reveal()
		_, err = d.SetPassword(t.Context(), person, signin.NewPassword{Name: name, Password: password, Secret: secret, Code: d.code(t, secret)}, "", "")
		return err
	}
	if wrong, is := errors.AsType[*signin.FormError](sets("p-ann", " lee@EXAMPLE.org")); !is || wrong.Field != "name" {
		t.Errorf("Ann, who has no address, takes Lee’s: %v", wrong)
	}
	if err := sets("p-eve", "lee@example.org"); err != nil {
		t.Fatal(err)
	}
	if err := sets("p-lee", "lee@example.org"); err != nil {
		t.Errorf("Lee, by his own: %v", err)
	}
	if _, err := d.Password(t.Context(), office, "eve@example.org", password); err != nil {
		t.Errorf("Eve signs in by hers: %v", err)
	}
	if err := sets("p-ann", "ann@example.org"); err != nil {
		t.Errorf("Ann, by what she typed: %v", err)
	}
}

func TestWhoGuessesCodesBeginsAgain(t *testing.T) {
	d := newDoor(t, "https://allclear.example.org")
	secret, _ := d.setUp(t)
	d.at = d.at.Add(time.Minute)
	begun, err := d.Password(t.Context(), office, "sam@example.org", password)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 { // each from another place
		if _, err := d.Code(t.Context(), signin.From{Address: fmt.Sprintf("203.0.113.%d", i)}, begun, "000000"); !errors.Is(err, signin.ErrRefused) {
			t.Fatal(err)
		}
	}
	for range 2 {
		if _, err := d.Code(t.Context(), office, begun, d.code(t, secret)); !errors.Is(err, signin.ErrGone) {
			t.Errorf("after five wrong codes: %v", err)
		}
	}
}

func TestARecoveryCodeCountsOnce(t *testing.T) {
	d := newDoor(t, "https://allclear.example.org")
	_, recovery := d.setUp(t)
	if len(recovery) != 10 {
		t.Fatalf("%d recovery codes", len(recovery))
	}
	for i, want := range []error{nil, signin.ErrRefused} {
		begun, err := d.Password(t.Context(), office, "sam@example.org", password)
		if err != nil {
			t.Fatal(err)
		}
		proof, err := d.Code(t.Context(), office, begun, strings.ToLower(recovery[3]))
		if !errors.Is(err, want) || want == nil && proof.Method != signin.ByRecovery {
			t.Errorf("use %d: %+v, %v", i+1, proof, err)
		}
	}
}

func TestWhatIsWrongIsNotSaid(t *testing.T) {
	d := newDoor(t, "https://allclear.example.org")
	d.setUp(t)
	for name, c := range map[string]struct{ name, password string }{
		"a wrong password":           {"sam@example.org", "another password of mine"},
		"a name of nobody":           {"nobody@example.org", password},
		"no name":                    {"", password},
		"no password":                {"sam@example.org", ""},
		"a very long password":       {"sam@example.org", strings.Repeat("x", 100_000)},
		"someone without a password": {"ann@example.org", password},
	} {
		if _, err := d.Password(t.Context(), signin.From{Address: "203.0.113." + name}, c.name, c.password); !errors.Is(err, signin.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	who, err := d.db.Person(t.Context(), "p-sam")
	if err != nil {
		t.Fatal(err)
	}
	who.Active = false
	if _, err := d.db.PutPerson(t.Context(), who, ten); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Password(t.Context(), office, "sam@example.org", password); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("someone who has left: %v", err)
	}
}

func TestWhoGuessesWaitsAndNobodyElse(t *testing.T) {
	d := newDoor(t, "https://allclear.example.org")
	d.setUp(t)
	guess := func(from string) error {
		_, err := d.Password(t.Context(), signin.From{Address: from}, "sam@example.org", "wrong "+from)
		return err
	}
	for range 5 {
		if err := guess("203.0.113.9"); !errors.Is(err, signin.ErrRefused) {
			t.Fatal(err)
		}
	}
	wait, is := errors.AsType[*signin.WaitError](guess("203.0.113.9"))
	if !is || wait.For <= 0 || wait.For > 5*time.Minute {
		t.Fatalf("after five: %v", wait)
	}
	if _, err := d.Password(t.Context(), office, "sam@example.org", password); err != nil {
		t.Errorf("Sam, from elsewhere: %v", err)
	}
	d.at = d.at.Add(wait.For)
	if err := guess("203.0.113.9"); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("after the wait: %v", err)
	}
	d.at = d.at.Add(15 * time.Minute)
	if err := guess("203.0.113.9"); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("a quarter of an hour later: %v", err)
	}
}

func TestANewPasswordIsRefusedWithAReason(t *testing.T) {
	d := newDoor(t, "https://allclear.example.org")
	offer, err := d.OfferCode("sam@example.org", private.Text{})
	if err != nil {
		t.Fatal(err)
	}
	secret := offer.Secret.Reveal()
	for _, c := range []struct{ password, code, field string }{
		{"short", d.code(t, secret), "password"},
		{"passwordpassword", d.code(t, secret), "password"},
		{"qwertyuiopasdfgh", d.code(t, secret), "password"},
		{"sam@example.org!!", d.code(t, secret), "password"},
		{strings.Repeat("lantern otter ", 12), d.code(t, secret), "password"},
		{password, "123", "code"},
		{password, "", "code"},
	} {
		_, err := d.SetPassword(t.Context(), "p-sam", signin.NewPassword{Name: "sam@example.org", Password: c.password, Secret: secret, Code: c.code}, "", "")
		if wrong, is := errors.AsType[*signin.FormError](err); !is || wrong.Field != c.field {
			t.Errorf("%q with code %q: %v", c.password, c.code, err)
		}
	}
	d.setUp(t)
	_, err = d.SetPassword(t.Context(), "p-ann", signin.NewPassword{Name: "Sam@example.org", Password: password, Secret: secret, Code: d.code(t, secret)}, "", "")
	if wrong, is := errors.AsType[*signin.FormError](err); !is || wrong.Field != "name" {
		t.Errorf("a name that another has: %v", err)
	}
}

func TestALinkIsGoodOnce(t *testing.T) {
	d := newDoor(t, "https://allclear.example.org")
	first, err := d.Invite(t.Context(), "p-ada", "page", "p-sam")
	if err != nil {
		t.Fatal(err)
	}
	second, err := d.Invite(t.Context(), "p-ada", "page", "p-sam")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Invited(t.Context(), first); !errors.Is(err, signin.ErrGone) {
		t.Errorf("the link before: %v", err)
	}
	for range 2 { // whatever looks at links changes nothing
		if who, err := d.Invited(t.Context(), second); who != "p-sam" || err != nil {
			t.Fatalf("%q, %v", who, err)
		}
	}
	if _, err := d.OpenPhone(t.Context(), second); !errors.Is(err, signin.ErrGone) {
		t.Errorf("as another kind of link: %v", err)
	}
	for i, want := range []error{nil, signin.ErrGone} {
		if err := d.joins(t, "p-sam", signin.Invitation(second)); !errors.Is(err, want) {
			t.Errorf("use %d: %v", i+1, err)
		}
	}
	phone, err := d.LinkPhone(t.Context(), "p-sam")
	if err != nil {
		t.Fatal(err)
	}
	late := d.at
	d.at = d.at.Add(signin.PhoneWithin)
	if _, err := d.OpenPhone(t.Context(), phone); !errors.Is(err, signin.ErrGone) {
		t.Errorf("a late link: %v", err)
	}
	d.at = late
	if proof, err := d.OpenPhone(t.Context(), phone); err != nil || proof != (signin.Proof{Person: "p-sam", Method: signin.ByLink}) {
		t.Errorf("%+v, %v", proof, err)
	}
}

func TestAnAddressWithoutANameHasNoPasskeys(t *testing.T) {
	for url, want := range map[string]bool{"http://127.0.0.1:8080": false, "http://localhost:8080": true, "https://allclear.example.org": true} {
		d := newDoor(t, url)
		if d.Passkeys() != want {
			t.Errorf("%s: %v", url, d.Passkeys())
		}
		if _, err := d.AskPasskey(t.Context()); (err == nil) != want {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestAPasskeyThatNobodyAskedForIsRefused(t *testing.T) {
	d := newDoor(t, "https://allclear.example.org")
	asked, err := d.AskPasskey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Passkey(t.Context(), asked.Begun, []byte(`{"id":"x"}`)); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("nonsense: %v", err)
	}
	if _, err := d.Passkey(t.Context(), asked.Begun, []byte(`{}`)); !errors.Is(err, signin.ErrGone) {
		t.Errorf("a second answer: %v", err)
	}
	offered, err := d.OfferPasskey(t.Context(), "p-sam", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.AddPasskey(t.Context(), "p-ann", "mine", offered.Begun, []byte(`{}`), ""); !errors.Is(err, signin.ErrRefused) {
		t.Errorf("another's: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Passkey(ctx, "none", nil); err == nil {
		t.Error("a request that is over was answered")
	}
}
