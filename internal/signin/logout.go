package signin

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/allclear-safety/allclear/internal/store"
)

// OrganisationOut is where the organisation's sign-in sends people back to who signed out there, below the public address.
const OrganisationOut = "/sign-in/organisation/out"

// LogoutAddress is where someone who has signed out here goes, to sign out at their organisation too, and from there back
// to [OrganisationOut] (OpenID Connect RP-Initiated Logout 1.0). It is "" where the provider has none.
//
// It says which client asks and no more. An id_token_hint would put the token's names into an address, which proxies and the
// browser's history keep, and would have us keep the token for as long as the session; a logout_hint is somebody's name. Without
// them the provider may ask who is to sign out, which is what its own cookie tells it.
func (o *Organisation) LogoutAddress(ctx context.Context) (string, error) {
	p, err := o.provider(ctx)
	if err != nil || p.end == "" {
		return "", err
	}
	at, err := url.Parse(p.end)
	if err != nil {
		return "", err
	}
	query := at.Query()
	query.Set("client_id", o.ClientID)
	query.Set("post_logout_redirect_uri", strings.TrimRight(o.SignIn.URL, "/")+OrganisationOut)
	at.RawQuery = query.Encode()
	return at.String(), nil
}

// SignedOut is what a provider says of someone who has signed out there. Provider and Subject are the [Proof]'s by which sessions
// began here; one of them may be "", never both. Person is who the subject is linked to; "" where they are linked by another
// name, as Entra's are by their oid, or where the provider names one session.
type SignedOut struct{ Provider, Subject, Person string }

// BackChannel reads a provider's word that someone has signed out there (OpenID Connect Back-Channel Logout 1.0). A token that
// came before is ErrGone, one that does not stand ErrRefused.
func (o *Organisation) BackChannel(ctx context.Context, logoutToken string) (said SignedOut, err error) {
	token, err := o.logoutToken(ctx, logoutToken)
	if err != nil {
		return said, err
	}
	if token.SessionID == "" {
		said.Person, err = o.SignIn.Keeper.Linked(ctx, o.Issuer, token.Subject)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return said, err
		}
	}
	// A ticket remembers it on every node and beyond a restart, for as long as the token would be taken.
	err = o.SignIn.Keeper.AddTicket(ctx, store.Ticket{Kind: store.TicketBegun, Matter: "logout token that was seen", EndsAt: token.Expiry.Add(tokenSlack)},
		o.seen(token.TokenID))
	if errors.Is(err, store.ErrConflict) {
		return SignedOut{}, ErrGone
	}
	said.Provider, said.Subject = o.there(token.SessionID), o.there(token.Subject)
	return said, err
}

// logoutToken gives a logout token once all of it stands.
func (o *Organisation) logoutToken(ctx context.Context, raw string) (*oidc.LogoutToken, error) {
	if len(raw) > mostToken {
		return nil, o.refused("logout token is too long")
	}
	p, err := o.provider(ctx)
	if err != nil {
		return nil, err
	}
	v, why := o.check(p)
	token, err := v.VerifyLogout(ctx, raw)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, why(err)
	case token.Issuer != o.Issuer || len(token.Subject) > mostSubject:
		return nil, o.refused("logout token's issuer or subject")
	}
	return token, nil
}

// seen names the ticket that remembers a logout token. It is keyed, so that nobody who has seen the token can spend the ticket.
func (o *Organisation) seen(id string) string {
	mac := hmac.New(sha256.New, []byte(o.ClientSecret.Reveal()))
	mac.Write([]byte("logout token\x00" + o.Issuer + "\x00" + id))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
