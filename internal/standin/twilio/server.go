package twilio

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/allclear-safety/allclear/internal/standin/fault"
)

// maxBody bounds a request's form. Twilio's own limit on a text is 1,600 characters.
const maxBody = 64 << 10

// Options say whom the stand-in plays, and to whom it calls back.
type Options struct {
	AccountSID string
	AuthToken  string
	// Hook is the base address of the service under test, "http://127.0.0.1:8080". Inbound texts go to its /hooks/twilio/sms.
	Hook string
	// Public is the base address that webhooks are signed with, where it is not Hook: a service behind a proxy is called at one address
	// and known by another. Addresses in a call's Url and StatusCallback that begin with it are called at Hook.
	Public string
	// Now is the clock for the dates on messages. Required.
	Now func() time.Time
	// Speed divides every wait: ringing, speaking, a Gather's timeout, a slow phone. 0 is 1, real time.
	Speed float64
	// Client makes the webhook calls; by default one that gives up after 15 s, as Twilio does.
	Client *http.Client
	// Forget counts outbound messages and calls without keeping them, and keeps only the newest inbound texts, which the service under
	// test may fetch back: so nothing can wait for them. For benchmarks.
	Forget bool
	// Silent sends no status callbacks for messages.
	Silent bool
	// OptOutOff leaves STOP, START and their like to the service under test, as Twilio does for a number on request.
	OptOutOff bool
	// Observe, when given, is told of every outbound message as it is accepted, from many goroutines at once.
	Observe func(Message)
}

// Server is the stand-in. It is an [http.Handler] for the REST API; stop it with Close.
type Server struct {
	options Options
	routes  *http.ServeMux
	client  *http.Client
	ctx     context.Context // ends webhooks and calls at Close
	stop    context.CancelFunc
	running sync.WaitGroup
	posting chan struct{} // bounds the receipts in flight

	counts struct{ messages, calls, received, webhooks atomic.Int64 }
	blind  atomic.Bool // nothing can be fetched or listed
	faults fault.Queue[Fault]

	mu       sync.Mutex
	messages ledger
	calls    []*Call
	phones   map[string]*Phone
	changed  chan struct{} // closed at the next change, when someone waits for it
}

// New starts a stand-in.
func New(o Options) *Server {
	if o.Speed <= 0 {
		o.Speed = 1
	}
	s := &Server{options: o, client: o.Client, phones: map[string]*Phone{}, posting: make(chan struct{}, 64)}
	if s.client == nil {
		s.client = newClient()
	}
	s.messages.init(o.Forget)
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.routes = http.NewServeMux()
	const account = "/2010-04-01/Accounts/{account}"
	s.routes.HandleFunc("GET /2010-04-01/Accounts/{file}", s.fetchAccount)
	s.routes.HandleFunc("POST "+account+"/Messages.json", s.createMessage)
	s.routes.HandleFunc("GET "+account+"/Messages.json", s.listMessages)
	s.routes.HandleFunc("GET "+account+"/Messages/{file}", s.fetchMessage)
	s.routes.HandleFunc("POST "+account+"/Calls.json", s.createCall)
	s.routes.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { refuse(w, notFound) })
	return s
}

// Close ends every call and webhook under way and waits until they are gone.
func (s *Server) Close() {
	s.mu.Lock() // so that nothing starts once the wait has begun
	s.stop()
	s.mu.Unlock()
	s.running.Wait()
}

// start runs something until it is done or the stand-in closes. The lock is held.
func (s *Server) start(run func()) {
	if s.ctx.Err() == nil {
		s.running.Go(run)
	}
}

// ServeHTTP is the REST API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	if user != s.options.AccountSID || password != s.options.AuthToken {
		refuse(w, unauthorised)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if r.Method == http.MethodGet && s.blind.Load() {
		refuse(w, internal)
		return
	}
	s.routes.ServeHTTP(w, r)
}

// fetchAccount gives the account itself, which is always active.
func (s *Server) fetchAccount(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("file") != s.options.AccountSID+".json" {
		refuse(w, notFound)
		return
	}
	answer(w, http.StatusOK, map[string]string{
		"sid": s.options.AccountSID, "owner_account_sid": s.options.AccountSID, "status": "active", "type": "Full", "friendly_name": "stand-in",
	})
}

// admit reads a create request's form, and reports false when it was answered already.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) bool {
	if r.PathValue("account") != s.options.AccountSID {
		refuse(w, notFound)
		return false
	}
	if err := r.ParseForm(); err != nil {
		refuse(w, malformed)
		return false
	}
	return true
}

// problem is an error as Twilio answers it.
type problem struct {
	Code     int    `json:"code"`
	Message  string `json:"message"`
	MoreInfo string `json:"more_info"`
	Status   int    `json:"status"`
}

var (
	unauthorised = problem{Code: 20003, Message: "Authenticate", Status: http.StatusUnauthorized}
	notFound     = problem{Code: 20404, Message: "The requested resource was not found", Status: http.StatusNotFound}
	malformed    = problem{Code: 20001, Message: "The request could not be read", Status: http.StatusBadRequest}
	tooMany      = problem{Code: 20429, Message: "Too Many Requests", Status: http.StatusTooManyRequests}
	internal     = problem{Code: 20500, Message: "Internal Server Error", Status: http.StatusInternalServerError}
	suspended    = problem{Code: 20005, Message: "Account is not active", Status: http.StatusForbidden}

	noTo       = problem{Code: 21604, Message: "A 'To' phone number is required.", Status: http.StatusBadRequest}
	noFrom     = problem{Code: 21603, Message: "A 'From' phone number is required.", Status: http.StatusBadRequest}
	noBody     = problem{Code: 21602, Message: "Message body is required.", Status: http.StatusBadRequest}
	longBody   = problem{Code: 21617, Message: "The concatenated message body exceeds the 1600 character limit", Status: http.StatusBadRequest}
	badTo      = problem{Code: 21211, Message: "The 'To' number %s is not a valid phone number.", Status: http.StatusBadRequest}
	badFrom    = problem{Code: 21212, Message: "The 'From' number %s is not a valid phone number.", Status: http.StatusBadRequest}
	landline   = problem{Code: 21614, Message: "'To' number is not a valid mobile number", Status: http.StatusBadRequest}
	optedOut   = problem{Code: 21610, Message: "Attempt to send to unsubscribed recipient", Status: http.StatusBadRequest}
	badURL     = problem{Code: 21205, Message: "Url is not a valid URL", Status: http.StatusBadRequest}
	badTimeout = problem{Code: 20001, Message: "A duration is out of its range", Status: http.StatusBadRequest}
)

func refuse(w http.ResponseWriter, p problem) {
	p.MoreInfo = "https://www.twilio.com/docs/errors/" + itoa(p.Code)
	answer(w, p.Status, p)
}

func answer(w http.ResponseWriter, status int, body any) {
	encoded, err := json.Marshal(body)
	if err != nil {
		status, encoded = http.StatusInternalServerError, nil
	}
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(encoded) // the client may have gone
}

// newSID makes an identifier as Twilio's: two letters and 32 hexadecimal digits.
func newSID(kind string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return kind + hex.EncodeToString(b[:])
}

// wait lets d pass, at the stand-in's speed; false when the stand-in was closed first.
func (s *Server) wait(d time.Duration) bool {
	if d = time.Duration(float64(d) / s.options.Speed); d <= 0 {
		return s.ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}
