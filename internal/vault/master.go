package vault

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/mac"
	"github.com/tink-crypto/tink-go/v2/prf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
)

// master is a master key's content: one Tink keyset a purpose, so that each can be rotated by itself.
type master struct {
	Wrap []byte `json:"wrap"`
	Hash []byte `json:"hash"`
	Seal []byte `json:"seal"`
}

// NewMaster makes a new master key, as the one line of text that a key file or a setting holds.
func NewMaster() []byte {
	return master{
		Wrap: newKeyset(aead.AES256GCMKeyTemplate()),
		Hash: newKeyset(prf.HMACSHA256PRFKeyTemplate()),
		Seal: newKeyset(mac.HMACSHA256Tag256KeyTemplate()),
	}.text()
}

func (m master) text() []byte {
	raw, err := json.Marshal(m)
	if err != nil {
		panic(err) // three byte slices always marshal
	}
	return []byte(prefix + base64.RawURLEncoding.EncodeToString(raw) + "\n")
}

// readMaster takes a master key's text apart. The error is ErrMaster and tells nothing of what was given.
func readMaster(text []byte) (m master, err error) {
	text = bytes.TrimSpace(text)
	encoded, ok := bytes.CutPrefix(text, []byte(prefix))
	if !ok {
		return fromSecret(text)
	}
	raw, err := base64.RawURLEncoding.DecodeString(string(encoded))
	if err != nil || json.Unmarshal(raw, &m) != nil {
		return m, ErrMaster
	}
	return m, nil
}

// newKeyset panics on failure: only a broken build of the library or a machine without randomness can fail, and neither may go on.
func newKeyset(template *tinkpb.KeyTemplate) []byte {
	handle, err := keyset.NewHandle(template)
	if err != nil {
		panic(fmt.Errorf("make master key: %w", err))
	}
	return written(handle)
}

func written(handle *keyset.Handle) []byte {
	var out bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewBinaryWriter(&out)); err != nil {
		panic(fmt.Errorf("write master key: %w", err)) // a buffer takes all
	}
	return out.Bytes()
}

func readHandle(raw []byte) (*keyset.Handle, error) {
	return insecurecleartextkeyset.Read(keyset.NewBinaryReader(bytes.NewReader(raw)))
}

func readKeyset[P any](raw []byte, primitive func(*keyset.Handle) (P, error)) (P, error) {
	handle, err := readHandle(raw)
	if err != nil {
		var none P
		return none, err
	}
	return primitive(handle)
}

// WithNext gives a master key's text with one more key to wrap data keys, the one from now on, beside those that were there. A text that has
// more than one stays as it is: what it began is to be ended first.
func WithNext(text []byte) ([]byte, error) {
	m, err := readMaster(text)
	if err != nil {
		return nil, err
	}
	handle, err := readHandle(m.Wrap)
	if err != nil {
		return nil, ErrMaster
	}
	if handle.Len() > 1 {
		return text, nil
	}
	manager := keyset.NewManagerFromHandle(handle)
	id, err := manager.Add(aead.AES256GCMKeyTemplate())
	if err == nil {
		err = manager.SetPrimary(id)
	}
	if err == nil {
		handle, err = manager.Handle()
	}
	if err != nil {
		return nil, fmt.Errorf("add a wrapping key: %w", err)
	}
	m.Wrap = written(handle)
	return m.text(), nil
}

// Parted takes a text that WithNext gave apart: the key that wraps from now on, and those that did before. What hashes and signs is in both.
func Parted(text []byte) (next, before []byte, err error) {
	m, err := readMaster(text)
	if err != nil {
		return nil, nil, err
	}
	handle, err := readHandle(m.Wrap)
	if err != nil {
		return nil, nil, ErrMaster
	}
	all := insecurecleartextkeyset.KeysetMaterial(handle)
	now, old := &tinkpb.Keyset{PrimaryKeyId: all.PrimaryKeyId}, &tinkpb.Keyset{}
	for _, k := range all.Key {
		if k.KeyId == all.PrimaryKeyId {
			now.Key = append(now.Key, k)
			continue
		}
		old.Key, old.PrimaryKeyId = append(old.Key, k), k.KeyId
	}
	if len(old.Key) == 0 {
		return text, nil, nil
	}
	return master{keysetOf(now), m.Hash, m.Seal}.text(), master{keysetOf(old), m.Hash, m.Seal}.text(), nil
}

func keysetOf(ks *tinkpb.Keyset) []byte {
	var out bytes.Buffer
	if err := keyset.NewBinaryWriter(&out).Write(ks); err != nil {
		panic(fmt.Errorf("write master key: %w", err)) // a buffer takes all
	}
	return out.Bytes()
}
