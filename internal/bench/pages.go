package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// PageSize is what the pages show, and how often they are asked for.
type PageSize struct {
	Visits, Workers int
	Alarms          int    // of the visits that are overdue
	Asks            int    // of each page by each reader
	Page            string // the one page to ask for, as "/visits/{id}" or "/visits?date=2026-11-23"; empty for all
	Crowd           CrowdSize
}

// What is asked of a page.
const (
	pageWithin = 20 * time.Millisecond
	pageBytes  = 100_000 // over the wire, after the first page brought the style sheet and the script
)

// looker is someone who looks at pages.
type looker struct{ id, role string }

// lookers are a reader of each kind; the administrator's board is that of every team.
func lookers() []looker {
	return []looker{{worker(2), "worker"}, {responderID(0), "responder"}, {"p-manager", "manager"}, {"p-admin", "admin"}}
}

// Pages measures how long each page takes over HTTP and how many bytes it is, for readers of each kind, and then how soon a crowd of
// open boards shows a change.
func Pages(ctx context.Context, o Options, size PageSize) (figures []Figure, err error) {
	at, err := o.place(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = keepFirst(err, at.remove(context.WithoutCancel(ctx))) }()
	secrets, figures, err := o.measurePages(ctx, at, size)
	if err != nil || size.Crowd.Viewers == 0 {
		return figures, err
	}
	crowd, err := o.measureCrowd(ctx, at, secrets, size)
	return append(figures, crowd...), err
}

func (o Options) measurePages(ctx context.Context, at place, size PageSize) (secrets []string, figures []Figure, err error) {
	s, err := o.start(ctx, at)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = keepFirst(err, s.stop(context.WithoutCancel(ctx))) }()
	shown, err := s.furnish(ctx, o, size)
	if err != nil {
		return nil, nil, err
	}
	err = o.profiled(func() error {
		figures, err = s.askPages(ctx, o, size, shown)
		return err
	})
	return s.secrets, figures, err
}

// furnish puts in what the pages show, and gives one of each thing that a page's address can name.
func (s *system) furnish(ctx context.Context, o Options, size PageSize) (map[string]string, error) {
	if err := s.settle(ctx, o, size.Workers); err != nil {
		return nil, err
	}
	for i, l := range lookers()[2:] {
		if err := s.person(ctx, l.id, "Ada Flint", 0, l.role, fmt.Sprintf("+4479000001%02d", i)); err != nil {
			return nil, err
		}
	}
	out := teamsOf(size.Workers)
	if err := s.bookAhead(ctx, o, size.Visits-size.Alarms-out, size.Workers); err != nil {
		return nil, err
	}
	now := time.Now()
	for t := range out {
		if _, err := s.book(ctx, changing(t), now.Add(-time.Minute), now.Add(changesFrom)); err != nil {
			return nil, err
		}
	}
	visit, err := s.letFallDue(ctx, o, size)
	if err != nil {
		return nil, err
	}
	shown := map[string]string{"/visits/": visit.ID, "/people/": worker(3), "/teams/": teamID(0)}
	if shown["/alarms/"], err = s.alarmAbout(ctx, visit.ID); err != nil {
		return nil, err
	}
	shown["/texts/"], err = s.askedBack(ctx)
	return shown, err
}

// askedBack has a worker of the first team text what is asked back, and gives the text as its manager's list links to it.
func (s *system) askedBack(ctx context.Context) (string, error) {
	if err := s.call(ctx, http.MethodPost, "/checkins", map[string]string{"person": worker(0), "text": "be a while yet"}, nil); err != nil {
		return "", err
	}
	b := newBrowser(s.address, s.cookies)
	defer b.close()
	for until := time.Now().Add(patience); time.Now().Before(until); {
		var list bytes.Buffer
		if _, err := b.get(ctx, "/texts", "p-manager", &list); err != nil {
			return "", err
		}
		if link := toText.FindSubmatch(list.Bytes()); link != nil {
			return string(link[1]), nil
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return "", err
		}
	}
	return "", errors.New("the text that was asked back is not listed")
}

var toText = regexp.MustCompile(`href="/texts/([^"./]+)"`)

// letFallDue books visits that fall due at once, the first of them in the first team, waits until each has its alarm, and gives the first.
func (s *system) letFallDue(ctx context.Context, o Options, size PageSize) (first booked, err error) {
	due := time.Now().Add(lead + time.Duration(size.Alarms)*perVisit)
	for i := range size.Alarms {
		v, err := s.book(ctx, i*(size.Workers/size.Alarms)+1, due.Add(-time.Hour), due)
		if err != nil {
			return first, err
		}
		if i == 0 {
			first = v
		}
	}
	for until := due.Add(patience); time.Now().Before(until); {
		open, err := s.openAlarms(ctx)
		if err != nil || len(open) >= size.Alarms {
			return first, err
		}
		o.progress("alarms open", len(open), size.Alarms)
		if err := keepFirst(s.ended(), pause(ctx, 50*time.Millisecond)); err != nil {
			return first, err
		}
	}
	return first, errors.New("not every overdue visit has an alarm")
}

// openAlarm is an alarm as the API gives it.
type openAlarm struct {
	ID     string   `json:"id"`
	Visits []string `json:"visits"`
}

func (s *system) openAlarms(ctx context.Context) ([]openAlarm, error) {
	var list struct {
		Alarms []openAlarm `json:"alarms"`
	}
	err := s.call(ctx, http.MethodGet, "/alarms?status=open&limit=100", nil, &list)
	return list.Alarms, err
}

func (s *system) alarmAbout(ctx context.Context, visit string) (string, error) {
	open, err := s.openAlarms(ctx)
	if err != nil {
		return "", err
	}
	for _, a := range open {
		if slices.Contains(a.Visits, visit) {
			return a.ID, nil
		}
	}
	return "", errors.New("no alarm is open about the overdue visit")
}

// askPages asks for every page that the program has, by its own table of them, or for the one that is wanted.
func (s *system) askPages(ctx context.Context, o Options, size PageSize, shown map[string]string) (figures []Figure, err error) {
	patterns := s.app.Pages()
	page, query, asked := strings.Cut(size.Page, "?")
	if size.Page != "" {
		only := "GET " + page
		if !slices.Contains(patterns, only) {
			return nil, fmt.Errorf("there is no page %s; there are %s", page, strings.ReplaceAll(strings.Join(patterns, ", "), "GET ", ""))
		}
		patterns = []string{only}
	}
	b := newBrowser(s.address, s.cookies)
	defer b.close()
	for i, pattern := range patterns {
		o.progress("pages", i, len(patterns))
		path, known := addressOf(pattern, shown)
		if !known {
			figures = append(figures, Figure{Name: pattern, Value: "not measured: the benchmark knows nothing to show there"})
			continue
		}
		if asked {
			path += "?" + query
		}
		took, err := b.askAs(ctx, path, pattern, size.Asks, func(context.Context) error { return nil })
		if err != nil {
			return nil, err
		}
		figures = append(figures, took...)
	}
	if size.Page != "" {
		return figures, nil
	}
	beside, err := s.askBeside(ctx, b, size.Asks)
	return append(figures, beside...), err
}

// askBeside asks for what costs more than the table's pages as they stand: everyone's list, and a board that changed.
func (s *system) askBeside(ctx context.Context, b *browser, asks int) (figures []Figure, err error) {
	everyone, err := b.askAs(ctx, "/people?team=all", "GET /people of all teams", asks, func(context.Context) error { return nil })
	if err != nil {
		return nil, err
	}
	change := 0
	fresh, err := b.askAs(ctx, "/", "GET /{$} right after a check-in", asks, func(ctx context.Context) error {
		change++
		return s.change(ctx, time.Now().Truncate(time.Second).Add(-earlier), 0, change)
	})
	return append(everyone, fresh...), err
}

// addressOf puts what is to be shown into a page's pattern.
func addressOf(pattern string, shown map[string]string) (path string, known bool) {
	path = strings.TrimSuffix(strings.TrimPrefix(pattern, "GET "), "{$}")
	for _, before := range slices.Sorted(maps.Keys(shown)) {
		path = strings.ReplaceAll(path, before+"{id}", before+shown[before])
	}
	return path, !strings.Contains(path, "{")
}

// browser asks for pages, one after the other on one connection, and counts what comes over it.
type browser struct {
	address string
	cookies map[string]*http.Cookie // of those it asks as
	http    *http.Client
	came    atomic.Int64
}

func newBrowser(address string, cookies map[string]*http.Cookie) *browser {
	b := &browser{address: address, cookies: cookies}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return counted{conn, &b.came}, err
	}
	b.http = &http.Client{Timeout: time.Minute, Transport: &http.Transport{DialContext: dial, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return b
}

func (b *browser) close() { b.http.CloseIdleConnections() }

// counted is a connection that counts what comes.
type counted struct {
	net.Conn
	came *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.came.Add(int64(n))
	return n, err
}

// askAs asks for a page as each kind of reader, after before was done each time, and gives a figure for each who may see it.
func (b *browser) askAs(ctx context.Context, path, name string, asks int, before func(context.Context) error) (figures []Figure, err error) {
	refused := 0
	for _, l := range lookers() {
		var used time.Duration
		times, most := make([]time.Duration, 0, asks), int64(0)
		for range asks {
			if err := before(ctx); err != nil {
				return nil, err
			}
			had := processorTime()
			status, took, size, err := b.ask(ctx, path, l.id)
			used += processorTime() - had
			if err != nil {
				return nil, err
			}
			if refused = status; status != http.StatusOK {
				break
			}
			times, most = append(times, took), max(most, size)
		}
		if len(times) == asks {
			figures = append(figures, pageFigure(name+", "+l.role, times, used/time.Duration(asks), most))
		}
	}
	if len(figures) == 0 {
		figures = []Figure{{Name: name, Value: fmt.Sprintf("not measured: it answers %d", refused)}}
	}
	return figures, nil
}

// ask asks for a page once: its status, the time until its last byte, and the bytes that came.
func (b *browser) ask(ctx context.Context, path, as string) (status int, took time.Duration, size int64, err error) {
	began, had := time.Now(), b.came.Load()
	status, err = b.get(ctx, path, as, io.Discard)
	return status, time.Since(began), b.came.Load() - had, err
}

// get asks for a page and writes it to.
func (b *browser) get(ctx context.Context, path, as string, to io.Writer) (status int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.address+path, nil)
	if err != nil {
		return 0, fmt.Errorf("ask for %s: %w", path, err)
	}
	r.AddCookie(b.cookies[as])
	r.Header.Set("Accept-Encoding", "gzip")
	answer, err := b.http.Do(r)
	if err != nil {
		return 0, fmt.Errorf("ask for %s: %w", path, err)
	}
	_, err = io.Copy(to, answer.Body)
	if err = keepFirst(err, answer.Body.Close()); err != nil {
		return 0, fmt.Errorf("read %s: %w", path, err)
	}
	return answer.StatusCode, nil
}

// pageFigure gives the median, the 95th percentile and the slowest, the processor time of each, load included, and the largest answer.
func pageFigure(name string, times []time.Duration, used time.Duration, size int64) Figure {
	in := sorted(times)
	p95 := quantile(in, 0.95)
	return Figure{Name: name, Value: fmt.Sprintf("%s, %s, %s; processor %s; %.0f kB", written(quantile(in, 0.5)), written(p95), written(quantile(in, 1)),
		written(used), float64(size)/1000),
		Target: fmt.Sprintf("95 in 100 at most %s, at most %d kB", short(pageWithin), pageBytes/1000), Met: p95 <= pageWithin && size <= pageBytes}
}
