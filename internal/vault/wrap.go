package vault

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/mac"
	"github.com/tink-crypto/tink-go/v2/prf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// What is wrapped is bound to what it is: a bridge can't be passed off as a data key.
const (
	wrapAssociated   = "allclear data key" // #nosec G101 -- a label, no secret
	bridgeAssociated = "allclear next wrapping key"
)

// wrapKey is one key that wraps data keys.
type wrapKey struct {
	id     string // see Primary
	aead   tink.AEAD
	raw    []byte // as a keyset of its own
	backup string // see BackupPassphrase
}

// readWraps reads the keys of a wrapping keyset, the primary first.
func readWraps(raw []byte) ([]wrapKey, error) {
	handle, err := readHandle(raw)
	if err != nil {
		return nil, err
	}
	all := insecurecleartextkeyset.KeysetMaterial(handle)
	var keys []wrapKey
	for _, k := range all.Key {
		own := keysetOf(&tinkpb.Keyset{PrimaryKeyId: k.KeyId, Key: []*tinkpb.Keyset_Key{k}})
		a, err := readKeyset(own, aead.New)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(append([]byte("allclear wrapping key\x00"), k.KeyData.Value...))
		backup, err := backupPassphrase(k.KeyData.Value)
		if err != nil {
			return nil, err
		}
		key := wrapKey{hex.EncodeToString(sum[:16]), a, own, backup}
		if k.KeyId == all.PrimaryKeyId {
			keys = append([]wrapKey{key}, keys...)
		} else {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

// Primary names the key that wraps from now on, by the text that was opened: 32 hexadecimal digits that tell nothing of it.
func (v *Vault) Primary() string { return v.primary }

// Knows says whether v has the wrapping key of this name.
func (v *Vault) Knows(id string) bool {
	_, ok := v.wrapKey(id)
	return ok
}

func (v *Vault) wrapKey(id string) (wrapKey, bool) {
	for _, k := range *v.wraps.Load() {
		if k.id == id {
			return k, true
		}
	}
	return wrapKey{}, false
}

// Learn takes up the wrapping keys of another vault beside its own.
func (v *Vault) Learn(other *Vault) { v.learn(*other.wraps.Load()) }

func (v *Vault) learn(keys []wrapKey) {
	v.learning.Lock()
	defer v.learning.Unlock()
	var fresh []wrapKey
	for _, k := range keys {
		if !v.Knows(k.id) {
			fresh = append(fresh, k)
		}
	}
	known := append(fresh, *v.wraps.Load()...)
	v.wraps.Store(&known)
}

// NewKey makes a data key, and its form wrapped under the primary key, which is all that may be stored of it.
func (v *Vault) NewKey() (wrapped []byte, k Key, err error) { return v.NewKeyUnder(v.primary) }

// NewKeyUnder is NewKey under the wrapping key of this name. The error is ErrSealed when v does not know it.
func (v *Vault) NewKeyUnder(id string) (wrapped []byte, k Key, err error) {
	raw := make([]byte, keySize)
	rand.Read(raw) // never fails: it ends the process instead
	if wrapped, err = v.wrap(raw, id); err != nil {
		return nil, Key{}, err
	}
	k, err = newKey(raw)
	return wrapped, k, err
}

func (v *Vault) wrap(raw []byte, id string) ([]byte, error) {
	under, ok := v.wrapKey(id)
	if !ok {
		return nil, fmt.Errorf("wrap data key: %w", ErrSealed)
	}
	wrapped, err := under.aead.Encrypt(raw, []byte(wrapAssociated))
	if err != nil {
		return nil, fmt.Errorf("wrap data key: %w", err)
	}
	return wrapped, nil
}

// Unwrap gives the data key of its wrapped form. The error is ErrSealed when a key that v does not know wrapped it.
func (v *Vault) Unwrap(wrapped []byte) (Key, error) {
	raw, _, err := v.unwrap(wrapped)
	if err != nil {
		return Key{}, err
	}
	return newKey(raw)
}

// unwrap gives what was wrapped, and the name of the key that did it.
func (v *Vault) unwrap(wrapped []byte) (raw []byte, id string, err error) {
	for _, k := range *v.wraps.Load() {
		if raw, err := k.aead.Decrypt(wrapped, []byte(wrapAssociated)); err == nil {
			return raw, k.id, nil
		}
	}
	return nil, "", fmt.Errorf("unwrap data key: %w", ErrSealed)
}

// Rewrap wraps a data key anew, under the wrapping key of this name; nil when it is already. The error is ErrSealed.
func (v *Vault) Rewrap(wrapped []byte, id string) ([]byte, error) {
	raw, under, err := v.unwrap(wrapped)
	if err != nil || under == id {
		return nil, err
	}
	return v.wrap(raw, id)
}

// Bridge seals one wrapping key under another, both of which v knows: whoever was started with the one goes on with both.
func (v *Vault) Bridge(under, of string) ([]byte, error) {
	from, ok := v.wrapKey(under)
	to, has := v.wrapKey(of)
	if !ok || !has {
		return nil, fmt.Errorf("seal the next wrapping key: %w", ErrSealed)
	}
	return from.aead.Encrypt(to.raw, []byte(bridgeAssociated))
}

// Cross takes up the wrapping key that Bridge sealed. The error is ErrSealed.
func (v *Vault) Cross(bridge []byte) error {
	for _, k := range *v.wraps.Load() {
		raw, err := k.aead.Decrypt(bridge, []byte(bridgeAssociated))
		if err != nil {
			continue
		}
		keys, err := readWraps(raw)
		if err != nil {
			return fmt.Errorf("read the next wrapping key: %w", ErrSealed)
		}
		v.learn(keys)
		return nil
	}
	return fmt.Errorf("open the next wrapping key: %w", ErrSealed)
}

// Rest gives what hashes and signs, wrapped as a data key is: it outlives the master key that it came with.
func (v *Vault) Rest(under string) ([]byte, error) {
	raw, err := json.Marshal(v.rest)
	if err != nil {
		return nil, fmt.Errorf("write what hashes and signs: %w", err)
	}
	return v.wrap(raw, under)
}

// TakeRest hashes and signs from now on with what Rest gave. It is for whoever has just opened v, and shares it with nobody yet. The error is
// ErrSealed.
func (v *Vault) TakeRest(wrapped []byte) error {
	raw, _, err := v.unwrap(wrapped)
	if err != nil {
		return err
	}
	var m master
	if err := json.Unmarshal(raw, &m); err != nil {
		return fmt.Errorf("read what hashes and signs: %w", ErrSealed)
	}
	return v.setRest(m)
}

func (v *Vault) setRest(m master) error {
	hash, err := readKeyset(m.Hash, prf.NewPRFSet)
	if err != nil {
		return ErrMaster
	}
	seals, err := readKeyset(m.Seal, mac.New)
	if err != nil {
		return ErrMaster
	}
	v.hash, v.seals, v.rest = hash, seals, master{Hash: m.Hash, Seal: m.Seal}
	return nil
}
