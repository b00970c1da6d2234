package demo

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// InTheWay is what a story's worker has open that no telling of the story began. A story says of nobody that they were spoken with: an alarm is
// closed, and a visit that has begun is ended, by whoever knows that all is well.
type InTheWay struct {
	Name  string        // the worker's
	Alarm string        // an open alarm, by id; "" for none
	Visit string        // a visit that has begun, by id; "" for none
	Ahead []store.Visit // visits that are called off when the story begins
}

// Bars says that the story cannot begin.
func (w InTheWay) Bars() bool { return w.Alarm != "" || w.Visit != "" }

// ErrNeeded says that the story's worker has an alarm or a visit of their own.
var ErrNeeded = errors.New("the worker of this story has an alarm open, or is on a visit, that is none of the story's")

// soon is how far ahead a visit is none of the story's business.
const soon = 4 * time.Hour

// begunAgain is why a story puts an end to what an earlier telling left.
const begunAgain = "The story was begun again."

// ownVisit is where the database has the visit that a story booked last.
func ownVisit(tale string) string { return "story/" + tale }

func taleOf(id string) (tale, error) {
	all := tales()
	i := slices.IndexFunc(all, func(t tale) bool { return t.id == id })
	if i < 0 {
		return tale{}, ErrNoStory
	}
	return all[i], nil
}

// InTheWay gives what a story would find in its way.
func (d *Demo) InTheWay(ctx context.Context, id string) (InTheWay, error) {
	t, err := taleOf(id)
	if err != nil {
		return InTheWay{}, err
	}
	return d.inTheWay(ctx, t)
}

func (d *Demo) inTheWay(ctx context.Context, t tale) (way InTheWay, err error) {
	worker, err := d.o.Store.Person(ctx, t.worker)
	if err != nil {
		return way, err
	}
	way.Name = worker.Name
	own, err := d.booked(ctx, t)
	if err != nil {
		return way, err
	}
	a, open, err := d.alarmOf(ctx, t.worker)
	if err != nil {
		return way, err
	}
	if open && !began(a, own) {
		way.Alarm = a.ID
	}
	left, err := d.left(ctx, t)
	for _, v := range left {
		switch {
		case v.ID == own:
		case v.Status == watch.Booked && d.engine.Now().Before(v.StartsAt):
			way.Ahead = append(way.Ahead, v)
		default:
			way.Visit = v.ID
		}
	}
	return way, err
}

// booked is the visit that the story's last telling booked; "" for none.
func (d *Demo) booked(ctx context.Context, t tale) (string, error) {
	visit, err := d.o.Store.Meta(ctx, ownVisit(t.id))
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return visit, err
}

// left are the visits of a story's worker that are in its time.
func (d *Demo) left(ctx context.Context, t tale) ([]store.Visit, error) {
	return d.o.Store.Visits(ctx, store.VisitFilter{Worker: t.worker, Live: true, To: d.engine.Now().Add(soon), Bare: true})
}

// began says whether an alarm is all of a story's making: about its visit alone, and neither raised by someone nor about someone found harmed.
func began(a store.Alarm, visit string) bool {
	return visit != "" && slices.Equal(a.Visits, []string{visit}) && a.RaisedBy == "" && a.HarmedAt.IsZero()
}

// clear settles what an earlier telling left open, and calls off what is ahead. The alarm was raised for a story, and so in error; the visit is
// ended by the worker's own word.
func (p *play) clear(ctx context.Context, way InTheWay) error {
	const by, second = "p-lee", "p-mo"
	who := engine.Actor{By: by, Via: "api"}
	a, open, err := p.alarmOf(ctx, p.tale.worker)
	if err != nil {
		return err
	}
	if open {
		c := watch.Close{Evidence: watch.RaisedInError, Note: true, Ended: true, Away: true, Second: second}
		words := engine.Words{Note: begunAgain}
		if !a.TheyKnow.IsZero() {
			c.StoodDownAt, c.StoodDownTo, words.StoodDown = p.engine.Now(), true, "the control room"
		}
		if err := p.engine.Act(ctx, who, a.ID, c, words); err != nil {
			return err
		}
	}
	for _, v := range way.Ahead {
		if err := p.engine.CancelVisit(ctx, who, v.ID, false, private.New(begunAgain)); err != nil {
			return err
		}
	}
	if err := p.leaves(ctx); err != nil {
		return err
	}
	p.town.Phone(p.mobile()).On()
	return nil
}

// leaves has the worker say that they are out of the visit of an earlier telling, where it has not ended.
func (p *play) leaves(ctx context.Context) error {
	own, err := p.booked(ctx, p.tale)
	if err != nil {
		return err
	}
	left, err := p.left(ctx, p.tale)
	if err != nil {
		return err
	}
	for _, v := range left {
		if v.ID != own {
			continue
		}
		words := []string{"in", "out"}
		if v.Status != watch.Booked {
			words = words[1:]
		}
		for _, word := range words {
			if _, err := p.engine.Checkin(ctx, engine.Actor{By: p.tale.worker, Via: "api"}, engine.Checkin{Person: p.tale.worker, Visit: v.ID, Kind: word}); err != nil {
				return err
			}
		}
	}
	return nil
}
