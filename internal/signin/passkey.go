package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/store"
)

// ceremonyWithin is how long a passkey that was asked for is waited for.
const ceremonyWithin = 5 * time.Minute

// relyingParty is who a browser makes passkeys for: the host of the public address. A bare number has none: browsers want
// a name.
func relyingParty(at *url.URL) (*webauthn.WebAuthn, error) {
	if host := at.Hostname(); host == "" || net.ParseIP(host) != nil {
		return nil, nil
	}
	limit := webauthn.TimeoutConfig{Enforce: true, Timeout: ceremonyWithin, TimeoutUVD: ceremonyWithin}
	w, err := webauthn.New(&webauthn.Config{
		RPID: at.Hostname(), RPDisplayName: "Allclear", RPOrigins: []string{at.Scheme + "://" + at.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
		Timeouts: webauthn.TimeoutsConfig{Login: limit, Registration: limit},
	})
	if err != nil {
		return nil, fmt.Errorf("set up passkeys for %s: %w", at.Host, err)
	}
	return w, nil
}

// Passkeys says that people can have passkeys at this address.
func (s *SignIn) Passkeys() bool { return s.passkeys != nil }

// holder is someone with passkeys, as the library asks for them.
type holder struct {
	account store.Account
	person  buddy.Person
	keys    []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return h.account.Handle }
func (h holder) WebAuthnName() string                       { return h.person.Name }
func (h holder) WebAuthnDisplayName() string                { return h.person.Name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func (s *SignIn) holder(ctx context.Context, a store.Account) (h holder, err error) {
	h.account = a
	if h.person, err = s.here(ctx, a.Person); err != nil {
		return h, err
	}
	kept, err := s.Keeper.Passkeys(ctx, a.Person)
	if err != nil {
		return h, err
	}
	for _, k := range kept {
		var key webauthn.Credential
		if err := json.Unmarshal(k.Key, &key); err != nil {
			return h, fmt.Errorf("read passkey of %s: %w", a.Person, err)
		}
		h.keys = append(h.keys, key)
	}
	return h, nil
}

// Asked is what a browser is asked for a passkey with: the options of the Web Authentication API as JSON, and the secret
// by which its answer is known again.
type Asked struct {
	Options []byte
	Begun   string
}

// ask begins what goes on with the browser's answer.
func (s *SignIn) ask(person string, session *webauthn.SessionData, options any) (Asked, error) {
	matter, err := json.Marshal(session)
	if err != nil {
		return Asked{}, err
	}
	secret, err := s.begin(begun{Person: person, Matter: string(matter)}, ceremonyWithin)
	if err != nil {
		return Asked{}, err
	}
	raw, err := json.Marshal(options)
	return Asked{Options: raw, Begun: secret}, err
}

// asked gives what was begun. It is good for one answer: what comes of that is said to end.
func (s *SignIn) asked(ctx context.Context, secret string) (b begun, session webauthn.SessionData, err error) {
	if b, err = s.goesOn(ctx, secret); err != nil {
		return b, session, err
	}
	s.refuse(secret) // until it is shown to be right, and then it is done
	if json.Unmarshal([]byte(b.Matter), &session) != nil {
		err = ErrGone // a sign-in of another kind
	}
	return b, session, err
}

// errNoPasskeys says that this address can have none.
var errNoPasskeys = errors.New("passkeys need a public address with a name")

// AskPasskey begins to sign someone in by a passkey, whoever they are.
func (s *SignIn) AskPasskey(ctx context.Context) (Asked, error) {
	if s.passkeys == nil {
		return Asked{}, errNoPasskeys
	}
	options, session, err := s.passkeys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Asked{}, fmt.Errorf("ask for passkey: %w", err)
	}
	return s.ask("", session, options)
}

// Passkey proves who someone is by what their browser answered.
func (s *SignIn) Passkey(ctx context.Context, secret string, answer []byte) (Proof, error) {
	if s.passkeys == nil {
		return Proof{}, errNoPasskeys
	}
	b, session, err := s.asked(ctx, secret)
	if err != nil {
		return Proof{}, err
	}
	said, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil || b.Person != "" {
		return Proof{}, ErrRefused
	}
	var who holder
	find := func(_, handle []byte) (webauthn.User, error) {
		a, err := s.Keeper.AccountByHandle(ctx, handle)
		if err != nil {
			return nil, err
		}
		who, err = s.holder(ctx, a)
		return who, err
	}
	_, key, err := s.passkeys.ValidatePasskeyLogin(find, session, said)
	if err != nil {
		if ctx.Err() != nil {
			return Proof{}, ctx.Err()
		}
		s.Log.Info("passkey refused", "kind", kindOf(err))
		return Proof{}, ErrRefused
	}
	if key.Authenticator.CloneWarning {
		s.Log.Warn("passkey was copied: its counter went back", "person", who.person.ID)
		return Proof{}, ErrRefused
	}
	raw, err := json.Marshal(key)
	if err != nil {
		return Proof{}, err
	}
	if err := s.done(ctx, secret, b); err != nil {
		return Proof{}, err
	}
	err = s.Keeper.UsedPasskey(ctx, store.Passkey{ID: key.ID, Person: who.person.ID, Key: raw}, s.Clock().UTC())
	if errors.Is(err, store.ErrNotFound) { // it was removed in this moment
		err = ErrRefused
	}
	if err != nil {
		return Proof{}, err
	}
	return Proof{Person: who.person.ID, Method: ByPasskey}, nil
}

// kindOf is what the library calls what was wrong, without any value.
func kindOf(err error) string {
	if e, is := errors.AsType[*protocol.Error](err); is {
		return e.Type
	}
	return "other"
}

// OfferPasskey begins to make a passkey for someone who is signed in, or was invited. A device that has one already makes no
// second, unless the invitation is to drop it.
func (s *SignIn) OfferPasskey(ctx context.Context, person string, by Invitation) (Asked, error) {
	if s.passkeys == nil {
		return Asked{}, errNoPasskeys
	}
	a, err := s.account(ctx, person)
	if err != nil {
		return Asked{}, err
	}
	who, err := s.holder(ctx, a)
	if err != nil {
		return Asked{}, err
	}
	if by != "" {
		k, err := s.Keeper.Ticket(ctx, store.TicketJoin, string(by), s.Clock())
		if err != nil && !errors.Is(err, store.ErrNotFound) { // one that is gone is said to be so when it is used
			return Asked{}, err
		}
		if k.Matter == store.Anew {
			who.keys = nil
		}
	}
	has := make([]protocol.CredentialDescriptor, 0, len(who.keys))
	for _, k := range who.keys {
		has = append(has, k.Descriptor())
	}
	options, session, err := s.passkeys.BeginRegistration(who, webauthn.WithExclusions(has))
	if err != nil {
		return Asked{}, fmt.Errorf("offer passkey: %w", err)
	}
	return s.ask(person, session, options)
}

// mostName is how long a passkey's name may be, in characters.
const mostName = 60

// AddPasskey keeps the passkey that a browser made for someone, under the name they give it. Where they were invited, it is
// ErrGone unless the invitation counts, and all their sessions end.
func (s *SignIn) AddPasskey(ctx context.Context, person, name, secret string, answer []byte, by Invitation) error {
	if s.passkeys == nil {
		return errNoPasskeys
	}
	b, session, err := s.asked(ctx, secret)
	if err != nil {
		return err
	}
	if b.Person != person {
		return ErrRefused
	}
	said, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return ErrRefused
	}
	a, err := s.account(ctx, person)
	if err != nil {
		return err
	}
	who, err := s.holder(ctx, a)
	if err != nil {
		return err
	}
	key, err := s.passkeys.CreateCredential(who, session, said)
	if err != nil {
		s.Log.Info("new passkey refused", "kind", kindOf(err))
		return ErrRefused
	}
	raw, err := json.Marshal(key)
	if err != nil {
		return err
	}
	if err := s.done(ctx, secret, b); err != nil {
		return err
	}
	kept := store.Passkey{ID: key.ID, Person: person, Name: cut(name, mostName), Key: raw, AddedAt: s.Clock().UTC()}
	err = s.Keeper.AddPasskey(ctx, kept, s.invitation(by))
	if errors.Is(err, store.ErrVoid) {
		err = ErrGone
	}
	return err
}

// RemovePasskey drops one of someone's passkeys. It is ErrLast where they could not sign in without it.
func (s *SignIn) RemovePasskey(ctx context.Context, person string, id []byte) error {
	err := s.Keeper.RemovePasskey(ctx, person, id, s.Clock().UTC())
	if errors.Is(err, store.ErrLast) {
		err = ErrLast
	}
	return err
}

// cut keeps the first characters of a text.
func cut(text string, most int) string {
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most])
	}
	return text
}
