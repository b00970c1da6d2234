package e2e_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/e2e/town"
	"github.com/allclear-safety/allclear/e2e/weekend"
)

const (
	killSpeed  = 100 // five minutes of the plan are 3 s: a restart takes a part of one on a busy machine
	wholeSpeed = 240 // without a restart they may be 1.3 s
	// killWithin is the part of the play in which Allclear is killed, from the first request to the close.
	killWithin = 68 * time.Minute
	// killPlan lets a restart pass between two rounds: with the plan's 5 min at this speed, who is told would be up to
	// the machine.
	killPlan = 15 * time.Minute
)

// Kill -9 at random moments of the weekend and start again: the same people are told the same things as without, nothing
// comes twice to the same person that cannot be known as a repeat, and the run reaches its close.
func TestKilledAtAnyMomentTheSamePeopleAreTold(t *testing.T) {
	t.Parallel()
	t.Logf("repeat with -seed %d", *seed)
	var want []string
	t.Run("unbroken", func(t *testing.T) {
		whole := open(t, town.Options{Speed: wholeSpeed})
		weekend.Play(whole, weekend.Options{AcknowledgeWithin: killPlan, SlowHands: true})
		want = told(whole)
	})
	if t.Failed() {
		return
	}
	each(t, func(t *testing.T, database string) {
		accepted := make(chan struct{}, 1)
		w := open(t, town.Options{Database: database, Speed: killSpeed, Patient: true, Observe: func() {
			select {
			case accepted <- struct{}{}:
			default:
			}
		}})
		done := make(chan struct{})
		go func() { // ends with its last kill
			defer close(done)
			killAndRestart(w, accepted)
		}()
		t.Cleanup(func() { <-done })
		weekend.Play(w, weekend.Options{AcknowledgeWithin: killPlan, SlowHands: true})
		<-done
		if got := told(w); !slices.Equal(got, want) {
			t.Errorf("killed, these are told:\n%s\nunbroken, these:\n%s\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"), w.Transcript())
		}
		for _, text := range unknowable(w) {
			t.Errorf("twice, and not to be known as a repeat: %s", text)
		}
	})
}

// killAndRestart kills Allclear at moments drawn from the seed: half of them as they come, half just as the provider
// takes a text and before Allclear can note that it did.
func killAndRestart(w *town.Town, accepted <-chan struct{}) {
	began := w.Now()
	for n, after := range moments() {
		w.Until(began.Add(after))
		if n%2 == 1 {
			drain(accepted)
			select {
			case <-accepted:
			case <-time.After(2 * time.Second):
			}
		}
		w.Kill9()
		w.Restart()
	}
}

func drain(c <-chan struct{}) {
	select {
	case <-c:
	default:
	}
}

// moments draws when to kill, in order.
func moments() []time.Duration {
	n := *kills
	switch {
	case n > 0:
	case os.Getenv("CI") != "":
		n = 20
	default:
		n = 6
	}
	draw := rand.New(rand.NewPCG(*seed, 0))
	drawn := make([]time.Duration, n)
	for i := range drawn {
		drawn[i] = time.Duration(draw.Int64N(int64(killWithin)))
	}
	slices.Sort(drawn)
	return drawn
}

// sentences are what people are told in the weekend, by words that each of them holds.
var sentences = []string{"not heard", "contact the police", "has the alarm", "stood down", "new time", "how are things", ", until"}

// told lists who was told what at least once.
func told(w *town.Town) []string {
	found := map[string]bool{}
	for _, m := range w.Texts() {
		for _, sentence := range sentences {
			if strings.Contains(strings.ToLower(m.Body), sentence) {
				found[fmt.Sprintf("%s: %s", m.To, sentence)] = true
				break
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// unknowable lists the texts that somebody got twice in the same words without a visit's reference. That Allclear was down,
// and that one is on call, are known again by their times.
func unknowable(w *town.Town) []string {
	visit := w.Alarms("closed")[0].Visits[0]
	reference := w.Visit(visit).Reference
	seen, twice := map[string]bool{}, []string(nil)
	for _, m := range w.Texts() {
		key := m.To + ": " + m.Body
		spans := strings.Contains(m.Body, "was down from") || strings.Contains(m.Body, "You are on call from")
		if seen[key] && !strings.Contains(m.Body, reference) && !spans {
			twice = append(twice, key)
		}
		seen[key] = true
	}
	return twice
}
