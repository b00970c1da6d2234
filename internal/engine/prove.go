package engine

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/wording"
)

// ErrNoWay says that nothing here reaches a number in that way.
var ErrNoWay = errors.New("there is no channel for it")

// Codes says by which ways a code can be sent.
func (e *Engine) Codes() (texts, calls bool) { return e.SMS != nil, e.Voice != nil }

// Own gives a number of someone's own by the name of its field: "mobile",
// "personal_mobile" or "home_phone"; zero for none.
func Own(p buddy.Person, field string) phone.Number {
	switch field {
	case "mobile":
		return p.Mobile
	case "personal_mobile":
		return p.PersonalMobile
	case "home_phone":
		return p.HomePhone
	default:
		return phone.Number{}
	}
}

// SendCode sends who acts a code by which they prove a number of their own, by
// text, or by a call that reads it out. [store.ErrNotFound] where they have no
// such number, [ErrNoWay] where nothing here calls or texts it, and
// [store.ErrEnough] where they were sent as many as anyone is within the hour.
func (e *Engine) SendCode(ctx context.Context, who Actor, field string, byCall bool) error {
	p, n, err := e.own(ctx, who, field)
	if err != nil {
		return err
	}
	texts, calls := e.Codes()
	if byCall && !calls || !byCall && (!texts || field == "home_phone") {
		return ErrNoWay
	}
	at := e.Now()
	sc, err := e.look(ctx, at, p.ID)
	if err != nil {
		return err
	}
	code := e.newCode()
	if err := e.Store.PutCode(ctx, p.ID, n, code, at); err != nil {
		return err
	}
	sent := note{kind: "code_sent", with: wording.ProveCode, values: wording.Values{Code: private.New(code)}}
	if byCall {
		sent.ring = n
	} else {
		sent.answer = n
	}
	return e.say(ctx, at, sc, sent)
}

// Prove takes the code that who acts typed for a number of their own, and says
// whether it is right. [store.ErrNotFound] where none is good any more.
func (e *Engine) Prove(ctx context.Context, who Actor, field, code string) (right bool, err error) {
	p, n, err := e.own(ctx, who, field)
	if err != nil {
		return false, err
	}
	return e.Store.Prove(ctx, p.ID, field, n, code, who.by(), e.Now())
}

func (e *Engine) own(ctx context.Context, who Actor, field string) (buddy.Person, phone.Number, error) {
	p, err := e.Store.Person(ctx, who.By)
	if err != nil {
		return p, phone.Number{}, fmt.Errorf("read whose number it is: %w", err)
	}
	n := Own(p, field)
	if n.IsZero() {
		err = store.ErrNotFound
	}
	return p, n, err
}

// newCode draws six figures.
func (e *Engine) newCode() string {
	var b [8]byte
	e.random(b[:])
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(b[:])%1_000_000)
}

// tail is how a number ends, for its owner to know which it is.
func tail(n phone.Number) private.Text {
	s := n.E164()
	return private.New(s[max(0, len(s)-2):])
}
