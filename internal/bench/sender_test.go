package bench

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/standin/twilio"
)

func TestARequestIsSignedAsTwilioSignsIt(t *testing.T) {
	const address = "http://127.0.0.1:8080"
	r := newRequest(address, "127.0.0.1:8080", workerMobile(7), "LATE 30")
	mac := hmac.New(sha1.New, []byte(authToken))
	for _, sid := range []string{"SM" + strings.Repeat("a", 32), "SM" + strings.Repeat("7", 32)} {
		got, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(r.fill(mac, sid))))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			t.Fatal(err)
		}
		if form.Get("MessageSid") != sid || form.Get("SmsSid") != sid || form.Get("From") != "+447700000007" || form.Get("Body") != "LATE 30" {
			t.Errorf("the form is %v", form)
		}
		want := twilio.Sign(authToken, address+got.RequestURI, form)
		if signature := got.Header.Get("X-Twilio-Signature"); signature != want {
			t.Errorf("signed %s, want %s", signature, want)
		}
	}
}

func TestAnAnswerIsReadToItsEnd(t *testing.T) {
	in := bufio.NewReader(strings.NewReader("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nnoHTTP/1.1 204 No Content\r\n\r\n"))
	for _, want := range []int{204, 503, 204} {
		if got, err := readAnswer(in); err != nil || got != want {
			t.Errorf("got %d, %v, want %d", got, err, want)
		}
	}
	if _, err := readAnswer(in); err == nil {
		t.Error("an answer was read where there is none")
	}
}
