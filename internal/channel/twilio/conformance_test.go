package twilio_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/channel/channeltest"
	"github.com/allclear-safety/allclear/internal/channel/twilio"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	standin "github.com/allclear-safety/allclear/internal/standin/twilio"
)

const (
	account = "AC0123456789abcdef0123456789abcdef"
	token   = "12345"
	public  = "https://allclear.example"
)

var started = time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)

func number(t testing.TB, s string) phone.Number {
	t.Helper()
	n, err := phone.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func client(t testing.TB, api string) *twilio.Client {
	t.Helper()
	c, err := twilio.New(twilio.Options{AccountSID: account, AuthToken: token, From: number(t, "07700 900000"), API: api, URL: public})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// provider gives a stand-in whose calls back go to hook, and a client of it.
func provider(t *testing.T, hook http.Handler) (*standin.Server, *twilio.Client) {
	t.Helper()
	service := httptest.NewServer(hook)
	t.Cleanup(service.Close)
	seconds := make(chan time.Duration, 1)
	seconds <- 0
	s := standin.New(standin.Options{AccountSID: account, AuthToken: token, Hook: service.URL, Public: public, Speed: 2000, Now: func() time.Time {
		since := <-seconds
		seconds <- since + time.Second
		return started.Add(since)
	}})
	api := httptest.NewServer(s)
	t.Cleanup(api.Close)
	t.Cleanup(s.Close)
	return s, client(t, api.URL)
}

func TestConformance(t *testing.T) {
	for _, kind := range []string{"texts", "calls"} {
		t.Run(kind, func(t *testing.T) {
			channeltest.Run(t, func(t *testing.T) channeltest.Fixture {
				s, c := provider(t, http.NotFoundHandler())
				s.Phone("+447700900302").Invalid()
				s.Phone("+447700900301").OptsOut()
				fail := func(f standin.Fault) func() { return func() { s.Fail(f, 1) } }
				f := channeltest.Fixture{
					Channel: c.SMS(), Good: number(t, "07700 900101"), Wrong: number(t, "07700 900302"), OptedOut: number(t, "07700 900301"),
					Down: fail(standin.Down), Hangs: fail(standin.Hangs), Garbage: fail(standin.Garbage), Broke: fail(standin.Broke),
					Accepted: func() int { return int(s.Counts().Messages) },
				}
				if kind == "calls" {
					f.Channel, f.Calls, f.OptedOut = c.Voice(), true, phone.Number{} // one can opt out of texts only
					f.Accepted = func() int { return int(s.Counts().Calls) }
				}
				return f
			})
		})
	}
}

var (
	_ channel.Fetcher = (*twilio.Client)(nil)
	_ channel.Lister  = (*twilio.Client)(nil)
)

// BenchmarkSend hands texts over to the stand-in on loopback: what it costs both sides together.
func BenchmarkSend(b *testing.B) {
	s := standin.New(standin.Options{AccountSID: account, AuthToken: token, Forget: true, Silent: true, Now: func() time.Time { return started }})
	api := httptest.NewServer(s)
	b.Cleanup(api.Close)
	b.Cleanup(s.Close)
	texts := client(b, api.URL).SMS()
	m := channel.Message{ID: "m1", To: number(b, "07700 900101"), Body: private.New("ALARM 14:05 A7F3"), Expires: 5 * time.Minute}
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := texts.Send(b.Context(), m); err != nil {
				b.Error(err)
			}
		}
	})
}
