package app

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/allclear-safety/allclear/internal/incident"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/report"
	"github.com/allclear-safety/allclear/internal/store"
)

const (
	postTurn    = 10 * time.Second // how often it is looked whether an incident is to be sent
	postTimeout = 10 * time.Second
	postClaim   = 3 * postTimeout // for how long a node takes an incident to send; the rest is for the database
	postAgain   = time.Minute     // after the first failure; then twice as long each time
	postLongest = time.Hour
	postLate    = 24 * time.Hour
)

// errNoAnswer says that the portal could not be reached, or did not answer in time.
var errNoAnswer = errors.New("no answer")

// poster sends incidents to the organisation's portal, or to what stands before it.
type poster struct {
	db      *store.DB
	clock   *clock
	address string
	secret  private.Text
	client  *http.Client
}

func newPoster(o Options, db *store.DB, c *clock) *poster {
	return &poster{db: db, clock: c, address: o.IncidentWebhook, secret: o.IncidentSecret, client: o.Outgoing.Client(o.IncidentWebhook, postTimeout)}
}

// postIncidents sends each incident that is new or changed, until ctx ends. Every node looks; which one sends an incident is settled for each.
func (a *App) postIncidents(ctx context.Context) error {
	p := newPoster(a.o, a.db, a.clock)
	tick := time.NewTicker(postTurn)
	defer tick.Stop()
	for {
		if err := p.turn(ctx); err != nil && ctx.Err() == nil {
			a.o.Log.Warn("incident not sent", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// turn sends what is due. One that is refused waits, and holds up no other; where nobody answers at all the turn ends, as a hundred times ten
// seconds would be spent on a portal that is down.
func (p *poster) turn(ctx context.Context) error {
	due, err := p.db.PostsDue(ctx, p.clock.Now())
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range due {
		err := p.one(ctx, id)
		errs = append(errs, err)
		if errors.Is(err, errNoAnswer) || ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

// one sends an incident that no other node has taken meanwhile.
func (p *poster) one(ctx context.Context, id string) error {
	at := p.clock.Now()
	claimed, mine, err := p.db.ClaimPost(ctx, id, at, at.Add(p.clock.Plan(postClaim)))
	if !mine || claimed.Paper.Erased {
		return err
	}
	var body []byte
	if err == nil {
		body, err = postBody(claimed.Paper, at)
	}
	if err == nil {
		err = p.post(ctx, fmt.Sprintf("%s.%d", id, claimed.Paper.Revision), at, body)
	}
	if err == nil {
		return p.db.Posted(ctx, claimed)
	}
	wait := min(postAgain<<min(claimed.Fails, 6), postLongest)
	return errors.Join(fmt.Errorf("incident %s: %w", id, err), p.db.NotPosted(ctx, claimed, p.clock.Now().Add(p.clock.Plan(wait))))
}

// post is what the portal is told of an incident.
type post struct {
	Type      string    `json:"type"` // incident.recorded, incident.changed
	Timestamp time.Time `json:"timestamp"`
	Data      postData  `json:"data"`
}

type postData struct {
	ID         string            `json:"id"`
	Revision   int               `json:"revision"`
	Team       string            `json:"team"`
	RecordedAt time.Time         `json:"recorded_at"`
	ChangedAt  time.Time         `json:"changed_at"`
	Answers    map[string]string `json:"answers"`
	Riddor     string            `json:"riddor,omitempty"`
	RiddorDue  string            `json:"riddor_due,omitempty"`
}

// postBody gives of an incident what the portal asks for, and nothing else: no witness, no cause, no id of a person.
func postBody(paper store.Paper, at time.Time) ([]byte, error) {
	i, err := incident.Decode(paper.Body.Reveal())
	if err != nil {
		return nil, err
	}
	p := post{Type: "incident.changed", Timestamp: at.UTC().Truncate(time.Second), Data: postData{ID: paper.ID, Revision: paper.Revision, Team: paper.Team,
		RecordedAt: paper.MadeAt, ChangedAt: paper.ChangedAt, Answers: map[string]string{}}}
	if paper.Revision == 1 {
		p.Type = "incident.recorded"
	}
	for _, q := range incident.Questions() {
		if answer := *q.In(&i); q.Outside && answer != "" {
			p.Data.Answers[q.Name] = answer
		}
	}
	duty := i.Riddor(at)
	p.Data.Riddor = string(duty.Report)
	if !duty.Due.IsZero() {
		p.Data.RiddorDue = duty.Due.Format(time.DateOnly)
	}
	return json.Marshal(p)
}

// post posts a body, signed as Standard Webhooks has it. Its errors show neither the address nor the answer.
func (p *poster) post(ctx context.Context, id string, at time.Time, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.address, bytes.NewReader(body))
	if err != nil {
		return errors.New("its address can't be used")
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Webhook-Id", id)
	req.Header.Set("Webhook-Timestamp", stamp)
	req.Header.Set("Webhook-Signature", Signature(p.secret, id, stamp, body))
	resp, err := p.client.Do(req)
	if err != nil {
		return errNoAnswer
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("it answered %d", resp.StatusCode)
	}
	return nil
}

// Signature is that of a webhook by the specification of Standard Webhooks: HMAC-SHA256 over its id, its time and its body.
func Signature(secret private.Text, id, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write([]byte(id + "." + stamp + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// ExportIncidents writes all incidents that were recorded from an instant and before another, as a table for a spreadsheet; a zero instant is no
// bound. That it was done is on record before. It works beside a running server.
func ExportIncidents(ctx context.Context, o Options, out io.Writer, from, to time.Time) (n int, err error) {
	db, err := Open(ctx, o, false)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := recordExport(ctx, db, o, "incidents"); err != nil {
		return 0, err
	}
	c, err := newClock(ctx, db, o.Speed, nil)
	if err != nil {
		return 0, fmt.Errorf("read the clock: %w", err)
	}
	papers, err := db.Papers(ctx, store.PaperFilter{Kind: store.IncidentPaper})
	if err != nil {
		return 0, err
	}
	var all []report.Incident
	for _, p := range papers {
		if p.Erased || p.MadeAt.Before(from) || !to.IsZero() && !p.MadeAt.Before(to) {
			continue
		}
		i, err := incident.Decode(p.Body.Reveal())
		if err != nil {
			return 0, err
		}
		all = append(all, report.Incident{ID: p.ID, Team: p.Team, RecordedAt: p.MadeAt, ChangedAt: p.ChangedAt, WrittenAt: c.Now(), Zone: time.UTC, Is: i})
	}
	return len(all), report.IncidentsCSV(out, all)
}

// checkPosts says that incidents wait to be sent for too long.
func checkPosts(ctx context.Context, db *store.DB, o Options, at time.Time) (found []Finding, err error) {
	if o.IncidentWebhook == "" {
		return nil, nil
	}
	n, since, err := db.PostsWaiting(ctx)
	if err == nil && n > 0 && at.Sub(since) > postLate {
		found = append(found, Finding{About: "incidents", Says: fmt.Sprintf("%d could not be sent to the portal's address for over a day; see the log of allclear serve", n)})
	}
	return found, err
}
