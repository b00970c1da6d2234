package graph

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// App is who may sign in.
type App struct{ Tenant, ID, Secret string }

// Server is one tenant with its mailboxes.
type Server struct {
	URL string // of both: the tokens' and Graph's

	http *httptest.Server
	app  App
	now  func() time.Time

	mu      sync.Mutex
	boxes   map[string]*box
	tokens  map[string]time.Time // until when each is taken
	subs    map[string]*Subscription
	faults  faults
	calls   []string // method and path of each, in their order
	waits   sync.WaitGroup
	renewed int
	deltaN  int // raised where what was given is no longer taken
	mostIn  int // events or messages of one page
}

type faults struct {
	throttle   int // so many of the next calls are answered 429
	retryAfter string
	lose       bool // notifications are not sent
	drops      int  // so many of the next answers to a POST are lost, though it was done
}

type box struct {
	folders  map[string]string // id by name
	messages []*message
	events   []*Event
	changes  int
}

type message struct {
	ID, folder string
	mime       string
	read       bool
	n          int // of the change that put it where it is
}

// New starts one with mailboxes; it ends with [Server.Close].
func New(app App, now func() time.Time, mailboxes ...string) *Server {
	s := &Server{app: app, now: now, boxes: map[string]*box{}, tokens: map[string]time.Time{}, subs: map[string]*Subscription{}, mostIn: 3}
	for _, name := range mailboxes {
		s.boxes[strings.ToLower(name)] = &box{folders: map[string]string{"inbox": "f-inbox"}}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", s.token)
	signed := func(pattern string, do func(*box, http.ResponseWriter, *http.Request)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.signed(w, r, do) })
	}
	signed("GET /v1.0/users/{user}/mailFolders/{folder}/messages/delta", s.delta)
	signed("GET /v1.0/users/{user}/messages/{id}/$value", s.value)
	signed("PATCH /v1.0/users/{user}/messages/{id}", s.patchMessage)
	signed("POST /v1.0/users/{user}/messages/{id}/move", s.move)
	signed("GET /v1.0/users/{user}/mailFolders", s.listFolders)
	signed("POST /v1.0/users/{user}/mailFolders", s.makeFolder)
	signed("GET /v1.0/users/{user}/calendar/events", s.listEvents)
	signed("POST /v1.0/users/{user}/calendar/events", s.makeEvent)
	signed("PATCH /v1.0/users/{user}/events/{id}", s.patchEvent)
	signed("DELETE /v1.0/users/{user}/events/{id}", s.deleteEvent)
	signed("POST /v1.0/subscriptions", s.subscribe)
	signed("PATCH /v1.0/subscriptions/{id}", s.renew)
	signed("POST /v1.0/subscriptions/{id}/reauthorize", s.reauthorize)
	signed("DELETE /v1.0/subscriptions/{id}", s.unsubscribe)
	s.http = httptest.NewServer(mux)
	s.URL = s.http.URL
	return s
}

// Close ends it, and waits for the notifications that are on their way.
func (s *Server) Close() { s.waits.Wait(); s.http.Close() }

// token answers with one that is good for an hour (RFC 6749, 4.4).
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	if r.PathValue("tenant") != s.app.Tenant || id != s.app.ID || secret != s.app.Secret || r.PostFormValue("grant_type") != "client_credentials" || !strings.HasSuffix(r.PostFormValue("scope"), "/.default") {
		answer(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided for " + s.app.Tenant})
		return
	}
	t := rand.Text()
	s.mu.Lock()
	s.tokens[t] = s.now().Add(time.Hour)
	s.mu.Unlock()
	answer(w, http.StatusOK, map[string]any{"token_type": "Bearer", "expires_in": 3599, "access_token": t})
}

// signed looks at the token, the mailbox and what is to go wrong, and lets the call be answered.
func (s *Server) signed(w http.ResponseWriter, r *http.Request, do func(*box, http.ResponseWriter, *http.Request)) {
	s.mu.Lock()
	s.calls = append(s.calls, r.Method+" "+r.URL.Path)
	until, known := s.tokens[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	throttled := s.faults.throttle > 0
	if throttled {
		s.faults.throttle--
	}
	after := s.faults.retryAfter
	b, found := s.boxes[strings.ToLower(r.PathValue("user"))]
	drop := r.Method == http.MethodPost && s.faults.drops > 0
	if drop {
		s.faults.drops--
	}
	s.mu.Unlock()
	switch {
	case !known || !until.After(s.now()):
		refuse(w, http.StatusUnauthorized, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
	case throttled:
		w.Header().Set("Retry-After", after)
		refuse(w, http.StatusTooManyRequests, "ApplicationThrottled", "Application is over its MailboxConcurrency limit.")
	case r.PathValue("user") != "" && !found:
		refuse(w, http.StatusForbidden, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
	case drop:
		do(b, httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	default:
		do(b, w, r)
	}
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever hung up has no use for it
}

func refuse(w http.ResponseWriter, status int, code, says string) {
	answer(w, status, map[string]any{"error": map[string]string{"code": code, "message": says}})
}

func read(w http.ResponseWriter, r *http.Request, into any) bool {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(into); err != nil {
		refuse(w, http.StatusBadRequest, "BadRequest", "Unable to read JSON request payload.")
		return false
	}
	return true
}

// Throttle answers so many of the next calls with 429.
func (s *Server) Throttle(calls int, retryAfter string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.throttle, s.faults.retryAfter = calls, retryAfter
}

// ForgetTokens takes no token any more that was given before.
func (s *Server) ForgetTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// LoseNotifications sends none any more, or again.
func (s *Server) LoseNotifications(lose bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.lose = lose
}

// DropAnswers loses so many of the next answers to a POST, though what it asked for is done.
func (s *Server) DropAnswers(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.drops = n
}

// ForgetDeltas takes no delta token any more that was given before.
func (s *Server) ForgetDeltas() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deltaN++
}

// Calls gives how many there were whose method and path have a part.
func (s *Server) Calls(part string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
		if strings.Contains(c, part) {
			n++
		}
	}
	return n
}

func (s *Server) link(format string, args ...any) string { return s.URL + fmt.Sprintf(format, args...) }
