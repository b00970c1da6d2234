package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/store"
)

// strayTask is a message that reached nobody: by our own record, or by what its
// provider said later.
type strayTask struct {
	Message    string `json:"message,omitempty"`
	Provider   string `json:"provider,omitempty"`
	ProviderID string `json:"provider_id,omitempty"`
	Result     string `json:"result,omitempty"`
	Code       int    `json:"code,omitempty"`
}

// strayed makes the row that has a stray message told to people. It is kept in
// the same transaction as the news itself.
func (e *Engine) strayed(t strayTask, of store.Message) store.Message {
	at := e.Now()
	return store.Message{ID: e.newID(at), Worker: of.Worker, Visit: of.Visit, Person: of.Person, Notice: chanStray, Channel: chanStray,
		Class: store.ClassAlarm, NextAt: at, CreatedAt: at, Data: mustJSON(t)}
}

// Status records a provider's receipt. It is a hint: it never acknowledges, and
// only a failure is acted on.
func (e *Engine) Status(ctx context.Context, s channel.StatusUpdate) error {
	var then []store.Message
	if s.Failed {
		then = append(then, e.strayed(strayTask{Message: s.ID, Provider: s.Provider, ProviderID: s.ProviderID, Result: string(s.Next), Code: s.Code}, store.Message{}))
	}
	_, fresh, err := e.Store.Receipt(ctx, s.Provider, s.ProviderID, s.Status, s.Rank, s.Failed, s.Code, e.Now(), then...)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("record receipt: %w", err)
	}
	if fresh && s.Failed {
		e.woken()
	}
	return nil
}

// stray does what a message that reached nobody asks for.
func (e *Engine) stray(ctx context.Context, row store.Message) error {
	var t strayTask
	if err := json.Unmarshal(row.Data, &t); err != nil {
		return fmt.Errorf("read task: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	m, err := e.lost(ctx, t)
	switch {
	case errors.Is(err, store.ErrNotFound) && row.Attempts < mostTries:
		return errNotYet // the receipt was faster than our own record of the hand-over
	case errors.Is(err, store.ErrNotFound):
		return nil // not ours
	case err != nil:
		return err
	case m.State == store.Superseded && !ofTheNumber(t.Result):
		return nil // its alarm was closed while it was under way, and a text about it would follow the stand-down
	case m.Channel == chanVoice && t.Provider != "": // nobody answered: that says nothing of the number
		return e.unreached(ctx, e.Now(), m)
	default:
		return e.cannotReach(ctx, m, store.Outcome{Result: t.Result, Code: t.Code})
	}
}

// ofTheNumber says whether a result tells something of the number itself, which
// must be put right before the next alarm, whatever became of this one.
func ofTheNumber(result string) bool {
	return result == string(channel.WrongNumber) || result == string(channel.OptedOut)
}

// lost finds the message that reached nobody.
func (e *Engine) lost(ctx context.Context, t strayTask) (store.Message, error) {
	if t.Provider != "" {
		m, err := e.Store.MessageByProvider(ctx, t.Provider, t.ProviderID)
		if t.Message == "" || !errors.Is(err, store.ErrNotFound) {
			return m, err
		}
	}
	return e.Store.Message(ctx, t.Message)
}
