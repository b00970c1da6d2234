package bench

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" // #nosec G505 -- Twilio signs by HMAC-SHA1
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// texts are what workers write, in turn: keywords, plain phrases, new times.
var texts = []string{
	"IN", "LATE 30", "Going in now", "LATE 15", "running late, 20 mins more", "in", "LATE 30", "still here, need another half hour",
	"arrived", "LATE 20", "just going in", "Late 45", "need 30 more minutes please", "IN", "all fine, another 20 minutes", "LATE 10",
}

// outEvery is how often a text is an OUT. Each is then fetched back from the stand-in, as from Twilio.
const outEvery = 200

// sender is one worker's phone as Twilio calls us for it: one connection that is kept, and requests made ready before. A request costs
// the sender one copy and one signature, about two microseconds: the cores are the program's.
type sender struct {
	conn   net.Conn
	in     *bufio.Reader
	twilio *provider
	number string
	ready  []*request // one for each of texts, then the OUT
	mac    hash.Hash
	tally
}

// senders connects n workers' phones.
func (s *system) senders(n int) ([]*sender, error) {
	var list []*sender
	host := strings.TrimPrefix(s.address, "http://")
	for i := range n {
		conn, err := net.Dial("tcp", host)
		if err != nil {
			return nil, fmt.Errorf("connect a sender: %w", err)
		}
		c := &sender{conn: conn, in: bufio.NewReader(conn), twilio: s.twilio, number: workerMobile(i), mac: hmac.New(sha1.New, []byte(authToken))}
		for _, text := range append(slices.Clone(texts), "OUT") {
			c.ready = append(c.ready, newRequest(s.address, host, c.number, text))
		}
		list = append(list, c)
	}
	return list, nil
}

// sendUntil sends one text after the other, each after the answer to the last.
func (c *sender) sendUntil(until time.Time) {
	defer c.conn.Close()
	for n := 1; ; n++ {
		began := time.Now()
		if !began.Before(until) {
			return
		}
		sid, r := c.next(n)
		status, err := c.send(r, sid)
		if err != nil {
			c.refused++
			c.err = fmt.Errorf("send a text: %w", err)
			return
		}
		c.times = append(c.times, time.Since(began))
		if status/100 == 2 {
			c.stored++
		} else {
			c.refused++
		}
	}
}

// next is the text to send and its id: for an OUT one that the stand-in has, since it will be asked for it.
func (c *sender) next(n int) (sid string, r *request) {
	if n%outEvery == 0 {
		return c.twilio.Receive(c.number, ourNumber, "OUT"), c.ready[len(texts)]
	}
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return "SM" + hex.EncodeToString(b[:]), c.ready[n%len(texts)]
}

func (c *sender) send(r *request, sid string) (status int, err error) {
	if _, err := c.conn.Write(r.fill(c.mac, sid)); err != nil {
		return 0, err
	}
	return readAnswer(c.in)
}

// request is a webhook call made ready but for the text's id and the signature.
type request struct {
	raw       []byte
	signed    []byte // what the signature is over
	ids       []int  // where in raw the id goes
	signedIDs []int
	signature int // where in raw the signature goes
}

// blankID and blankSignature hold the places; they are as long as what comes there.
var (
	blankID        = "SM" + strings.Repeat("0", 32)
	blankSignature = strings.Repeat("=", base64.StdEncoding.EncodedLen(sha1.Size))
)

// newRequest makes the request that Twilio's document on incoming messages describes.
func newRequest(address, host, from, text string) *request {
	const path = "/hooks/twilio/sms"
	form := url.Values{
		"AccountSid": {accountSID}, "ApiVersion": {"2010-04-01"}, "MessageSid": {blankID}, "SmsSid": {blankID}, "SmsMessageSid": {blankID},
		"SmsStatus": {"received"}, "From": {from}, "To": {ourNumber}, "Body": {text}, "NumMedia": {"0"}, "NumSegments": {"1"},
		"FromCountry": {"GB"}, "FromState": {""}, "FromCity": {""}, "FromZip": {""},
		"ToCountry": {"GB"}, "ToState": {""}, "ToCity": {""}, "ToZip": {""},
	}
	body := form.Encode()
	r := &request{raw: fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: TwilioProxy/1.1\r\n"+
		"Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\nX-Twilio-Signature: %s\r\nContent-Length: %d\r\n\r\n%s",
		path, host, blankSignature, len(body), body)}
	r.signed = []byte(address + path)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		r.signed = append(append(r.signed, name...), form.Get(name)...)
	}
	r.ids, r.signedIDs = places(r.raw, blankID), places(r.signed, blankID)
	r.signature = places(r.raw, blankSignature)[0]
	return r
}

// fill puts the text's id and the signature into the request.
func (r *request) fill(mac hash.Hash, sid string) []byte {
	for _, i := range r.ids {
		copy(r.raw[i:], sid)
	}
	for _, i := range r.signedIDs {
		copy(r.signed[i:], sid)
	}
	mac.Reset()
	_, _ = mac.Write(r.signed) // a hash takes everything
	var sum [sha1.Size]byte
	base64.StdEncoding.Encode(r.raw[r.signature:], mac.Sum(sum[:0]))
	return r.raw
}

func places(in []byte, what string) (found []int) {
	for i := 0; ; {
		j := bytes.Index(in[i:], []byte(what))
		if j < 0 {
			return found
		}
		found = append(found, i+j)
		i += j + len(what)
	}
}

var errGarbled = errors.New("the answer is no HTTP")

// readAnswer reads one answer to its end, so that the next can follow on the connection. Only what our server sends is understood: a
// general reader would cost the sender as much as all else it does.
func readAnswer(in *bufio.Reader) (status int, err error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < len("HTTP/1.1 204") || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, errGarbled
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, errGarbled
	}
	length := 0
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			break
		}
		if value, found := bytes.CutPrefix(line, []byte("Content-Length: ")); found {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, errGarbled
			}
		}
	}
	_, err = in.Discard(length)
	return status, err
}
