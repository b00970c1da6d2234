package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/mail"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
)

// Mails is what mails that come in need of a database. *store.DB has it.
type Mails interface {
	ReceiveMail(ctx context.Context, m store.ReceivedMail) (bool, error)
	TakeMails(ctx context.Context, now, lease time.Time, node string, limit int) ([]store.ReceivedMail, error)
	MailWords(ctx context.Context, m store.ReceivedMail) (store.ReceivedMail, error)
	RetryMail(ctx context.Context, id string, next time.Time) (int, error)
}

// ErrTooLong says that a mail is longer than is taken.
var ErrTooLong = errors.New("the mail is longer than is taken")

// ReceiveMail stores a mail that came in. It is durable when ReceiveMail returns, and whoever handed it over is answered only after; a repeat of
// one that is known changes nothing. It is worked after, those of one sender in their order.
func (e *Engine) ReceiveMail(ctx context.Context, a mail.Arrival) error {
	if len(a.Raw) > mail.MaxSize {
		return ErrTooLong
	}
	at := a.At
	if at.IsZero() {
		at = e.Now()
	}
	head, body := cutHead(a.Raw)
	fresh, err := e.Store.ReceiveMail(ctx, store.ReceivedMail{ID: e.newID(e.Now()), Print: printOf(head, body), Sender: private.New(senderSaid(head)), Via: string(a.Via),
		Raw: private.New(string(a.Raw)), From: private.New(a.From), To: a.To, RemoteIP: a.RemoteIP, ReceivedAt: at})
	if err != nil {
		return fmt.Errorf("store mail: %w", err)
	}
	if fresh {
		e.woken()
	}
	return nil
}

// mailHead is as much of a mail as its header is looked for in.
const mailHead = 256 << 10

// cutHead cuts a mail into its header, unfolded, by line, and the rest.
func cutHead(raw []byte) (head []string, body []byte) {
	raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	top, body, _ := bytes.Cut(raw, []byte("\n\n"))
	for line := range strings.Lines(string(top[:min(len(top), mailHead)])) {
		line = strings.TrimRight(line, "\n")
		if n := len(head); n > 0 && (strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")) {
			head[n-1] += line
			continue
		}
		head = append(head, line)
	}
	return head, body
}

// printOf is the same for a mail however it came: each who hands it on puts lines of their own above it. Its signatures count: an unsigned copy of a mail is
// another mail, and must not keep the true one from being read.
func printOf(head []string, body []byte) string {
	sum := sha256.New()
	for _, line := range head {
		name, _, _ := strings.Cut(strings.ToLower(line), ":")
		switch name {
		case "message-id", "from", "date", "dkim-signature":
			sum.Write([]byte(line + "\n"))
		}
	}
	sum.Write([]byte("\n"))
	sum.Write(body)
	return hex.EncodeToString(sum.Sum(nil))
}

var addressIn = regexp.MustCompile(`[^\s<>"(),;:@]+@[^\s<>"(),;:@]+`)

// senderSaid is the address that a mail says it is from, so that the mails of one sender keep their order; nothing else is believed of it.
func senderSaid(head []string) string {
	for _, line := range head {
		if name, said, _ := strings.Cut(line, ":"); strings.EqualFold(name, "from") {
			all := addressIn.FindAllString(said, 2)
			if len(all) > 0 {
				return strings.ToLower(all[len(all)-1])
			}
		}
	}
	return ""
}
