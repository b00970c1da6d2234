package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/wording"
)

// kinKept is how long a form that did not come is remembered after its end, so that whoever asked sees so.
const kinKept = 30 * 24 * time.Hour

// TextKinForm texts someone, on a mobile of their own, the link to the form for their next of kin (rule 1.6).
func (e *Engine) TextKinForm(ctx context.Context, person string, to phone.Number, link string) error {
	at := e.Now()
	sc, err := e.look(ctx, at, person)
	if err != nil {
		return fmt.Errorf("text form: %w", err)
	}
	return e.say(ctx, at, sc, note{kind: "kin_form", answer: to, with: wording.KinForm, values: wording.Values{Link: link}})
}

// AnswerKin keeps what someone said of themselves by the link they were sent, as PutPerson does; store.ErrNotFound where the link is used or over. What
// they do here does not change by it, so that nothing open about them is asked for: the form is the same on any day (rule 4.2).
func (e *Engine) AnswerKin(ctx context.Context, secret string, person buddy.Person) error {
	if err := e.wrongWith(ctx, person); err != nil {
		return err
	}
	at := e.Now()
	err := e.Store.AnswerKin(ctx, secret, person, at, e.tellsOfNumbers(ctx, at, person))
	e.woken()
	return err
}
