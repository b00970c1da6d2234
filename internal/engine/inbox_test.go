package engine_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

func TestTextsActOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.book()
		in := w.phone(priya).texts("in")
		for range 3 {
			w.must(w.engine.Receive(t.Context(), in))
		}
		w.settle()
		w.phone(priya).Expects("In 14:00")
		w.silent(priya)
	})
}

func TestCrashBetweenReceiveAndStep(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.book()
		w.phone(priya).sends("in")
		w.crash()
		w.settle()
		w.phone(priya).Expects("In 14:00")
		w.is(visit, watch.Inside)
		w.silent(priya)
	})
}

func TestTextsOfOneSenderKeepTheirOrder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.book()
		for i, body := range []string{"in", "LATE 15:30", "LATE 15:45", "LATE 15:20"} {
			w.phone(priya).sends(body)
			w.clock.Set(w.clock.Now().Add(time.Second))
			if i == 0 {
				w.phone(stranger).sends("hello?")
			}
		}
		w.settle()
		if end := w.visit(visit).ExpectedEndAt; end != sunday.Add(80*time.Minute) {
			t.Errorf("expected end is %s, want that of the last text", end)
		}
	})
}

// An OUT that came before due ends the visit, however late and behind however
// many other texts it is stepped.
func TestOutBeforeDueSteppedAfter(t *testing.T) {
	for name, others := range map[string]int{"alone": 0, "behind more than a batch of others": 1100} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				visit := w.book()
				w.phone(priya).texts("in")
				w.wait(74 * time.Minute)
				w.readAll()
				for i := range others {
					r := w.town.Text(w.number(stranger), w.number(ours), strings.Repeat("hello ", 1+i%5))
					w.must(w.engine.Receive(t.Context(), r))
				}
				w.sleep(50 * time.Second)
				w.phone(priya).sends("out")
				w.sleep(30 * time.Second) // now it is due
				_, err := w.engine.StepDue(t.Context())
				w.must(err)
				w.settle()
				w.noAlarm()
				w.is(visit, watch.Ended)
				w.phone(priya).Expects("Out 15:14")
				w.silent(sam, priya)
			})
		})
	}
}

func TestUnknownNumber(t *testing.T) {
	t.Run("is answered without any detail", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.book()
			w.phone(stranger).texts("out")
			answer := w.phone(stranger).Expects("do not know this number").Body
			for _, word := range []string{"Priya", "Sam", "ECHo", "visit"} {
				if strings.Contains(answer, word) {
					t.Errorf("%q tells a stranger of %s", answer, word)
				}
			}
			w.silent(sam, ann, lee, mo, priya)
		})
	})
	t.Run("that cries for help is told to every responder on duty", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			for _, cry := range []string{"help me please", "can you ask for Scarlett"} {
				w.phone(stranger).texts(cry)
				for _, n := range []string{sam, samHome, ann} {
					w.phone(n).Expects("A cry for help from a number we do not know")
				}
			}
			w.phone(sam).calls(2)
			w.noAlarm()
			w.silent(lee, mo)
		})
	})
	t.Run("that goes on texting is not answered for ever", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			for range 9 {
				w.phone(stranger).texts("I am a robot")
			}
			if n := len(w.phone(stranger).read()); n != 5 {
				t.Errorf("answered %d times in an hour, want 5", n)
			}
			w.wait(time.Hour + time.Minute)
			w.phone(stranger).texts("I am a robot")
			w.phone(stranger).Expects("do not know this number")
		})
	})
}

// shared gives Jo Priya's phone.
func shared(w *world) {
	w.t.Helper()
	_, err := w.engine.PutPerson(w.t.Context(), engine.Actor{},
		buddy.Person{ID: "p-jo", Name: "Jo Park", Team: "echo", Roles: []string{"worker"}, Mobile: w.number(priya), Active: true})
	w.must(err)
}

func forJo(b *engine.Booking) { b.Worker = "p-jo" }

func TestSharedPhone(t *testing.T) {
	t.Run("a text is asked back, and the code alone answers it", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			shared(w)
			hers, his := w.book(), w.book(forJo)
			w.readAll()
			w.wait(20 * time.Minute)
			w.readAll()
			w.phone(priya).texts("out")
			w.phone(priya).Expects("which visit is it about")
			w.is(hers, watch.Booked)
			w.is(his, watch.Booked)
			w.phone(priya).texts(w.visit(his).Reference)
			w.phone(priya).Expects("Out 14:20")
			w.is(hers, watch.Booked)
			w.is(his, watch.Ended)
			w.silent(priya)
		})
	})
	t.Run("a text that names its visit is about that", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			shared(w)
			hers, his := w.book(), w.book(forJo)
			w.phone(priya).texts("in " + w.visit(his).Reference)
			w.is(hers, watch.Booked)
			w.is(his, watch.Inside)
		})
	})
	t.Run("with one live visit it is that worker's", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			shared(w)
			his := w.book(forJo)
			w.phone(priya).texts("in")
			w.is(his, watch.Inside)
		})
	})
	t.Run("a cry for help alarms for all", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			shared(w)
			w.book()
			w.book(forJo)
			w.phone(priya).texts("help, he won't let us leave")
			open, err := w.db.Alarms(t.Context(), "open", 0)
			if err != nil || len(open) != 2 {
				t.Fatalf("%d alarms, want one for each (%v)", len(open), err)
			}
			w.phone(sam).Expects("Priya N has asked for help")
			w.phone(sam).Expects("Jo P has asked for help")
		})
	})
}

func TestScarlettForAColleague(t *testing.T) {
	t.Run("a unique name alarms for that person", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			visit := w.book()
			w.phone(jo).texts("SCARLETT Priya")
			a := w.alarm()
			if a.Worker != "p-priya" || a.Kind != watch.Duress || a.Visits[0] != visit || a.RaisedBy != "p-jo" {
				t.Errorf("alarm %s for %s on %v by %s", a.Kind, a.Worker, a.Visits, a.RaisedBy)
			}
			w.phone(jo).Expects("I'll see if I can find Scarlett for you.")
			w.phone(sam).Expects("CALL 999 now. Priya N asked for Scarlett")
			w.phone(mo).Expects("CALL 999 now")
			w.silent(priya, jo)
		})
	})
	t.Run("a name that nobody has alarms for the sender", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.phone(jo).texts("SCARLETT Zebedee")
			if a := w.alarm(); a.Worker != "p-jo" || a.Kind != watch.Duress {
				t.Errorf("alarm %s for %s", a.Kind, a.Worker)
			}
		})
	})
	t.Run("a crash before the answer repeats nothing but the answer", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.tweak = func(o *engine.Options) { o.Store = &trouble{DB: w.db, refuseChain: "system"} }
			w.crash()
			w.phone(jo).sends("SCARLETT Priya")
			_, err := w.engine.StepWaiting(t.Context())
			w.must(err)
			w.tweak = nil
			w.crash()
			w.settle()
			w.phone(jo).Expects("I'll see if I can find Scarlett for you.")
			w.phone(sam).Expects("CALL 999 now")
			w.silent(sam, jo)
		})
	})
}

// trouble is a database that refuses some things.
type trouble struct {
	*store.DB
	refuseChain string // commits of this worker's or chain's changes fail
	panicWorker string // loading this worker panics
	panics      int    // so often; -1 for ever
	unknown     int    // so many commits are done and said to be unknown
	loseSettles int    // so many hand-overs are not recorded
}

var errRefused = errors.New("refused by the test")

func (d *trouble) Commit(ctx context.Context, c store.Change) error {
	if c.Worker == d.refuseChain {
		return errRefused
	}
	err := d.DB.Commit(ctx, c)
	if err == nil && d.unknown > 0 {
		d.unknown--
		return store.ErrUnknown
	}
	return err
}

func (d *trouble) Load(ctx context.Context, worker string) (store.Loaded, error) {
	if worker == d.panicWorker && d.panics != 0 {
		d.panics--
		panic("private words of " + worker)
	}
	return d.DB.Load(ctx, worker)
}

func (d *trouble) Settle(ctx context.Context, done []store.Outcome) error {
	if d.loseSettles > 0 {
		d.loseSettles--
		return errRefused
	}
	return d.DB.Settle(ctx, done)
}

func TestTextThatCannotBeStepped(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		his := w.book(forJo)
		w.readAll()
		w.tweak = func(o *engine.Options) { o.Store = &trouble{DB: w.db, panicWorker: "p-priya", panics: -1} }
		w.crash()
		w.phone(priya).sends("a text that makes it fall over")
		w.phone(priya).sends("and another")
		w.phone(jo).sends("in")
		for range 12 {
			w.settle()
		}
		w.is(his, watch.Inside)
		w.phone(sam).Expects("A message could not be dealt with. Please look at it now.")
		aside, err := w.db.Aside(t.Context())
		if err != nil || len(aside) != 2 {
			t.Errorf("set aside %v, want both of Priya's (%v)", aside, err)
		}
		if log := w.log.String(); strings.Contains(log, "private words") || strings.Contains(log, "fall over") {
			t.Error("the log has private words")
		}
	})
}

// A text whose words cannot be opened must not stop the others, nor be lost in
// silence.
func TestTextThatCannotBeOpened(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		w := newWorld(t, p.Open(t), nil)
		visit := w.book()
		bad := w.phone(jo).sends("words that will be spoilt")
		_, err := p.Raw(t).Exec(`UPDATE inbox SET words = $1 WHERE provider_id = $2`, []byte("spoilt"), bad.ID)
		w.must(err)
		w.phone(priya).sends("in")
		for range 6 {
			w.settle()
		}
		w.is(visit, watch.Inside)
		w.phone(sam).Expects("A message could not be dealt with")
	})
}

func TestTransientTroubleKeepsOrder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.book()
		w.phone(priya).texts("in")
		w.tweak = func(o *engine.Options) { o.Store = &trouble{DB: w.db, panicWorker: "p-priya", panics: 1} }
		w.crash()
		w.phone(priya).sends("LATE 15:30")
		w.sleep(time.Second)
		w.phone(priya).sends("LATE 15:15")
		w.settle()
		w.settle()
		if end := w.visit(visit).ExpectedEndAt; end != sunday.Add(75*time.Minute) {
			t.Errorf("expected end is %s: the second text overtook the first", end)
		}
	})
}

func TestUnknownCommitIsGivenAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.book()
		w.tweak = func(o *engine.Options) { o.Store = &trouble{DB: w.db, unknown: 1} }
		w.crash()
		w.phone(priya).texts("in")
		w.settle()
		w.phone(priya).Expects("In 14:00")
		w.silent(priya)
		w.is(visit, watch.Inside)
	})
}

// A worker whose step fails must not stop the others, and people are told.
func TestStuckWorker(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.book()
		his := w.book(forJo)
		w.readAll()
		w.wait(74 * time.Minute)
		w.readAll()
		w.tweak = func(o *engine.Options) { o.Store = &trouble{DB: w.db, panicWorker: "p-priya", panics: -1} }
		w.crash()
		w.wait(2 * time.Minute)
		w.is(his, watch.Overdue)
		w.phone(sam).Expects("We have not heard from Jo P")
		w.phone(sam).Expects("A message about Priya N could not be dealt with")
		w.tweak = nil
		w.crash()
		w.settle()
		w.phone(sam).Expects("We have not heard from Priya N")
	})
}

func TestOddTexts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.book()
		for _, body := range []string{strings.Repeat("long ", 2000), "🙂🙂🙂", "\x00\x00", ""} {
			w.phone(priya).texts(body)
			w.phone(priya).Expects("We could not follow your text")
		}
		w.is(visit, watch.Booked)
		w.noAlarm()
	})
}

// A text may ask for a person and tell of the visit too. Where the words of leaving
// are not plain enough beside the request, the visit goes on.
func TestRequestBesideOut(t *testing.T) {
	begin := func(w *world) string {
		visit := w.book()
		w.phone(priya).texts("in")
		w.wait(30 * time.Minute)
		w.readAll()
		return visit
	}
	asked := func(w *world) {
		w.phone(priya).Expects("I'll see if I can find Jane for you.")
		w.phone(sam).Expects("Priya N asks for Jane to ring")
		w.silent(priya, sam)
	}
	t.Run("a new time counts, and the request is passed on", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			visit := begin(w)
			w.phone(priya).texts("running late, out by 15:30. Can I speak to Jane please")
			w.phone(priya).Expects("New time noted: until 15:30")
			asked(w)
			if end := w.visit(visit).ExpectedEndAt; !end.Equal(sunday.Add(90 * time.Minute)) {
				t.Errorf("expected end is %v", end)
			}
		})
	})
	t.Run("words of leaving beside a request leave the visit as it is", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			visit := begin(w)
			w.phone(priya).texts("Left now. Could Jane ring me")
			asked(w)
			w.is(visit, watch.Inside)
		})
	})
}

// newestFirst lists texts as providers do, and has each stepped before the next.
type newestFirst struct {
	engine.Provider
	texts []channel.Received
	step  func()
}

func (p newestFirst) Received(context.Context, time.Time) iter.Seq2[channel.Received, error] {
	return func(yield func(channel.Received, error) bool) {
		for _, r := range slices.Backward(p.texts) {
			if !yield(r, nil) {
				return
			}
			p.step()
		}
		yield(channel.Received{}, errors.New("no more answers"))
	}
}

// An OUT that is caught up before its IN would open a visit nobody is on. What
// was listed before the provider failed is taken.
func TestMissedTextsAreCaughtUpInTheirOrder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.book()
		w.readAll()
		in := w.town.Text(w.number(priya), w.number(ours), "in")
		again := w.town.Text(w.number(priya), w.number(ours), "late 15:30") // in the same second
		w.sleep(50 * time.Minute)
		out := w.town.Text(w.number(priya), w.number(ours), "out")
		w.tweak = func(o *engine.Options) {
			o.Providers = map[string]engine.Provider{town.Provider: newestFirst{w.town, []channel.Received{in, again, out}, w.settle}}
		}
		w.crash()
		if err := w.engine.CatchUp(t.Context(), sunday); err == nil {
			t.Error("nothing is said of the provider that failed")
		}
		w.settle()
		w.is(visit, watch.Ended)
		live, err := w.db.Visits(t.Context(), store.VisitFilter{Live: true})
		if err != nil || len(live) != 0 {
			t.Errorf("%d visits are open (%v)", len(live), err)
		}
		w.phone(priya).Expects("In 14:00")
	})
}

// A text that was stepped before, without that being noted, is done with.
func TestSeenTextWaitsNoMore(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		loaded, err := w.db.Load(t.Context(), "p-priya")
		w.must(err)
		w.must(w.db.Commit(t.Context(), store.Change{Worker: "p-priya", Revision: loaded.Revision, Watch: loaded.Watch, Entries: []store.Entry{{
			ID: town.Provider + "/again", At: sunday, RecordedAt: sunday, Kind: "text", Input: []byte("{}"), Events: []byte("[]"), Worker: "p-priya", Owner: "person/p-priya"}}}))
		w.forge("again", w.number(priya), "in")
		waiting, err := w.db.Waiting(t.Context(), store.Received{}, 10)
		if err != nil || len(waiting) != 0 {
			t.Errorf("%d texts wait (%v)", len(waiting), err)
		}
		w.silent(priya)
	})
}
