package api_test

import (
	"context"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/api"
	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/channel/twilio"
	"github.com/allclear-safety/allclear/internal/phone"
	standin "github.com/allclear-safety/allclear/internal/standin/twilio"
)

// nowhere stores nothing, so that what is left is the webhook's own cost.
type nowhere struct{ api.Engine }

func (nowhere) Receive(context.Context, channel.Received) error { return nil }

func benchmarkHook(b *testing.B, form url.Values) {
	own, err := phone.Parse("+447700900000")
	if err != nil {
		b.Fatal(err)
	}
	client, err := twilio.New(twilio.Options{AccountSID: "AC1", AuthToken: authToken, From: own, URL: public})
	if err != nil {
		b.Fatal(err)
	}
	a := api.New(api.Options{Engine: nowhere{}, Twilio: client, Clock: func() time.Time { return time.Time{} }})
	signature := standin.Sign(authToken, public+twilio.SMSPath, form)
	body := form.Encode()
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("POST", twilio.SMSPath, strings.NewReader(body))
		r.Header.Set("X-Twilio-Signature", signature)
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		if w.Code != 204 {
			b.Fatal(w.Code)
		}
	}
}
