package api_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/api"
)

// wire is a listener without a network, so that a slow caller takes no time of ours.
type wire struct {
	calls chan net.Conn
	once  sync.Once
}

func (w *wire) Accept() (net.Conn, error) {
	c, open := <-w.calls
	if !open {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (w *wire) Close() error   { w.once.Do(func() { close(w.calls) }); return nil }
func (w *wire) Addr() net.Addr { return &net.TCPAddr{} }

// hungUp says whether the server has hung up within a time on a caller who sends some words at once, and then a byte of others each
// second.
func hungUp(t *testing.T, head, drip string, within time.Duration) (gone bool) {
	t.Helper()
	o := onSQLite(t)
	synctest.Test(t, func(t *testing.T) {
		a := api.New(api.Options{Engine: o.engine, Store: o.db, Access: access.New(o.db), Clock: o.clock.Now})
		s, w := a.Server(), &wire{calls: make(chan net.Conn)}
		s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.ReadAll(r.Body); err != nil {
				http.Error(w, "too slow", http.StatusRequestTimeout)
			}
		})
		var wg sync.WaitGroup
		wg.Go(func() { _ = s.Serve(w) }) // ends when the server is closed
		here, there := net.Pipe()
		w.calls <- there
		over := make(chan struct{})
		wg.Go(func() { _, _ = io.Copy(io.Discard, here); close(over) }) // ends when the server hangs up
		wg.Go(func() {                                                  // ends when what is said goes nowhere
			for said := []byte(head); len(said) > 0; said, drip = []byte(drip[:1]), drip[1:] {
				if _, err := here.Write(said); err != nil || drip == "" {
					return
				}
				time.Sleep(time.Second)
			}
		})
		time.Sleep(within)
		select {
		case <-over:
			gone = true
		default:
		}
		_ = errors.Join(s.Close(), here.Close())
		wg.Wait()
	})
	return gone
}

// A slow caller costs a connection, and not for long: many of them at once (Slowloris) are gone before they add up.
func TestASlowCallerIsHungUpOn(t *testing.T) {
	for what, c := range map[string]struct {
		head, drip string
		within     time.Duration
	}{
		"headers that never end": {"GET / HTTP/1.1\r\nHost: a\r\n", strings.Repeat("X: y\r\n", 100), 6 * time.Second},
		"nothing at all":         {"", "", 6 * time.Second},
		"a body that never ends": {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", strings.Repeat("x", 1000), 11 * time.Second},
		"no further request":     {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "", 2*time.Minute + time.Second},
	} {
		t.Run(what, func(t *testing.T) {
			if !hungUp(t, c.head, c.drip, c.within) {
				t.Errorf("held for more than %v", c.within)
			}
			if hungUp(t, c.head, c.drip, time.Second) {
				t.Error("gone within a second, so that this test proves nothing")
			}
		})
	}
}

func TestHeadersAreBounded(t *testing.T) {
	o := onSQLite(t)
	s := o.api.Server()
	if s.MaxHeaderBytes <= 0 || s.MaxHeaderBytes > 64<<10 {
		t.Fatalf("headers of %d bytes are taken", s.MaxHeaderBytes)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() { _ = s.Serve(l) }) // ends when the server is closed
	defer wg.Wait()
	defer s.Close()
	r, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+l.Addr().String()+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Long", strings.Repeat("x", s.MaxHeaderBytes+8<<10))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("got %d", answer.StatusCode)
	}
}
