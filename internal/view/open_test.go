package view_test

import (
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/watch"
)

func TestADangerThatBeginsOrGainsAReaderIsAnother(t *testing.T) {
	o := newOffice(t)
	look := func() func() bool {
		before, err := o.view.Open(t.Context())
		o.must(err)
		return func() bool {
			after, err := o.view.Open(t.Context())
			o.must(err)
			return before.SameDanger(after)
		}
	}
	o.books(true, "p-ann")
	o.wait(30 * time.Minute)
	o.says("p-priya", "Going in")
	o.says("p-ann", "Going in")
	same := look()
	o.says("p-ann", "running 10 late")
	if !same() {
		t.Error("a check-in is taken for danger")
	}
	o.says("p-priya", "Can you ask Scarlett to ring me")
	if same() {
		t.Error("danger that begins is not seen")
	}
	same = look()
	o.deliver() // Ann's half has its own
	if same() {
		t.Error("the other half's danger is not seen")
	}
}

// One who must not know of an alarm sees a visit whose end has passed, and one who has no danger near them what it is.
func TestAVisitLooksAsIfNobodyMadeAnAlarmOfIt(t *testing.T) {
	o := newOffice(t)
	id, _ := o.books(false)
	unaware := func() watch.Status {
		v, err := o.db.Visit(t.Context(), id)
		o.must(err)
		v, err = o.view.Unaware(t.Context(), v, nil)
		o.must(err)
		return v.Status
	}
	o.wait(30 * time.Minute)
	o.says("p-priya", "Going in")
	o.wait(80 * time.Minute)
	if v, err := o.db.Visit(t.Context(), id); err != nil || v.Status != watch.Overdue || unaware() != watch.Inside {
		t.Errorf("it is %s, %v, and looks %s", v.Status, err, unaware())
	}
	o.says("p-priya", "Can you ask Scarlett to ring me")
	o.says("p-priya", "OUT") // the overdue alarm that she knows of does not let it end the visit
	if v, err := o.db.Visit(t.Context(), id); err != nil || v.Status != watch.Overdue || unaware() != watch.Inside {
		t.Errorf("in duress it is %s, %v, and looks %s", v.Status, err, unaware())
	}
}

func TestInDuressAVisitLooksAsItIsShown(t *testing.T) {
	o := newOffice(t)
	id, _ := o.books(false)
	o.wait(30 * time.Minute)
	o.says("p-priya", "Going in")
	o.says("p-priya", "Can you ask Scarlett to ring me")
	o.wait(20 * time.Minute)
	o.says("p-priya", "OUT")
	v, err := o.db.Visit(t.Context(), id)
	o.must(err)
	looks, err := o.view.Unaware(t.Context(), v, nil)
	o.must(err)
	if v.Status == watch.Ended || looks.Status != watch.Ended {
		t.Errorf("it is %s, and looks %s", v.Status, looks.Status)
	}
}
