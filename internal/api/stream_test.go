package api_test

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/api"
)

// reader reads a stream's events.
type reader struct {
	*testing.T
	lines *bufio.Scanner
	close func()
}

// live opens a stream over a connection, going on after an event; "" for the newest.
func (o *office) live(address, after string) *reader {
	o.Helper()
	ctx, done := context.WithTimeout(o.Context(), 20*time.Second)
	r, err := http.NewRequestWithContext(ctx, "GET", address+"/api/v1/stream", nil)
	if err != nil {
		o.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer act-secret")
	if after != "" {
		r.Header.Set("Last-Event-ID", after)
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		o.Fatal(err)
	}
	if w.StatusCode != 200 || w.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
		o.Fatalf("%d %v", w.StatusCode, w.Header)
	}
	stream := &reader{o.T, bufio.NewScanner(w.Body), func() { done(); _ = w.Body.Close() }}
	o.Cleanup(stream.close)
	return stream
}

// next gives the id and the data of the next event; "" when the stream has ended.
func (r *reader) next() (id, data string) {
	r.Helper()
	for r.lines.Scan() {
		line := r.lines.Text()
		if v, is := strings.CutPrefix(line, "id: "); is {
			id = v
		}
		if v, is := strings.CutPrefix(line, "data: "); is {
			return id, v
		}
	}
	return "", ""
}

// serve serves the office on a connection, with every bound set. Real time passes there.
func (o *office) serve() (address string, server *http.Server) {
	o.Helper()
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		o.Fatal(err)
	}
	server = o.api.Server()
	done := make(chan struct{})
	go func() { // ends with the server
		defer close(done)
		_ = server.Serve(listen)
	}()
	o.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return "http://" + listen.Addr().String(), server
}

func (o *office) seal() {
	o.Helper()
	if _, err := o.db.Seal(o.Context(), o.clock.Now()); err != nil {
		o.Fatal(err)
	}
}

func TestTheStreamTellsWhatGoesOnRecordAndGoesOn(t *testing.T) {
	each(t, func(o *office) {
		o.visit()
		o.seal()
		// deadlines of connections are in real time: this one never comes
		o.api = api.New(api.Options{Engine: o.engine, Store: o.db, Access: access.New(o.db), Clock: func() time.Time { return time.Date(2190, 1, 1, 0, 0, 0, 0, time.UTC) }})
		address, server := o.serve()
		first := o.live(address, "0")
		id, data := first.next()
		if !strings.Contains(data, `"what":"booked"`) || strings.Contains(data, "Smith") {
			o.Errorf("%s %s", id, data)
		}
		holds(o.T, resolve(object{"$ref": "#/components/schemas/StreamEntry"}), []byte(data), "event")
		fromNow := o.live(address, "")
		o.wait(30 * time.Minute)
		o.must("POST", "/checkins", `{"person":"p-priya","kind":"in"}`, 200)
		o.seal()
		in, data := fromNow.next()
		if !strings.Contains(data, `"what":"in"`) {
			o.Errorf("%s %s", in, data)
		}
		seen := []string{id}
		for len(seen) < 10 && seen[len(seen)-1] != in {
			id, _ = first.next()
			seen = append(seen, id)
		}
		if !slices.IsSorted(seen) || seen[len(seen)-1] != in {
			o.Errorf("the first stream went on with %v to %s", seen, in)
		}
		first.close()
		before, err := strconv.Atoi(in)
		if err != nil {
			o.Fatal(err)
		}
		if id, _ = o.live(address, strconv.Itoa(before-1)).next(); id != in {
			o.Errorf("after the one before came %s, not %s", id, in)
		}
		if err := server.Shutdown(o.Context()); err != nil { // streams end with the server
			o.Fatal(err)
		}
		if id, _ = fromNow.next(); id != "" {
			o.Errorf("after the end came %s", id)
		}
	})
}

func TestAStreamIsNotForEveryone(t *testing.T) {
	o := onSQLite(t)
	o.as("read").must("GET", "/stream", "", 403)
	o.must("GET", "/stream", "", 422, "Last-Event-ID", "yesterday")
}

// A reader who had more than there is, as after a restore, is told what comes.
func TestAStreamGoesOnFromTheEndForOneWhoIsAhead(t *testing.T) {
	o := onSQLite(t)
	o.visit()
	o.seal()
	o.api = api.New(api.Options{Engine: o.engine, Store: o.db, Access: access.New(o.db), Clock: func() time.Time { return time.Date(2190, 1, 1, 0, 0, 0, 0, time.UTC) }})
	address, _ := o.serve()
	ahead := o.live(address, "900000")
	o.wait(30 * time.Minute)
	o.must("GET", "/visits/cal-17?by=p-lee", "", 200) // a look, which the stream leaves out
	o.must("POST", "/checkins", `{"person":"p-priya","kind":"in"}`, 200)
	o.seal()
	if _, data := ahead.next(); !strings.Contains(data, `"what":"in"`) || strings.Contains(data, "looks/") {
		t.Errorf("%s", data)
	}
}
