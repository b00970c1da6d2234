package signin

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/allclear-safety/allclear/internal/private"
)

var (
	// ErrStranger says that the organisation's sign-in knows someone, and that nobody here is known to be them: an
	// administrator invites them, and they sign in by the invitation.
	ErrStranger = errors.New("their organisation knows them, and nobody here is known to be them")
	// ErrTaken says that who someone is at their organisation is linked to somebody else here.
	ErrTaken = errors.New("that sign-in is somebody else’s here")
	// ErrAway says that the organisation's sign-in does not answer, or not as it must.
	ErrAway = errors.New("the organisation’s sign-in does not answer as it must")
)

// OrganisationBack is where the organisation's sign-in sends people back to, below the public address.
const OrganisationBack = "/sign-in/organisation/back"

// The claims that say which roles someone has, and those by which someone is found who was not invited.
const (
	ByRoles  = "roles"
	ByGroups = "groups"

	MatchNobody   = ""
	MatchVerified = "email_verified"     // by an e-mail address that the provider has verified
	MatchUsername = "preferred_username" // by the name that the provider says they use: only where nobody may choose it
)

// OrganisationOptions is what the organisation's own sign-in is made of: an OpenID Connect provider (OpenID Connect Core 1.0).
type OrganisationOptions struct {
	SignIn       *SignIn // whose public address, keeper, clock and log are used
	Issuer       string  // of one tenant, to the letter; discovery is below it
	ClientID     string
	ClientSecret private.Text
	Roles        map[string]string // what the provider calls a role or a group: our role; empty: roles are not asked about
	RolesClaim   string            // ByRoles or ByGroups; "" is ByRoles
	Match        string            // MatchNobody, MatchVerified or MatchUsername
	Client       *http.Client      // nil: the usual; it is bounded either way
}

// Organisation proves who people are by their organisation's own sign-in. It is made while the provider is down too, and
// asks it about itself when it is first needed. It is safe for use by several goroutines.
type Organisation struct {
	OrganisationOptions
	client *http.Client
	asking chan struct{} // held by the one who asks the provider about itself, and who looks at what follows
	known  *provider     // nil until it answered
	failed error         // why there is none known
	again  time.Time     // when it is asked next
}

// NewOrganisation makes an Organisation.
func NewOrganisation(o OrganisationOptions) (*Organisation, error) {
	if o.RolesClaim == "" {
		o.RolesClaim = ByRoles
	}
	switch {
	case o.Issuer == "" || o.ClientID == "":
		return nil, errors.New("the organisation's sign-in needs an issuer and a client id")
	case !slices.Contains([]string{ByRoles, ByGroups}, o.RolesClaim):
		return nil, fmt.Errorf("roles are read from %s or %s, not from %s", ByRoles, ByGroups, o.RolesClaim)
	case !slices.Contains([]string{MatchNobody, MatchVerified, MatchUsername}, o.Match):
		return nil, fmt.Errorf("people are found by %s or %s, not by %s", MatchVerified, MatchUsername, o.Match)
	}
	return &Organisation{OrganisationOptions: o, client: bounded(o.Client), asking: make(chan struct{}, 1)}, nil
}

// organisationWithin is how long someone who went to their organisation's sign-in is waited for: they may have to find
// their telephone there.
const organisationWithin = 15 * time.Minute

// started is what is kept of a sign-in that was begun. Nothing in it lets anyone go on with it: that takes the ticket's own
// secret, of which the proof for the provider (RFC 7636) is made too.
type started struct {
	State []byte `json:"state"` // hashed
	Nonce []byte `json:"nonce"` // hashed
	Then  string `json:"then"`
	By    []byte `json:"by,omitempty"` // the invitation that they go by, hashed
}

// startedAs begins the matter of such a ticket, so that no ticket of another kind of sign-in is taken for one.
const startedAs = "organisation "

// Begin begins to sign someone in by their organisation. They go on at the address; begun is for a cookie of their
// browser, and for it alone. then is where they want to go, an address of ours. by is the invitation they go by, "" for none:
// whom it is for is linked to who they are there.
//
// The cookie must be sent along when they come back from elsewhere: SameSite=Lax.
func (o *Organisation) Begin(ctx context.Context, then string, by Invitation) (address, secret string, err error) {
	person := ""
	if by != "" {
		if person, err = o.SignIn.Invited(ctx, string(by)); err != nil {
			return "", "", err
		}
	}
	p, err := o.provider(ctx)
	if err != nil {
		return "", "", err
	}
	state, err := o.SignIn.secret()
	if err != nil {
		return "", "", err
	}
	nonce, err := o.SignIn.secret()
	if err != nil {
		return "", "", err
	}
	matter, err := json.Marshal(started{State: hashOf("state", state), Nonce: hashOf("nonce", nonce), Then: ours(then), By: o.SignIn.invitation(by)})
	if err != nil {
		return "", "", err
	}
	secret, err = o.SignIn.begin(begun{Person: person, Matter: startedAs + string(matter)}, organisationWithin)
	if err != nil {
		return "", "", err
	}
	return p.oauth.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier(secret))), secret, nil
}

func hashOf(what, secret string) []byte {
	sum := key(what, secret)
	return sum[:]
}

// verifier is what proves to the provider that who brings the code is who asked for it.
func verifier(begun string) string {
	return base64.RawURLEncoding.EncodeToString(hashOf("allclear PKCE verifier", begun))
}

// mostThen is how long the address may be that someone wants to go to, in bytes: a browser keeps it with the rest.
const mostThen = 1000

// ours is an address of ours, without its host; "" for any other, so that nobody is sent on to a stranger's.
func ours(then string) string {
	at, err := url.Parse(then)
	if err != nil || len(then) > mostThen || at.IsAbs() || at.Host != "" || !strings.HasPrefix(then, "/") || strings.ContainsAny(then, "\\\r\n\t") || strings.HasPrefix(then, "//") {
		return ""
	}
	return then
}

// Arrived is who came back from their organisation's sign-in.
type Arrived struct {
	Proof Proof
	Then  string   // where they wanted to go; "" for nowhere
	Roles []string // of ours, that the organisation gives them, sorted, none twice; only those that it is asked about
	Known bool     // what the organisation says of roles is known; where it is not, the roles that stand are kept
}

// Back proves who someone is, who came back with a query: ErrGone where nothing was begun in this browser, ErrRefused,
// ErrStranger, ErrTaken, or ErrAway.
func (o *Organisation) Back(ctx context.Context, secret string, query url.Values) (Arrived, error) {
	b, was, err := o.took(ctx, secret, query)
	if err != nil {
		return Arrived{}, err
	}
	p, err := o.provider(ctx)
	if err != nil {
		return Arrived{}, err
	}
	raw, err := o.exchange(ctx, p, query.Get("code"), verifier(secret))
	if err != nil {
		return Arrived{}, err
	}
	c, err := o.verified(ctx, p, raw, was.Nonce)
	if err != nil {
		return Arrived{}, err
	}
	if err := o.SignIn.done(ctx, secret, b); err != nil {
		return Arrived{}, err
	}
	person, err := o.who(ctx, b.Person, was.By, c)
	if err != nil {
		return Arrived{}, err
	}
	a := Arrived{Proof: Proof{Person: person, Method: ByOrganisation, Provider: o.there(c.text("sid")), Subject: o.there(c.text("sub"))}, Then: was.Then}
	a.Roles, a.Known = o.roles(c)
	if !a.Known && len(o.Roles) > 0 {
		o.SignIn.Log.Warn("organisation did not say which roles someone has; those that stand are kept", "person", person, "claim", o.RolesClaim)
	}
	return a, nil
}

// took ends what was begun and gives it. A state that is not its own ends nothing: anyone can send a browser here with one.
func (o *Organisation) took(ctx context.Context, secret string, query url.Values) (k begun, was started, err error) {
	if k, err = o.SignIn.goesOn(ctx, secret); err != nil {
		return k, was, err
	}
	matter, is := strings.CutPrefix(k.Matter, startedAs)
	if !is {
		return k, was, ErrGone
	}
	if err := json.Unmarshal([]byte(matter), &was); err != nil {
		return k, was, fmt.Errorf("read sign-in that was begun: %w", err)
	}
	if subtle.ConstantTimeCompare(hashOf("state", query.Get("state")), was.State) != 1 {
		return k, was, o.refused("state")
	}
	o.SignIn.refuse(secret) // until its token stands, and then it is done
	switch {
	case query.Has("iss") && query.Get("iss") != o.Issuer: // RFC 9207
		return k, was, o.refused("issuer of the answer")
	case query.Has("error"):
		return k, was, o.refused("by the provider: " + errorCode(query.Get("error")))
	case query.Get("code") == "":
		return k, was, o.refused("no code")
	}
	return k, was, nil
}

// refused says in the log why, and to nobody else.
func (o *Organisation) refused(why string) error {
	o.SignIn.Log.Info("organisation's sign-in refused", "why", why)
	return ErrRefused
}

// errorCodes are those of RFC 6749 and of OpenID Connect Core 1.0 that a provider may answer with.
var errorCodes = []string{
	"access_denied", "account_selection_required", "consent_required", "interaction_required", "invalid_client", "invalid_grant", "invalid_request",
	"invalid_scope", "login_required", "server_error", "temporarily_unavailable", "unauthorized_client", "unsupported_grant_type", "unsupported_response_type",
}

// errorCode is a provider's error as it may be logged: anyone can put words into an address.
func errorCode(code string) string {
	if slices.Contains(errorCodes, code) {
		return code
	}
	return "another error"
}
