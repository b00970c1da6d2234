package edge

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"
)

// pair is a certificate and its key in files. Whoever renews them tells nobody, so they are looked at anew at each new
// connection, by what they hold: a time of change can be the same for two renewals, a few kilobytes cost less than the
// handshake after them.
type pair struct {
	cert, key string
	log       *slog.Logger

	mu    sync.Mutex
	shown *tls.Certificate
	seen  [2][]byte // what the files held when they were last looked at, whether they fitted or not
	wrong bool      // they did not
}

func newPair(o Options) (*pair, error) {
	p := &pair{cert: o.Cert, key: o.Key, log: o.Log}
	held, err := p.read()
	if err != nil {
		return nil, err
	}
	if p.shown, err = fitting(held); err != nil {
		return nil, fmt.Errorf("read %s with %s: %w", o.Cert, o.Key, err)
	}
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

// certificate is the newest that fits its key. A renewal that was half written, or is wrong, leaves the one before in use,
// and is said once.
func (p *pair) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	held, err := p.read()
	if err != nil {
		p.keep(err)
		return p.shown, nil
	}
	if bytes.Equal(held[0], p.seen[0]) && bytes.Equal(held[1], p.seen[1]) {
		return p.shown, nil
	}
	renewed, err := fitting(held)
	p.seen = held
	if err != nil {
		p.wrong = false // another mistake than the one before
		p.keep(err)
		return p.shown, nil
	}
	p.shown, p.wrong = renewed, false
	p.log.Info("certificate renewed", "until", renewed.Leaf.NotAfter.UTC())
	return p.shown, nil
}

// keep says that the certificate before stays in use.
func (p *pair) keep(err error) {
	if !p.wrong {
		p.log.Error("certificate not renewed: the one before stays in use", "error", err)
	}
	p.wrong = true
}

func (p *pair) plain(otherwise http.Handler) http.Handler { return otherwise }
