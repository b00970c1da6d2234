package vault_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/allclear-safety/allclear/internal/vault"
)

const secret = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"

func TestASecretOfOnesOwnIsAMasterKey(t *testing.T) {
	first, err := vault.Open([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	wrapped, key, err := first.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	sealed := key.Seal([]byte("12 Example Street"), "visit/v1/address")

	again, err := vault.Open([]byte(secret + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	unwrapped, err := again.Unwrap(wrapped)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := unwrapped.Open(sealed, "visit/v1/address"); err != nil || string(plain) != "12 Example Street" {
		t.Errorf("opened %q, %v", plain, err)
	}
	if !bytes.Equal(first.Hash("number", "+447700900101"), again.Hash("number", "+447700900101")) {
		t.Error("the same number is not found again")
	}
	if !again.Verify(first.Sign([]byte("head")), []byte("head")) {
		t.Error("its own signature is refused")
	}
}

func TestAnotherSecretOpensNothing(t *testing.T) {
	first, err := vault.Open([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	wrapped, _, err := first.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	other, err := vault.Open([]byte("1" + secret[1:]))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Unwrap(wrapped); !errors.Is(err, vault.ErrSealed) {
		t.Errorf("another secret unwrapped the key: %v", err)
	}
	if bytes.Equal(first.Hash("number", "x"), other.Hash("number", "x")) {
		t.Error("two secrets hash alike")
	}
}

func TestAShortSecretIsRefused(t *testing.T) {
	for _, short := range []string{"", "hunter2", secret[:31]} {
		if _, err := vault.Open([]byte(short)); !errors.Is(err, vault.ErrMaster) {
			t.Errorf("a secret of %d characters: %v", len(short), err)
		}
	}
}
