package edge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/acme"
)

// Bounds on what another machine may cost us before it answers.
const (
	dialWithin      = 5 * time.Second
	handshakeWithin = 5 * time.Second
	mostConnections = 256 // kept to one host, so that a thousand alarms at one instant do not each open their own
)

// LetsEncrypt is the ACME directory that certificates are fetched from by default.
const LetsEncrypt = acme.LetsEncryptURL

// ErrNotNamed is that Allclear would call a host that it was not told to.
var ErrNotNamed = errors.New("we may not connect there")

// Outgoing is whom Allclear may call of itself. The zero one is everybody whom a setting names, and nobody else: each client is made for
// one such address, but that of an organisation's sign-in, whose other addresses only it knows.
type Outgoing struct {
	hosts []string // in lower case; nil: no list was given
}

// ParseOutgoing reads hosts with commas between.
func ParseOutgoing(v string) (o Outgoing, err error) {
	for host := range strings.SplitSeq(v, ",") {
		host = strings.ToLower(strings.TrimSpace(host))
		if host == "" || strings.ContainsAny(host, "/*@ ") || strings.Contains(host, ":") && !isIP(host) {
			return Outgoing{}, errors.New("must be hosts with commas between, such as api.twilio.com, login.microsoftonline.com, without a port")
		}
		o.hosts = append(o.hosts, host)
	}
	return o, nil
}

// Nobody is whom Allclear may call where the list cannot be read.
func Nobody() Outgoing { return Outgoing{hosts: []string{}} }

func isIP(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// Allows says that a host may be called: one that is on the list, where there is one, or this machine.
func (o Outgoing) Allows(host string) bool {
	return o.hosts == nil || local(host) || slices.Contains(o.hosts, strings.ToLower(host))
}

// local says that a host is this machine.
func local(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// Client calls the host of one address, or with "" each that is allowed; only by https, but on this machine; and follows no redirect, which would
// carry what is secret to another place. Certificates are checked as Go does, by the authorities that the machine trusts. within bounds a
// call with its answer; 0 leaves that to the call's context.
func (o Outgoing) Client(address string, within time.Duration) *http.Client {
	return &http.Client{
		Timeout: within,
		Transport: only{o, hostOf(address), &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: dialWithin, KeepAlive: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout: handshakeWithin,
			ForceAttemptHTTP2:   true,
			MaxIdleConns:        mostConnections,
			MaxIdleConnsPerHost: mostConnections,
			IdleConnTimeout:     90 * time.Second,
		}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Dial connects to a host and port that are allowed, for what speaks another protocol than HTTP: TLS and who is believed are its own to see to.
func (o Outgoing) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if network != "unix" { // which is this machine
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		if !o.Allows(host) {
			return nil, fmt.Errorf("call %s: %w; see ALLCLEAR_OUTGOING", host, ErrNotNamed)
		}
	}
	return (&net.Dialer{Timeout: dialWithin, KeepAlive: 30 * time.Second}).DialContext(ctx, network, address)
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// only lets calls through to whom they may go.
type only struct {
	Outgoing
	host string // "": any that is allowed
	next *http.Transport
}

// RoundTrip never shows the address in its error: it may hold a secret.
func (o only) RoundTrip(r *http.Request) (*http.Response, error) {
	host := r.URL.Hostname()
	switch {
	case o.host != "" && !strings.EqualFold(host, o.host), !o.Allows(host):
		return nil, fmt.Errorf("call %s: %w; see ALLCLEAR_OUTGOING", host, ErrNotNamed)
	case r.URL.Scheme != "https" && !local(host):
		return nil, fmt.Errorf("call %s: it must be https", host)
	}
	return o.next.RoundTrip(r)
}

// CloseIdleConnections is what [http.Client] looks for.
func (o only) CloseIdleConnections() { o.next.CloseIdleConnections() }
