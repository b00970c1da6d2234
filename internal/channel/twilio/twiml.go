package twilio

import (
	"bytes"
	"encoding/xml"
	"net/url"
)

const (
	timesSaid = 3   // then the call is given up, and the ladder goes on without it
	keyWait   = "6" // seconds after the words in which a key still counts
)

// KeyAddress is where a key pressed in a call is sent: the action for [Say].
func KeyAddress(nonce string) string { return KeyPath + "?n=" + url.QueryEscape(nonce) }

// Say is the document of a call that asks for a key: words, three times in all, then it hangs up. again, where it is not empty, is said
// instead of words from the second time on. A key pressed while it speaks counts at once, and is sent to action.
//
// It is one document rather than three, so that a server that fails during the call does not cut the words off. It never asks for speech:
// a voicemail's greeting that says "yes" would match.
func Say(action, words, again string) []byte {
	b := open()
	for n := range timesSaid {
		if n > 0 && again != "" {
			words = again
		}
		b.WriteString(`<Gather input="dtmf" numDigits="1" timeout="` + keyWait + `" method="POST" action="`)
		escape(b, action)
		b.WriteString(`">`)
		say(b, words)
		b.WriteString(`</Gather>`)
	}
	return hangUp(b)
}

// Confirm is the document that ends a call with a few words.
func Confirm(words string) []byte {
	b := open()
	say(b, words)
	return hangUp(b)
}

func open() *bytes.Buffer { return bytes.NewBufferString(xml.Header + `<Response>`) }

func hangUp(b *bytes.Buffer) []byte {
	b.WriteString(`<Hangup/></Response>`)
	return b.Bytes()
}

func say(b *bytes.Buffer, words string) {
	b.WriteString(`<Say language="en-GB">`)
	escape(b, words)
	b.WriteString(`</Say>`)
}

func escape(b *bytes.Buffer, s string) {
	_ = xml.EscapeText(b, []byte(s)) // a buffer takes everything
}
