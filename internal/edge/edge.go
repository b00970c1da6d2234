// Package edge is where the network ends and Allclear begins: the certificate that it shows, the proxy that it believes,
// what it answers to a request that came in the clear, and the headers that every answer has.
//
// Three ways keep what is sent from being read or changed on its way: certificate files, a certificate that is fetched by
// ACME, or a proxy in front that has one. Without any of them Allclear is reached from its own machine only.
package edge

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"time"
)

// Options is how Allclear is reached. At most one of Cert with Key and Domain is given.
type Options struct {
	Cert, Key string // files of a certificate chain and its key, as PEM; "": none

	Domain    string       // the name that a certificate is fetched for by ACME; "": none is
	Directory string       // the ACME directory; "" is Let's Encrypt's
	Cache     string       // the folder that what is fetched is kept in, for its owner's eyes alone
	Client    *http.Client // by which the directory is asked; nil is one that follows Go's defaults

	Proxies []netip.Prefix // whose word is taken for who asks, and how they asked; nobody else's is
	URL     string         // the public address; "" is not known yet
	Log     *slog.Logger   // nil: nothing is logged
}

// Edge is it.
type Edge struct {
	Options
	certificates source
}

// source gives the certificate that a connection is shown.
type source interface {
	config() *tls.Config
	plain(otherwise http.Handler) http.Handler // what the plain listener answers
	look(ctx context.Context)
	ends() time.Time
}

// ErrPlain is that Allclear would be reached from elsewhere in the clear.
var ErrPlain = errors.New("what is sent there could be read on its way: give a certificate (ALLCLEAR_TLS_CERT and ALLCLEAR_TLS_KEY), " +
	"or have one fetched (ALLCLEAR_ACME_DOMAIN), or say which proxy with one is in front (ALLCLEAR_PROXY)")

// New reads the certificate, if it is in files. One that does not fit its key is an error.
func New(o Options) (*Edge, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	e := &Edge{Options: o}
	switch {
	case o.Cert != "":
		kept, err := newPair(o)
		if err != nil {
			return nil, err
		}
		e.certificates = kept
	case o.Domain != "":
		e.certificates = newFetched(o)
	}
	return e, nil
}

// TLS says that this process speaks TLS itself.
func (e *Edge) TLS() bool { return e.certificates != nil }

// Look reads the certificate from its files anew. It may take as long as the disk does; no connection waits for it.
func (e *Edge) Look(ctx context.Context) {
	if e.certificates != nil {
		e.certificates.look(ctx)
	}
}

// Ends is when the certificate does, by the last look; zero where there is none, or none was fetched yet.
func (e *Edge) Ends() time.Time {
	if e.certificates == nil {
		return time.Time{}
	}
	return e.certificates.ends()
}

// Config is how TLS is spoken: 1.2 at least, with Go's own choice of the rest, HTTP/2 before HTTP/1.1; nil for no TLS.
func (e *Edge) Config() *tls.Config {
	if e.certificates == nil {
		return nil
	}
	c := e.certificates.config()
	c.MinVersion = tls.VersionTLS12
	return c
}

// Mail is how TLS is spoken where mail is handed over; nil for no TLS. A mail server may ask for any name, or for none, and is shown what there is.
func (e *Edge) Mail() *tls.Config {
	c := e.Config()
	if c == nil {
		return nil
	}
	c.NextProtos = nil
	given := c.GetCertificate
	c.GetCertificate = func(asks *tls.ClientHelloInfo) (*tls.Certificate, error) {
		ours := *asks
		ours.ServerName = e.Domain
		return given(&ours)
	}
	return c
}

// Check refuses to be reached from elsewhere in the clear.
func (e *Edge) Check(listen string, onLoopback bool) error {
	if onLoopback || e.TLS() || len(e.Proxies) > 0 {
		return nil
	}
	return fmt.Errorf("%s is reached from other machines, and without TLS %w", listen, ErrPlain)
}
