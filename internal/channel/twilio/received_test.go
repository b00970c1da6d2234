package twilio_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
)

const (
	priya = "+447700900101"
	ours  = "+447700900000"
)

func TestFetchingATextBack(t *testing.T) {
	s, c := provider(t, http.NotFoundHandler())
	sid := s.Receive(priya, ours, "Out, all fine – thanks")
	r, err := c.Fetch(t.Context(), sid)
	if err != nil || r.ID != sid || r.Provider != "twilio" || r.Body.Reveal() != "Out, all fine – thanks" || r.From != number(t, priya) || r.To != number(t, ours) || !r.ReceivedAt.Equal(started) {
		t.Errorf("got %+v %q, %v", r, r.Body.Reveal(), err)
	}
	sent, err := c.SMS().Send(t.Context(), alarm(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, id := range map[string]string{"a forged one": "SM00000000000000000000000000000000", "one of our own": sent.ProviderID, "a path": "../Calls", "none": ""} {
		if r, err := c.Fetch(t.Context(), id); !errors.Is(err, channel.ErrNoMessage) {
			t.Errorf("%s: got %+v, %v", name, r, err)
		}
	}
	s.Blind()
	if _, err := c.Fetch(t.Context(), sid); channel.NextStep(err) != channel.Retry || errors.Is(err, channel.ErrNoMessage) {
		t.Errorf("while it can't be fetched: %v", err)
	}
}

func TestListingWhatWasReceived(t *testing.T) {
	s, c := provider(t, http.NotFoundHandler())
	var want []string
	for range 250 { // more than two pages
		want = append(want, s.Receive(priya, ours, "in"))
	}
	s.Receive(priya, "+447700900999", "to another number")
	if _, err := c.SMS().Send(t.Context(), alarm(t)); err != nil {
		t.Fatal(err)
	}
	var got []string
	for r, err := range c.Received(t.Context(), started.Add(20*time.Second)) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.ID)
	}
	want = want[20:]
	slices.Reverse(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %d, want %d", len(got), len(want))
	}
	for range c.Received(t.Context(), started) {
		break // stops at once
	}
	s.Blind()
	errs := 0
	for r, err := range c.Received(t.Context(), started) {
		if errs++; err == nil || channel.NextStep(err) != channel.Retry {
			t.Errorf("blind: %+v, %v", r, err)
		}
	}
	if errs != 1 {
		t.Errorf("%d errors", errs)
	}
}

func TestAListThatLeadsElsewhereEnds(t *testing.T) {
	for _, next := range []string{"https://elsewhere.example/2010-04-01/Accounts/" + account + "/Messages.json?Page=1", "@elsewhere.example/", "/other"} {
		c, asked := answers(t, 200, `{"messages":[],"next_page_uri":"`+next+`"}`)
		var errs []error
		for _, err := range c.Received(t.Context(), started) {
			errs = append(errs, err)
		}
		if len(errs) != 1 || errs[0] == nil || len(asked()) != 1 {
			t.Errorf("%s: %v, asked %d times", next, errs, len(asked()))
		}
	}
}

func TestAPageThatLeadsToItselfEnds(t *testing.T) {
	c, asked := answers(t, 200, `{"messages":[],"next_page_uri":"/2010-04-01/Accounts/`+account+`/Messages.json?Page=1"}`)
	var errs []error
	for _, err := range c.Received(t.Context(), started) {
		errs = append(errs, err)
	}
	if len(errs) != 1 || channel.NextStep(errs[0]) != channel.Retry || len(asked()) != 2 {
		t.Errorf("%v, asked %d times", errs, len(asked()))
	}
}

func TestAnotherTextThanWasAskedForIsNone(t *testing.T) {
	c, _ := answers(t, 200, `{"sid":"SM2","direction":"inbound","from":"`+priya+`","to":"`+ours+`","body":"out"}`)
	if r, err := c.Fetch(t.Context(), "SM1"); !errors.Is(err, channel.ErrNoMessage) {
		t.Errorf("got %+v, %v", r, err)
	}
}
