package graph

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Subscription is one, as it was asked for.
type Subscription struct {
	ID                       string    `json:"id"`
	ChangeType               string    `json:"changeType"`
	NotificationURL          string    `json:"notificationUrl"`
	LifecycleNotificationURL string    `json:"lifecycleNotificationUrl,omitempty"`
	Resource                 string    `json:"resource"`
	ExpirationDateTime       time.Time `json:"expirationDateTime"`
	ClientState              string    `json:"clientState,omitempty"`
}

// longest is how long a subscription to messages may last: 10,080 minutes.
const longest = 7 * 24 * time.Hour

// Subscriptions gives those that there are, and how often one was renewed.
func (s *Server) Subscriptions() (list []Subscription, renewed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.subs {
		list = append(list, *x)
	}
	return list, s.renewed
}

// subscribe asks each address whether it is the caller's before it answers.
func (s *Server) subscribe(_ *box, w http.ResponseWriter, r *http.Request) {
	var x Subscription
	if !read(w, r, &x) {
		return
	}
	switch {
	case x.ChangeType == "" || x.Resource == "" || x.ClientState == "" || len(x.ClientState) > 128:
		refuse(w, http.StatusBadRequest, "InvalidRequest", "Subscription is missing a property.")
		return
	case x.ExpirationDateTime.Sub(s.now()) > longest || !x.ExpirationDateTime.After(s.now()):
		refuse(w, http.StatusBadRequest, "ExtensionError", "Subscription expiration can only be 10080 minutes in the future.")
		return
	}
	for _, to := range []string{x.NotificationURL, x.LifecycleNotificationURL} {
		if to != "" && !proves(to) {
			refuse(w, http.StatusBadRequest, "ValidationError", "Subscription validation request failed.")
			return
		}
	}
	x.ID = rand.Text()
	s.mu.Lock()
	s.subs[x.ID] = &x
	s.mu.Unlock()
	answer(w, http.StatusCreated, x)
}

// proves sends a validation token, which is to come back as plain text.
func proves(to string) bool {
	token := "Validation: <Testing> " + rand.Text() + " ü&="
	u, err := url.Parse(to)
	if err != nil {
		return false
	}
	q := u.Query()
	q.Set("validationToken", token)
	u.RawQuery = q.Encode()
	client := http.Client{Timeout: 10 * time.Second}
	resp, err := client.Post(u.String(), "text/plain; charset=utf-8", nil)
	if err != nil {
		return false
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return err == nil && resp.StatusCode == http.StatusOK && kind == "text/plain" && string(body) == token
}

func (s *Server) renew(_ *box, w http.ResponseWriter, r *http.Request) {
	var body struct {
		ExpirationDateTime time.Time `json:"expirationDateTime"`
	}
	if !read(w, r, &body) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	x, found := s.subs[r.PathValue("id")]
	if !found || !x.ExpirationDateTime.After(s.now()) {
		delete(s.subs, r.PathValue("id"))
		refuse(w, http.StatusNotFound, "ResourceNotFound", "The object was not found.")
		return
	}
	if body.ExpirationDateTime.Sub(s.now()) > longest {
		refuse(w, http.StatusBadRequest, "ExtensionError", "Subscription expiration can only be 10080 minutes in the future.")
		return
	}
	x.ExpirationDateTime = body.ExpirationDateTime
	s.renewed++
	answer(w, http.StatusOK, x)
}

func (s *Server) reauthorize(_ *box, w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, found := s.subs[r.PathValue("id")]; !found {
		refuse(w, http.StatusNotFound, "ResourceNotFound", "The object was not found.")
		return
	}
	w.WriteHeader(http.StatusOK)
}

func (s *Server) unsubscribe(_ *box, w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.subs, r.PathValue("id"))
	w.WriteHeader(http.StatusNoContent)
}

// notify tells those who subscribed to a mailbox that a mail came.
func (s *Server) notify(mailbox, id string) {
	s.each(mailbox, func(x Subscription) (to string, says map[string]any) {
		return x.NotificationURL, map[string]any{"changeType": "created", "resource": "Users/" + mailbox + "/Messages/" + id,
			"resourceData": map[string]string{"@odata.type": "#Microsoft.Graph.Message", "id": id}}
	})
}

// Lifecycle tells them of their subscriptions: "missed", "subscriptionRemoved", which removes them, or "reauthorizationRequired".
func (s *Server) Lifecycle(mailbox, event string) {
	s.each(mailbox, func(x Subscription) (to string, says map[string]any) {
		return x.LifecycleNotificationURL, map[string]any{"lifecycleEvent": event}
	})
	if event == "subscriptionRemoved" {
		s.mu.Lock()
		clear(s.subs)
		s.mu.Unlock()
	}
}

func (s *Server) each(mailbox string, what func(Subscription) (string, map[string]any)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.subs {
		if !strings.Contains(strings.ToLower(x.Resource), strings.ToLower(mailbox)) || !x.ExpirationDateTime.After(s.now()) {
			continue
		}
		to, says := what(*x)
		if to == "" || s.faults.lose && says["changeType"] != nil {
			continue
		}
		says["subscriptionId"], says["clientState"], says["subscriptionExpirationDateTime"] = x.ID, x.ClientState, x.ExpirationDateTime
		body, _ := json.Marshal(map[string]any{"value": []any{says}})
		s.waits.Go(func() {
			client := http.Client{Timeout: 3 * time.Second}
			if resp, err := client.Post(to, "application/json", bytes.NewReader(body)); err == nil {
				_ = resp.Body.Close() // one that is refused is lost here: the real one tries again for four hours
			}
		})
	}
}

// Settle waits until each notification was answered.
func (s *Server) Settle() { s.waits.Wait() }
