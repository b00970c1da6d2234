package store

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// What goes to a server on another machine is encrypted, to a server that proves who it is, unless the address itself says otherwise; the
// connection never falls back by itself.
func TestTheWayToTheDatabaseIsGuarded(t *testing.T) {
	t.Setenv("PGSSLMODE", "") // as it is without one
	for address, want := range map[string]error{
		"postgres://u@db.example.org/a":                                   ErrOpenWay,
		"postgres://u@db.example.org/a?sslmode=prefer":                    ErrOpenWay,
		"postgres://u@db.example.org/a?sslmode=allow":                     ErrOpenWay,
		"postgres://u@db.example.org/a?sslmode=require":                   ErrOpenWay,
		"postgres://u@10.0.0.7/a":                                         ErrOpenWay,
		"postgres://u@127.0.0.1,db.example.org/a":                         ErrOpenWay,
		"postgres://u@db.example.org/a?sslmode=verify-full":               nil,
		"postgres://u@db.example.org/a?sslmode=verify-ca":                 nil,
		"postgres://u@db.example.org/a?sslmode=disable":                   nil, // it says so itself
		"postgres://u@127.0.0.1/a":                                        nil,
		"postgres://u@localhost/a?sslmode=prefer":                         nil,
		"postgres:///a?host=/run/postgresql":                              nil,
		"postgres://u@db.example.org,db2.example.org/a?sslmode=verify-ca": nil,
	} {
		conf, err := pgx.ParseConfig(address)
		if err != nil {
			t.Fatal(err)
		}
		if err := guarded(conf); !errors.Is(err, want) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestTheServersOfAnAddress(t *testing.T) {
	for address, want := range map[string][]string{
		"sqlite:a.db":              nil,
		"postgres://u@127.0.0.1/a": nil,
		"postgres://u@db.example.org,10.0.0.7/a?sslmode=disable": {"db.example.org", "10.0.0.7"},
		"postgres://u@%zz/": nil,
	} {
		if got := Servers(address); !slices.Equal(got, want) {
			t.Errorf("%s: %v", address, got)
		}
	}
}

// The database's server must show a certificate of the authority that is named, and of that alone; and one that speaks no TLS is told nothing.
func TestTheDatabaseMustProveItself(t *testing.T) {
	ours, others := authority(t), authority(t)
	server := playServer(t, &ours)
	reach := func(more string) error {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		conn, err := pgx.Connect(ctx, "postgres://u:geheim@"+server.address+"/a?sslmode=verify-full"+more)
		if err == nil {
			_ = conn.Close(ctx)
		}
		return err
	}
	trusting := func(a tls.Certificate) string {
		file := filepath.Join(t.TempDir(), "root.pem")
		if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Certificate[0]}), 0o600); err != nil {
			t.Fatal(err)
		}
		return "&sslrootcert=" + file
	}
	for what, more := range map[string]string{"no authority of ours": "", "another authority": trusting(others)} {
		if err := reach(more); err == nil || !strings.Contains(err.Error(), "certificate") || len(server.said) != 0 {
			t.Errorf("%s: %v, and it was told %d messages", what, err, len(server.said))
		}
	}
	if err := reach(trusting(ours)); err == nil || strings.Contains(err.Error(), "certificate") { // it proved itself, and then hung up
		t.Errorf("our own: %v", err)
	}
	if said := <-server.said; !strings.Contains(said, "user") {
		t.Errorf("our own was told %q", said)
	}
	plain := playServer(t, nil)
	server = plain
	if err := reach(""); err == nil || !strings.Contains(err.Error(), "TLS") || len(plain.said) != 0 {
		t.Errorf("in the clear: %v", err)
	}
}

// played speaks so much of PostgreSQL's protocol that TLS begins, and hangs up after what is said then.
type played struct {
	address string
	said    chan string
}

func playServer(t *testing.T, certificate *tls.Certificate) played {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	p := played{listener.Addr().String(), make(chan string, 8)}
	go func() { // ends with the listener
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			p.answer(conn, certificate)
			_ = conn.Close()
		}
	}()
	return p
}

func (p played) answer(conn net.Conn, certificate *tls.Certificate) {
	asked := make([]byte, 8) // SSLRequest
	if _, err := io.ReadFull(conn, asked); err != nil {
		return
	}
	heard := make([]byte, 256)
	if certificate == nil {
		_, _ = conn.Write([]byte("N"))
		if n, _ := conn.Read(heard); n > 0 {
			p.said <- string(heard[:n])
		}
		return
	}
	_, _ = conn.Write([]byte("S"))
	within := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*certificate}})
	if n, _ := within.Read(heard); n > 0 {
		p.said <- string(heard[:n])
	}
}

// authority is one that vouches for 127.0.0.1, itself.
func authority(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0),
		IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
