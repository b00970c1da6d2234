package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// slow is how long an answer may take while a scan keeps the machine busy, real time.
const slow = 5 * time.Second

// endless are the streams of changes, which are answered for as long as anyone listens: wapiti would, for ever.
var endless = []string{"/live", "/api/v1/stream"}

// mostBytes is how long an answer may be.
const mostBytes = 4 << 20

// recorder stands between the programs and Allclear, and notes how each request was answered. It speaks TLS with the certificate that
// Allclear has, and is known by the public address.
type recorder struct {
	server   *http.Server
	listener net.Listener

	mu       sync.Mutex
	statuses map[int]int // requests by the first digit of their answer
	longest  time.Duration
	closed   []string // addresses that are not asked for, by how they begin
	bad      []finding
}

// newRecorder opens the door of one.
func newRecorder() (*recorder, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return &recorder{listener: l, statuses: map[int]int{}}, nil
}

func (r *recorder) address() string { return r.listener.Addr().String() }

// begin passes everything on to Allclear.
func (r *recorder) begin(to *url.URL, certificate tls.Certificate, trust *http.Transport) {
	proxy := &httputil.ReverseProxy{Transport: trust, ErrorLog: log.New(io.Discard, "", 0),
		Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.URL.Scheme, p.Out.URL.Host = to.Scheme, to.Host
			p.Out.URL.RawQuery = p.In.URL.RawQuery // as it came, even where it is no query
			p.Out.Host = p.In.Host
		}}
	r.server = &http.Server{Handler: r.note(proxy), ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}}
	go func() { _ = r.server.ServeTLS(r.listener, "", "") }() // ends at close
}

func (r *recorder) close() {
	if r.server != nil {
		_ = r.server.Close() // it ends with the part
	}
}

// noted counts what is written of an answer.
type noted struct {
	http.ResponseWriter
	status int
	bytes  int
}

func (n *noted) WriteHeader(status int) {
	n.status = status
	n.ResponseWriter.WriteHeader(status)
}

func (n *noted) Write(b []byte) (int, error) {
	n.bytes += len(b)
	return n.ResponseWriter.Write(b)
}

func (n *noted) Unwrap() http.ResponseWriter { return n.ResponseWriter }

// keepFrom keeps the program from addresses that begin so: they would sign it out, or hold it up. (wapiti 3.0.4 has a flag for that, which ends it on
// Python 3.11.)
func (r *recorder) keepFrom(addresses []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = addresses
}

func (r *recorder) kept(path string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.closed, func(closed string) bool { return strings.HasPrefix(path, closed) })
}

func (r *recorder) note(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if r.kept(q.URL.Path) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		began := time.Now()
		n := &noted{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(n, q)
		r.answered(q, n, time.Since(began))
	})
}

// answered notes one answer.
func (r *recorder) answered(q *http.Request, n *noted, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.statuses[n.status/100]++
	gone := q.Context().Err() != nil // the program hung up: what it got is not Allclear's answer
	r.longest = max(r.longest, took)
	where := q.Method + " " + q.URL.Path
	switch {
	case n.status >= 500 && !gone:
		r.bad = append(r.bad, finding{"answers", fmt.Sprintf("answered %d", n.status), where})
	case took > slow:
		r.bad = append(r.bad, finding{"answers", "took over " + slow.String(), where})
	case n.bytes > mostBytes:
		r.bad = append(r.bad, finding{"answers", fmt.Sprintf("answered over %d MiB", mostBytes>>20), where})
	}
}

func (r *recorder) findings() []finding {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.bad
}

// asked is how many requests came.
func (r *recorder) asked() (all int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.statuses {
		all += int64(n)
	}
	return all
}

// String is what was noted, in one line.
func (r *recorder) String() string {
	all := r.asked()
	r.mu.Lock()
	defer r.mu.Unlock()
	return fmt.Sprintf("%d requests (2xx %d, 3xx %d, 4xx %d, 5xx %d; the slowest took %s)",
		all, r.statuses[2], r.statuses[3], r.statuses[4], r.statuses[5], r.longest.Round(time.Millisecond))
}
