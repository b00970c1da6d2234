package vault

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead/aesgcm"
	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/key"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/mac/hmac"
	"github.com/tink-crypto/tink-go/v2/prf/hmacprf"
	"github.com/tink-crypto/tink-go/v2/secretdata"
)

const (
	// leastSecret is how many characters a secret of the operator's own has at least: 32 of hexadecimal are 128 bits.
	leastSecret = 32

	gcmNonce, gcmTag = 12, 16
)

// fromSecret derives a master key from a secret, so that an operator can keep it where they keep others. The same secret gives the same key;
// a guessable one gives a guessable key, which no derivation mends.
func fromSecret(secret []byte) (master, error) {
	if len(secret) < leastSecret {
		return master{}, ErrMaster
	}
	return master{
		Wrap: alone(wrapOf(derived(secret, "wrap"))),
		Hash: alone(hashOf(derived(secret, "hash"))),
		Seal: alone(sealOf(derived(secret, "seal"))),
	}, nil
}

// derived is the key for one purpose.
func derived(secret []byte, purpose string) secretdata.Bytes {
	raw, err := hkdf.Key(sha256.New, secret, nil, "allclear master key: "+purpose, keySize)
	if err != nil {
		panic(err) // only a length that SHA-256 cannot give fails
	}
	return secretdata.NewBytesFromData(raw, insecuresecretdataaccess.Token{})
}

// A derived key has no identifier, so what it makes bears none.

func wrapOf(raw secretdata.Bytes) (key.Key, error) {
	p, err := aesgcm.NewParameters(aesgcm.ParametersOpts{KeySizeInBytes: keySize, IVSizeInBytes: gcmNonce, TagSizeInBytes: gcmTag, Variant: aesgcm.VariantNoPrefix})
	if err != nil {
		return nil, err
	}
	return aesgcm.NewKey(raw, 0, p)
}

func hashOf(raw secretdata.Bytes) (key.Key, error) {
	p, err := hmacprf.NewParameters(keySize, hmacprf.SHA256)
	if err != nil {
		return nil, err
	}
	return hmacprf.NewKey(raw, p)
}

func sealOf(raw secretdata.Bytes) (key.Key, error) {
	p, err := hmac.NewParameters(hmac.ParametersOpts{KeySizeInBytes: keySize, TagSizeInBytes: sha256.Size, HashType: hmac.SHA256, Variant: hmac.VariantNoPrefix})
	if err != nil {
		return nil, err
	}
	return hmac.NewKey(raw, p, 0)
}

// alone writes a keyset of one key. It panics on failure, as newKeyset does: the sizes are ours.
func alone(k key.Key, err error) []byte {
	var id uint32
	manager := keyset.NewManager()
	if err == nil {
		id, err = manager.AddKey(k)
	}
	if err == nil {
		err = manager.SetPrimary(id)
	}
	var handle *keyset.Handle
	if err == nil {
		handle, err = manager.Handle()
	}
	if err != nil {
		panic(fmt.Errorf("derive master key: %w", err))
	}
	return written(handle)
}
