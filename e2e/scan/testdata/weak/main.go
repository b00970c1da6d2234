// Command weak is a small server with holes in it, so that whoever looks for holes in Allclear knows that they would be found. It is on
// loopback, knows nothing, and is no part of Allclear.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"time"

	_ "modernc.org/sqlite" // the database that is asked badly
)

func main() {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(1) // each connection has a memory of its own
	if _, err := db.Exec(`CREATE TABLE visit (id INTEGER, place TEXT); INSERT INTO visit VALUES (1, 'here'), (2, 'there')`); err != nil {
		log.Fatal(err)
	}
	certificate, err := certify()
	if err != nil {
		log.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("https://" + l.Addr().String())
	s := &http.Server{Handler: signedIn(pages(db)), ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}}
	log.Fatal(s.ServeTLS(l, "", ""))
}

// signedIn shows pages to those alone who bring the cookie: what is behind a sign-in has to be found too.
func signedIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("open"); err != nil || c.Value != "sesame" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		next.ServeHTTP(w, r)
	})
}

// pages are the holes.
func pages(db *sql.DB) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<!DOCTYPE html><html><head><title>Weak</title></head><body><a href="/visit?id=1">A visit</a> <a href="/go?to=/">On</a>
			<form method="post" action="/note"><input name="note" value="hello"><button>Say</button></form>
			<form method="post" action="/count"><input name="n" value="1"><button>Count</button></form></body></html>`)
	})
	mux.HandleFunc("GET /visit", func(w http.ResponseWriter, r *http.Request) {
		var place string
		err := db.QueryRow("SELECT place FROM visit WHERE id = " + r.FormValue("id")).Scan(&place) // #nosec G701 -- weak on purpose: the scan must find it; a stranger's words become the database's
		if err != nil {
			fmt.Fprint(w, "<p>Nothing</p>")
			return
		}
		fmt.Fprintf(w, "<p>%s</p>", place)
	})
	mux.HandleFunc("GET /go", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", r.FormValue("to")) // anywhere
		w.WriteHeader(http.StatusFound)
	})
	mux.HandleFunc("POST /note", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "<!DOCTYPE html><html><body><p>You said %s</p></body></html>", r.FormValue("note")) // #nosec G705 -- weak on purpose: the scan must find it; as markup
	})
	mux.HandleFunc("POST /count", func(w http.ResponseWriter, r *http.Request) {
		var n int
		if _, err := fmt.Sscan(r.FormValue("n"), &n); err != nil {
			http.Error(w, "Internal Server Error", http.StatusInternalServerError) // the caller's mistake, taken for our own
			return
		}
		fmt.Fprintf(w, "<p>%d</p>", n)
	})
	return mux
}

// certify makes a certificate that signs itself.
func certify() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	made := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, made, made, key.Public(), key)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}
