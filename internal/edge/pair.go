package edge

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// pair is a certificate and its key in files. Whoever renews them tells nobody, so they are looked at from time to time, by what
// they hold: a time of change can be the same for two renewals. No connection waits for it: a mount that hangs would keep out
// every one.
type pair struct {
	cert, key string
	log       *slog.Logger
	shown     atomic.Pointer[tls.Certificate]

	mu    sync.Mutex // held while they are looked at
	seen  [2][]byte  // what the files held then, whether they fitted or not
	wrong bool       // they did not
}

func newPair(o Options) (*pair, error) {
	p := &pair{cert: o.Cert, key: o.Key, log: o.Log}
	held, err := p.read()
	if err != nil {
		return nil, err
	}
	first, err := fitting(held)
	if err != nil {
		return nil, fmt.Errorf("read %s with %s: %w", o.Cert, o.Key, err)
	}
	p.shown.Store(first)
	p.seen = held
	return p, nil
}

func (p *pair) read() (held [2][]byte, err error) {
	if held[0], err = os.ReadFile(p.cert); err != nil {
		return held, fmt.Errorf("read the certificate: %w", err)
	}
	if held[1], err = os.ReadFile(p.key); err != nil {
		return held, fmt.Errorf("read the certificate's key: %w", err)
	}
	return held, nil
}

func fitting(held [2][]byte) (*tls.Certificate, error) {
	c, err := tls.X509KeyPair(held[0], held[1])
	return &c, err
}

func (p *pair) config() *tls.Config {
	return &tls.Config{NextProtos: []string{"h2", "http/1.1"}, GetCertificate: p.certificate}
}

// certificate is the newest that fitted its key when they were last looked at.
func (p *pair) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return p.shown.Load(), nil
}

// look reads them anew. A renewal that was half written, or is wrong, leaves the one before in use, and each such mistake is said once.
func (p *pair) look(context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	held, err := p.read()
	if err != nil {
		p.keep(err)
		return
	}
	if bytes.Equal(held[0], p.seen[0]) && bytes.Equal(held[1], p.seen[1]) {
		return
	}
	renewed, err := fitting(held)
	p.seen = held
	if err != nil {
		p.wrong = false // another mistake than the one before
		p.keep(err)
		return
	}
	p.wrong = false
	p.shown.Store(renewed)
	p.log.Info("certificate renewed", "until", renewed.Leaf.NotAfter.UTC())
}

func (p *pair) ends() time.Time { return p.shown.Load().Leaf.NotAfter }

// keep says that the certificate before stays in use.
func (p *pair) keep(err error) {
	if !p.wrong {
		p.log.Error("certificate not renewed: the one before stays in use", "error", err)
	}
	p.wrong = true
}

func (p *pair) plain(otherwise http.Handler) http.Handler { return otherwise }
