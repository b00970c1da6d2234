// Package vault keeps the master key, and with it seals what must not be read by whoever finds the disk.
//
// Each visit, person and stray text has a data key of its own, wrapped by the master key and stored beside the rows it seals. Deleting a
// data key is how erasure works: what it sealed can't be opened again, by us neither, and what was hashed over it still verifies.
//
// Losing the master key loses every private word in the database. It belongs in a backup of its own, away from the database's.
package vault

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/mac"
	"github.com/tink-crypto/tink-go/v2/prf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
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
	wrap  tink.AEAD
	hash  *prf.Set
	seals tink.MAC
}

// master is the key file's content: one tink keyset a purpose, so that each can be rotated by itself.
type master struct {
	Wrap []byte `json:"wrap"`
	Hash []byte `json:"hash"`
	Seal []byte `json:"seal"`
}

// NewMaster makes a new master key, as the one line of text that a key file or a setting holds.
func NewMaster() []byte {
	raw, err := json.Marshal(master{
		Wrap: newKeyset(aead.AES256GCMKeyTemplate()),
		Hash: newKeyset(prf.HMACSHA256PRFKeyTemplate()),
		Seal: newKeyset(mac.HMACSHA256Tag256KeyTemplate()),
	})
	if err != nil {
		panic(err) // three byte slices always marshal
	}
	return []byte(prefix + base64.RawURLEncoding.EncodeToString(raw) + "\n")
}

// newKeyset panics on failure: only a broken build of the library or a machine without randomness can fail, and neither may go on.
func newKeyset(template *tinkpb.KeyTemplate) []byte {
	handle, err := keyset.NewHandle(template)
	if err != nil {
		panic(fmt.Errorf("make master key: %w", err))
	}
	var out bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewBinaryWriter(&out)); err != nil {
		panic(fmt.Errorf("write master key: %w", err))
	}
	return out.Bytes()
}

// Open reads a master key as NewMaster wrote it, or derives one from a secret of the operator's own. The error is ErrMaster and tells nothing
// of what was given.
func Open(masterKey []byte) (*Vault, error) {
	masterKey = bytes.TrimSpace(masterKey)
	text, ok := bytes.CutPrefix(masterKey, []byte(prefix))
	if !ok {
		return fromSecret(masterKey)
	}
	raw, err := base64.RawURLEncoding.DecodeString(string(text))
	var m master
	if err != nil || json.Unmarshal(raw, &m) != nil {
		return nil, ErrMaster
	}
	wrap, err := readKeyset(m.Wrap, aead.New)
	if err != nil {
		return nil, ErrMaster
	}
	hash, err := readKeyset(m.Hash, prf.NewPRFSet)
	if err != nil {
		return nil, ErrMaster
	}
	seals, err := readKeyset(m.Seal, mac.New)
	if err != nil {
		return nil, ErrMaster
	}
	return &Vault{wrap: wrap, hash: hash, seals: seals}, nil
}

func readKeyset[P any](raw []byte, primitive func(*keyset.Handle) (P, error)) (P, error) {
	handle, err := insecurecleartextkeyset.Read(keyset.NewBinaryReader(bytes.NewReader(raw)))
	if err != nil {
		var none P
		return none, err
	}
	return primitive(handle)
}

// Key is a data key: it seals the private words of one visit, person or text.
type Key struct{ aead *subtle.AESGCM }

const wrapAssociated = "allclear data key"

// NewKey makes a data key, and its wrapped form, which is all that may be stored of it.
func (v *Vault) NewKey() (wrapped []byte, k Key, err error) {
	raw := make([]byte, keySize)
	rand.Read(raw) // never fails: it ends the process instead
	if wrapped, err = v.wrap.Encrypt(raw, []byte(wrapAssociated)); err != nil {
		return nil, Key{}, fmt.Errorf("wrap data key: %w", err)
	}
	k, err = newKey(raw)
	return wrapped, k, err
}

// Unwrap gives the data key of its wrapped form. The error is ErrSealed when another master key wrapped it.
func (v *Vault) Unwrap(wrapped []byte) (Key, error) {
	raw, err := v.wrap.Decrypt(wrapped, []byte(wrapAssociated))
	if err != nil {
		return Key{}, fmt.Errorf("unwrap data key: %w", ErrSealed)
	}
	return newKey(raw)
}

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
