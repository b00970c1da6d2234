package twilio

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
)

const codeNotFound = 20404

// resource is a message as Twilio's API gives it.
type resource struct {
	SID         string `json:"sid"`
	Direction   string `json:"direction"`
	From        string `json:"from"`
	To          string `json:"to"`
	Body        string `json:"body"`
	DateSent    string `json:"date_sent"`
	DateCreated string `json:"date_created"`
}

func (m resource) received() channel.Received {
	r := read(m.SID, m.From, m.To, m.Body)
	for _, date := range []string{m.DateSent, m.DateCreated} {
		if at, err := time.Parse(time.RFC1123Z, date); err == nil {
			r.ReceivedAt = at.UTC()
			break
		}
	}
	return r
}

// read makes a received text of its parts, wherever they came from. A sender that can't be dialled, such as a name, is kept as it came.
func read(id, from, to, body string) channel.Received {
	r := channel.Received{Provider: Provider, ID: id, RawFrom: private.New(valid(from)), Body: private.New(valid(body))}
	r.From, _ = phone.Parse(from)
	r.To, _ = phone.Parse(to)
	return r
}

func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// Fetch gives a received text back, by Twilio's own records (rule 2.3).
func (c *Client) Fetch(ctx context.Context, id string) (channel.Received, error) {
	var m resource
	err := c.do(ctx, http.MethodGet, c.account+"/Messages/"+url.PathEscape(id)+".json", nil, &m)
	if e, ok := errors.AsType[*channel.Error](err); ok && e.Code == codeNotFound {
		return channel.Received{}, fmt.Errorf("fetch message: %w", channel.ErrNoMessage)
	}
	if err != nil {
		return channel.Received{}, fmt.Errorf("fetch message: %w", err)
	}
	if m.Direction != "inbound" || m.SID != id {
		return channel.Received{}, fmt.Errorf("fetch message: %w", channel.ErrNoMessage)
	}
	return m.received(), nil
}

// Received lists the texts to our number that Twilio received at since or later, newest first, to the second.
func (c *Client) Received(ctx context.Context, since time.Time) iter.Seq2[channel.Received, error] {
	query := url.Values{
		"To": {c.options.From.E164()}, "PageSize": {"100"},
		"DateSent>": {since.UTC().Truncate(time.Second).Format(time.RFC3339)}, // the bound itself included
	}
	return func(yield func(channel.Received, error) bool) {
		for next := c.account + "/Messages.json?" + query.Encode(); next != ""; {
			var page struct {
				Messages []resource `json:"messages"`
				Next     string     `json:"next_page_uri"`
			}
			if err := c.do(ctx, http.MethodGet, next, nil, &page); err != nil {
				yield(channel.Received{}, fmt.Errorf("list received messages: %w", err))
				return
			}
			for _, m := range page.Messages {
				if m.Direction == "inbound" && !yield(m.received(), nil) {
					return
				}
			}
			if page.Next == next || page.Next != "" && !strings.HasPrefix(page.Next, c.account+"/Messages.json?") {
				yield(channel.Received{}, fmt.Errorf("list received messages: %w", &channel.Error{Next: channel.Retry, Err: errGarbled}))
				return
			}
			next = page.Next
		}
	}
}
