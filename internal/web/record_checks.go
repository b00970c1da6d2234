package web

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/store"
)

const (
	checkedKey  = "record-checked" // the fact that says what the last check from a page found
	checkWaited = 2 * time.Second  // for a check before its page is shown: a small record is checked by then
)

// checked is what a check of the record found.
type checked struct {
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Entries int64     `json:"entries"`
	Number  int64     `json:"number"` // of the sealed chain's end
	Head    string    `json:"head"`   // in hexadecimal
	Broken  string    `json:"broken,omitempty"`
	Failed  bool      `json:"failed,omitempty"` // it could not be checked to its end
	Agree   int       `json:"agree,omitempty"`  // checkpoints that are of this record
	Lost    []lost    `json:"lost,omitempty"`
}

// lost is what is not in the record as a backup was restored.
type lost struct {
	First       int64     `json:"first"`
	Last        int64     `json:"last"`
	Checkpoints int       `json:"checkpoints"` // that have it
	MadeAt      time.Time `json:"made_at"`
	RestoredAt  time.Time `json:"restored_at"`
}

// checking checks the record for the pages, one check at a time.
type checking struct {
	asked chan string // by whom

	mu          sync.Mutex
	runs        bool
	done, total int64
	over        chan struct{} // closed when the check that is under way is over
}

func newChecking() *checking { return &checking{asked: make(chan string, 1)} }

// begin asks for a check, unless one is under way, and gives what is closed when it is over.
func (k *checking) begin(by string) <-chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.runs {
		k.runs, k.done, k.total, k.over = true, 0, 0, make(chan struct{})
		k.asked <- by // there is room: none is under way
	}
	return k.over
}

// now says whether a check is under way, and how far it is in hundredths.
func (k *checking) now() (runs bool, percent int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.runs, k.done * 100 / max(k.total, 1)
}

func (k *checking) went(done, total int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.done, k.total = done, total
}

func (k *checking) ended() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.runs = false
	close(k.over)
}

// runChecks checks the record each time that it is asked for, until ctx ends.
func (p *Pages) runChecks(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case by := <-p.checking.asked:
			if err := p.checkRecord(ctx, by); err != nil && ctx.Err() == nil {
				p.Log.Error("check the record", "error", err)
			}
			p.checking.ended()
		}
	}
}

// checkRecord checks the record, and notes what it found for every node's pages.
func (p *Pages) checkRecord(ctx context.Context, by string) error {
	at := p.Engine.Now()
	audited, err := p.Keeping.CheckRecord(ctx, p.checking.went)
	found := checked{At: at.UTC(), By: by, Entries: audited.Entries, Number: audited.Head.N, Head: hex.EncodeToString(audited.Head.Hash),
		Agree: audited.Agree}
	for _, l := range audited.Lost {
		found.Lost = append(found.Lost, lost{l.First, l.Last, l.Checkpoints, l.MadeAt, l.RestoredAt})
	}
	broken, is := errors.AsType[*store.BreakError](err)
	switch {
	case is:
		found.Broken, err = broken.Where+": "+broken.What, nil
	case err != nil && ctx.Err() != nil:
		return err // it was stopped: nothing was found
	default:
		found.Failed = err != nil
	}
	raw, noted := json.Marshal(found)
	if noted == nil {
		noted = p.Store.SetMeta(ctx, checkedKey, string(raw))
	}
	return errors.Join(err, noted)
}

// lastCheck is what the last check from a page found; nil where there was none.
func (p *Pages) lastCheck(ctx context.Context) (*checked, error) {
	raw, err := p.Store.Meta(ctx, checkedKey)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var found checked
	if json.Unmarshal([]byte(raw), &found) != nil {
		return nil, nil // of another version: the next one is noted rightly
	}
	return &found, nil
}

// recordChecksPage says whether the record is whole, and where its head went.
type recordChecksPage struct {
	Layout
	Last        *checked
	By          string
	Runs        bool
	Percent     int64
	Number      int64 // of the sealed chain's end now
	Checkpoints []Checkpoint
	Reads       bool // the reader reads the record
	Known       bool // it is known how the installation is kept
}

// mayCheckRecord says that the reader checks the record. What it says of it counts every entry, so it is for nobody who visits (rule 4.2).
func mayCheckRecord(c *request) bool { return access.May(access.CheckRecord, access.ByRole(c.who)) }

// recordChecks answers GET /record/checks.
func (p *Pages) recordChecks(c *request) error {
	if !mayCheckRecord(c) {
		return notFound()
	}
	page := recordChecksPage{Layout: p.layout(c, "Is the record whole?"), Reads: mayReadRecord(c.who), Known: p.Keeping != nil}
	page.Runs, page.Percent = p.checking.now()
	end, err := p.Store.Head(c.Context())
	if err != nil {
		return err
	}
	page.Number = end.N
	if page.Last, err = p.lastCheck(c.Context()); err != nil {
		return err
	}
	if page.Last != nil {
		if page.By, err = p.calls(c, page.Last.By); err != nil {
			return err
		}
	}
	if page.Known {
		if page.Checkpoints, err = p.Keeping.Checkpoints(c.Context()); err != nil {
			return err
		}
	}
	return p.show(c, http.StatusOK, "record_checks", page)
}

// calls is how the reader is told of someone: by their name where names are theirs to see, else by the id.
func (p *Pages) calls(c *request, id string) (string, error) {
	if !access.May(access.SeeTeam, access.ByRole(c.who)) {
		return id, nil
	}
	return p.nameOf(c.Context(), id)
}

// checkNow answers POST /record/checks. That somebody checked is on record.
func (p *Pages) checkNow(c *request) error {
	if !mayCheckRecord(c) || p.Keeping == nil {
		return notFound()
	}
	if err := p.Access.LookedAt(c.Context(), c.who.ID, "page", "record/check", "", c.at); err != nil {
		return err
	}
	ctx, done := context.WithTimeout(c.Context(), checkWaited)
	defer done()
	select {
	case <-p.checking.begin(c.who.ID):
	case <-ctx.Done():
	}
	return c.redirect("/record/checks")
}
