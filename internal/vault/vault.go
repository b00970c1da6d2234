// Package vault keeps the master key, and with it seals what must not be read by whoever finds the disk.
//
// Each visit, person and stray text has a data key of its own, wrapped by the master key and stored beside the rows it seals. Deleting a
// data key is how erasure works: what it sealed can't be opened again, by us neither, and what was hashed over it still verifies.
//
// Losing the master key loses every private word in the database. It belongs in a backup of its own, away from the database's.
package vault

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

var (
	// ErrMaster says that what was given is no master key. The error never holds what was given.
	ErrMaster = errors.New("not a master key; it is the one line of the key file, beginning with " + prefix + "…, or a random text of your own of at least 32 characters")
	// ErrSealed says that something can't be opened: it was changed, moved from its row, or sealed under another key.
	ErrSealed = errors.New("sealed under another key, moved from its row, or changed")
)

const (
	prefix  = "allclear-key-1."
	keySize = 32
)

// Vault holds the master key. It is safe for use by several goroutines.
type Vault struct {
	primary  string
	wraps    atomic.Pointer[[]wrapKey] // all that it knows: more than one while data keys are wrapped anew
	learning sync.Mutex                // held to change wraps
	hash     *prf.Set
	seals    tink.MAC
	rest     master // what hash and seals were read from
}

// Open reads a master key as NewMaster wrote it, or derives one from a secret of the operator's own. The error is ErrMaster and tells nothing
// of what was given.
func Open(masterKey []byte) (*Vault, error) {
	m, err := readMaster(masterKey)
	if err != nil {
		return nil, err
	}
	wraps, err := readWraps(m.Wrap)
	if err != nil || len(wraps) == 0 {
		return nil, ErrMaster
	}
	v := &Vault{primary: wraps[0].id}
	v.wraps.Store(&wraps)
	if err := v.setRest(m); err != nil {
		return nil, err
	}
	return v, nil
}

// Copy gives a vault that learns for itself.
func (v *Vault) Copy() *Vault {
	c := &Vault{primary: v.primary, hash: v.hash, seals: v.seals, rest: v.rest}
	c.wraps.Store(v.wraps.Load())
	return c
}

// Key is a data key: it seals the private words of one visit, person or text.
type Key struct{ aead *subtle.AESGCM }

func newKey(raw []byte) (Key, error) {
	a, err := subtle.NewAESGCM(raw)
	if err != nil {
		return Key{}, fmt.Errorf("make data key: %w", err)
	}
	return Key{a}, nil
}

// IsZero says that there is no key.
func (k Key) IsZero() bool { return k.aead == nil }

// Seal seals plain for one place, associated ("visit/v7/details"): it can't be opened as if it came from another row or column.
func (k Key) Seal(plain []byte, associated string) []byte {
	sealed, err := k.aead.Encrypt(plain, []byte(associated))
	if err != nil {
		panic(fmt.Errorf("seal %s: %w", associated, err)) // only over 64 GiB
	}
	return sealed
}

// Open opens what Seal sealed for the same place. The error is ErrSealed.
func (k Key) Open(sealed []byte, associated string) ([]byte, error) {
	plain, err := k.aead.Decrypt(sealed, []byte(associated))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", associated, ErrSealed)
	}
	return plain, nil
}

// Hash gives 32 bytes by which a value is found without being stored: the same for the same kind and value, and of no use to whoever
// lacks the master key.
func (v *Vault) Hash(kind, value string) []byte {
	sum, err := v.hash.ComputePrimaryPRF([]byte(strconv.Itoa(len(kind))+":"+kind+value), keySize)
	if err != nil {
		panic(fmt.Errorf("hash %s: %w", kind, err)) // the length is one the PRF gives
	}
	return sum
}

// Sign gives a signature over data that only the master key makes.
func (v *Vault) Sign(data []byte) []byte {
	signature, err := v.seals.ComputeMAC(data)
	if err != nil {
		panic(fmt.Errorf("sign: %w", err)) // an HMAC does not fail
	}
	return signature
}

// Verify says whether Sign made the signature over data.
func (v *Vault) Verify(signature, data []byte) bool {
	return v.seals.VerifyMAC(signature, data) == nil
}
