// Package twilio reaches people by Twilio: text messages, and calls that are answered by pressing a key.
//
// [Client.SMS] and [Client.Voice] hand messages over; [Client.Fetch] and [Client.Received] read back what came in. What Twilio sends to us
// is read by [Client.CheckSignature], [ParseText], [ParseStatus] and [ParsePress], which touch nothing outside their arguments: the HTTP
// side belongs to whoever serves the addresses below, and must check the signature first.
//
// The signature is checked over the configured public address, never one rebuilt from a request's headers: behind a proxy that would be
// another address, and every text would be refused.
package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/phone"
)

// Provider is the name of Twilio in received messages and status updates.
const Provider = "twilio"

// The paths below our public address that Twilio calls.
const (
	SMSPath    = "/hooks/twilio/sms"
	VoicePath  = "/hooks/twilio/voice"     // ?n=NONCE: what is said when a call is answered
	KeyPath    = "/hooks/twilio/voice/key" // ?n=NONCE: a key was pressed
	StatusPath = "/hooks/twilio/status"    // ?m=ID: what became of a message
)

const (
	defaultAPI     = "https://api.twilio.com"
	defaultTimeout = 10 * time.Second
	defaultRing    = 20 * time.Second
	maxAnswer      = 1 << 20 // bytes; a page of a hundred texts is a tenth of it
	mostValid      = 10 * time.Hour
)

// Options say whose account it is and how to reach both sides.
type Options struct {
	AccountSID string
	AuthToken  string       // also the key of the signatures on webhooks
	From       phone.Number // our own number: texts and calls come from it, and answers come to it
	API        string       // Twilio's base address; default https://api.twilio.com
	URL        string       // our own public base address: for callbacks, and what signatures are checked over
	Client     *http.Client // default: one made for many sends at once to one host
	Timeout    time.Duration
	Ring       time.Duration // how long a call rings: short, to be given up before a voicemail answers; default 20 s
}

// Client is one Twilio account and number.
type Client struct {
	options   Options
	http      *http.Client
	account   string   // the path of the account's resources
	addresses []string // our own, with a port and without: which of them is signed varies
}

// New makes a client. It calls nobody.
func New(o Options) (*Client, error) {
	if o.API == "" {
		o.API = defaultAPI
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Ring <= 0 {
		o.Ring = defaultRing
	}
	if o.AccountSID == "" || o.AuthToken == "" || o.From.IsZero() {
		return nil, errors.New("twilio needs an account SID, an auth token and a number to send from")
	}
	o.API, o.URL = strings.TrimRight(o.API, "/"), strings.TrimRight(o.URL, "/")
	addresses, err := withAndWithoutPort(o.URL)
	if err != nil {
		return nil, err
	}
	c := &Client{options: o, http: o.Client, account: "/2010-04-01/Accounts/" + url.PathEscape(o.AccountSID), addresses: addresses}
	if c.http == nil {
		c.http = newHTTPClient()
	}
	return c, nil
}

// newHTTPClient keeps enough connections that a thousand alarms at one instant do not each open their own, and follows no redirect, which
// would carry the account's secret to another place.
func newHTTPClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout: 5 * time.Second,
			ForceAttemptHTTP2:   true,
			MaxIdleConns:        256,
			MaxIdleConnsPerHost: 256,
			IdleConnTimeout:     90 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// SMS is the channel for text messages.
func (c *Client) SMS() channel.Channel { return sms{c} }

// Voice is the channel for calls. What is said comes from VoicePath when the call is answered.
func (c *Client) Voice() channel.Channel { return voice{c} }

type (
	sms   struct{ *Client }
	voice struct{ *Client }
)

func (sms) Name() string   { return "twilio-sms" }
func (voice) Name() string { return "twilio-voice" }

func (s sms) Send(ctx context.Context, m channel.Message) (channel.Receipt, error) {
	form := url.Values{
		"To": {m.To.E164()}, "From": {s.options.From.E164()}, "Body": {m.Body.Reveal()},
	}
	if !m.Unreceipted {
		form.Set("StatusCallback", s.options.URL+StatusPath+"?m="+url.QueryEscape(m.ID))
	}
	if m.Expires > 0 {
		whole := (min(m.Expires, mostValid) + time.Second - 1) / time.Second
		form.Set("ValidityPeriod", strconv.FormatInt(int64(whole), 10))
	}
	return s.create(ctx, "/Messages.json", form)
}

var errNoCall = errors.New("the message is no call")

func (v voice) Send(ctx context.Context, m channel.Message) (channel.Receipt, error) {
	if m.Call == nil {
		return channel.Receipt{}, &channel.Error{Next: channel.NextChannel, Err: errNoCall}
	}
	return v.create(ctx, "/Calls.json", url.Values{
		"To": {m.To.E164()}, "From": {v.options.From.E164()},
		"Url":                 {v.options.URL + VoicePath + "?n=" + url.QueryEscape(m.Call.Nonce)},
		"StatusCallback":      {v.options.URL + StatusPath + "?m=" + url.QueryEscape(m.ID)},
		"StatusCallbackEvent": {"answered", "completed"},
		"Timeout":             {strconv.Itoa(int(v.options.Ring / time.Second))},
	})
}

// create asks for a message or a call, and gives its SID.
func (c *Client) create(ctx context.Context, path string, form url.Values) (channel.Receipt, error) {
	var made struct {
		SID string `json:"sid"`
	}
	if err := c.do(ctx, http.MethodPost, c.account+path, form, &made); err != nil {
		return channel.Receipt{}, err
	}
	if made.SID == "" {
		return channel.Receipt{}, &channel.Error{Next: channel.Retry, Unknown: true, Err: errGarbled}
	}
	return channel.Receipt{ProviderID: made.SID}, nil
}

var errGarbled = errors.New("the answer can't be read")

// do makes one request and reads its answer into result. Its errors are all *channel.Error.
func (c *Client) do(ctx context.Context, method, path string, form url.Values, result any) error {
	if ctx.Err() != nil {
		return &channel.Error{Next: channel.Retry, Err: ctx.Err()} // nothing was sent
	}
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, c.options.API+path, strings.NewReader(form.Encode()))
	if err != nil {
		return &channel.Error{Next: channel.Misconfigured, Err: errors.New("the API's address can't be used")}
	}
	r.SetBasicAuth(c.options.AccountSID, c.options.AuthToken)
	r.Header.Set("Accept", "application/json")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return lost(err)
	}
	defer func() { _ = answer.Body.Close() }() // only read from
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if answer.StatusCode/100 != 2 {
		return refused(answer.StatusCode, body)
	}
	if err != nil {
		return lost(err)
	}
	if err := json.Unmarshal(body, result); err != nil {
		return &channel.Error{Next: channel.Retry, Unknown: true, Err: errGarbled}
	}
	return nil
}

// withAndWithoutPort gives the forms of our own address that Twilio may sign: as it was configured, without its port, and with the port
// its scheme implies.
func withAndWithoutPort(address string) ([]string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("twilio needs our public address, https://allclear.example.org: %q is none", address)
	}
	other := *u
	if u.Port() != "" {
		other.Host = strings.TrimSuffix(u.Host, ":"+u.Port())
	} else if u.Scheme == "https" {
		other.Host += ":443"
	} else {
		other.Host += ":80"
	}
	return []string{address, other.String()}, nil
}
