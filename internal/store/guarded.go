package store

import (
	"errors"
	"net/netip"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// ErrOpenWay is that what goes to a server and comes back could be read or changed on its way, though the address does not ask for that.
var ErrOpenWay = errors.New("what goes to the server could be read on its way, or another could answer for it: add sslmode=verify-full to the address " +
	"(and sslrootcert=FILE for an authority of your own), or sslmode=disable where nobody else is on that network")

// guarded refuses a way on which the address leaves to whoever is between us and the server whether it is encrypted, or with whom. One that
// says sslmode=disable is taken at its word, and what stays on this machine needs nothing.
func guarded(c *pgx.ConnConfig) error {
	type way struct {
		host           string
		plain, unknown bool
	}
	look := func(f pgconn.FallbackConfig) way {
		t := f.TLSConfig
		return way{f.Host, t == nil, t != nil && t.InsecureSkipVerify && t.VerifyPeerCertificate == nil}
	}
	ways := []way{look(pgconn.FallbackConfig{Host: c.Host, TLSConfig: c.TLSConfig})}
	for _, f := range c.Fallbacks {
		ways = append(ways, look(*f))
	}
	plain, encrypted := false, false
	for _, w := range ways {
		if here(w.host) {
			continue
		}
		if w.unknown {
			return ErrOpenWay
		}
		plain, encrypted = plain || w.plain, encrypted || !w.plain
	}
	if plain && encrypted {
		return ErrOpenWay
	}
	return nil
}

// here says that a host is this machine, or a socket on it.
func here(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || filepath.IsAbs(host) || strings.HasPrefix(host, "@") || err == nil && ip.IsLoopback()
}

// Servers are the hosts of PostgreSQL that an address names, but for this machine; none for SQLite, and for an address that cannot be read.
func Servers(address string) (hosts []string) {
	if strings.HasPrefix(address, "sqlite:") {
		return nil
	}
	c, err := pgx.ParseConfig(address)
	if err != nil {
		return nil
	}
	for _, f := range append([]*pgconn.FallbackConfig{{Host: c.Host}}, c.Fallbacks...) {
		if !here(f.Host) {
			hosts = append(hosts, f.Host)
		}
	}
	return hosts
}
