package mailbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/emersion/go-sasl"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/allclear-safety/allclear/internal/private"
)

// Credentials are those of an application that may read a mailbox, as Exchange Online wants them in a password's place.
type Credentials struct {
	TokenURL string // https://login.microsoftonline.com/TENANT/oauth2/v2.0/token
	ClientID string
	Secret   private.Text
	Scope    string // "" is Exchange Online's
}

// exchangeScope asks for what the application was given for IMAP by its administrator.
const exchangeScope = "https://outlook.office365.com/.default"

// Tokens gives a token, which is kept until shortly before it ends. Its error has none of the server's words, which may name the tenant.
func (c Credentials) Tokens(client *http.Client) func(context.Context) (string, error) {
	if c.Scope == "" {
		c.Scope = exchangeScope
	}
	asked := clientcredentials.Config{ClientID: c.ClientID, ClientSecret: c.Secret.Reveal(), TokenURL: c.TokenURL, Scopes: []string{c.Scope}}
	// The source outlives each call; the client bounds how long one takes.
	source := asked.TokenSource(context.WithValue(context.Background(), oauth2.HTTPClient, client))
	return func(context.Context) (string, error) {
		t, err := source.Token()
		if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
			return "", fmt.Errorf("ask for a token: refused with %d %s", refused.Response.StatusCode, plainWord(refused.ErrorCode))
		}
		if err != nil {
			return "", errors.New("ask for a token: no answer that can be read")
		}
		return t.AccessToken, nil
	}
}

// xoauth2 is the mechanism of Exchange Online and Google, older than OAUTHBEARER.
type xoauth2 struct{ user, token string }

func (x xoauth2) Start() (mech string, ir []byte, err error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next is asked only where the token was refused.
func (x xoauth2) Next([]byte) ([]byte, error) { return nil, errTokenRefused }

var errTokenRefused = errors.New("the token is refused: has the application been given this mailbox?")

// bearer is OAUTHBEARER, with the same error.
type bearer struct{ sasl.Client }

func (b bearer) Next([]byte) ([]byte, error) { return nil, errTokenRefused }
