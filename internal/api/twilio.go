package api

import (
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/allclear-safety/allclear/internal/channel/twilio"
	"github.com/allclear-safety/allclear/internal/engine"
)

// TwilioHooks checks that a webhook was sent by Twilio; *twilio.Client does, over the configured public address.
type TwilioHooks interface {
	CheckSignature(target string, form url.Values, signature string) bool
}

const (
	maxForm = 256 << 10 // bytes of a webhook's form: 10,000 emoji, as a form writes them, and room
)

var (
	errForged = &problem{status: http.StatusForbidden, detail: "the signature is wrong"}
	errForm   = &problem{status: http.StatusBadRequest, detail: "the form is malformed"}
	errLong   = &problem{status: http.StatusRequestEntityTooLarge, detail: "the form is over 256 KiB"}
)

// signedForm reads a webhook's form and checks that Twilio signed it.
func (a *API) signedForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return nil, errLong
	}
	if err != nil {
		return nil, errForm
	}
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, errForm
	}
	if !a.Twilio.CheckSignature(r.RequestURI, form, r.Header.Get("X-Twilio-Signature")) {
		return nil, errForged
	}
	return form, nil
}

// twilioText takes a text that came in. It is answered, empty, once it is stored; the answer to the worker goes out by
// the provider's API. A 204, as an empty 200 counts as an error there. No log line: this is called thousands of times a
// second.
func (a *API) twilioText(w http.ResponseWriter, r *http.Request) {
	form, err := a.signedForm(w, r)
	if err != nil {
		a.refuseHook(w, twilio.SMSPath, err)
		return
	}
	text, err := twilio.ParseText(form)
	if err != nil {
		a.refuseHook(w, twilio.SMSPath, errForm)
		return
	}
	if err := a.Engine.Receive(r.Context(), text); err != nil {
		a.refuseHook(w, twilio.SMSPath, unstored(err))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// twilioStatus takes what became of a text or a call of ours.
func (a *API) twilioStatus(w http.ResponseWriter, r *http.Request) {
	form, err := a.signedForm(w, r)
	if err != nil {
		a.refuseHook(w, twilio.StatusPath, err)
		return
	}
	for name, values := range r.URL.Query() { // the message's own id is in the address
		if !form.Has(name) {
			form[name] = values
		}
	}
	status, err := twilio.ParseStatus(form)
	if err != nil {
		a.refuseHook(w, twilio.StatusPath, errForm)
		return
	}
	if err := a.Engine.Status(r.Context(), status); err != nil {
		a.refuseHook(w, twilio.StatusPath, unstored(err))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// twilioAnswered says what a call is about and asks for its key.
func (a *API) twilioAnswered(w http.ResponseWriter, r *http.Request) {
	if _, err := a.signedForm(w, r); err != nil {
		a.refuseHook(w, twilio.VoicePath, err)
		return
	}
	nonce := r.URL.Query().Get("n")
	words, over, err := a.Engine.Speak(r.Context(), nonce)
	switch {
	case err != nil:
		a.refuseHook(w, twilio.VoicePath, unstored(err))
	case over:
		writeTwiML(w, twilio.Confirm(words))
	default:
		writeTwiML(w, twilio.Say(twilio.KeyAddress(nonce), words, ""))
	}
}

// twilioPressed takes the key that was pressed. Only this signed call acknowledges: a call that was answered, or
// completed, may have been answered by a voicemail.
func (a *API) twilioPressed(w http.ResponseWriter, r *http.Request) {
	form, err := a.signedForm(w, r)
	if err != nil {
		a.refuseHook(w, twilio.KeyPath, err)
		return
	}
	nonce := r.URL.Query().Get("n")
	_, digit := twilio.ParsePress(form)
	result, words, err := a.Engine.Press(r.Context(), nonce, digit)
	switch {
	case err != nil:
		a.refuseHook(w, twilio.KeyPath, unstored(err))
	case result == engine.PressWrong:
		writeTwiML(w, twilio.Say(twilio.KeyAddress(nonce), words, ""))
	default:
		writeTwiML(w, twilio.Confirm(words))
	}
}

// unstored is a 503: send it again.
func unstored(err error) *problem {
	return &problem{status: http.StatusServiceUnavailable, detail: "it is not known to be stored: send it again", cause: err}
}

// refuseHook answers a webhook that was not taken. A wrong signature is worth a line: a wrong address or token in the
// settings would lose every text.
func (a *API) refuseHook(w http.ResponseWriter, path string, err error) {
	p := problemOf(err)
	a.Log.Warn("webhook refused", "path", path, "status", p.status, "error", p)
	p.write(w)
}

func writeTwiML(w http.ResponseWriter, document []byte) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	// #nosec G705 -- encoding/xml escaped it, and it is no page
	_, _ = w.Write(document) // the call has ended: nobody is left to tell
}
