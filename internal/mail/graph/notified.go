package graph

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"
)

const (
	mostToken        = 2 << 10   // bytes of a validation token
	mostNotification = 256 << 10 // bytes of what comes at once
	goodbye          = 3 * time.Second
)

// subscription is who tells us that a mail came.
type subscription struct {
	id    string // "" for none
	until time.Time
}

// clientState is what each notification has to show. It is the same for every node and after a restart, and nobody can guess it who has not the
// application's secret.
func (i *Inbox) clientState() string {
	sum := hmac.New(sha256.New, []byte(i.o.Client.account.Secret.Reveal()))
	sum.Write([]byte("allclear notifications 1\x00" + i.o.Mailbox))
	return hex.EncodeToString(sum.Sum(nil))
}

// subscribe sees to it that there is a subscription, and that it does not end. Without one mail is found all the same, later.
func (i *Inbox) subscribe(ctx context.Context) error {
	if i.o.Hook == "" {
		return nil
	}
	if i.resub.Swap(false) {
		i.sub = subscription{}
	}
	now := i.o.True()
	renews := i.renews.Swap(false)
	until := now.Add(i.o.Bounds.Lasts).UTC()
	if i.sub.id != "" {
		if !renews && i.sub.until.Sub(now) > i.o.Bounds.Lasts/2 {
			return nil
		}
		err := i.o.Client.do(ctx, call{doing: "renew the subscription", method: http.MethodPatch, path: "/subscriptions/" + url.PathEscape(i.sub.id), body: map[string]any{"expirationDateTime": until}})
		if err == nil {
			i.sub.until = until
			return nil
		}
		if !is(err, http.StatusNotFound) {
			i.renews.Store(renews)
			if i.sub.until.After(now) {
				return err
			}
		}
		i.sub = subscription{}
	}
	var made struct {
		ID string `json:"id"`
	}
	err := i.o.Client.do(ctx, call{doing: "subscribe", method: http.MethodPost, path: "/subscriptions", into: &made, body: map[string]any{
		"changeType": "created", "notificationUrl": i.o.Hook, "lifecycleNotificationUrl": i.o.Hook,
		"resource": "users/" + i.o.Mailbox + "/mailFolders('inbox')/messages", "expirationDateTime": until, "clientState": i.clientState()}})
	if err == nil && made.ID == "" {
		err = errors.New("subscribe: the answer names no subscription")
	}
	if err == nil {
		i.sub = subscription{id: made.ID, until: until}
	}
	return err
}

// unsubscribe ends it at a stop. One that is left behind ends by itself.
func (i *Inbox) unsubscribe() {
	if i.sub.id == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	if err := i.o.Client.do(ctx, call{doing: "end the subscription", method: http.MethodDelete, path: "/subscriptions/" + url.PathEscape(i.sub.id)}); err != nil {
		i.o.Log.Info("subscription to the mailbox not ended", "error", err)
	}
	i.sub = subscription{}
}

// ServeHTTP takes notifications. It is answered at once, and the mailbox is looked at after: nothing that a notification says is believed but that there
// may be more, and that only where it shows what only Microsoft was told.
func (i *Inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if token := r.URL.Query().Get("validationToken"); token != "" {
		if len(token) > mostToken {
			http.Error(w, "the token is too long", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = io.WriteString(w, token) // #nosec G705 -- plain text, said to be so; whoever hung up asks again
		return
	}
	var came struct {
		Value []struct {
			ClientState    string `json:"clientState"`
			LifecycleEvent string `json:"lifecycleEvent"`
		} `json:"value"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostNotification)).Decode(&came); err != nil {
		http.Error(w, "this is no notification", http.StatusBadRequest)
		return
	}
	ours := false
	for _, n := range came.Value {
		if !hmac.Equal([]byte(n.ClientState), []byte(i.clientState())) {
			continue
		}
		ours = true
		switch n.LifecycleEvent {
		case "subscriptionRemoved":
			i.resub.Store(true)
		case "reauthorizationRequired":
			i.renews.Store(true)
		}
	}
	if ours {
		i.poke()
	}
	w.WriteHeader(http.StatusAccepted) // also what is not ours: whoever tries to guess learns nothing
}

// poke has the mailbox looked into at once.
func (i *Inbox) poke() {
	select {
	case i.poked <- struct{}{}:
	default: // it is looked already
	}
}
