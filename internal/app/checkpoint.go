package app

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/allclear-safety/allclear/internal/checkpoint"
	"github.com/allclear-safety/allclear/internal/store"
)

const (
	checkpointTurn    = time.Minute      // how often it is looked whether one is due, and one that was not sent is tried again
	checkpointNode    = 50 * time.Second // within it one node of several looks
	checkpointEvery   = time.Hour
	checkpointGrown   = 10_000 // entries that do not wait for the hour
	checkpointTimeout = 10 * time.Second
	checkpointLate    = checkpointEvery + 10*time.Minute
)

// publisher sends checkpoints of the record outside.
type publisher struct {
	db      *store.DB
	clock   *clock
	origin  string
	key     ed25519.PrivateKey
	outlets []outlet
}

// outlet is one place outside.
type outlet struct {
	name   string // "file", "webhook", "mail"
	send   func(ctx context.Context, signed []byte) error
	folder *mount // of the file; nil for the others
}

func newPublisher(o Options, db *store.DB, c *clock) *publisher {
	return &publisher{db: db, clock: c, origin: origin(o.URL, db), key: db.CheckpointKey(), outlets: o.outlets()}
}

// outlets are where checkpoints go by the settings.
func (o Options) outlets() (list []outlet) {
	if o.CheckpointFile != "" {
		folder := &mount{} // another machine's, where it is well kept
		list = append(list, outlet{name: "file", folder: folder, send: func(ctx context.Context, signed []byte) error {
			return folder.do(ctx, filepath.Dir(o.CheckpointFile), checkpointTimeout, func(context.Context) error { return appendNote(o.CheckpointFile, signed) })
		}})
	}
	if o.CheckpointURL != "" {
		client := o.Outgoing.Client(o.CheckpointURL, checkpointTimeout)
		list = append(list, outlet{name: "webhook", send: func(ctx context.Context, signed []byte) error { return postNote(ctx, client, o.CheckpointURL, signed) }})
	}
	if o.CheckpointMail != "" && o.SMTP != nil {
		list = append(list, outlet{name: "mail", send: o.mailNote})
	}
	return list
}

// origin is how an installation is called in its checkpoints: its public host, else a name of its master key's own.
func origin(address string, db *store.DB) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || strings.ContainsAny(u.Host, "+ ") {
		return db.Installation()
	}
	if ip, err := netip.ParseAddr(u.Hostname()); u.Hostname() == "localhost" || err == nil && ip.IsLoopback() {
		return db.Installation()
	}
	return u.Host
}

// publish sends a checkpoint every hour, and sooner when the record grows fast, until ctx ends.
func (a *App) publish(ctx context.Context) error {
	tick := time.NewTicker(checkpointTurn)
	defer tick.Stop()
	for {
		mine, err := a.db.Chore(ctx, "checkpoint", a.clock.Now(), a.clock.Plan(checkpointNode))
		if err == nil && mine {
			err = a.publisher.turn(ctx, false)
		}
		if err != nil && ctx.Err() == nil {
			a.o.Log.Warn("checkpoint not sent", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// publishLast seals what is not sealed yet, and sends a checkpoint of it: what happened before a stop is as well kept as what happened
// before the hour.
func (a *App) publishLast(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, checkpointTimeout)
	defer cancel()
	if _, err := a.db.Seal(ctx, a.clock.Now()); err != nil {
		a.o.Log.Warn("history not sealed", "error", err)
	}
	if err := a.publisher.turn(ctx, true); err != nil {
		a.o.Log.Warn("checkpoint not sent", "error", err)
	}
}

// turn sends a checkpoint to each outlet where one is due; at the end, to each that has not what is new.
func (p *publisher) turn(ctx context.Context, ending bool) error {
	if len(p.outlets) == 0 {
		return nil
	}
	head, err := p.db.Head(ctx)
	if err != nil || head.N == 0 {
		return err
	}
	at := p.clock.Now()
	signed, err := checkpoint.Checkpoint{Origin: p.origin, N: head.N, Head: head.Hash, At: at}.Sign(p.key)
	if err != nil {
		return err
	}
	var errs []error
	for _, to := range p.outlets {
		last, err := lastSent(ctx, p.db, to.name)
		due := last.n == 0 || head.N-last.n >= checkpointGrown || p.clock.Real(at.Sub(last.at)) >= checkpointEvery || ending && head.N != last.n
		if err == nil && due {
			if err = to.send(ctx, signed); err == nil {
				err = p.db.SetMeta(ctx, sentKey(to.name), fmt.Sprintf("%d %s", head.N, at.Format(time.RFC3339Nano)))
			}
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("to the %s: %w", to.name, err), p.db.SetMeta(ctx, failedKey(to.name), at.Format(time.RFC3339Nano)))
		}
	}
	return errors.Join(errs...)
}

func sentKey(outlet string) string { return "checkpoint/" + outlet }

// failedKey is the fact that says when sending to an outlet last failed.
func failedKey(outlet string) string { return "checkpoint-failed/" + outlet }

// sent is what an outlet had last; the zero one is nothing yet.
type sent struct {
	n  int64
	at time.Time
}

func lastSent(ctx context.Context, db *store.DB, outlet string) (s sent, err error) {
	noted, err := db.Meta(ctx, sentKey(outlet))
	if errors.Is(err, store.ErrNotFound) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	var at string
	if _, err := fmt.Sscan(noted, &s.n, &at); err != nil {
		return sent{}, nil // then the next is due, and noted rightly
	}
	s.at, err = time.Parse(time.RFC3339Nano, at)
	return s, err
}

// appendNote adds a note to the file, durably. Whoever else is to read the file is given that by its folder.
func appendNote(path string, signed []byte) (err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600) // #nosec G304 -- the operator's own file, as a setting or an argument names it
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	text := append(bytes.Clone(signed), '\n')
	if last := make([]byte, 1); info.Size() > 0 {
		if _, err := f.ReadAt(last, info.Size()-1); err == nil && last[0] != '\n' { // one before it was cut off
			text = append([]byte("\n"), text...)
		}
	}
	if _, err := f.Write(text); err != nil {
		return err
	}
	return f.Sync()
}

// postNote posts a note. Its errors do not show the address, which may hold a secret.
func postNote(ctx context.Context, client *http.Client, address string, signed []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(signed))
	if err != nil {
		return errors.New("its address can't be used")
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	resp, err := client.Do(req)
	if err != nil {
		return errors.New("no answer")
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("it answered %d", resp.StatusCode)
	}
	return nil
}

// checkCheckpoints says where no checkpoint has come for too long.
func checkCheckpoints(ctx context.Context, db *store.DB, o Options, at time.Time, real func(time.Duration) time.Duration) (found []Finding, err error) {
	if o.CheckpointFile != "" {
		dir := filepath.Dir(o.CheckpointFile)
		if err := (&mount{}).do(ctx, dir, lookWithin, func(context.Context) error { return isFolder(dir) }); errors.Is(err, errSilent) {
			found = append(found, Finding{About: "record", Says: "the checkpoint file's folder does not answer"})
		} else if err != nil {
			found = append(found, Finding{About: "record", Says: "the checkpoint file's folder is not there; make it, or name another file"})
		}
	}
	head, err := db.Head(ctx)
	if err != nil || head.N == 0 {
		return found, err
	}
	for _, to := range o.outlets() {
		last, err := lastSent(ctx, db, to.name)
		if err != nil {
			return found, err
		}
		switch age := real(at.Sub(last.at)); {
		case last.n == 0:
			found = append(found, Finding{About: "record", Says: "no checkpoint has come to the " + to.name + " yet; if it stays so, see the log of allclear serve"})
		case age > checkpointLate:
			found = append(found, Finding{About: "record", Says: fmt.Sprintf("the last checkpoint came to the %s %s ago; see the log of allclear serve", to.name, age.Round(time.Minute))})
		}
	}
	return found, nil
}

// checkpointAge is how long ago each outlet had its last checkpoint; none is given while there is nothing to send.
type checkpointAge struct{ a *App }

var checkpointAgeSeconds = prometheus.NewDesc("allclear_checkpoint_age_seconds",
	"How long ago the last checkpoint of the record was sent outside; since this process started where none was.", []string{"to"}, nil)

func (checkpointAge) Describe(to chan<- *prometheus.Desc) { to <- checkpointAgeSeconds }

func (c checkpointAge) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), countWithin)
	defer cancel()
	p := c.a.publisher
	head, err := p.db.Head(ctx)
	if err != nil || head.N == 0 {
		return // a figure that is not known is not given
	}
	for _, o := range p.outlets {
		last, err := lastSent(ctx, p.db, o.name)
		if err != nil {
			continue
		}
		if last.n == 0 {
			last.at = c.a.began
		}
		to <- prometheus.MustNewConstMetric(checkpointAgeSeconds, prometheus.GaugeValue, p.clock.Real(p.clock.Now().Sub(last.at)).Seconds(), o.name)
	}
}
