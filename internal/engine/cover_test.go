package engine_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// person changes one of the people in the world.
func (w *world) person(id string, change func(*buddy.Person)) {
	w.t.Helper()
	p, err := w.db.Person(w.t.Context(), id)
	w.must(err)
	change(&p)
	_, err = w.engine.PutPerson(w.t.Context(), engine.Actor{}, p)
	w.must(err)
}

// plan changes the team's plan.
func (w *world) plan(change func(*plan.Settings)) {
	w.t.Helper()
	team, err := w.db.Team(w.t.Context(), "echo")
	w.must(err)
	change(&team.Plan)
	_, err = w.engine.PutTeam(w.t.Context(), engine.Actor{}, team)
	w.must(err)
}

// leaves marks someone as no longer active, as an import from before that was
// refused may have done.
func (w *world) leaves(id string) {
	w.t.Helper()
	p, err := w.db.Person(w.t.Context(), id)
	w.must(err)
	p.Active = false
	_, err = w.db.PutPerson(w.t.Context(), p, w.clock.Now())
	w.must(err)
}

// count says how many of the texts hold the words.
func count(texts []string, words string) int {
	n := 0
	for _, text := range texts {
		if strings.Contains(text, words) {
			n++
		}
	}
	return n
}

func TestThePlanMayNamePeopleByTheirExternalIds(t *testing.T) {
	t.Run("the worker is no colleague of their own", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.person("p-priya", func(p *buddy.Person) { p.ExternalID = "x-priya" })
			w.person("p-mo", func(p *buddy.Person) { p.ExternalID = "x-mo" })
			w.plan(func(s *plan.Settings) { s.Colleagues = []string{"x-priya", "x-mo"} })
			w.book()
			w.readAll()
			w.phone(priya).texts("Can I speak to Scarlett please")
			w.phone(mo).Expects("CALL 999 now")
			w.phone(priya).Expects("I'll see if I can find Scarlett")
			w.silent(priya)
		})
	})
	t.Run("nobody is told twice", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.person("p-sam", func(p *buddy.Person) { p.ExternalID = "x-sam" })
			w.plan(func(s *plan.Settings) { s.Colleagues, s.Fallback, s.NamedBuddy = []string{"x-sam"}, "x-sam", "x-sam" })
			w.book(func(b *engine.Booking) { b.Responders = []string{"x-sam"} })
			w.readAll()
			w.phone(priya).texts("Can I speak to Scarlett please")
			if n := count(w.phone(sam).read(), "CALL 999 now"); n != 1 {
				t.Errorf("told %d times of one round, want once", n)
			}
			w.phone(sam).calls(1)
		})
	})
}

func TestWhoHasLeftIsNotOnCall(t *testing.T) {
	t.Run("the next in the rota is first", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.leaves("p-sam")
			w.book()
			w.readAll()
			w.wait(75 * time.Minute)
			w.phone(ann).Expects("We have not heard from Priya N")
			w.silent(sam, samHome)
		})
	})
	t.Run("a rota of leavers is a gap, and a fallback who left is none", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			for _, id := range []string{"p-sam", "p-ann", "p-lee"} {
				w.leaves(id)
			}
			w.book()
			w.readAll()
			w.wait(75 * time.Minute)
			w.phone(mo).Expects("We have not heard from Priya N")
			w.silent(sam, samHome, ann, lee)
		})
	})
	t.Run("they get no new shift", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.leaves("p-lee")
			_, err := w.engine.AddShift(t.Context(), engine.Actor{}, rota.Shift{ID: "s-1", Person: "p-lee", Order: 3, StartsAt: sunday, EndsAt: sunday.Add(time.Hour)})
			invalid(t, err, "person")
		})
	})
	t.Run("a shift given by an external id is the person's own", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.person("p-lee", func(p *buddy.Person) { p.ExternalID = "x-lee" })
			w.onCall("x-lee", 3, sunday, sunday.Add(time.Hour))
			team, err := w.db.Shifts(t.Context(), "echo", sunday, sunday.Add(time.Hour))
			w.must(err)
			if !slices.ContainsFunc(team, func(s rota.Shift) bool { return s.Person == "p-lee" }) {
				t.Errorf("rota %+v has no shift of p-lee", team)
			}
		})
	})
}

// Phones are shared (rule 8.10): an alarm never rings or lights up the phone of
// the worker whom it is about.
func TestAnAlarmNeverComesToTheWorkersPhone(t *testing.T) {
	quiet := func(t *testing.T, w *world, number string) {
		t.Helper()
		for _, text := range w.phone(number).read() {
			if containsAny(text, "CALL 999", "We have not heard from", "has the alarm", "could not reach") {
				t.Errorf("the worker's phone got %q", text)
			}
		}
		w.phone(number).calls(0)
	}
	t.Run("a responder shares it: the next is told at once", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.person("p-sam", func(p *buddy.Person) { p.Mobile, p.PersonalMobile = w.number(priya), w.number("01632 960101") })
			w.book()
			w.readAll()
			w.wait(75 * time.Minute)
			w.phone(ann).Expects("We have not heard from Priya N")
			w.wait(20 * time.Minute)
			quiet(t, w, priya)
			quiet(t, w, "01632 960101")
		})
	})
	t.Run("a responder has another phone too: that one is used", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.person("p-sam", func(p *buddy.Person) { p.Mobile = w.number(priya) })
			w.book()
			w.readAll()
			w.wait(75 * time.Minute)
			w.phone(samHome).Expects("We have not heard from Priya N")
			w.phone(samHome).calls(1)
			w.silent(ann)
			quiet(t, w, priya)
		})
	})
	t.Run("a colleague and the manager share it, in duress", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.plan(func(s *plan.Settings) { s.Colleagues = []string{"p-mo"} })
			w.person("p-mo", func(p *buddy.Person) { p.Mobile = w.number(priya) })
			w.book()
			w.readAll()
			w.engineText("p-priya", "Can I speak to Scarlett please")
			w.phone(sam).Expects("CALL 999 now")
			w.wait(20 * time.Minute)
			quiet(t, w, priya)
		})
	})
	t.Run("a partner's phone is in the same room", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.person("p-sam", func(p *buddy.Person) { p.Mobile, p.PersonalMobile = w.number(jo), phone.Number{} })
			w.book(func(b *engine.Booking) { b.JointWith = []string{"p-jo"} })
			w.readAll()
			w.engineText("p-priya", "Can I speak to Scarlett please")
			w.phone(ann).Expects("CALL 999 now")
			quiet(t, w, jo)
			quiet(t, w, priya)
		})
	})
	t.Run("a colleague who raises it from their own phone is told", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.readAll()
			w.phone(sam).texts("SCARLETT Priya")
			w.phone(sam).Expects("CALL 999 now")
		})
	})
}

// engineText is a worker's words from the phone page: a shared phone would be
// asked whose they are.
func (w *world) engineText(worker, words string) {
	w.t.Helper()
	_, err := w.engine.Checkin(w.t.Context(), engine.Actor{By: worker, Via: "api"}, engine.Checkin{Person: worker, Text: private.New(words)})
	w.must(err)
	w.settle()
}

// What is sent to our own number comes back as a text, and reaches nobody.
func TestNobodyHasOurOwnNumber(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t).Open(t), nil)
	sam, err := w.db.Person(t.Context(), "p-sam")
	w.must(err)
	for field, set := range map[string]func(*buddy.Person){
		"mobile":          func(p *buddy.Person) { p.Mobile = w.number(ours) },
		"personal_mobile": func(p *buddy.Person) { p.PersonalMobile = w.number(ours) },
		"home_phone":      func(p *buddy.Person) { p.HomePhone = w.number(ours) },
		"emergency_contacts[0].phone": func(p *buddy.Person) {
			p.Contacts = []buddy.Contact{{Name: private.New("Ravi"), Phone: w.number(ours)}}
		},
	} {
		p := sam
		set(&p)
		_, err := w.engine.PutPerson(t.Context(), engine.Actor{}, p)
		invalid(t, err, field)
	}
	_, err = w.engine.PutPerson(t.Context(), engine.Actor{}, sam)
	w.must(err)
}

func TestWhoeverIsCountedOnCannotLeave(t *testing.T) {
	leave := func(w *world, id string) error {
		p, err := w.db.Person(w.t.Context(), id)
		w.must(err)
		p.Active = false
		_, err = w.engine.PutPerson(w.t.Context(), engine.Actor{}, p)
		return err
	}
	each(t, func(t *testing.T, w *world) {
		w.person("p-mo", func(p *buddy.Person) { p.ExternalID = "x-mo" })
		w.onCall("p-jo", 1, sunday.Add(100*24*time.Hour), sunday.Add(101*24*time.Hour))
		refused(t, leave(w, "p-sam")) // on call now
		refused(t, leave(w, "p-jo"))  // and some day
		refused(t, leave(w, "p-lee")) // the fallback
		w.plan(func(s *plan.Settings) { s.Fallback, s.NamedBuddy = "p-priya", "x-mo" })
		refused(t, leave(w, "p-mo"))
		w.plan(func(s *plan.Settings) { s.NamedBuddy = "" })
		w.book()
		w.wait(75 * time.Minute)
		w.must(w.act("p-lee", watch.Acknowledge{}))
		refused(t, leave(w, "p-lee"))
		w.must(leave(w, "p-mo"))
		if p, err := w.db.Person(t.Context(), "p-mo"); err != nil || p.Active {
			t.Errorf("active %t (%v) after leaving", p.Active, err)
		}
	})
}

func TestOnlyThoseWhoAreHereAct(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.book()
		w.wait(75 * time.Minute)
		w.leaves("p-mo")
		for _, id := range []string{"p-mo", "p-nobody"} {
			invalid(t, w.act(id, watch.Acknowledge{}), "by")
			invalid(t, w.act("p-sam", watch.Close{Second: id}), "second_person")
			invalid(t, w.act("p-sam", watch.Hold{Second: id}), "second_person")
		}
		if by := w.alarm().HeldBy; by != "" {
			t.Errorf("%s has the alarm", by)
		}
		_, err := w.engine.Raise(t.Context(), engine.Actor{By: "p-mo"}, "p-jo", "", watch.Duress, engine.Words{})
		w.must(err) // a cry for help is taken from anyone
	})
}

func TestWhoseWordCountsForAWorker(t *testing.T) {
	checkin := func(w *world, by string, c engine.Checkin) error {
		c.Person = "p-priya"
		_, err := w.engine.Checkin(w.t.Context(), engine.Actor{By: by, Via: "call"}, c)
		w.settle()
		return err
	}
	t.Run("a colleague's does not", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			visit := w.book()
			w.phone(priya).texts("in")
			w.wait(20 * time.Minute)
			invalid(t, checkin(w, "p-jo", engine.Checkin{Kind: "out"}), "by")
			invalid(t, checkin(w, "p-jo", engine.Checkin{Text: private.New("running late, out by 15:30")}), "by")
			invalid(t, w.engine.CancelVisit(t.Context(), engine.Actor{By: "p-jo"}, visit, true, private.New("spoke")), "by")
			invalid(t, w.engine.CancelVisit(t.Context(), engine.Actor{By: "p-priya"}, visit, true, private.New("spoke")), "by")
			w.leaves("p-ann")
			invalid(t, checkin(w, "p-ann", engine.Checkin{Kind: "out"}), "by")
			w.is(visit, watch.Inside)
			w.must(checkin(w, "p-mo", engine.Checkin{Kind: "out"}))
			w.is(visit, watch.Ended)
		})
	})
	t.Run("that of whoever is on call does, whatever their role", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			visit := w.book()
			w.phone(priya).texts("in")
			w.wait(20 * time.Minute)
			w.onCall("p-jo", 3, sunday, sunday.Add(3*time.Hour))
			w.must(checkin(w, "p-jo", engine.Checkin{Kind: "out"}))
			w.is(visit, watch.Ended)
		})
	})
	for name, c := range map[string]engine.Checkin{"a press": {Kind: "sos"}, "the phrase": {Text: private.New("Can I speak to Scarlett please")},
		"plain words": {Text: private.New("help, he won't let me leave")}} {
		t.Run("a cry for help is taken from anyone, by "+name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				w.book()
				w.must(checkin(w, "p-jo", c))
				if a := w.alarm(); !a.Kind.Danger() {
					t.Errorf("alarm is %s", a.Kind)
				}
			})
		})
	}
}

func TestACallThatIsNotOursSoundsLikeNoEnd(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		words, over, err := w.engine.Speak(t.Context(), "nobodys")
		if err != nil || !over || containsAny(words, "closed", "nothing more") || !strings.Contains(words, "read your texts") {
			t.Errorf("says %q (over %t, %v)", words, over, err)
		}
		result, words, err := w.engine.Press(t.Context(), "nobodys", "7")
		if err != nil || result != engine.PressUnknown || containsAny(words, "closed", "nothing more") {
			t.Errorf("a press is %s and says %q (%v)", result, words, err)
		}
	})
}

func TestAShiftIsTakenOffTheRota(t *testing.T) {
	later := func(w *world) (from, to time.Time) {
		return w.clock.Now().Add(48 * time.Hour), w.clock.Now().Add(56 * time.Hour)
	}
	t.Run("whose it was is told, each time", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			from, to := later(w)
			for range 2 {
				w.onCall("p-lee", 1, from, to)
				w.settle()
				w.phone(lee).Expects("You are on call from")
				_, err := w.engine.RemoveShift(t.Context(), engine.Actor{}, "s-p-lee"+from.Format("0215"))
				w.must(err)
				w.settle()
				w.phone(lee).Expects("You are no longer on call from")
				w.sleep(time.Minute)
			}
		})
	})
	t.Run("one that has begun stays", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			from, to := later(w)
			w.onCall("p-lee", 1, from, to)
			w.sleep(48 * time.Hour)
			_, err := w.engine.RemoveShift(t.Context(), engine.Actor{}, "s-p-lee"+from.Format("0215"))
			if _, is := errors.AsType[*watch.Refused](err); !is {
				t.Errorf("it is removed: %v", err)
			}
		})
	})
	t.Run("one that is not there is not found", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			if _, err := w.engine.RemoveShift(t.Context(), engine.Actor{}, "s-none"); !errors.Is(err, store.ErrNotFound) {
				t.Error(err)
			}
		})
	})
}
