package app

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/api"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/web"
)

// ours are the addresses that programs call; every other one is a page.
var ours = []string{"/api/", "/hooks/", "/healthz", "/readyz", "/metrics"}

// loopback says that a server can be reached from this very machine alone: it listens here, and no public address leads
// to it by way of a proxy.
func loopback(listening net.Addr, public string) bool {
	address, is := listening.(*net.TCPAddr)
	if !is || !address.IP.IsLoopback() {
		return false
	}
	u, err := url.Parse(public)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// withPages puts the pages beside the API on a server that can be reached from this machine alone. Elsewhere there is no
// private page until there is sign-in.
func (a *App) withPages(front *api.API, who *access.Access) (http.Handler, error) {
	if !loopback(a.listen.Addr(), a.o.URL) {
		return signInFirst(front), nil
	}
	pages, err := web.New(web.Options{Engine: a.engine, Store: a.db, Access: who,
		View: view.New(view.Options{Store: a.db, Engine: a.engine, Rehearsal: a.o.Demo || a.o.Speed > 0}), Speed: a.clock.Speed, Rehearsal: a.o.Demo || a.o.Speed > 0,
		Demo: a.demo, Vocabulary: a.o.Vocabulary, Clock: time.Now, Log: a.o.Log})
	if err != nil {
		return nil, err
	}
	a.pages = pages
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.demo != nil && strings.HasPrefix(r.URL.Path, "/api/") {
			a.demo.Seen()
		}
		for _, path := range ours {
			if strings.HasPrefix(r.URL.Path, path) {
				front.ServeHTTP(w, r)
				return
			}
		}
		pages.ServeHTTP(w, r)
	}), nil
}

// signInFirst answers at the address of every page and button as the API does at those that texts link to: that they need
// sign-in. All else is the API's.
func signInFirst(front http.Handler) http.Handler {
	mux := http.NewServeMux()
	for _, pattern := range web.Routes() {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			home := r.Clone(r.Context())
			home.Method, home.URL = http.MethodGet, &url.URL{Path: "/"}
			front.ServeHTTP(w, home)
		})
	}
	mux.Handle("/", front)
	return mux
}

// Pages lists the addresses of the pages that are shown, as patterns of net/http; none where there are no pages.
func (a *App) Pages() []string {
	if a.pages == nil {
		return nil
	}
	return a.pages.Addresses()
}
