package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// CrowdSize is how many look at the board at once while things change.
type CrowdSize struct {
	Viewers int
	Rate    int           // check-ins a second
	Settle  time.Duration // after the start, before it is measured
	For     time.Duration // how long it is measured
}

const (
	changesFrom = 2 * time.Hour    // how far ahead the visits end whose end is moved
	earlier     = time.Hour        // by so much do the visits end that were moved before the crowd came
	crowdSees   = time.Second      // a change, by then
	seesWithin  = 10 * time.Second // for the last change to be everywhere
)

// changing is the worker of a team whose visit's end is moved, time and again.
func changing(team int) int { return team * perTeam }

func teamsOf(workers int) int { return team(workers-1) + 1 }

// change moves the end of the visit that changes in a team, to an instant that no other change has.
func (c *caller) change(ctx context.Context, base time.Time, team, n int) error {
	until := base.Add(changesFrom + time.Duration(n)*time.Second)
	err := c.call(ctx, http.MethodPost, "/checkins", map[string]any{"person": worker(changing(team)), "kind": "late", "until": instant(until)}, nil)
	if err != nil {
		return fmt.Errorf("check in: %w", err)
	}
	return nil
}

// measureCrowd starts a server in a process of its own, has a crowd look at its board, and measures how soon all of those who see a team's
// visits have what was changed of one.
func (o Options) measureCrowd(ctx context.Context, at place, secrets []string, size PageSize) (figures []Figure, err error) {
	p, err := startProvider()
	if err != nil {
		return nil, err
	}
	defer func() { err = keepFirst(err, p.close()) }()
	child, err := o.startServer(ctx, at, p)
	if err != nil {
		return nil, err
	}
	defer func() { err = keepFirst(err, child.stop()) }()
	child.secrets = secrets
	if err := pause(ctx, size.Crowd.Settle); err != nil {
		return nil, err
	}
	alone, err := child.gauge(ctx, memoryMetric)
	if err != nil {
		return nil, err
	}
	c := newCrowd(child.address, size.Workers, size.Crowd.Viewers)
	if c.cookies, err = o.signedIn(ctx, at, p, c.people()); err != nil {
		return nil, err
	}
	ctx, leave := context.WithCancel(ctx)
	defer c.wait()
	defer leave()
	if err := c.arrive(ctx, o); err != nil {
		return nil, err
	}
	return o.watchCrowd(ctx, child, c, size.Crowd, alone[0])
}

func (o Options) watchCrowd(ctx context.Context, child *server, c *crowd, size CrowdSize, alone float64) ([]Figure, error) {
	before, err := child.gauge(ctx, cpuMetric, memoryMetric)
	if err != nil {
		return nil, err
	}
	began, load := time.Now(), processorTime()
	if err := c.stir(ctx, o, child.caller, size); err != nil {
		return nil, err
	}
	took := time.Since(began)
	after, err := child.gauge(ctx, cpuMetric, memoryMetric)
	if err != nil {
		return nil, err
	}
	load = processorTime() - load
	every, last, missed := c.seen()
	about := fmt.Sprintf("%s boards, %d check-ins/s: ", thousands(size.Viewers), size.Rate)
	return []Figure{
		{Name: about + "from the answer to a check-in until a board that shows it has it, median", Value: written(quantile(every, 0.5))},
		{Name: about + "until the last board has it, median", Value: written(quantile(last, 0.5))},
		atMost(about+"until the last board has it, 95 in 100", quantile(last, 0.95), crowdSees),
		{Name: about + "never seen", Value: thousands(missed), Target: "none", Met: missed == 0},
		{Name: about + "lists fetched", Value: perSecond(float64(c.fetched.Load()) / took.Seconds())},
		{Name: about + "the server, of one core", Value: fmt.Sprintf("%.0f %%", 100*(after[0]-before[0])/took.Seconds())},
		{Name: about + "the crowd itself, of one core", Value: fmt.Sprintf("%.0f %%", 100*load.Seconds()/took.Seconds())},
		{Name: about + "memory before they came, and with them", Value: megabytes(alone) + ", " + megabytes(after[1])},
	}, nil
}

// crowd is many open boards.
type crowd struct {
	address string
	cookies map[string]*http.Cookie // of those who look
	teams   int
	http    *http.Client
	viewers []*viewer
	fetched atomic.Int64
	wg      sync.WaitGroup

	base  time.Time
	mu    sync.Mutex
	made  []made // changes, in their order
	fault error  // the first viewer's that had to give up
}

// made is one change: of which team, and when its commit was answered.
type made struct {
	team int
	at   time.Time
}

// viewer is one open board.
type viewer struct {
	id   string
	team int
	mu   sync.Mutex
	has  []sight
}

// sight says that a board had the n-th change, and so all before it, at an instant.
type sight struct {
	n  int
	at time.Time
}

// newCrowd has four in ten answer for their team; the others visit for it.
func newCrowd(address string, workers, viewers int) *crowd {
	c := &crowd{address: address, teams: teamsOf(workers), base: time.Now().Truncate(time.Second), http: &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: viewers, MaxIdleConns: viewers},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	for i := range viewers {
		t := i / 10 % c.teams
		switch i % 10 {
		case 0, 1, 2, 3:
			c.viewers = append(c.viewers, &viewer{id: responderID(t), team: t})
		default:
			c.viewers = append(c.viewers, &viewer{id: worker(min(changing(t)+i%10, workers-1)), team: t})
		}
	}
	return c
}

// people are those who look, each once.
func (c *crowd) people() []string {
	seen := map[string]bool{}
	for _, v := range c.viewers {
		seen[v.id] = true
	}
	return slices.Collect(maps.Keys(seen))
}

// arrive opens every board and its stream.
func (c *crowd) arrive(ctx context.Context, o Options) error {
	return each(ctx, len(c.viewers), func(n int) { o.progress("boards open", n, len(c.viewers)) }, func(_ context.Context, i int) error {
		v := c.viewers[i]
		answer, err := c.get(ctx, v, "/live?topics=board+organisation") // its context outlives this call: the stream goes on
		if err != nil {
			return err
		}
		c.wg.Go(func() { c.fail(ctx, c.follow(ctx, v, answer)) }) // ends with ctx
		return nil
	})
}

// wait waits until every viewer has gone.
func (c *crowd) wait() {
	c.wg.Wait()
	c.http.CloseIdleConnections()
}

func (c *crowd) fail(ctx context.Context, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ctx.Err() == nil {
		c.fault = keepFirst(c.fault, err)
	}
}

func (c *crowd) get(ctx context.Context, v *viewer, path string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.address+path, nil)
	if err != nil {
		return nil, fmt.Errorf("ask for %s: %w", path, err)
	}
	r.AddCookie(c.cookies[v.id])
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("ask for %s: %w", path, err)
	}
	if answer.StatusCode != http.StatusOK {
		return nil, keepFirst(fmt.Errorf("ask for %s: %s", path, answer.Status), answer.Body.Close())
	}
	return answer, nil
}

// follow reads a viewer's stream and fetches the list on each event about the board, as the pages do: events that come meanwhile ask for
// one fetch more.
func (c *crowd) follow(ctx context.Context, v *viewer, stream *http.Response) (err error) {
	wanted := make(chan struct{}, 1)
	var fetching sync.WaitGroup
	fetching.Go(func() { // ends with the stream
		for range wanted {
			c.fail(ctx, c.fetch(ctx, v))
		}
	})
	defer fetching.Wait()
	defer close(wanted)
	defer func() { err = keepFirst(err, stream.Body.Close()) }()
	lines := bufio.NewScanner(stream.Body)
	for lines.Scan() {
		data, is := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
		var news struct{ Topics []string }
		if !is || json.Unmarshal(data, &news) != nil || !slices.Contains(news.Topics, "board") {
			continue
		}
		select {
		case wanted <- struct{}{}:
		default:
		}
	}
	return keepFirst(lines.Err(), fmt.Errorf("a stream ended"))
}

func (c *crowd) fetch(ctx context.Context, v *viewer) error {
	answer, err := c.get(ctx, v, "/?fragment=board")
	if err != nil {
		return err
	}
	list, err := io.ReadAll(answer.Body)
	if err = keepFirst(err, answer.Body.Close()); err != nil {
		return fmt.Errorf("read the list: %w", err)
	}
	c.fetched.Add(1)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.has = append(v.has, sight{c.newest(list), time.Now()})
	return nil
}

// newest is the latest change that a list shows; 0 for none. Each change has an end of its own.
func (c *crowd) newest(list []byte) (n int) {
	for rest := string(list); ; {
		_, after, found := strings.Cut(rest, `until="`)
		if !found {
			return n
		}
		value, after, _ := strings.Cut(after, `"`)
		rest = after
		if at, err := time.Parse(time.RFC3339, value); err == nil {
			if k := int(at.Sub(c.base.Add(changesFrom)) / time.Second); k <= maxChanges {
				n = max(n, k)
			}
		}
	}
}

const maxChanges = 1800 // half an hour: the visits ahead begin much later

// stir makes changes at a rate, team after team, and then waits until the last was seen, or long enough.
func (c *crowd) stir(ctx context.Context, o Options, by *caller, size CrowdSize) error {
	beats := time.NewTicker(time.Second / time.Duration(size.Rate))
	defer beats.Stop()
	changes := min(int(size.For.Seconds()*float64(size.Rate))+1, maxChanges)
	for n := 1; n <= changes; n++ {
		<-beats.C
		team := n % c.teams
		if err := by.change(ctx, c.base, team, n); err != nil {
			return err
		}
		c.mu.Lock()
		c.made = append(c.made, made{team, time.Now()})
		err := c.fault
		c.mu.Unlock()
		if err != nil {
			return err
		}
		o.progress("check-ins", n, changes)
	}
	for until := time.Now().Add(seesWithin); time.Now().Before(until); {
		if _, _, missed := c.seen(); missed == 0 {
			return nil
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// seen gives how long each change took to each board that shows it, how long to the last of them, and how many were never seen.
func (c *crowd) seen() (every, last []time.Duration, missed int) {
	c.mu.Lock()
	made := slices.Clone(c.made)
	c.mu.Unlock()
	slowest := make([]time.Duration, len(made))
	for _, v := range c.viewers {
		v.mu.Lock()
		has := slices.Clone(v.has)
		v.mu.Unlock()
		for i, m := range made {
			if v.team >= 0 && v.team != m.team {
				continue
			}
			for len(has) > 0 && has[0].n < i+1 {
				has = has[1:]
			}
			if len(has) == 0 {
				missed++
				continue
			}
			took := max(has[0].at.Sub(m.at), 0)
			every, slowest[i] = append(every, took), max(slowest[i], took)
		}
	}
	return sorted(every), sorted(slowest), missed
}
