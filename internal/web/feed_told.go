package web

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
)

// mostToldFeeds is how many feeds are remembered; beyond it all are forgotten, which costs no more than making each once anew.
const mostToldFeeds = 20_000

// mostEntriesSince is how many entries of the record are looked through for a change, before a feed is rather made anew.
const mostEntriesSince = 2000

// toldFeeds remembers how things stood when a feed was made last, and its tag: nothing of what it said. While they stand so, whoever has it is told
// that nothing changed without it being made again.
type toldFeeds struct {
	mu    sync.Mutex
	feeds map[string]toldFeed
}

type toldFeed struct {
	stamp feedStamp
	tag   string
}

// feedStamp is how things stand: what a feed says can only be another where it is.
type feedStamp struct {
	epoch    int64 // of people, teams and rota
	day      time.Time
	revision int64 // of the worker, for their own feed
	entry    int64 // the newest sealed entry of the record, for a team's
	changed  bool  // since what was remembered, something of the team's may have changed
}

func newToldFeeds() *toldFeeds { return &toldFeeds{feeds: map[string]toldFeed{}} }

// as gives the tag of a feed, where all stands as when it was made.
func (t *toldFeeds) as(id string, now feedStamp) (tag string, as bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	was, found := t.feeds[id]
	if !found || now.changed || was.stamp.epoch != now.epoch || !was.stamp.day.Equal(now.day) || was.stamp.revision != now.revision {
		return "", false
	}
	was.stamp.entry = max(was.stamp.entry, now.entry)
	t.feeds[id] = was
	return was.tag, true
}

func (t *toldFeeds) keep(id string, now feedStamp, tag string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.feeds) >= mostToldFeeds {
		clear(t.feeds)
	}
	now.changed = false
	t.feeds[id] = toldFeed{now, tag}
}

// since is the entry up to which a feed is known; 0 for one that is not.
func (t *toldFeeds) since(id string) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.feeds[id].stamp.entry
}

// stampOf finds out how things stand, before the feed is made: what changes meanwhile is then seen by the next who asks.
func (p *Pages) stampOf(ctx context.Context, o openedFeed) (s feedStamp, err error) {
	s.day = o.from
	if s.epoch, err = p.Store.Epoch(ctx); err != nil {
		return s, err
	}
	switch o.Kind {
	case store.FeedOwn:
		loaded, err := p.Store.Load(ctx, o.owner.ID)
		if err != nil {
			return s, fmt.Errorf("load worker: %w", err)
		}
		s.revision = loaded.Revision
	case store.FeedTeam:
		head, err := p.Store.Head(ctx)
		if err != nil {
			return s, fmt.Errorf("find the newest entry: %w", err)
		}
		s.entry = head.N
		since := p.told.since(o.ID)
		if s.changed = since == 0 || head.N-since > mostEntriesSince; s.changed {
			return s, nil
		}
		teams, err := p.Store.TeamsSince(ctx, since, o.from.Add(-shownMoves))
		if err != nil {
			return s, err
		}
		s.changed = slices.Contains(teams, o.Team)
	}
	return s, nil
}
