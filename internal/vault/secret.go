package vault

import (
	"crypto/hkdf"
	"crypto/sha256"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	macsubtle "github.com/tink-crypto/tink-go/v2/mac/subtle"
	"github.com/tink-crypto/tink-go/v2/prf"
	prfsubtle "github.com/tink-crypto/tink-go/v2/prf/subtle"
)

// leastSecret is how many characters a secret of the operator's own has at least: 32 of hexadecimal are 128 bits.
const leastSecret = 32

// fromSecret derives a master key from a secret, so that an operator can keep it where they keep others. The same secret gives the same key;
// a guessable one gives a guessable key, which no derivation mends.
func fromSecret(secret []byte) (*Vault, error) {
	if len(secret) < leastSecret {
		return nil, ErrMaster
	}
	wrap, err := subtle.NewAESGCM(derived(secret, "wrap"))
	if err != nil {
		return nil, ErrMaster
	}
	hash, err := prfsubtle.NewHMACPRF("SHA256", derived(secret, "hash"))
	if err != nil {
		return nil, ErrMaster
	}
	seals, err := macsubtle.NewHMAC("SHA256", derived(secret, "seal"), sha256.Size)
	if err != nil {
		return nil, ErrMaster
	}
	return &Vault{wrap: wrap, hash: &prf.Set{PrimaryID: 1, PRFs: map[uint32]prf.PRF{1: hash}}, seals: seals}, nil
}

// derived is the key for one purpose.
func derived(secret []byte, purpose string) []byte {
	key, err := hkdf.Key(sha256.New, secret, nil, "allclear master key: "+purpose, keySize)
	if err != nil {
		panic(err) // only a length that SHA-256 cannot give fails
	}
	return key
}
