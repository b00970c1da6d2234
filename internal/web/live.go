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

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
)

const (
	lookEvery   = 400 * time.Millisecond // how long a change may take to be seen
	pingEvery   = 10 * time.Second       // well within the 25 s after which a page says that it is not live
	writeWithin = 10 * time.Second       // real time; a reader that takes longer has gone
	maxReaders  = 2000
	changesRead = 500 // entries of the record at a time
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

	mu      sync.Mutex
	readers map[*reader]struct{}

	stopping context.Context
	stop     context.CancelFunc
}

// reader is one stream: that of all open pages of a browser, or of one page.
type reader struct {
	who     view.Reader
	topics  map[string]bool
	changed map[string]bool // since it was last told
	wake    chan struct{}   // holds one
}

func newLive(db *store.DB, v *view.View, log *slog.Logger) *live {
	l := &live{store: db, view: v, log: log, readers: map[*reader]struct{}{}}
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
type place struct{ entry, epoch int64 }

func (l *live) start(ctx context.Context) (place, error) {
	head, err := l.store.Head(ctx)
	if err != nil {
		return place{}, fmt.Errorf("find the newest entry: %w", err)
	}
	epoch, err := l.store.Epoch(ctx)
	return place{head.N, epoch}, err
}

// news is what changed, and who must find no trace of it.
type news struct {
	topics []string   // for everyone
	kept   []keptNews // for those alone who may know of an alarm that is open
	open   view.Open
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
		case e.Kind == "look", e.Kind == "sign-in", e.Kind == "invite": // who looked at what changes no page that is live
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
	for r := range l.readers {
		r.rouse()
	}
}

// tell notes for each reader what changed.
func (l *live) tell(n news) {
	if len(n.topics) == 0 && len(n.kept) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for r := range l.readers {
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

func (l *live) join(who view.Reader, topics []string) (*reader, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.readers) >= maxReaders {
		return nil, false
	}
	r := &reader{who: who, topics: map[string]bool{}, changed: map[string]bool{}, wake: make(chan struct{}, 1)}
	for _, t := range topics {
		r.topics[t] = true
	}
	l.readers[r] = struct{}{}
	return r, true
}

func (l *live) leave(r *reader) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.readers, r)
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
	topics, err := p.topicsFor(c, strings.Fields(r.URL.Query().Get("topics")))
	if err != nil {
		p.fail(route{pattern: "GET /live"}, c, err)
		return
	}
	me, room := p.live.join(c.reader(), topics)
	if !room {
		w.Header().Set("Retry-After", "10")
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
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
	for topics := []string(nil); p.send(w, control, c.who.ID, topics) == nil; topics = p.live.news(me) {
		select {
		case <-ctx.Done():
			return
		case <-me.wake:
		}
		if !p.stillIn(c) {
			return
		}
	}
}

// stillIn says that who opened a stream is signed in yet. It is asked at each piece of news, and so every few seconds.
func (p *Pages) stillIn(c *request) bool {
	if p.SignIn == nil {
		return true
	}
	id, err := p.session(c)
	return err == nil && id == c.who.ID
}

// newsJSON is one event: what changed, what time it is, so that the page's clocks stay right, and whom the stream is for:
// several pages share it, of which one may have been made before the reader chose to act as someone else.
type newsJSON struct {
	Topics []string  `json:"topics"`
	Now    time.Time `json:"now"`
	Speed  int       `json:"speed"`
	Acting string    `json:"acting"`
}

func (p *Pages) send(w http.ResponseWriter, control *http.ResponseController, acting string, topics []string) error {
	raw, err := json.Marshal(newsJSON{append([]string{}, topics...), p.Engine.Now().UTC(), p.Speed(), acting})
	if err != nil {
		return err
	}
	_ = control.SetWriteDeadline(p.Clock().Add(writeWithin)) // where it can't be set the server's own bound holds
	if _, err := fmt.Fprintf(w, "event: news\ndata: %s\n\n", raw); err != nil {
		return err
	}
	err = control.Flush()
	_ = control.SetWriteDeadline(time.Time{}) // over HTTP/2 it would end a stream that is idle, too
	return err
}
