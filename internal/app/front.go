package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/edge"
)

// acmeWithin bounds a call of the ACME directory.
const acmeWithin = 30 * time.Second

// Front is what Allclear shows to the network: the certificate, and the proxy in front of it.
type Front struct {
	Cert, Key     string         // files of a certificate and its key; "": none
	ACMEDomain    string         // the name that a certificate is fetched for; "": none is
	ACMEDirectory string         // where; "" is Let's Encrypt's
	Redirect      string         // host:port of a plain listener that leads to https; "": none
	Proxies       []netip.Prefix // whose word is taken for who asks
}

// theEdge is what stands between the network and everything else. With a public address of https, no TLS of our own and
// nothing but this machine listened to, the proxy that must be there is on this machine.
func (o Options) theEdge() (*edge.Edge, error) {
	f := o.Front
	if len(f.Proxies) == 0 && f.Cert == "" && f.ACMEDomain == "" && strings.HasPrefix(o.URL, "https://") && onLoopback(o.Listen) {
		f.Proxies = edge.OnLoopback()
	}
	e, err := edge.New(edge.Options{Cert: f.Cert, Key: f.Key, Domain: f.ACMEDomain, Directory: f.ACMEDirectory, Cache: certificates(o.Database),
		Client: o.Outgoing.Client("", acmeWithin), Proxies: f.Proxies, URL: o.URL, Log: o.Log})
	if err != nil {
		return nil, fmt.Errorf("set up TLS: %w", err)
	}
	if f.ACMEDomain != "" {
		if err := checkPrivate(certificates(o.Database)); err != nil {
			return nil, fmt.Errorf("set up TLS: %w", err)
		}
	}
	return e, e.Check(o.Listen, onLoopback(o.Listen))
}

// certificates is the folder that fetched certificates and their keys are kept in: beside an SQLite database, else in the
// folder Allclear was started in.
func certificates(database string) string { return besideDatabase(database, ".acme") }

// checkPrivate refuses a folder of keys that others may look into.
func checkPrivate(folder string) error {
	info, err := os.Stat(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // it is made for its owner's eyes alone
	case err != nil:
		return err
	case !info.IsDir() || info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("%s holds the certificate's key and others may look into it: chmod 700 it", folder)
	}
	return nil
}

// listenTo opens the ports, and settles the public address where no setting does.
func (a *App) listenTo() (err error) {
	if a.listen, err = listen(a.o.Listen); err != nil {
		return err
	}
	if a.o.Front.Redirect != "" {
		if a.plain, err = listen(a.o.Front.Redirect); err != nil {
			return err
		}
	}
	a.o.URL = a.o.public(a.listen.Addr().String())
	a.edge.URL = a.o.URL
	return a.openMail()
}

// public is the public address: by its setting, else by what is listened to.
func (o Options) public(listen string) string {
	switch {
	case o.URL != "":
		return o.URL
	case o.Front.ACMEDomain != "":
		return "https://" + o.Front.ACMEDomain
	case o.Front.Cert != "":
		return "https://" + listen
	default:
		return "http://" + listen
	}
}

func listen(at string) (net.Listener, error) {
	l, err := net.Listen("tcp", at)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w; is another Allclear running there?", at, errors.Unwrap(err))
	}
	return l, nil
}

// unlisten gives the ports back after an assembly that failed: who corrects the mistake and tries again must find them free.
func (a *App) unlisten() error {
	var err error
	for _, l := range []net.Listener{a.listen, a.plain} {
		if l != nil {
			err = errors.Join(err, l.Close())
		}
	}
	return errors.Join(err, a.stopMail(context.Background()))
}

// answerWith makes a server of all that is answered, behind the edge.
func (a *App) answerWith(s *http.Server, all http.Handler) {
	a.server = s
	s.Handler = edge.Harden(a.edge.Behind(all), strings.HasPrefix(a.o.URL, "https://"))
	s.TLSConfig = a.edge.Config()
	if a.plain != nil {
		a.redirect = &http.Server{Handler: a.edge.Plain(), ReadHeaderTimeout: s.ReadHeaderTimeout, ReadTimeout: s.ReadTimeout, WriteTimeout: s.WriteTimeout,
			IdleTimeout: s.IdleTimeout, MaxHeaderBytes: s.MaxHeaderBytes, ErrorLog: s.ErrorLog}
	}
}

// serve answers until the server is shut down.
func (a *App) serve() error {
	var err error
	if a.edge.TLS() {
		err = a.server.ServeTLS(a.listen, "", "")
	} else {
		err = a.server.Serve(a.listen)
	}
	return unlessClosed(err)
}

func unlessClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Serving is the address that a browser on this machine finds the server at.
func (a *App) Serving() string {
	if a.edge.TLS() {
		return "https://" + a.listen.Addr().String()
	}
	return "http://" + a.listen.Addr().String()
}
