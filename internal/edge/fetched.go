package edge

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// fetched is a certificate that an ACME directory signs, fetched at the first connection and a month before its end.
type fetched struct {
	manager *autocert.Manager
	domain  string
	log     *slog.Logger

	mu    sync.Mutex
	said  string    // what went wrong last
	until time.Time // the end of the one that is kept; zero: none is
}

func newFetched(o Options) *fetched {
	return &fetched{domain: o.Domain, log: o.Log, manager: &autocert.Manager{
		Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(o.Cache), HostPolicy: autocert.HostWhitelist(o.Domain),
		Client: &acme.Client{DirectoryURL: o.Directory, HTTPClient: o.Client, UserAgent: "allclear"}}}
}

// config answers the directory's own challenge too (TLS-ALPN-01), so that one port is enough.
func (f *fetched) config() *tls.Config {
	c := f.manager.TLSConfig()
	c.GetCertificate = f.certificate
	return c
}

// certificate says at each try, and so once a minute at most, what keeps our own from being fetched. Strangers who ask for other names are no matter for the log.
func (f *fetched) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	c, err := f.manager.GetCertificate(hello)
	if hello.ServerName != f.domain {
		return c, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case err == nil:
		f.said = ""
	case err.Error() != f.said && !strings.HasSuffix(err.Error(), "missing certificate"): // the minute before it tries again
		f.said = err.Error()
		f.log.Error("certificate not fetched", "domain", f.domain, "error", err)
	}
	return c, err
}

// look reads when the certificate that is kept ends. One that can't be renewed stays there until it does, and beyond.
func (f *fetched) look(ctx context.Context) {
	held, err := f.manager.Cache.Get(ctx, f.domain)
	if err != nil && !errors.Is(err, autocert.ErrCacheMiss) {
		return // what was known of it stays
	}
	until := time.Time{}
	if c, err := tls.X509KeyPair(held, held); err == nil {
		until = c.Leaf.NotAfter
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.until = until
}

func (f *fetched) ends() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.until
}

// plain answers the challenge that comes in the clear (HTTP-01), and all else as it would be without.
func (f *fetched) plain(otherwise http.Handler) http.Handler { return f.manager.HTTPHandler(otherwise) }
