package app

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/allclear-safety/allclear/internal/api"
)

// Every answer with a body says what it is, and in which characters where it is text, so that no browser guesses: pages, forms, the API,
// webhooks, figures, files and errors. JSON is UTF-8 by its standard (RFC 8259) and has no such parameter.
func TestEveryAnswerNamesItsCharacters(t *testing.T) {
	f := front(t)
	patterns := append(f.Pages(), "GET /metrics", "GET /healthz", "GET /readyz", "GET /nowhere", "PUT /people", "GET /api/v1/nowhere", "GET /static/nothing.js",
		"GET /live?topics=clock", "POST /hooks/twilio/sms", "POST /hooks/twilio/voice")
	for _, file := range statics(t, f) {
		patterns = append(patterns, "GET "+file)
	}
	for _, r := range api.Routes() {
		patterns = append(patterns, r.Pattern)
	}
	kinds := map[string]bool{}
	for _, pattern := range patterns {
		method, path, _ := strings.Cut(inBraces.ReplaceAllString(strings.ReplaceAll(pattern, "{$}", ""), "x"), " ")
		for _, cookie := range []*http.Cookie{{Name: "none", Value: "x"}, f.cookie} {
			answer := f.ask(method, f.Serving()+path, cookie)
			body := make([]byte, 512)
			n, err := io.ReadAtLeast(answer.Body, body, 1)
			_ = answer.Body.Close()
			given := answer.Header.Get("Content-Type")
			if err != nil {
				continue // there is none
			}
			kind, more, err := mime.ParseMediaType(given)
			kinds[kind] = true
			text := strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "xml") || strings.HasSuffix(kind, "javascript")
			if err != nil || text && !strings.EqualFold(more["charset"], "utf-8") {
				t.Errorf("%s: %d, %d bytes of %q", pattern, answer.StatusCode, n, given)
			}
			if text && answer.Header.Get("Content-Encoding") == "" && !utf8.Valid(bytes.TrimRight(body[:n], "\x80\xbf\xc2\xe2")) {
				t.Errorf("%s: its characters are no UTF-8", pattern)
			}
		}
	}
	for _, kind := range []string{"text/html", "text/css", "text/javascript", "text/plain", "text/event-stream", "image/svg+xml", "application/json", "application/problem+json"} {
		if !kinds[kind] {
			t.Errorf("no answer was %s: what was looked at?", kind)
		}
	}
}

// statics are the files that the sign-in page names.
func statics(t *testing.T, f *fronted) (files []string) {
	t.Helper()
	answer := f.ask(http.MethodGet, f.Serving()+"/sign-in")
	page, err := io.ReadAll(answer.Body)
	must(t, err)
	for part := range strings.SplitSeq(string(page), `"`) {
		if strings.HasPrefix(part, "/static/") {
			files = append(files, part)
		}
	}
	if len(files) < 3 {
		t.Fatalf("the page names %v", files)
	}
	return files
}

// A request whose end could be found in two places is refused, or read as the standard has it, and its connection ends: nothing after it is taken
// for another request. RFC 9112, sections 2.2, 5.1, 5.2 and 6.3.
func TestNoRequestIsSmuggledInAnother(t *testing.T) {
	f := front(t)
	const hidden = "GET /healthz?hidden HTTP/1.1\r\nHost: a\r\n\r\n"
	for _, c := range []struct {
		what, request string
		status        int // of the only answer
	}{
		{"a length beside chunks", "POST /hooks/twilio/sms HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden, 0},
		{"chunks before a length", "POST /hooks/twilio/sms HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nG" + hidden, 0},
		{"two lengths", "POST /hooks/twilio/sms HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 43\r\n\r\n" + hidden, 400},
		{"lengths in a list", "POST /hooks/twilio/sms HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 43\r\n\r\n" + hidden, 400},
		{"a length with a sign", "POST /hooks/twilio/sms HTTP/1.1\r\nHost: a\r\nContent-Length: +0\r\n\r\n" + hidden, 400},
		{"a length below nothing", "POST /hooks/twilio/sms HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n" + hidden, 400},
		{"a length in another base", "POST /hooks/twilio/sms HTTP/1.1\r\nHost: a\r\nContent-Length: 0x0\r\n\r\n" + hidden, 400},
		{"a length beyond all numbers", "POST /hooks/twilio/sms HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n" + hidden, 400},
		{"a coding that is none", "POST /hooks/twilio/sms HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + hidden, 501},
		{"chunks that are not last", "POST /hooks/twilio/sms HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + hidden, 501},
		{"chunks twice", "POST /hooks/twilio/sms HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden, 501},
		{"a blank before the colon", "POST /hooks/twilio/sms HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + hidden, 400},
		{"a line that begins with a blank", "POST /hooks/twilio/sms HTTP/1.1\r\n Transfer-Encoding: chunked\r\nHost: a\r\n\r\n0\r\n\r\n" + hidden, 400},
		{"a size of a chunk that is none", "POST /hooks/twilio/sms HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n" + hidden, 0},
		{"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + hidden, 400},
		{"a zero in a header", "GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n" + hidden, 400},
	} {
		t.Run(c.what, func(t *testing.T) {
			first, more := said(t, f, c.request)
			if c.status != 0 && first != c.status || first < 400 {
				t.Errorf("it is answered %d", first)
			}
			if more > 0 {
				t.Errorf("what was hidden in it is answered, %d times", more)
			}
		})
	}
	if first, more := said(t, f, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"+hidden); first != http.StatusOK || more != 1 {
		t.Errorf("two requests that are fine are answered %d, and %d more", first, more)
	}
}

// said sends what is written over a connection of its own, and gives the status of the first answer and how many come after it.
func said(t *testing.T, f *fronted, written string) (first, more int) {
	t.Helper()
	conn := dialled(t, f, "http/1.1")
	_, err := io.WriteString(conn, written)
	must(t, err)
	must(t, conn.CloseWrite())
	from := bufio.NewReader(conn)
	for n := 0; ; n++ {
		answer, err := http.ReadResponse(from, nil)
		if err != nil {
			return first, max(0, n-1)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			first = answer.StatusCode
		}
	}
}

func dialled(t *testing.T, f *fronted, protocol string) *tls.Conn {
	t.Helper()
	trusted := f.client.Transport.(*http.Transport).TLSClientConfig.RootCAs
	conn, err := tls.Dial("tcp", f.listen.Addr().String(), &tls.Config{RootCAs: trusted, NextProtos: []string{protocol}})
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	must(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	return conn
}

// Over HTTP/2 a length must be that of the frames.
func TestALengthOverHTTP2IsThatOfItsFrames(t *testing.T) {
	f := front(t)
	for length, body := range map[string]string{"3": "abcdef", "9": "abcdef", "0": "abcdef"} {
		conn := dialled(t, f, "h2")
		_, err := io.WriteString(conn, http2.ClientPreface)
		must(t, err)
		frames := http2.NewFramer(conn, conn)
		must(t, frames.WriteSettings())
		var block bytes.Buffer
		encoder := hpack.NewEncoder(&block)
		for _, h := range [][2]string{{":method", "POST"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/api/v1/checkins"}, {"content-type", "application/json"}, {"content-length", length}} {
			must(t, encoder.WriteField(hpack.HeaderField{Name: h[0], Value: h[1]}))
		}
		must(t, frames.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndHeaders: true}))
		must(t, frames.WriteData(1, true, []byte(body)))
		if how := ended(t, frames); how == "200" || how == "201" {
			t.Errorf("%d bytes with the length %s are answered %s", len(body), length, how)
		}
	}
}

// ended is the status that a stream was answered with, or that it was reset.
func ended(t *testing.T, frames *http2.Framer) string {
	t.Helper()
	frames.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	for {
		frame, err := frames.ReadFrame()
		switch frame := frame.(type) {
		case *http2.RSTStreamFrame:
			return "reset"
		case *http2.GoAwayFrame:
			return "gone"
		case *http2.MetaHeadersFrame:
			return frame.PseudoValue("status")
		}
		if err != nil {
			return fmt.Sprint(err)
		}
	}
}
