package signin

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
)

// A code is six digits of RFC 6238, new every 30 seconds; the one before and the one after count too, as clocks differ.
const (
	codeStep   = 30 * time.Second
	codeDigits = otp.DigitsSix
	secretSize = 20 // bytes, as RFC 4226 recommends
	recoveries = 10 // codes for when the telephone is lost

	recoverySize = 25 // letters and digits of 5 bits each: a plain hash of them tells nothing (ASVS 5.0, 6.5.2)
)

var unpadded = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewCode is what a telephone makes codes of: the secret to type, and the address that its camera reads.
type NewCode struct {
	Secret  private.Text // in groups of four
	Address private.Text // otpauth://…
}

// OfferCode makes a secret for codes, which counts once [SignIn.SetPassword] is given it with a code made of it. One that
// was offered before is offered again: who mistypes a code need not read in another.
func (s *SignIn) OfferCode(name string, before private.Text) (NewCode, error) {
	secret := plain(before.Reveal())
	if raw, err := unpadded.DecodeString(secret); err != nil || len(raw) != secretSize {
		raw = make([]byte, secretSize)
		if _, err := io.ReadFull(s.Random, raw); err != nil {
			return NewCode{}, err
		}
		secret = unpadded.EncodeToString(raw)
	}
	address := url.URL{Scheme: "otpauth", Host: "totp", Path: "/Allclear:" + name,
		RawQuery: url.Values{"secret": {secret}, "issuer": {"Allclear"}, "digits": {"6"}, "period": {"30"}}.Encode()}
	return NewCode{Secret: private.New(strings.Join(slices.Collect(chunks(secret, 4)), " ")), Address: private.New(address.String())}, nil
}

// chunks gives a text in pieces.
func chunks(text string, size int) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for len(text) > 0 {
			n := min(size, len(text))
			if !yield(text[:n]) {
				return
			}
			text = text[n:]
		}
	}
}

// stepOf says which step of time a code is of; false where it is of none that counts now.
func stepOf(secret private.Text, code string, at time.Time) (int64, bool) {
	code = plain(code)
	for _, off := range []int64{0, -1, 1} {
		step := at.Unix()/int64(codeStep.Seconds()) + off
		want, err := totp.GenerateCodeCustom(plain(secret.Reveal()), time.Unix(step*int64(codeStep.Seconds()), 0),
			totp.ValidateOpts{Period: uint(codeStep.Seconds()), Digits: codeDigits, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return step, true
		}
	}
	return 0, false
}

// plain is a code or a secret without the spaces it is read more easily with.
func plain(s string) string { return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(s)) }

// Code proves the other half of who someone is, after their password: by a code of their telephone, or by one of their
// recovery codes.
func (s *SignIn) Code(ctx context.Context, from From, secret, code string) (Proof, error) {
	b, err := s.goesOn(ctx, secret)
	if err != nil {
		return Proof{}, err
	}
	a, err := s.Keeper.Account(ctx, b.Person)
	if errors.Is(err, store.ErrNotFound) || err == nil && b.Matter != halfway(a) {
		return Proof{}, ErrGone
	}
	if err != nil {
		return Proof{}, err
	}
	if _, err := s.here(ctx, a.Person); err != nil {
		return Proof{}, err
	}
	right, err := s.guesses.take([]try{{key: key("codes of", secret), bound: atName}}, s.Clock())
	if err != nil { // wherever they were sent from: the password is asked for anew
		return Proof{}, cmp.Or(s.done(ctx, secret, b), ErrGone)
	}
	method, err := s.tryCode(ctx, from, a, code)
	if !errors.Is(err, ErrRefused) {
		right()
	}
	if err != nil {
		return Proof{}, err
	}
	if err := s.done(ctx, secret, b); err != nil {
		return Proof{}, err
	}
	return Proof{Person: a.Person, Method: method}, nil
}

// tryCode is useCode for whoever has not guessed too often; else it is a WaitError.
func (s *SignIn) tryCode(ctx context.Context, from From, a store.Account, code string) (method string, err error) {
	right, err := s.guesses.take(s.guessingCodes(from, a.Person), s.Clock())
	if err != nil {
		return "", err
	}
	method, err = s.useCode(ctx, a, code)
	if errors.Is(err, ErrRefused) {
		s.Log.Info("code refused", "person", a.Person)
	} else {
		right()
	}
	return method, err
}

// useCode uses a code up; ErrRefused where it is none of theirs, or was used.
func (s *SignIn) useCode(ctx context.Context, a store.Account, code string) (method string, err error) {
	method = ByPassword
	if step, is := stepOf(a.Code, code, s.Clock()); is {
		err = s.Keeper.UseCode(ctx, a.Person, a.Revision, step)
	} else {
		method = ByRecovery
		err = s.Keeper.UseRecovery(ctx, a.Person, a.Revision, private.New(recoveryHash(code)), s.Clock().UTC())
	}
	if errors.Is(err, store.ErrSeen) {
		err = ErrRefused
	}
	return method, err
}

// recoveryHash is how a recovery code is kept: it is random enough that a plain hash tells nothing.
func recoveryHash(code string) string {
	sum := sha256.Sum256([]byte("allclear recovery code " + plain(code)))
	return hex.EncodeToString(sum[:])
}

// FormError is one field of what was sent that is wrong.
type FormError struct{ Field, Says string }

func (e *FormError) Error() string { return e.Field + ": " + e.Says }

// NewPassword is what someone sets up a password with.
type NewPassword struct {
	Name     string // they sign in by, where they have no e-mail address here: else it is that
	Password string
	Secret   string // of OfferCode
	Code     string // made of it
}

// SetPassword gives someone a password and a telephone that makes codes, in place of what they had. It gives recovery codes
// to be written down: they are shown this once. All their sessions end but spare; all of them where they were invited, and
// then it is ErrGone unless the invitation counts.
func (s *SignIn) SetPassword(ctx context.Context, person string, n NewPassword, by Invitation, spare string) (recovery []private.Text, err error) {
	if n.Name, err = s.nameOf(ctx, person, n.Name); err != nil {
		return nil, err
	}
	words, err := s.words(ctx, person)
	if err != nil {
		return nil, err
	}
	if says := Problem(n.Password, n.Name, words...); says != "" {
		return nil, &FormError{"password", says}
	}
	step, is := stepOf(private.New(n.Secret), n.Code, s.Clock())
	if !is {
		return nil, &FormError{"code", "That is not the code of now. Look at the app again, and check that the telephone’s clock is right"}
	}
	if _, err := s.here(ctx, person); err != nil {
		return nil, err
	}
	if _, err := s.account(ctx, person); err != nil {
		return nil, err
	}
	set := store.NewSecrets{Person: person, Name: n.Name, Secrets: store.Secrets{Code: private.New(plain(n.Secret))}, CodeAt: step, Spare: spare}
	if set.Password, err = s.hashed(ctx, n.Password); err != nil {
		return nil, fmt.Errorf("hash password: %w", err)
	}
	for range recoveries {
		code := rand.Text()[:recoverySize]
		recovery = append(recovery, private.New(strings.Join(slices.Collect(chunks(code, 5)), "-")))
		set.Recovery = append(set.Recovery, private.New(recoveryHash(code)))
	}
	switch err := s.Keeper.SetSecrets(ctx, set, s.invitation(by), s.Clock().UTC()); {
	case errors.Is(err, store.ErrVoid):
		return nil, ErrGone
	case errors.Is(err, store.ErrConflict):
		return nil, &FormError{"name", "Someone else signs in by that name"}
	case err != nil:
		return nil, err
	}
	return recovery, nil
}
