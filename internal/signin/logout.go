package signin

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"

	"github.com/allclear-safety/allclear/internal/store"
)

// LogoutAddress is where someone who has signed out here goes, to sign out at their organisation too, and from there back
// to a full address of ours (OpenID Connect RP-Initiated Logout 1.0). It is "" where the provider has none.
func (o *Organisation) LogoutAddress(ctx context.Context, back string) (string, error) {
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
	query.Set("post_logout_redirect_uri", back)
	at.RawQuery = query.Encode()
	return at.String(), nil
}

// BackChannel reads a provider's word that someone has signed out there (OpenID Connect Back-Channel Logout 1.0). The
// sessions that began with provider as their [Proof]'s are to be ended; and all of person's, where that is not "": then the
// provider named no one session. A token that came before is ErrGone, one that does not stand ErrRefused.
func (o *Organisation) BackChannel(ctx context.Context, logoutToken string) (provider, person string, err error) {
	if len(logoutToken) > mostToken {
		return "", "", o.refused("logout token is too long")
	}
	p, err := o.provider(ctx)
	if err != nil {
		return "", "", err
	}
	v, why := o.check(p)
	token, err := v.VerifyLogout(ctx, logoutToken)
	if ctx.Err() != nil {
		return "", "", ctx.Err()
	}
	if err != nil {
		return "", "", why(err)
	}
	if token.Issuer != o.Issuer || len(token.Subject) > mostSubject {
		return "", "", o.refused("logout token's issuer or subject")
	}
	if token.SessionID == "" {
		person, err = o.SignIn.Keeper.Linked(ctx, o.Issuer, token.Subject)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return "", "", err
		}
	}
	// A ticket remembers it on every node and beyond a restart, for as long as the token would be taken.
	err = o.SignIn.Keeper.AddTicket(ctx, store.Ticket{Kind: store.TicketBegun, Matter: "logout token that was seen", EndsAt: token.Expiry.Add(tokenSlack)},
		o.seen(token.TokenID))
	if errors.Is(err, store.ErrConflict) {
		return "", "", ErrGone
	}
	if err != nil {
		return "", "", err
	}
	return o.session(token.SessionID, token.Subject), person, nil
}

// seen names the ticket that remembers a logout token. It is keyed, so that nobody who has seen the token can spend the ticket.
func (o *Organisation) seen(id string) string {
	mac := hmac.New(sha256.New, []byte(o.ClientSecret.Reveal()))
	mac.Write([]byte("logout token\x00" + o.Issuer + "\x00" + id))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
