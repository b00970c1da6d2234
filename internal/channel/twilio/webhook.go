package twilio

import (
	"crypto/hmac"
	"crypto/sha1" // #nosec G505 -- Twilio signs by HMAC-SHA1, for which SHA-1 still holds
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/channel"
)

// ErrNotTwilios says that a webhook lacks what Twilio always sends.
var ErrNotTwilios = errors.New("the form is not one of Twilio's")

// CheckSignature says that a webhook was sent by Twilio. target is the path and query as requested ([http.Request.RequestURI]), form the
// posted parameters alone ([http.Request.PostForm]), signature the X-Twilio-Signature header. A signature has no time in it, so a genuine
// webhook can be sent again by whoever overheard it: take each message's ID once.
func (c *Client) CheckSignature(target string, form url.Values, signature string) bool {
	given, err := base64.StdEncoding.DecodeString(signature)
	if err != nil || len(given) != sha1.Size || target == "" || target[0] != '/' {
		return false
	}
	size := len(c.addresses[1]) + len(target)
	for name, values := range form {
		size += (len(name) + 32) * len(values)
	}
	signed := make([]byte, 0, size)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		values := form[name]
		if len(values) > 1 {
			values = slices.Sorted(slices.Values(values))
		}
		for _, value := range values {
			signed = append(append(signed, name...), value...)
		}
	}
	genuine := false
	for _, address := range c.addresses {
		hash := hmac.New(sha1.New, []byte(c.options.AuthToken))
		_, _ = hash.Write([]byte(address + target)) // a hash takes everything
		_, _ = hash.Write(signed)
		if hmac.Equal(hash.Sum(nil), given) {
			genuine = true
		}
	}
	return genuine
}

// ParseText reads an inbound text. It has no ReceivedAt: Twilio's webhook tells no time.
func ParseText(form url.Values) (channel.Received, error) {
	id := form.Get("MessageSid")
	if id == "" || !form.Has("From") {
		return channel.Received{}, ErrNotTwilios
	}
	return read(sid(id), form.Get("From"), form.Get("To"), form.Get("Body")), nil
}

// sid is the name that something is known by: Twilio's, or where that is none that a database could keep a mark of it, the same each time.
// Who signed it is believed: what it names may be a cry for help, and must not be lost for its name.
func sid(given string) string {
	const most = 64 // a SID has 34
	if len(given) <= most && utf8.ValidString(given) && !strings.ContainsRune(given, 0) {
		return given
	}
	return fmt.Sprintf("odd-%x", sha256.Sum256([]byte(given)))
}

// state is what a status means.
type state struct {
	rank   int
	failed bool
}

// final is the rank that is not replaced.
const final = 9

var messageStates = map[string]state{
	"scheduled": {1, false}, "accepted": {1, false}, "queued": {2, false}, "sending": {3, false}, "sent": {4, false},
	"delivered": {final, false}, "read": {final, false},
	"undelivered": {final, true}, "failed": {final, true}, "canceled": {final, true},
}

// "completed" is not failed and means nothing: a voicemail completes a call too.
var callStates = map[string]state{
	"queued": {1, false}, "initiated": {2, false}, "ringing": {3, false}, "in-progress": {4, false}, "answered": {4, false},
	"completed": {final, false},
	"busy":      {final, true}, "no-answer": {final, true}, "failed": {final, true}, "canceled": {final, true},
}

// ParseStatus reads a status callback, of a text or a call. Given the request's whole form ([http.Request.Form]), with the address's own
// query, it also tells the message's ID. A status that Twilio invents later has rank 0 and replaces nothing.
func ParseStatus(form url.Values) (channel.StatusUpdate, error) {
	u := channel.StatusUpdate{Provider: Provider, ID: form.Get("m")}
	states := messageStates
	u.ProviderID, u.Status = form.Get("MessageSid"), form.Get("MessageStatus")
	if form.Has("CallSid") {
		u.ProviderID, u.Status, states = form.Get("CallSid"), form.Get("CallStatus"), callStates
	}
	if u.ProviderID == "" || u.Status == "" {
		return channel.StatusUpdate{}, ErrNotTwilios
	}
	u.ID, u.ProviderID, u.Status = sid(u.ID), sid(u.ProviderID), sid(u.Status)
	u.Code, _ = strconv.Atoi(form.Get("ErrorCode")) // 0 where there is none
	s := states[u.Status]
	u.Rank, u.Failed = s.rank, s.failed
	if u.Failed {
		u.Next = nextStep(u.Code)
	}
	return u, nil
}

// ParsePress reads which key was pressed in a call, and the call's SID. The digit is "" when none was.
func ParsePress(form url.Values) (call, digit string) {
	return form.Get("CallSid"), form.Get("Digits")
}
