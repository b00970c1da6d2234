package web

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/signin"
	"github.com/allclear-safety/allclear/internal/store"
)

// streams is a house whose streams are listened to over real HTTP.
type streams struct {
	*house
	server *httptest.Server
}

func openStreams(t *testing.T) *streams {
	t.Helper()
	h := openHouse(t)
	h.clock.Move(50 * 365 * 24 * time.Hour) // a connection's deadlines are by this clock, and not to have passed
	s := &streams{house: h.locked("http://127.0.0.1")}
	s.server = httptest.NewServer(s.pages)
	t.Cleanup(func() { s.pages.Stop(); s.server.Close() })
	return s
}

// signedIn begins a session for someone, and gives its cookie.
func (s *streams) signedIn(person string) (id, cookie string) {
	s.Helper()
	began, secret, err := s.pages.Access.Begin(s.Context(), access.Start{Person: person, Reach: access.Whole, Method: signin.ByPasskey}, s.clock.Now())
	s.ok(err)
	return began.ID, sessionCookie + "=" + secret
}

// listening is a stream that is open.
type listening struct {
	*streams
	body *bufio.Reader
	stop context.CancelFunc
}

func (s *streams) listens(cookie string) *listening { return s.listensTo(cookie, "board") }

func (s *streams) listensTo(cookie string, topics ...string) *listening {
	s.Helper()
	ctx, stop := context.WithCancel(s.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.server.URL+"/live?topics="+url.QueryEscape(strings.Join(topics, " ")), nil)
	s.ok(err)
	r.Header.Set("Cookie", cookie)
	answer, err := http.DefaultClient.Do(r)
	s.ok(err)
	if answer.StatusCode != http.StatusOK {
		s.Fatalf("the stream answered %s", answer.Status)
	}
	s.Cleanup(func() { stop(); _ = answer.Body.Close() })
	l := &listening{s, bufio.NewReader(answer.Body), stop}
	if first := l.next(); !strings.HasPrefix(first, "event: news\n") {
		s.Fatalf("it begins with %q", first)
	}
	return l
}

// next is the next event; "" where the stream has ended.
func (l *listening) next() string {
	l.Helper()
	var b strings.Builder
	for {
		line, err := l.body.ReadString('\n')
		if err != nil || line == "\n" {
			return b.String()
		}
		b.WriteString(line)
	}
}

// look does what the one goroutine does that looks for all streams, once.
func (s *streams) look(at place) place {
	s.Helper()
	n, next, err := s.pages.live.look(s.Context(), at)
	s.ok(err)
	s.pages.live.rouseThoseOver()
	s.pages.live.tell(n)
	return next
}

func (s *streams) open() int {
	s.pages.live.mu.Lock()
	defer s.pages.live.mu.Unlock()
	return len(s.pages.live.readers)
}

func TestASessionsOldestStreamMakesRoom(t *testing.T) {
	s := openStreams(t)
	_, hers := s.signedIn("p-priya")
	other := s.listens(hers)
	_, his := s.signedIn("p-sam")
	first := s.listens(his)
	for range mostOfOne - 1 {
		s.listens(his)
	}
	if got := s.open(); got != mostOfOne+1 {
		t.Fatalf("%d streams are open", got)
	}
	s.listens(his)
	if last := first.next(); last != "retry: 5000\n" {
		t.Errorf("the oldest ends with %q", last)
	}
	if more := first.next(); more != "" {
		t.Errorf("the oldest goes on with %q", more)
	}
	if got := s.open(); got != mostOfOne+1 {
		t.Errorf("%d streams are open", got)
	}
	s.pages.live.ping()
	if got := other.next(); !strings.HasPrefix(got, "event: news\n") {
		t.Errorf("another’s stream has %q", got)
	}
}

func TestOfAllStreamsTheOldestMakesRoom(t *testing.T) {
	s := openStreams(t)
	s.pages.live.most = 2
	_, sams := s.signedIn("p-sam")
	_, anns := s.signedIn("p-ann")
	_, lees := s.signedIn("p-lee")
	oldest := s.listens(sams)
	second := s.listens(anns)
	s.listens(lees)
	if last := oldest.next(); last != "retry: 5000\n" {
		t.Errorf("the oldest ends with %q", last)
	}
	s.pages.live.ping()
	if got := second.next(); !strings.HasPrefix(got, "event: news\n") {
		t.Errorf("the second has %q", got)
	}
	if got := s.open(); got != 2 {
		t.Errorf("%d streams are open", got)
	}
}

// A stream says that its session is over as soon as it is, however that came, and that of another goes on.
func TestAStreamEndsWithItsSession(t *testing.T) {
	for how, end := range map[string]func(s *streams, id string){
		"signed out":         func(s *streams, id string) { s.ok(s.pages.Access.End(s.Context(), "p-sam", id)) },
		"everywhere":         func(s *streams, id string) { s.ok(s.pages.Access.EndAll(s.Context(), "p-sam", "")) },
		"used no more":       func(s *streams, id string) { s.clock.Move(4 * time.Hour) },
		"no longer here":     func(s *streams, id string) { s.leaves("p-sam") },
		"by another program": func(s *streams, id string) { s.ok(s.place.Open(s.T).EndSessions(s.Context(), "p-sam", "")) },
	} {
		t.Run(how, func(t *testing.T) {
			s := openStreams(t)
			start, err := s.pages.live.start(t.Context())
			s.ok(err)
			id, his := s.signedIn("p-sam")
			open := s.listens(his)
			end(s, id)
			s.look(start)
			if last := open.next(); last != "event: over\ndata: {}\n" {
				t.Errorf("it ends with %q", last)
			}
			if more := open.next(); more != "" {
				t.Errorf("it goes on with %q", more)
			}
		})
	}
}

func TestAStreamOutlivesAnothersSession(t *testing.T) {
	s := openStreams(t)
	start, err := s.pages.live.start(t.Context())
	s.ok(err)
	id, his := s.signedIn("p-sam")
	s.listens(his)
	_, hers := s.signedIn("p-priya")
	other := s.listens(hers)
	s.ok(s.pages.Access.End(t.Context(), "p-sam", id))
	s.look(start)
	if got := other.next(); !strings.HasPrefix(got, "event: news\n") || !strings.Contains(got, `"left":14400`) {
		t.Errorf("the other has %q", got)
	}
}

// Who is blocked, moved or demoted hears no more of what is none of their business now, in the stream that was open before.
func TestAnOpenStreamForgetsWhatIsNoLongerTheirs(t *testing.T) {
	for how, change := range map[string]func(s *streams){
		"blocked": func(s *streams) {
			s.ok(s.engine.Block(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, store.Block{Worker: "p-priya", Person: "p-sam", Why: private.New("We were married")}))
		},
		"moved":   func(s *streams) { s.becomes("p-sam", func(p *buddy.Person) { p.Team = "north" }) },
		"demoted": func(s *streams) { s.becomes("p-sam", func(p *buddy.Person) { p.Roles = []string{buddy.Auditor} }) },
	} {
		t.Run(how, func(t *testing.T) {
			s := openStreams(t)
			s.elsewhere()
			start, err := s.pages.live.start(t.Context())
			s.ok(err)
			_, his := s.signedIn("p-sam")
			open := s.listensTo(his, "organisation", "worker/p-priya")
			s.pages.live.tell(news{topics: []string{"worker/p-priya"}})
			if got := open.next(); !strings.Contains(got, "worker/p-priya") {
				t.Fatalf("before, it has %q", got)
			}
			change(s)
			s.look(start)
			for _, when := range []string{"at once", "later"} {
				for got := ""; !strings.Contains(got, `"organisation"`); {
					if got = open.next(); got == "" || strings.Contains(got, "p-priya") {
						t.Fatalf("%s it has %q", when, got)
					}
				}
				s.pages.live.tell(news{topics: []string{"organisation", "worker/p-priya"}})
			}
		})
	}
}

// becomes changes somebody.
func (s *streams) becomes(id string, change func(*buddy.Person)) {
	s.Helper()
	who, err := s.db.Person(s.Context(), id)
	s.ok(err)
	change(&who)
	_, err = s.db.PutPerson(s.Context(), who, s.clock.Now())
	s.ok(err)
}

// leaves marks someone as no longer here, with nothing that counts on them.
func (s *streams) leaves(id string) {
	s.Helper()
	s.becomes(id, func(p *buddy.Person) { p.Active = false })
}
