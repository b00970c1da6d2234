package graph

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/allclear-safety/allclear/internal/calendar"
)

// ourProperty is where an event in a calendar says which visit's it is. An id that Exchange gives need not be kept then, and an event that somebody deleted
// by hand is no riddle.
const ourProperty = "String {8f2c5f0e-6f5c-4b54-9a0c-5a1d7a3c9e41} Name AllclearUID"

// Calendars writes into the calendars of mailboxes.
type Calendars struct{ Client *Client }

// Check looks into a mailbox's calendar, and changes nothing.
func (c Calendars) Check(ctx context.Context, mailbox string) error {
	_, err := c.find(ctx, mailbox, "none")
	return err
}

// when is an instant as Graph wants it.
type when struct {
	DateTime string `json:"dateTime"`
	TimeZone string `json:"timeZone"`
}

func whenOf(m calendar.Moment) when {
	return when{m.At.UTC().Format("2006-01-02T15:04:05"), "UTC"}
}

// Put makes an event be in a mailbox's calendar, by its UID, as it is given: what is there is changed, what is not is made. A repeat changes nothing.
func (c Calendars) Put(ctx context.Context, mailbox string, e calendar.Event) error {
	sensitivity := "normal"
	if e.Class != calendar.Public {
		sensitivity = "private"
	}
	body := map[string]any{
		"subject": e.Summary.Reveal(), "body": map[string]string{"contentType": "text", "content": e.URL}, "start": whenOf(e.Start), "end": whenOf(e.End),
		"showAs": "busy", "sensitivity": sensitivity, "isReminderOn": false, "responseRequested": false,
	}
	found, err := c.find(ctx, mailbox, e.UID)
	if err != nil {
		return err
	}
	for n, id := range found {
		if n > 0 { // one too many, of two who wrote at once
			if err := c.remove(ctx, mailbox, id); err != nil {
				return err
			}
			continue
		}
		err := c.Client.do(ctx, call{doing: "change an event", method: http.MethodPatch, path: userPath(mailbox) + "/events/" + url.PathEscape(id), body: body})
		if is(err, http.StatusNotFound) {
			found = nil
			break
		}
		if err != nil {
			return err
		}
	}
	if len(found) > 0 {
		return nil
	}
	body["singleValueExtendedProperties"] = []map[string]string{{"id": ourProperty, "value": e.UID}}
	body["transactionId"] = transaction(e)
	return c.Client.do(ctx, call{doing: "make an event", method: http.MethodPost, path: userPath(mailbox) + "/calendar/events", body: body})
}

// transaction is the same for the same event, so that one that is sent twice is made once.
func transaction(e calendar.Event) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%d", e.UID, e.Start.At.UTC().Format(time.RFC3339), e.End.At.UTC().Format(time.RFC3339), e.Sequence))
	return hex.EncodeToString(sum[:16])
}

// Remove makes it not be there.
func (c Calendars) Remove(ctx context.Context, mailbox, uid string) error {
	found, err := c.find(ctx, mailbox, uid)
	if err != nil {
		return err
	}
	for _, id := range found {
		if err := c.remove(ctx, mailbox, id); err != nil {
			return err
		}
	}
	return nil
}

func (c Calendars) remove(ctx context.Context, mailbox, id string) error {
	err := c.Client.do(ctx, call{doing: "take an event out", method: http.MethodDelete, path: userPath(mailbox) + "/events/" + url.PathEscape(id)})
	if is(err, http.StatusNotFound) {
		return nil
	}
	return err
}

// find gives the ids of the events of a visit: one, none, or more where two wrote at once.
func (c Calendars) find(ctx context.Context, mailbox, uid string) (ids []string, err error) {
	var found struct {
		Value []struct {
			ID string `json:"id"`
		} `json:"value"`
	}
	filter := "singleValueExtendedProperties/Any(ep: ep/id eq '" + ourProperty + "' and ep/value eq '" + uid + "')"
	err = c.Client.do(ctx, call{doing: "look for an event", method: http.MethodGet, path: userPath(mailbox) + "/calendar/events?%24select=id&%24filter=" + url.QueryEscape(filter), into: &found})
	for _, e := range found.Value {
		ids = append(ids, e.ID)
	}
	return ids, err
}
