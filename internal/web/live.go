package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
)

const (
	lookEvery   = 400 * time.Millisecond // how long a change may take to be seen
	pingEvery   = 10 * time.Second       // well within the 25 s after which a page says that it is not live
	writeWithin = 10 * time.Second       // real time; a reader that takes longer has gone
	maxReaders  = 2000                   // streams at once
	mostOfOne   = 8                      // of them in one session: a browser has one for all its pages, or one for each that is in sight
	comeAgain   = 5 * time.Second        // after which a browser opens a stream again that ended for another
	changesRead = 500                    // entries of the record at a time
)

// topicBoard changes with any visit or alarm; a visit's and an alarm's own topics are "visit/ID" and "alarm/ID".
const (
	topicBoard        = "board"
	topicOrganisation = "organisation" // teams, people and the rota
	topicPhones       = "phones"       // the simulated ones
	topicClock        = "clock"        // its speed
)

// live tells open pages that something changed, by topic. One goroutine looks for all readers, so that what a change
// costs does not grow with them; what a reader is told holds nothing but the topic and who they act as.
type live struct {
	store *store.DB
	view  *view.View
	log   *slog.Logger

	clock func() time.Time // real time: sessions end by it
	most  int              // streams at once

	mu      sync.Mutex
	readers []*reader // the oldest first

	stopping context.Context
	stop     context.CancelFunc
}

// reader is one stream: that of all open pages of a browser, or of one page.
type reader struct {
	session string // by which it was opened; "" in a demo
	who     view.Reader
	topics  map[string]bool
	changed map[string]bool // since it was last told
	wake    chan struct{}   // holds one
	until   time.Time       // when its session is over if nobody uses it again; zero in a demo
	gone    bool            // another took its place
	anew    bool            // people or teams changed since it was asked what it may hear of
}

func newLive(db *store.DB, v *view.View, log *slog.Logger, clock func() time.Time) *live {
	l := &live{store: db, view: v, log: log, clock: clock, most: maxReaders}
	l.stopping, l.stop = context.WithCancel(context.Background())
	return l
}

// run looks for changes until ctx ends.
func (l *live) run(ctx context.Context) error {
	ticks := time.NewTicker(lookEvery)
	defer ticks.Stop()
	at, err := l.start(ctx)
	if err != nil {
		return err
	}
	for quiet := time.Duration(0); ; {
		select {
		case <-ctx.Done():
			return nil
		case <-ticks.C:
		}
		if quiet += lookEvery; quiet >= pingEvery {
			quiet = 0
			l.ping()
		}
		l.rouseThoseOver()
		news, next, err := l.look(ctx, at)
		if err != nil && ctx.Err() == nil {
			l.log.Error("look for changes", "error", err)
			continue
		}
		at = next
		l.tell(news)
	}
}

// place is how far changes have been looked at.
type place struct{ entry, epoch, ends int64 }

func (l *live) start(ctx context.Context) (place, error) {
	head, err := l.store.Head(ctx)
	if err != nil {
		return place{}, fmt.Errorf("find the newest entry: %w", err)
	}
	epoch, err := l.store.Epoch(ctx)
	if err != nil {
		return place{}, err
	}
	ends, err := l.store.SessionEnds(ctx)
	return place{head.N, epoch, ends}, err
}

// news is what changed, and who must find no trace of it.
type news struct {
	topics []string   // for everyone
	kept   []keptNews // for those alone who may know of an alarm that is open
	open   view.Open
	ended  bool // sessions ended, or people changed: each stream looks whether it may go on
	moved  bool // people or teams changed: each stream asks anew what it may hear of
}

// keptNews is what an entry changed that shows nothing but that there is an alarm.
type keptNews struct {
	alarm  string
	topics []string
}

// look gives what went on record since a place, and the place after it.
func (l *live) look(ctx context.Context, since place) (n news, next place, err error) {
	next = since
	list, err := l.store.Touched(ctx, since.entry, changesRead)
	if err != nil {
		return n, since, err
	}
	found := map[string]bool{}
	for _, e := range list {
		next.entry = e.N
		switch {
		case slices.Contains([]string{"look", "sign-in", "invite", "person", "team", "feed"}, e.Kind): // who looked at what changes no page that is live, and what else it does the epoch says
		case view.OfAlarmAlone(e):
			n.kept = append(n.kept, keptNews{e.Alarm, topicsOf(e)})
		default:
			for _, topic := range topicsOf(e) {
				found[topic] = true
			}
		}
	}
	if next.epoch, err = l.store.Epoch(ctx); err != nil {
		return n, since, err
	}
	if next.epoch != since.epoch {
		found[topicOrganisation] = true
	}
	if next.ends, err = l.store.SessionEnds(ctx); err != nil {
		return n, since, err
	}
	n.moved = next.epoch != since.epoch
	n.ended = n.moved || next.ends != since.ends
	n.topics = slices.Sorted(maps.Keys(found))
	if len(n.kept) > 0 {
		if n.open, err = l.view.Open(ctx); err != nil {
			return n, since, err
		}
	}
	return n, next, nil
}

// topicsOf are the topics that an entry of the record concerns.
func topicsOf(e store.Touched) []string {
	topics := []string{topicBoard, "worker/" + e.Worker}
	if e.Visit != "" {
		topics = append(topics, "visit/"+e.Visit)
	}
	if e.Alarm != "" {
		topics = append(topics, "alarm/"+e.Alarm)
	}
	return topics
}

// to is what a reader is told of the news: in danger not so much as that something happened (rule 4.2).
func (n news) to(who view.Reader) []string {
	if len(n.kept) == 0 {
		return n.topics
	}
	topics := slices.Clone(n.topics)
	_, hidden := n.open.For(who)
	for _, k := range n.kept {
		if !slices.ContainsFunc(hidden, func(a store.Alarm) bool { return a.ID == k.alarm }) {
			topics = append(topics, k.topics...)
		}
	}
	return topics
}

// ping wakes every reader.
func (l *live) ping() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.readers {
		r.rouse()
	}
}

// rouseThoseOver wakes the readers whose session is over, unless somebody used it since.
func (l *live) rouseThoseOver() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	for _, r := range l.readers {
		if !r.until.IsZero() && !now.Before(r.until) {
			r.rouse()
		}
	}
}

// tell notes for each reader what changed.
func (l *live) tell(n news) {
	if n.ended {
		defer l.ping()
	}
	if len(n.topics) == 0 && len(n.kept) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.readers {
		r.anew = r.anew || n.moved
		concerned := false
		for _, t := range n.to(r.who) {
			if r.topics[t] {
				r.changed[t], concerned = true, true
			}
		}
		if concerned {
			r.rouse()
		}
	}
}

func (r *reader) rouse() {
	select {
	case r.wake <- struct{}{}:
	default: // it has not come round to the last one yet, and will see both
	}
}

// join adds a reader. There is always room: where one session has its most streams, or all have, the oldest makes it, and comes
// again by itself. Whoever opens many ends their own.
func (l *live) join(c *request, topics []string) *reader {
	r := &reader{session: c.session.ID, who: c.reader(), topics: map[string]bool{}, changed: map[string]bool{}, wake: make(chan struct{}, 1), until: overAt(c)}
	for _, t := range topics {
		r.topics[t] = true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	own := func(x *reader) bool { return r.session != "" && x.session == r.session }
	var mine int
	for _, x := range l.readers {
		if own(x) {
			mine++
		}
	}
	if mine >= mostOfOne {
		l.end(slices.IndexFunc(l.readers, own))
	} else if len(l.readers) >= l.most {
		l.end(0)
	}
	l.readers = append(l.readers, r)
	return r
}

// end ends a reader's stream, and has no more to do with it.
func (l *live) end(i int) {
	r := l.readers[i]
	l.readers = slices.Delete(l.readers, i, i+1)
	r.gone = true
	r.rouse()
}

// overAt is when the session of a request is over if nobody uses it again; zero in a demo, which has none.
func overAt(c *request) time.Time {
	if c.session.ID == "" {
		return time.Time{}
	}
	return access.EndsAt(c.session)
}

func (l *live) leave(r *reader) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.readers = slices.DeleteFunc(l.readers, func(x *reader) bool { return x == r })
}

// goesOn notes until when a reader's session is good; false where another took their place.
func (l *live) goesOn(r *reader, until time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.until = until
	return !r.gone
}

// asksAnew says, once for each time, that what a reader may hear of is to be asked again.
func (l *live) asksAnew(r *reader) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	asks := r.anew
	r.anew = false
	return asks
}

// hears has a reader hear of other topics from now on, as who they are by now. Of what it hears of no more it is told nothing.
func (l *live) hears(r *reader, who view.Reader, topics []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.who = who
	clear(r.topics)
	for _, t := range topics {
		r.topics[t] = true
	}
	maps.DeleteFunc(r.changed, func(t string, _ bool) bool { return !r.topics[t] })
}

// news takes what a reader is to be told.
func (l *live) news(r *reader) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	topics := slices.Sorted(maps.Keys(r.changed))
	clear(r.changed)
	return topics
}

// Stop ends the streams, so that the server can.
func (p *Pages) Stop() { p.live.stop() }

// stream answers GET /live?topics=…: what changes, as server-sent events, until the reader goes or the server stops.
func (p *Pages) stream(w http.ResponseWriter, r *http.Request) {
	c := &request{Request: r, w: w, at: p.Engine.Now().UTC(), in: time.UTC}
	if err := p.who(c); err != nil {
		p.fail(route{pattern: "GET /live"}, c, err)
		return
	}
	if c.who.ID == "" && p.SignIn != nil {
		http.Error(w, "not signed in", http.StatusUnauthorized)
		return
	}
	wanted := strings.Fields(r.URL.Query().Get("topics"))
	topics, err := p.topicsFor(c, wanted)
	if err != nil {
		p.fail(route{pattern: "GET /live"}, c, err)
		return
	}
	me := p.live.join(c, topics)
	defer p.live.leave(me)
	ctx, done := context.WithCancel(r.Context())
	defer done()
	defer context.AfterFunc(p.live.stopping, done)()
	control := http.NewResponseController(w)
	if err := control.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		p.Log.Debug("stream keeps the server's bounds", "error", err)
	}
	defer func() { _ = control.SetWriteDeadline(p.Clock().Add(writeWithin)) }() // its last bytes are waited for no longer
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no") // a proxy must not hold events back
	for topics := []string(nil); p.send(w, control, c, topics) == nil; topics = p.live.news(me) {
		select {
		case <-ctx.Done():
			return
		case <-me.wake:
		}
		in, err := p.stillIn(c)
		if err != nil {
			return // it is opened again, and asked again
		}
		if !in {
			_ = event(w, control, p.Clock(), "over", struct{}{}) // the reader has gone: nobody is left to tell
			return
		}
		if !p.live.goesOn(me, overAt(c)) {
			_, _ = fmt.Fprintf(w, "retry: %d\n\n", comeAgain.Milliseconds())
			return
		}
		if err := p.hearsAnew(c, me, wanted); err != nil {
			return // as above
		}
	}
}

// hearsAnew asks again what a stream may hear of where people or teams changed: who was blocked, moved or demoted since it was
// opened hears no more of what is none of their business now. It costs less than that all streams end and come again.
func (p *Pages) hearsAnew(c *request, me *reader, wanted []string) error {
	if !p.live.asksAnew(me) {
		return nil
	}
	c.at = p.Engine.Now().UTC()
	if err := p.who(c); err != nil {
		return err
	}
	topics, err := p.topicsFor(c, wanted)
	if err == nil {
		p.live.hears(me, c.reader(), topics)
	}
	return err
}

// stillIn says that who opened a stream is signed in yet, and here. It is asked at each piece of news, when sessions end or
// people change, and so every few seconds.
func (p *Pages) stillIn(c *request) (bool, error) {
	if p.SignIn == nil {
		return true, nil
	}
	id, err := p.session(c)
	if err != nil || id != c.who.ID {
		return false, err
	}
	who, err := p.directory.person(c.Context(), id)
	return who.Active, err
}

// newsJSON is one event: what changed, what time it is, so that the page's clocks stay right, and whom the stream is for:
// several pages share it, of which one may have been made before the reader chose to act as someone else.
type newsJSON struct {
	Topics []string  `json:"topics"`
	Now    time.Time `json:"now"`
	Speed  int       `json:"speed"`
	Acting string    `json:"acting"`
	Left   int64     `json:"left,omitempty"` // seconds of real time until the session is over if nobody uses it; without one in a demo
}

func (p *Pages) send(w http.ResponseWriter, control *http.ResponseController, c *request, topics []string) error {
	now := p.Clock()
	n := newsJSON{Topics: append([]string{}, topics...), Now: p.Engine.Now().UTC(), Speed: p.Speed(), Acting: c.who.ID}
	if until := overAt(c); !until.IsZero() {
		n.Left = max(1, int64(until.Sub(now).Seconds()))
	}
	return event(w, control, now, "news", n)
}

// event writes one event of a stream, at an instant of real time.
func event(w http.ResponseWriter, control *http.ResponseController, now time.Time, name string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	_ = control.SetWriteDeadline(now.Add(writeWithin)) // where it can't be set the server's own bound holds
	if _, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", name, raw); err != nil {
		return err
	}
	err = control.Flush()
	_ = control.SetWriteDeadline(time.Time{}) // over HTTP/2 it would end a stream that is idle, too
	return err
}
