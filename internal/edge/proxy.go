package edge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// OnLoopback are the addresses of this machine, where a proxy may be.
func OnLoopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

// ParseProxies reads addresses and CIDRs with commas between.
func ParseProxies(list string) ([]netip.Prefix, error) {
	var proxies []netip.Prefix
	for given := range strings.SplitSeq(list, ",") {
		given = strings.TrimSpace(given)
		p, err := netip.ParsePrefix(given)
		if a, bad := netip.ParseAddr(given); err != nil && bad == nil && a.Zone() == "" {
			p, err = a.Prefix(a.BitLen())
		}
		if err != nil || p != p.Masked() {
			return nil, errors.New("must be addresses or networks such as 10.0.0.5 or 10.0.0.0/24, with commas between")
		}
		if p.Bits() == 0 {
			return nil, fmt.Errorf("must name the proxy: %s is everybody, and everybody would be believed", p)
		}
		proxies = append(proxies, p)
	}
	return proxies, nil
}

// known is the key of a request's own network address, once Behind has found it.
type known struct{}

// From is the network address that a request comes from, by which guesses are counted: the proxy's word where there is
// one, else whoever is at the other end. Of IPv6 it is the network of 64 bits, in which one household has every address.
func From(r *http.Request) string {
	from, found := r.Context().Value(known{}).(netip.Addr)
	if !found {
		from = peer(r)
	}
	if whole, err := from.Prefix(64); err == nil && from.Is6() {
		return whole.String()
	}
	return from.String()
}

// peer is who is at the other end of the connection; the zero Addr where that is not known.
func peer(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr().Unmap().WithZone("")
}

func (e *Edge) believed(a netip.Addr) bool {
	return a.IsValid() && slices.ContainsFunc(e.Proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

// client is who asks, and whether they asked in the clear. Of what X-Forwarded-For says, each proxy that is believed wrote the last
// part that it did not find there: from the end, the first that is none of them is the one who asks. All before it anyone may have
// written.
func (e *Edge) client(r *http.Request) (from netip.Addr, clear bool) {
	from, clear = peer(r), r.TLS == nil
	if !e.believed(from) {
		return from, clear
	}
	for _, part := range slices.Backward(parts(r, "X-Forwarded-For")) {
		a, err := address(part)
		if err != nil { // "unknown": whoever is behind cannot be told from others
			break
		}
		if from = a; !e.believed(from) {
			break
		}
	}
	if said := parts(r, "X-Forwarded-Proto"); len(said) > 0 {
		clear = !strings.EqualFold(said[len(said)-1], "https")
	} else if r.TLS == nil {
		clear = false // it was told to speak TLS, and says nothing
	}
	return from, clear
}

// address reads one as proxies write it; some add the port.
func address(part string) (netip.Addr, error) {
	a, err := netip.ParseAddr(strings.Trim(part, "[]"))
	if with, bad := netip.ParseAddrPort(part); err != nil && bad == nil {
		a, err = with.Addr(), nil
	}
	return a.Unmap().WithZone(""), err
}

func parts(r *http.Request, header string) []string {
	var list []string
	for part := range strings.SplitSeq(strings.Join(r.Header.Values(header), ","), ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// Behind finds out who asks before anything else does, and keeps what came in the clear out where the public address is
// https.
func (e *Edge) Behind(next http.Handler) http.Handler {
	redirect := e.redirect()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, clear := e.client(r)
		switch path := r.URL.Path; {
		case !clear || !strings.HasPrefix(e.URL, "https://") || watched(path):
		case e.believed(peer(r)) && strings.HasPrefix(path, "/hooks/"): // it is signed, and a text that is not heard is worse than one that is overheard
		case e.believed(peer(r)):
			redirect.ServeHTTP(w, r)
			return
		case peer(r).IsLoopback(): // this machine itself asks
		default:
			http.Error(w, "Allclear is reached at "+e.URL+" only. If this came through your proxy, ALLCLEAR_PROXY must name its address, "+peer(r).String()+".", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), known{}, from)))
	})
}

// watched are the addresses that a monitor in the same network asks, and that hold nothing private.
func watched(path string) bool { return path == "/healthz" || path == "/readyz" || path == "/metrics" }

// Plain is what the plain listener answers: the challenge of a certificate that is fetched, and where to go instead.
func (e *Edge) Plain() http.Handler {
	if e.certificates == nil {
		return Harden(e.redirect(), false)
	}
	return Harden(e.certificates.plain(e.redirect()), false)
}

// redirect leads a reader to the public address. A program is refused: what it sends in the clear, its token too, it
// would go on sending if it came to the same.
func (e *Edge) redirect() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at, err := url.Parse(e.URL)
		reads := r.Method == http.MethodGet || r.Method == http.MethodHead
		if err != nil || at.Host == "" || !reads || strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.URL.Path, "/hooks/") {
			http.Error(w, "Allclear is reached by https only. What you sent was sent in the clear.", http.StatusForbidden)
			return
		}
		at.Path, at.RawPath, at.RawQuery = r.URL.Path, r.URL.RawPath, r.URL.RawQuery
		http.Redirect(w, r, at.String(), http.StatusPermanentRedirect)
	})
}
