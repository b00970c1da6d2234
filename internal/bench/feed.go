package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// FeedSize is what a feed shows, and how often it is asked for.
type FeedSize struct {
	Visits int // of one team
	Asks   int
}

// feedWithin is how long a feed may take, from the first byte that is sent to the last that comes.
const feedWithin = 50 * time.Millisecond

// Feeds measures how long a team's calendar feed takes over HTTP: whole, where nothing changed, and where something changed in between.
func Feeds(ctx context.Context, o Options, size FeedSize) (figures []Figure, err error) {
	at, err := o.place(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = keepFirst(err, at.remove(context.WithoutCancel(ctx))) }()
	s, err := o.start(ctx, at)
	if err != nil {
		return nil, err
	}
	defer func() { err = keepFirst(err, s.stop(context.WithoutCancel(ctx))) }()
	if err := s.settle(ctx, o, perTeam); err != nil {
		return nil, err
	}
	if err := s.person(ctx, "p-manager", "Ada Flint", 0, "manager", "+447900000100"); err != nil {
		return nil, err
	}
	if err := s.bookAhead(ctx, o, size.Visits, perTeam); err != nil {
		return nil, err
	}
	own, err := s.makeFeed(ctx, worker(2), "own")
	if err != nil {
		return nil, err
	}
	whole, err := s.makeFeed(ctx, "p-manager", "team "+teamID(0))
	if err != nil {
		return nil, err
	}
	err = o.profiled(func() error {
		figures, err = s.askFeeds(ctx, o, size, whole, own)
		return err
	})
	return figures, err
}

var feedAddress = regexp.MustCompile(`/calendar/[A-Z2-7]{26}\.ics`)

// makeFeed makes somebody's feed on its page, and gives its address.
func (s *system) makeFeed(ctx context.Context, who, shows string) (string, error) {
	form := url.Values{"acting": {who}, "shows": {shows}, "name": {"benchmark"}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.address+"/feeds", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(s.cookies[who])
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", fmt.Errorf("make feed: %w", err)
	}
	defer func() { _ = answer.Body.Close() }() // what it says was read
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", fmt.Errorf("make feed: %w", err)
	}
	link := feedAddress.Find(page)
	if link == nil {
		return "", fmt.Errorf("make feed: %s answers without its address", answer.Status)
	}
	return s.address + string(link), nil
}

// askFeeds asks for the feeds one after the other, on one connection.
func (s *system) askFeeds(ctx context.Context, o Options, size FeedSize, whole, own string) (figures []Figure, err error) {
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{DisableCompression: true}}
	defer client.CloseIdleConnections()
	body, tag, _, err := askFeed(ctx, client, whole, "")
	if err != nil {
		return nil, err
	}
	if events := bytes.Count(body, []byte("BEGIN:VEVENT")); events != size.Visits {
		return nil, fmt.Errorf("the feed shows %d events, not %d", events, size.Visits)
	}
	figures = []Figure{{Name: "events in the feed", Value: thousands(size.Visits)}, {Name: "its size", Value: fmt.Sprintf("%d kB", len(body)/1000)}}
	for _, run := range []struct {
		name, link, tag string
		changes         bool
	}{
		{"whole", whole, "", false},
		{"nothing changed: 304", whole, tag, false},
		{"one visit of the team was booked in between: whole", whole, "", true},
		{"one worker's own feed, whole", own, "", false},
	} {
		var times []time.Duration
		used := time.Duration(0)
		for i := range size.Asks {
			o.progress(run.name, i, size.Asks)
			if run.changes {
				from := time.Now().Add(time.Duration(i+1) * 25 * time.Hour)
				if _, err := s.book(ctx, 90, from.Add(24*100*time.Hour), from.Add(24*100*time.Hour+30*time.Minute)); err != nil {
					return nil, err
				}
			}
			had := processorTime()
			got, _, took, err := askFeed(ctx, client, run.link, run.tag)
			used += processorTime() - had
			if err != nil {
				return nil, err
			}
			if (len(got) == 0) != (run.tag != "") {
				return nil, errors.New("a feed that did not change was sent again, or one was not sent")
			}
			times = append(times, took)
		}
		figures = append(figures, spread(run.name, times, feedWithin)...)
		figures = append(figures, Figure{Name: run.name + ", processor", Value: written(used / time.Duration(size.Asks))})
	}
	return figures, nil
}

// askFeed asks for a feed as a calendar program does.
func askFeed(ctx context.Context, client *http.Client, link, tag string) (body []byte, has string, took time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return nil, "", 0, err
	}
	if tag != "" {
		r.Header.Set("If-None-Match", tag)
	}
	began := time.Now()
	answer, err := client.Do(r)
	if err != nil {
		return nil, "", 0, errors.New("ask for a feed: no answer") // the address is in the error, and the secret in that
	}
	body, err = io.ReadAll(answer.Body)
	took = time.Since(began)
	if err = keepFirst(err, answer.Body.Close()); err != nil {
		return nil, "", 0, fmt.Errorf("read a feed: %w", err)
	}
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusNotModified {
		return nil, "", 0, fmt.Errorf("a feed is answered %s", answer.Status)
	}
	return body, answer.Header.Get("ETag"), took, nil
}
