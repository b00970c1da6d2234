package engine_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/mail"
	"github.com/allclear-safety/allclear/internal/store"
)

// waitingMails takes all mails that can be worked now.
func (w *world) waitingMails() []store.ReceivedMail {
	w.t.Helper()
	taken, err := w.db.TakeMails(w.t.Context(), w.clock.Now(), w.clock.Now().Add(time.Minute), "test", 100)
	w.must(err)
	return taken
}

func TestAMailIsStoredOnceHoweverItComes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		raw := "Message-ID: <1@council.example>\r\nFrom: Priya Nair\r\n <Priya@Council.example>\r\nDate: Sun, 22 Nov 2026 14:00:00 +0000\r\n\r\nhello\r\n"
		for _, one := range []string{raw, "Received: from elsewhere\r\n" + raw, string(bytes.ReplaceAll([]byte(raw), []byte("\r\n"), []byte("\n")))} {
			w.must(w.engine.ReceiveMail(t.Context(), mail.Arrival{Raw: []byte(one), Via: mail.ByListener}))
		}
		if n := len(w.waitingMails()); n != 1 {
			t.Errorf("%d mails wait, want one", n)
		}
	})
}

func TestACopyWithoutItsSignatureIsAnotherMail(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		raw := "Message-ID: <1@council.example>\r\nFrom: stranger@council.example\r\n\r\nhello\r\n"
		w.must(w.engine.ReceiveMail(t.Context(), mail.Arrival{Raw: []byte(raw)}))
		w.must(w.engine.ReceiveMail(t.Context(), mail.Arrival{Raw: []byte("DKIM-Signature: v=1; b=x\r\n" + raw)}))
		if first := w.waitingMails(); len(first) != 1 {
			t.Errorf("%d mails of one sender are worked at once", len(first))
		}
	})
}

func TestAMailThatIsTooLongIsNotTaken(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		err := w.engine.ReceiveMail(t.Context(), mail.Arrival{Raw: make([]byte, mail.MaxSize+1)})
		if !errors.Is(err, engine.ErrTooLong) {
			t.Errorf("taken: %v", err)
		}
	})
}
