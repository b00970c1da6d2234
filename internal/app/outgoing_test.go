package app

import (
	"context"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/api"
	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/edge"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/signin"
)

// Each that Allclear calls must show a certificate that somebody vouches for, and be one whom the operator named: else they are told nothing.
func TestWhoeverIsCalledMustProveThemselves(t *testing.T) {
	var heard atomic.Int32
	stranger := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		heard.Add(1)
		w.WriteHeader(http.StatusNoContent)
	}))
	stranger.Config.ErrorLog = log.New(io.Discard, "", 0)
	stranger.StartTLS()
	defer stranger.Close()
	for what, call := range calls(t, stranger.URL, edge.Outgoing{}) {
		if err := call(t.Context()); err == nil {
			t.Errorf("%s: a stranger's certificate is believed", what)
		}
	}
	if heard.Load() != 0 {
		t.Errorf("%d calls came", heard.Load())
	}
	for what, call := range calls(t, "https://other.example.org", edge.Nobody()) {
		err := call(t.Context())
		if err == nil {
			t.Errorf("%s: whoever is on no list is called", what)
		}
		if err != nil && strings.Contains(err.Error(), "lookup") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// calls are all that Allclear itself calls by HTTP, each with its own client.
func calls(t *testing.T, address string, out edge.Outgoing) map[string]func(context.Context) error {
	t.Helper()
	number, err := phone.Parse("+441632960101")
	must(t, err)
	o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db"), URL: "https://allclear.example.org", Outgoing: out, Heartbeat: address, CheckpointURL: address,
		Twilio: &Twilio{AccountSID: "AC1", AuthToken: private.New("token"), From: number, API: address}, OIDC: &OIDC{Issuer: address, ClientID: "c", ClientSecret: private.New("s")},
		Log: slog.New(slog.DiscardHandler)}
	db, err := Open(t.Context(), o, false)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	a := &App{o: o, db: db}
	var eo engine.Options
	must(t, a.connect(&eo, &api.Options{}))
	s, err := signin.New(signin.Options{Keeper: db, URL: o.URL, Clock: time.Now, Log: o.Log})
	must(t, err)
	organisation, err := a.organisation(s)
	must(t, err)
	message := channel.Message{ID: "m1", To: number, Body: private.New("words")}
	return map[string]func(context.Context) error{
		"a text":    func(ctx context.Context) error { _, err := eo.SMS.Send(ctx, message); return err },
		"heartbeat": func(ctx context.Context) error { return callMonitor(ctx, a.monitor(), o.Heartbeat) },
		"checkpoint": func(ctx context.Context) error {
			return o.outlets()[0].send(ctx, []byte("note"))
		},
		"an incident": func(ctx context.Context) error {
			o := o
			o.IncidentWebhook = address
			return newPoster(o, db, nil).post(ctx, "i-1.1", time.Unix(0, 0), []byte("{}"))
		},
		"another clock": func(ctx context.Context) error { _, err := a.witness(ctx); return err },
		"sign-in":       func(ctx context.Context) error { _, _, err := organisation.Begin(ctx, "/", ""); return err },
		"check": func(ctx context.Context) error {
			if found := checkGateway(ctx, o); found[0].Says == "ok" || !found[0].StopsAlarm {
				return nil
			}
			return io.ErrUnexpectedEOF
		},
	}
}
