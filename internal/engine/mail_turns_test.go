package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// sick is a database in which some series cannot be looked at.
type sick struct {
	*store.DB
	mails map[string]bool // by the mails that they were booked by
}

func (s sick) SeriesOf(ctx context.Context, master store.Invited) ([]store.Invited, error) {
	if s.mails[master.Mail] {
		return nil, errors.New("this one fails")
	}
	return s.DB.SeriesOf(ctx, master)
}

// Series that cannot be booked on, however many, keep no other from its turn, and are tried again.
func TestASeriesThatCannotBeBookedOnHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	for name, spoils := range map[string]string{
		"its words cannot be read": `UPDATE invited SET words = $1 WHERE instance = 0 AND look_at < 10`,
		"it fails":                 "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
				t.Parallel()
				w := invitedTo(t, p.Open(t), &notary{})
				for n := range 11 {
					w.mails(zoned(weekly(fmt.Sprintf("202611%02d", 23+n%7), fmt.Sprintf("%02d0000", 10+n/7*2), fmt.Sprintf("%02d0000", 11+n/7*2), "FREQ=MONTHLY;COUNT=4", func(e *event) { e.uid = fmt.Sprintf("s%d", n) })))
				}
				booked := len(w.visitsOf("p-priya"))
				raw := p.Raw(t)
				_, err := raw.Exec(`UPDATE invited SET look_at = 1 WHERE instance = 0 AND uid IN (SELECT uid FROM invited WHERE instance = 0 ORDER BY uid LIMIT 10)`)
				w.must(err)
				if spoils != "" {
					_, err = raw.Exec(spoils, []byte("spoilt"))
					w.must(err)
				} else {
					due, err := w.db.SeriesDue(t.Context(), time.UnixMicro(1), 20)
					w.must(err)
					s := sick{w.db, map[string]bool{}}
					for _, master := range due {
						s.mails[master.Mail] = true
					}
					tweak := w.tweak
					w.tweak = func(o *engine.Options) { tweak(o); o.Store = s }
				}
				w.crash()
				for _, want := range []int{10, 20} { // the second time the ten are due again, and before the one
					for range 3 { // minutes
						w.clock.Set(w.clock.Now().Add(61 * time.Second))
						_ = w.engine.Chores(t.Context())
					}
					if n := strings.Count(w.log.String(), "series not booked on"); n != want {
						t.Errorf("%d failures are logged, want %d", n, want)
					}
					w.clock.Set(w.clock.Now().Add(40 * 24 * time.Hour))
				}
				if n := len(w.visitsOf("p-priya")); n <= booked {
					t.Errorf("%d are booked: the one that could be went on with the rest", n)
				}
			})
		})
	}
}
