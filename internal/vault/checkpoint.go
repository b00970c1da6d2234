package vault

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
)

// CheckpointKey is the key that signs what is published of the record. It is derived from the master key, so that there is no further secret
// to keep, and stays the same while the data keys are wrapped anew.
func (v *Vault) CheckpointKey() ed25519.PrivateKey {
	seed, err := hkdf.Key(sha256.New, v.Hash("checkpoint", "key"), nil, "allclear checkpoint key 1", ed25519.SeedSize)
	if err != nil {
		panic(err) // only a length that SHA-256 cannot give fails
	}
	return ed25519.NewKeyFromSeed(seed)
}

// Name is what an installation without a public address is called: it tells nothing, and is the same as long as the master key is.
func (v *Vault) Name() string {
	return "allclear-" + hex.EncodeToString(v.Hash("checkpoint", "name")[:8])
}
