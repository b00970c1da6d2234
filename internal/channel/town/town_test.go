package town

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
)

// clock is moved by the test.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time       { return c.now }
func (c *clock) pass(d time.Duration) { c.now = c.now.Add(d) }

var started = time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)

func number(t *testing.T, s string) phone.Number {
	t.Helper()
	n, err := phone.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func text(t *testing.T, place *Town, to *Phone, id, body string) {
	t.Helper()
	m := channel.Message{ID: id, To: to.Number, Body: private.New(body), Expires: 5 * time.Minute}
	if _, err := place.SMS().Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

func bodies(p *Phone) []string {
	var all []string
	for _, text := range p.Inbox() {
		all = append(all, text.Body)
	}
	return all
}

func TestTexts(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(*Phone)
		at0  []string // in the inbox at once
		at2  []string // after two minutes
		on   []string // and after it was switched on then
		at10 []string // or after ten
	}{
		{"as it comes", func(*Phone) {}, []string{"one", "two"}, []string{"one", "two"}, []string{"one", "two"}, []string{"one", "two"}},
		{"off: they wait while they are worth it", func(p *Phone) { p.Off() }, nil, nil, []string{"one", "two"}, nil},
		{"slow", func(p *Phone) { p.Slow(time.Minute) }, nil, []string{"one", "two"}, []string{"one", "two"}, []string{"one", "two"}},
		{"loses one", func(p *Phone) { p.Loses(1) }, []string{"two"}, []string{"two"}, []string{"two"}, []string{"two"}},
		{"doubles", func(p *Phone) { p.Doubles() }, []string{"one", "one", "two", "two"}, []string{"one", "one", "two", "two"}, []string{"one", "one", "two", "two"},
			[]string{"one", "one", "two", "two"}},
		{"returned", func(p *Phone) { p.Returns() }, nil, nil, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, late := range []bool{false, true} {
				at := &clock{started}
				place := New(Options{Now: at.Now})
				p := place.Phone(number(t, "07700 900201"))
				c.set(p)
				text(t, place, p, "m1", "one")
				text(t, place, p, "m2", "two")
				if got := bodies(p); !slices.Equal(got, c.at0) {
					t.Errorf("at once: %q, want %q", got, c.at0)
				}
				want := c.on
				if at.pass(2 * time.Minute); late {
					at.pass(8 * time.Minute)
					want = c.at10
				} else if got := bodies(p); !slices.Equal(got, c.at2) {
					t.Errorf("after 2 min: %q, want %q", got, c.at2)
				}
				if p.On(); !slices.Equal(bodies(p), want) {
					t.Errorf("switched on, late %v: %q, want %q", late, bodies(p), want)
				}
			}
		})
	}
}

func TestADoubledTextIsRecognisable(t *testing.T) {
	place := New(Options{})
	p := place.Phone(number(t, "07700 900201")).Doubles()
	text(t, place, p, "m1", "one")
	if in := p.Inbox(); len(in) != 2 || in[0] != in[1] || in[0].MessageID != "m1" {
		t.Errorf("got %+v", in)
	}
}

// desk is who speaks on the calls: it asks for 7.
type desk struct{ presses []string }

func (d *desk) answered(_ context.Context, nonce string) (string, error) {
	return "Alarm " + nonce + ". To take charge, press 7.", nil
}

func (d *desk) pressed(_ context.Context, nonce, digit string) (string, error) {
	d.presses = append(d.presses, nonce+" "+digit)
	return "You pressed " + digit + ".", nil
}

func TestCalls(t *testing.T) {
	for _, c := range []struct {
		name    string
		set     func(*Phone)
		status  string
		presses []string
		heard   int
		failed  bool
	}{
		{"the key asked for", func(p *Phone) { p.PressesKey() }, "completed", []string{"n1 7"}, 2, false},
		{"another key", func(p *Phone) { p.Answers(func(string) string { return "1" }) }, "completed", []string{"n1 1"}, 2, false},
		{"no key", func(p *Phone) { p.Answers(func(string) string { return "" }) }, "completed", nil, 1, false},
		{"a voicemail presses nothing", func(p *Phone) { p.PressesKey().Voicemail() }, "completed", nil, 1, false},
		{"engaged", func(p *Phone) { p.Busy() }, "busy", nil, 0, true},
		{"nobody", func(p *Phone) { p.RingsOut() }, "no-answer", nil, 0, true},
		{"off", func(p *Phone) { p.PressesKey().Off() }, "failed", nil, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &desk{}
			place := New(Options{Answered: d.answered, Pressed: d.pressed})
			p := place.Phone(number(t, "07700 900201"))
			c.set(p)
			m := channel.Message{ID: "m1", To: p.Number, Call: &channel.Call{Nonce: "n1"}}
			receipt, err := place.Voice().Send(t.Context(), m)
			if err != nil || d.presses != nil || p.Calls()[0].Status != "" {
				t.Fatalf("before anyone answers: %+v, %v, %v", p.Calls(), d.presses, err)
			}
			if n, err := place.Answer(t.Context()); n != 1 || err != nil {
				t.Fatalf("answered %d, %v", n, err)
			}
			made := p.Calls()[0]
			if made.Status != c.status || len(made.Heard) != c.heard || !slices.Equal(d.presses, c.presses) {
				t.Errorf("got %+v, pressed %v", made, d.presses)
			}
			told := place.Updates()
			if len(told) != 1 || told[0].ProviderID != receipt.ProviderID || told[0].ID != "m1" || told[0].Status != c.status || told[0].Failed != c.failed {
				t.Errorf("told %+v", told)
			}
			if n, _ := place.Answer(t.Context()); n != 0 || place.Updates() != nil {
				t.Error("it rings again")
			}
		})
	}
}

func TestADeskThatFailsIsSaid(t *testing.T) {
	broken := errors.New("database full")
	place := New(Options{Answered: func(context.Context, string) (string, error) { return "", broken }})
	p := place.Phone(number(t, "07700 900201")).PressesKey()
	if _, err := place.Voice().Send(t.Context(), channel.Message{To: p.Number, Call: &channel.Call{Nonce: "n"}}); err != nil {
		t.Fatal(err)
	}
	if n, err := place.Answer(t.Context()); n != 1 || !errors.Is(err, broken) {
		t.Errorf("got %d, %v", n, err)
	}
}

func TestReturnedTextsAreTold(t *testing.T) {
	place := New(Options{})
	p := place.Phone(number(t, "07700 900201")).Returns()
	text(t, place, p, "m1", "one")
	if told := place.Updates(); len(told) != 1 || !told[0].Failed || told[0].Next != channel.NextChannel || told[0].ID != "m1" {
		t.Errorf("told %+v", told)
	}
}

func TestReceivedTexts(t *testing.T) {
	at := &clock{started}
	place := New(Options{Now: at.Now})
	priya, ours := number(t, "07700 900101"), number(t, "07700 900000")
	var sent []channel.Received
	for n := range 3 {
		sent = append(sent, place.Text(priya, ours, fmt.Sprint("text ", n)))
		at.pass(time.Minute)
	}
	if got, err := place.Fetch(t.Context(), sent[1].ID); err != nil || got != sent[1] || got.Body.Reveal() != "text 1" {
		t.Errorf("fetched %+v, %v", got, err)
	}
	if _, err := place.Fetch(t.Context(), "forged"); !errors.Is(err, channel.ErrNoMessage) {
		t.Errorf("a forged one: %v", err)
	}
	var listed []string
	for r, err := range place.Received(t.Context(), started.Add(time.Minute)) {
		if err != nil {
			t.Fatal(err)
		}
		listed = append(listed, r.ID)
	}
	// Newest first, as providers list them.
	if want := []string{sent[2].ID, sent[1].ID}; !slices.Equal(listed, want) {
		t.Errorf("listed %v, want %v", listed, want)
	}
}

func TestLostAnswersAreOfTextsThatArrive(t *testing.T) {
	place := New(Options{})
	p := place.Phone(number(t, "07700 900201"))
	place.Fail(Lost, 2)
	_, err := place.SMS().Send(t.Context(), channel.Message{ID: "m1", To: p.Number, Body: private.New("one")})
	if channel.NextStep(err) != channel.Retry || !channel.MayHaveBeenSent(err) || len(p.Inbox()) != 1 {
		t.Errorf("got %v with %d in the inbox", err, len(p.Inbox()))
	}
	place.Heal()
	text(t, place, p, "m1", "one")
	if in := p.Inbox(); len(in) != 2 || in[0].MessageID != in[1].MessageID {
		t.Errorf("the repeat: %+v", in)
	}
}
