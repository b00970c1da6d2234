package mailbox_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"

	"github.com/allclear-safety/allclear/internal/mail/mailbox"
	"github.com/allclear-safety/allclear/internal/private"
)

// tenant plays Microsoft's token endpoint from its documents: client credentials in the form, an error as JSON with a code and many words.
type tenant struct {
	*httptest.Server
	mu    sync.Mutex
	asked int
}

func newTenant(t *testing.T) *tenant {
	t.Helper()
	x := &tenant{}
	x.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.asked++
		w.Header().Set("Content-Type", "application/json")
		id, secret, basic := r.BasicAuth()
		if !basic {
			id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
		}
		if id != "app-1" || secret != "app-secret" || r.PostFormValue("grant_type") != "client_credentials" || r.PostFormValue("scope") != "https://outlook.office365.com/.default" {
			w.WriteHeader(http.StatusUnauthorized)
			_ = json.NewEncoder(w).Encode(map[string]string{"error": "invalid_client", "error_description": "AADSTS7000215: secret of tenant council.example"})
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"token_type": "Bearer", "expires_in": 3599, "access_token": "token-1"})
	}))
	t.Cleanup(x.Close)
	return x
}

// byToken is a session of a server that takes tokens and no passwords.
type byToken struct {
	*imapmemserver.UserSession
	user  *imapmemserver.User
	mech  string
	token string
}

func (s *byToken) Login(string, string) error       { return imapserver.ErrAuthFailed }
func (s *byToken) AuthenticateMechanisms() []string { return []string{s.mech} }

func (s *byToken) Close() error {
	if s.UserSession == nil {
		return nil
	}
	return s.UserSession.Close()
}

func (s *byToken) Authenticate(mech string) (sasl.Server, error) {
	if mech != s.mech {
		return nil, errors.New("unknown")
	}
	return &tokenServer{s: s}, nil
}

// tokenServer takes "user=…^Aauth=Bearer …^A^A" or "n,a=…,^Aauth=Bearer …^A^A", and answers a wrong one with a challenge that tells it.
type tokenServer struct {
	s       *byToken
	refused bool
}

func (t *tokenServer) Next(response []byte) (challenge []byte, done bool, err error) {
	if t.refused {
		return nil, false, imapserver.ErrAuthFailed
	}
	if response == nil {
		return []byte{}, false, nil
	}
	want := map[string]string{"XOAUTH2": "user=" + user + "\x01auth=Bearer " + t.s.token + "\x01\x01", "OAUTHBEARER": "n,a=" + user + ",\x01auth=Bearer " + t.s.token + "\x01\x01"}
	if string(response) != want[t.s.mech] {
		t.refused = true
		return []byte(`{"status":"401","schemes":"bearer"}`), false, nil
	}
	t.s.UserSession = imapmemserver.NewUserSession(t.s.user)
	return nil, true, nil
}

func TestSignInByToken(t *testing.T) {
	for _, c := range []struct{ mech, secret, token, says string }{
		{"XOAUTH2", "app-secret", "token-1", ""},
		{"OAUTHBEARER", "app-secret", "token-1", ""},
		{"XOAUTH2", "app-secret", "another", "sign in: the token is refused"},
		{"OAUTHBEARER", "app-secret", "another", "sign in: the token is refused"},
		{"XOAUTH2", "wrong", "token-1", "ask for a token: refused with 401 invalid_client"},
	} {
		t.Run(c.mech+" "+c.says, func(t *testing.T) {
			p, k, x := newPost(t, func(p *post) {
				p.o.NewSession = func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
					return &byToken{user: p.user, mech: c.mech, token: c.token}, nil, nil
				}
			}), newKept(), newTenant(t)
			p.comes("INBOX", letter(1), now)
			m := reading(t, p, k, func(o *mailbox.Options) {
				o.Address.Password = private.Text{}
				o.Token = mailbox.Credentials{TokenURL: x.URL, ClientID: "app-1", Secret: private.New(c.secret)}.Tokens(x.Client())
			})
			if c.says == "" {
				k.wait(t, 1)
				p.comes("INBOX", letter(2), now)
				k.wait(t, 1)
				return
			}
			eventually(t, "it is said", func() bool { return m.State().Says != "" })
			if s := m.State(); !strings.HasPrefix(s.Says, c.says) || strings.Contains(s.Says, "council") {
				t.Errorf("it says %q", s.Says)
			}
		})
	}
}
