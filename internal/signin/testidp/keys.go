package testidp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// keyPair is what tokens are signed with from one rotation to the next: a key of each kind.
type keyPair struct {
	id  string
	rsa *rsa.PrivateKey
	ec  *ecdsa.PrivateKey
}

// Rotate makes new keys. Tokens are signed with them from now on; the old ones are still offered.
func (p *Provider) Rotate() error {
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	e, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = append(p.keys, &keyPair{id: rand.Text(), rsa: r, ec: e})
	return nil
}

// Withdraw offers only the newest keys from now on.
func (p *Provider) Withdraw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = p.keys[len(p.keys)-1:]
}

// Steal gives a way to sign with the newest keys of now, for ever, as a thief of them could.
func (p *Provider) Steal() func(claims map[string]any) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := p.keys[len(p.keys)-1]
	return func(claims map[string]any) (string, error) { return k.sign("RS256", claims, "JWT") }
}

func (p *Provider) offerKeys(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var set jose.JSONWebKeySet
	for _, k := range p.keys {
		// Without an algorithm, as Entra offers them, so that a client's own list decides.
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: k.rsa.Public(), KeyID: k.id, Use: "sig"}, jose.JSONWebKey{Key: k.ec.Public(), KeyID: k.id + "-ec", Use: "sig"})
	}
	answer(w, http.StatusOK, set)
}

// signed is a token by the algorithm that is set.
func (p *Provider) signed(claims map[string]any, typ string) (string, error) {
	p.mu.Lock()
	k := p.keys[len(p.keys)-1]
	p.mu.Unlock()
	return k.sign(p.Sign, claims, typ)
}

func (k *keyPair) sign(algorithm string, claims map[string]any, typ string) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	var key any
	id := k.id
	switch algorithm {
	case "none": // RFC 7519, section 6: no library makes these
		header := fmt.Sprintf(`{"alg":"none","kid":%q,"typ":%q}`, id, typ)
		return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString(payload) + ".", nil
	case "HS256": // with what everyone knows as the secret
		der, err := x509.MarshalPKIXPublicKey(k.rsa.Public())
		if err != nil {
			return "", err
		}
		key = pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	case "ES256":
		key, id = k.ec, k.id+"-ec"
	default:
		key = k.rsa
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(algorithm), Key: key},
		(&jose.SignerOptions{}).WithType(jose.ContentType(typ)).WithHeader("kid", id))
	if err != nil {
		return "", err
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return jws.CompactSerialize()
}

// LogoutToken is a provider's word that someone has signed out. What is given is said besides what must be, or instead:
// a value that is nil takes its claim out.
func (p *Provider) LogoutToken(claims map[string]any) (string, error) {
	all := map[string]any{
		"iss": p.Issuer(), "aud": p.ClientID, "iat": p.Now().Unix(), "exp": p.Now().Add(2 * time.Minute).Unix(), "jti": rand.Text(),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	}
	maps.Copy(all, claims)
	maps.DeleteFunc(all, func(_ string, v any) bool { return v == nil })
	return p.signed(all, "logout+jwt")
}
