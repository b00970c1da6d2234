// Package graph reads mail from a mailbox of Microsoft 365, and writes visits to calendars there, by Microsoft Graph. It is an option, and off unless it
// is set up: mail and invites need nothing of it.
//
// Whatever is in the inbox is waiting: a mail is handed on, and once that is kept it is marked as read and moved to another folder. A notification says
// that there is more; a delta query finds what no notification told, at each start and from time to time.
package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/allclear-safety/allclear/internal/mail"
	"github.com/allclear-safety/allclear/internal/private"
)

// Where Microsoft's own are.
const (
	MicrosoftAPI   = "https://graph.microsoft.com"
	MicrosoftLogin = "https://login.microsoftonline.com"
)

// Account is an application of a tenant, and where it signs in.
type Account struct {
	API, Login       string // without a slash at their ends
	Tenant, ClientID string
	Secret           private.Text
}

// Bounds on one call.
const (
	mostAnswer = 4 << 20 // bytes of an answer that is no mail
	mostTries  = 4
	mostWait   = time.Minute // for a call that is throttled; what takes longer is tried again by who asked
	usualWait  = 5 * time.Second
)

// Client speaks with Graph as an application.
type Client struct {
	account Account
	calls   *http.Client
	config  clientcredentials.Config
	signs   *http.Client

	mu    sync.Mutex
	token oauth2.TokenSource
}

// NewClient makes one. calls are made by one client, and signing in by another: each may reach one host alone.
func NewClient(a Account, calls, signs *http.Client) *Client {
	c := &Client{account: a, calls: calls, signs: signs}
	c.config = clientcredentials.Config{ClientID: a.ClientID, ClientSecret: a.Secret.Reveal(), TokenURL: a.Login + "/" + url.PathEscape(a.Tenant) + "/oauth2/v2.0/token",
		Scopes: []string{a.API + "/.default"}, AuthStyle: oauth2.AuthStyleInParams}
	return c
}

// refused is an answer that was no success. It has none of the server's words, which may name people.
type refused struct {
	doing  string
	status int
	code   string
	after  time.Duration // until it may be tried again; 0: as usual
}

func (r *refused) Error() string {
	return fmt.Sprintf("%s: Microsoft Graph answers %d %s", r.doing, r.status, r.code)
}

// is says that an error is an answer with one of some statuses.
func is(err error, statuses ...int) bool {
	r, ok := errors.AsType[*refused](err)
	for _, s := range statuses {
		if ok && r.status == s {
			return true
		}
	}
	return false
}

func (c *Client) bearer() (string, error) {
	c.mu.Lock()
	if c.token == nil {
		// The source outlives each call; the client bounds how long one takes.
		c.token = c.config.TokenSource(context.WithValue(context.Background(), oauth2.HTTPClient, c.signs))
	}
	source := c.token
	c.mu.Unlock()
	t, err := source.Token()
	if failed, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return "", fmt.Errorf("sign in: refused with %d %s", failed.Response.StatusCode, plainWord(failed.ErrorCode))
	}
	if err != nil {
		return "", errors.New("sign in: no answer that can be read")
	}
	return t.AccessToken, nil
}

// forget drops a token that is no longer taken.
func (c *Client) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.token = nil
}

// call is one call of the API.
type call struct {
	doing  string // for its error
	method string
	path   string // from the version on, or a whole address that Graph gave
	prefer []string
	body   any // as JSON; nil: none
	into   any // what is read of the answer; nil: nothing. *[]byte: all of it
	most   int64
}

// do makes a call, and again where it is throttled, the token is no longer taken or the server is at a loss.
func (c *Client) do(ctx context.Context, x call) error {
	var err error
	renewed := false
	for try := range mostTries {
		if err = c.once(ctx, x); err == nil {
			return nil
		}
		r, answered := errors.AsType[*refused](err)
		switch {
		case !answered || try == mostTries-1:
			return err
		case r.status == http.StatusUnauthorized && !renewed:
			renewed = true
			c.forget()
			continue
		case r.status == http.StatusTooManyRequests, r.status == http.StatusServiceUnavailable, r.status == http.StatusGatewayTimeout:
			wait := usualWait
			if r.after > 0 {
				wait = r.after
			}
			if wait > mostWait || !mail.Pause(ctx, wait) {
				return err
			}
		default:
			return err
		}
	}
	return err
}

func (c *Client) once(ctx context.Context, x call) error {
	token, err := c.bearer()
	if err != nil {
		return fmt.Errorf("%s: %w", x.doing, err)
	}
	address := c.account.API + "/v1.0" + x.path
	if strings.HasPrefix(x.path, "http") { // it goes nowhere else, whatever a link says: the token is with it
		if address = x.path; !strings.HasPrefix(address, c.account.API+"/") {
			return fmt.Errorf("%s: a link leads elsewhere than to Microsoft Graph", x.doing)
		}
	}
	var body io.Reader
	if x.body != nil {
		raw, err := json.Marshal(x.body)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, x.method, address, body)
	if err != nil {
		return fmt.Errorf("%s: the address can't be used", x.doing)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if x.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, p := range x.prefer {
		req.Header.Add("Prefer", p)
	}
	resp, err := c.calls.Do(req)
	if err != nil {
		return fmt.Errorf("%s: Microsoft Graph is not reached", x.doing) // its own words have the address, with the mailbox
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return refusal(x.doing, resp)
	}
	return x.read(resp.Body)
}

func (x call) read(from io.Reader) error {
	if x.into == nil {
		return nil
	}
	most := x.most
	if most == 0 {
		most = mostAnswer
	}
	raw, err := io.ReadAll(io.LimitReader(from, most+1))
	if err != nil {
		return fmt.Errorf("%s: the answer breaks off", x.doing)
	}
	all, whole := x.into.(*[]byte)
	if whole {
		*all = raw[:min(int64(len(raw)), most)]
	}
	if int64(len(raw)) > most {
		return errTooLong
	}
	if whole {
		return nil
	}
	if err := json.Unmarshal(raw, x.into); err != nil {
		return fmt.Errorf("%s: the answer can't be read", x.doing)
	}
	return nil
}

var errTooLong = errors.New("it is longer than is taken")

func refusal(doing string, resp *http.Response) error {
	var said struct {
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	_ = json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&said) // one that is no JSON has no code
	r := &refused{doing: doing, status: resp.StatusCode, code: plainWord(said.Error.Code)}
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 {
		r.after = time.Duration(min(seconds, 24*60*60)) * time.Second
	}
	return r
}

// plainWord lets a code through that is one, and nothing else.
func plainWord(s string) string {
	if len(s) > 60 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-.0123456789") != "" {
		return ""
	}
	return s
}

func userPath(mailbox string) string { return "/users/" + url.PathEscape(mailbox) }
