package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/allclear-safety/allclear/internal/mail"
)

// InboxOptions are what a mailbox is given.
type InboxOptions struct {
	Client  *Client
	Mailbox string // its address
	// Take keeps a mail for good, and returns once it is. An error means that it is not kept, and it stays where it is. A mail can come again.
	Take func(ctx context.Context, a mail.Arrival) error
	// Hook is our address, as Microsoft reaches it, to which notifications come; "": none is reached, and the mailbox is only asked from time to time.
	Hook string
	Now  func() time.Time // as people live by it
	True func() time.Time // as Microsoft does
	Log  *slog.Logger

	Bounds Bounds
}

// Bounds are of time. Those that are 0 are as usual.
type Bounds struct {
	Poll     time.Duration // from one look to the next, without notifications: 15 s
	Notified time.Duration // the same with them, for those that are lost: 1 min
	First    time.Duration // until it is tried again after one fault; twice as long after the next: 1 s
	Most     time.Duration // the longest such wait: 1 min
	Lasts    time.Duration // how long a subscription is asked for; it is renewed at half of that: 24 h
}

// doneFolder is the folder to which mails are moved. It is made where it is not there.
const doneFolder = "Taken"

// pageSize is how many messages one page of an answer has.
const pageSize = 50

// foundAtOnce is how many messages are looked for before they are taken.
const foundAtOnce = 1000

// Inbox is a mailbox that is read.
type Inbox struct {
	o InboxOptions

	poked  chan struct{} // there may be more
	resub  atomic.Bool   // the subscription is gone
	renews atomic.Bool   // it is to be renewed at once

	link    string          // of the next delta query; "" for all
	waiting []string        // ids of messages that are not dealt with, in the order in which they were found
	taken   map[string]bool // those of them that are kept, and only to be moved
	done    string          // the folder's id; "" where it is not known yet
	sub     subscription

	kept, failed atomic.Int64
	mu           sync.Mutex
	state        State
}

// State is how a mailbox is.
type State struct {
	Connected  bool
	Subscribed bool
	Since      time.Time // when it became so; zero before the first try
	Says       string    // what was wrong last, without a word of the server's or of a mail's
	Taken      int64     // mails, since the start
	Failed     int64     // tries to keep one
}

// NewInbox makes one, and asks nothing before [Inbox.Run].
func NewInbox(o InboxOptions) *Inbox {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	b := &o.Bounds
	for _, d := range []struct {
		to *time.Duration
		or time.Duration
	}{{&b.Poll, 15 * time.Second}, {&b.Notified, time.Minute}, {&b.First, time.Second}, {&b.Most, time.Minute}, {&b.Lasts, 24 * time.Hour}} {
		if *d.to == 0 {
			*d.to = d.or
		}
	}
	return &Inbox{o: o, poked: make(chan struct{}, 1), taken: map[string]bool{}}
}

// State gives it.
func (i *Inbox) State() State {
	i.mu.Lock()
	defer i.mu.Unlock()
	s := i.state
	s.Taken, s.Failed = i.kept.Load(), i.failed.Load()
	return s
}

func (i *Inbox) is(connected bool, says string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.state.Connected != connected || i.state.Since.IsZero() {
		i.state.Since = i.o.Now()
	}
	i.state.Connected, i.state.Says, i.state.Subscribed = connected, says, i.sub.id != ""
}

// Run reads the mailbox until ctx ends.
func (i *Inbox) Run(ctx context.Context) error {
	wait := i.o.Bounds.First
	for {
		err := i.turn(ctx)
		next := i.o.Bounds.Poll
		switch {
		case ctx.Err() != nil:
			i.unsubscribe()
			return nil
		case err != nil:
			i.is(false, err.Error())
			i.o.Log.Warn("mailbox not read: asking again", "error", err, "in", wait.String())
			next, wait = wait, min(2*wait, i.o.Bounds.Most)
		default:
			wait = i.o.Bounds.First
			i.is(true, "")
			if i.sub.id != "" {
				next = i.o.Bounds.Notified
			}
		}
		i.rest(ctx, next)
	}
}

// rest waits until it is time to look again, or something came.
func (i *Inbox) rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-i.poked:
	case <-ctx.Done():
	}
}

// turn looks once, and deals with all there is. A panic in it is of that turn alone.
func (i *Inbox) turn(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			i.o.Log.Error("mailbox reader panicked", "stack", string(debug.Stack()))
			err = fmt.Errorf("read the mailbox: panic of %T", p)
		}
	}()
	subscribed := i.subscribe(ctx) // before it is looked: what comes between is notified
	if subscribed != nil && ctx.Err() == nil {
		i.o.Log.Warn("no notifications of mail: the mailbox is asked from time to time", "error", subscribed)
	}
	if err := i.find(ctx); err != nil {
		return err
	}
	return i.takeAll(ctx)
}

// Check signs in and looks into the mailbox, and changes nothing.
func (i *Inbox) Check(ctx context.Context) error {
	return i.o.Client.do(ctx, call{doing: "look into the mailbox", method: http.MethodGet, path: i.inbox() + "?%24select=id"})
}

func (i *Inbox) inbox() string { return userPath(i.o.Mailbox) + "/mailFolders/inbox/messages/delta" }

// immutable asks for ids that a message keeps where it is moved.
const immutable = `IdType="ImmutableId"`

// find adds the messages that came into the inbox since it was last looked. The place up to which it was looked is only kept here: at a start all there
// are are found.
func (i *Inbox) find(ctx context.Context) error {
	next := i.link
	if next == "" {
		next = i.inbox() + "?changeType=created&%24select=id"
	}
	for found := 0; ; {
		var page struct {
			Value []struct {
				ID      string          `json:"id"`
				Removed *map[string]any `json:"@removed"`
			} `json:"value"`
			Next  string `json:"@odata.nextLink"`
			Delta string `json:"@odata.deltaLink"`
		}
		err := i.o.Client.do(ctx, call{doing: "look into the mailbox", method: http.MethodGet, path: next, into: &page,
			prefer: []string{fmt.Sprintf("odata.maxpagesize=%d", pageSize), immutable}})
		if is(err, http.StatusGone) && i.link != "" { // too long ago for the server: then all there are are looked at
			i.link = ""
			return i.find(ctx)
		}
		if err != nil {
			return err
		}
		for _, m := range page.Value {
			if m.ID != "" && m.Removed == nil && !slices.Contains(i.waiting, m.ID) {
				i.waiting = append(i.waiting, m.ID)
				found++
			}
		}
		if page.Next == "" {
			i.link = page.Delta
			return nil
		}
		next = page.Next
		if found >= foundAtOnce { // once these are taken, and moved out of the inbox, it is looked for the rest from the beginning
			i.link = ""
			i.poke()
			return nil
		}
	}
}

// takeAll deals with each message that waits. One that cannot be kept waits on, and keeps no other from its turn.
func (i *Inbox) takeAll(ctx context.Context) error {
	var errs []error
	var left []string
	for _, id := range i.waiting {
		if ctx.Err() != nil {
			left = append(left, id)
			continue
		}
		if err := i.take(ctx, id); err != nil {
			errs, left = append(errs, err), append(left, id)
			continue
		}
		delete(i.taken, id)
	}
	i.waiting = left
	return errors.Join(errs...)
}

func (i *Inbox) take(ctx context.Context, id string) error {
	path := userPath(i.o.Mailbox) + "/messages/" + url.PathEscape(id)
	if !i.taken[id] {
		var raw []byte
		err := i.o.Client.do(ctx, call{doing: "read a mail", method: http.MethodGet, path: path + "/$value", into: &raw, most: mail.MaxSize, prefer: []string{immutable}})
		switch {
		case is(err, http.StatusNotFound):
			return nil // somebody moved it, or deleted it
		case errors.Is(err, errTooLong): // its beginning is handed on all the same: whoever sent it is told that it was not understood
			i.o.Log.Warn("a mail is longer than is taken: its end was cut off")
		case err != nil:
			return err
		}
		if err := i.o.Take(ctx, mail.Arrival{Raw: raw, To: []string{i.o.Mailbox}, Via: mail.ByGraph, At: i.o.Now()}); err != nil {
			i.failed.Add(1)
			return fmt.Errorf("keep a mail: %w", err)
		}
		i.kept.Add(1)
		i.taken[id] = true
	}
	return i.putAway(ctx, path)
}

// putAway marks a message as read and moves it. It is kept by then: one that was moved by somebody else is where it should be.
func (i *Inbox) putAway(ctx context.Context, path string) error {
	folder, err := i.folder(ctx)
	if err != nil {
		return err
	}
	err = i.o.Client.do(ctx, call{doing: "mark a mail as read", method: http.MethodPatch, path: path, body: map[string]bool{"isRead": true}, prefer: []string{immutable}})
	if err == nil {
		err = i.o.Client.do(ctx, call{doing: "move a mail", method: http.MethodPost, path: path + "/move", body: map[string]string{"destinationId": folder}, prefer: []string{immutable}})
	}
	if is(err, http.StatusNotFound) {
		i.done = "" // it may have been the folder
		return nil
	}
	return err
}

// folder gives the id of the folder, which is made where it is not there.
func (i *Inbox) folder(ctx context.Context) (string, error) {
	if i.done != "" {
		return i.done, nil
	}
	path := userPath(i.o.Mailbox) + "/mailFolders"
	var found struct {
		Value []struct {
			ID string `json:"id"`
		} `json:"value"`
	}
	err := i.o.Client.do(ctx, call{doing: "look for the folder for what was taken", method: http.MethodGet, path: path + "?%24filter=" + url.QueryEscape("displayName eq '"+doneFolder+"'"),
		into: &found, prefer: []string{immutable}})
	if err != nil {
		return "", err
	}
	var made struct {
		ID string `json:"id"`
	}
	if len(found.Value) > 0 {
		made = found.Value[0]
	} else if err := i.o.Client.do(ctx, call{doing: "make the folder for what was taken", method: http.MethodPost, path: path, body: map[string]string{"displayName": doneFolder},
		into: &made, prefer: []string{immutable}}); err != nil {
		return "", err
	}
	i.done = made.ID
	return made.ID, nil
}
