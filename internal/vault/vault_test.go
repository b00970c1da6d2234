package vault_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/allclear-safety/allclear/internal/vault"
)

func open(t testing.TB) *vault.Vault {
	t.Helper()
	v, err := vault.Open(vault.NewMaster())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSealedWordsOpenOnlyInTheirPlace(t *testing.T) {
	v := open(t)
	wrapped, key, err := v.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	sealed := key.Seal([]byte("1 Example Street"), "visit/v1/details")
	if bytes.Contains(sealed, []byte("Example")) {
		t.Fatal("the sealed form shows the words")
	}
	again, err := v.Unwrap(wrapped)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := again.Open(sealed, "visit/v1/details"); err != nil || string(plain) != "1 Example Street" {
		t.Fatalf("opened %q, %v", plain, err)
	}
	if _, err := again.Open(sealed, "visit/v2/details"); !errors.Is(err, vault.ErrSealed) {
		t.Errorf("moved to another row: %v", err)
	}
	for i := range sealed {
		broken := bytes.Clone(sealed)
		broken[i] ^= 1
		if _, err := again.Open(broken, "visit/v1/details"); !errors.Is(err, vault.ErrSealed) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
	}
}

func TestAnotherMasterOpensNothing(t *testing.T) {
	v, other := open(t), open(t)
	wrapped, _, err := v.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Unwrap(wrapped); !errors.Is(err, vault.ErrSealed) {
		t.Errorf("unwrap under another master: %v", err)
	}
	if bytes.Equal(v.Hash("phone", "+447700900101"), other.Hash("phone", "+447700900101")) {
		t.Error("hashes are not keyed")
	}
	if other.Verify(v.Sign([]byte("head")), []byte("head")) {
		t.Error("another master's signature was taken")
	}
}

func TestHash(t *testing.T) {
	text := vault.NewMaster()
	a, err := vault.Open(text)
	if err != nil {
		t.Fatal(err)
	}
	b, err := vault.Open(bytes.TrimSpace(text))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Hash("phone", "1"), b.Hash("phone", "1")) {
		t.Error("the same master gives two hashes")
	}
	if bytes.Equal(a.Hash("phone", "1"), a.Hash("phon", "e1")) {
		t.Error("kind and value run together")
	}
}

func TestSign(t *testing.T) {
	v := open(t)
	signature := v.Sign([]byte("head 7"))
	if !v.Verify(signature, []byte("head 7")) {
		t.Error("own signature refused")
	}
	if v.Verify(signature, []byte("head 8")) || v.Verify(nil, []byte("head 7")) {
		t.Error("wrong signature taken")
	}
}

func TestOpenTellsNothingOfWhatItWasGiven(t *testing.T) {
	whole := string(vault.NewMaster())
	for _, text := range []string{"", "secret words", "allclear-key-1.", "allclear-key-1.secret", "allclear-key-1.e30", whole[:len(whole)/2]} {
		_, err := vault.Open([]byte(text))
		if !errors.Is(err, vault.ErrMaster) {
			t.Errorf("%.20q: %v", text, err)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error shows the key: %v", err)
		}
	}
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "allclear.key")
	v, err := vault.LoadOrCreate(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o", info.Mode().Perm())
	}
	again, err := vault.LoadOrCreate(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(v.Hash("a", "b"), again.Hash("a", "b")) {
		t.Error("the second start made another key")
	}

	t.Run("one that others can read is refused", func(t *testing.T) {
		for _, mode := range []os.FileMode{0o644, 0o640, 0o604, 0o620} {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			if _, err := vault.LoadOrCreate(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
				t.Errorf("mode %o: got %v", mode, err)
			}
		}
	})
	t.Run("a broken one is left as it is", func(t *testing.T) {
		broken := filepath.Join(t.TempDir(), "broken.key")
		if err := os.WriteFile(broken, []byte("half a k"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := vault.LoadOrCreate(broken); !errors.Is(err, vault.ErrMaster) {
			t.Errorf("got %v", err)
		}
		if text, _ := os.ReadFile(broken); string(text) != "half a k" {
			t.Error("the file was overwritten")
		}
	})
}

func TestTwoProcessesMakeOneKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "allclear.key")
	hashes := make([][]byte, 8)
	var wg sync.WaitGroup
	for i := range hashes {
		wg.Go(func() {
			if v, err := vault.LoadOrCreate(path); err == nil {
				hashes[i] = v.Hash("a", "b")
			}
		})
	}
	wg.Wait()
	for _, h := range hashes {
		if h == nil || !bytes.Equal(h, hashes[0]) {
			t.Fatal("two starts at once got two keys")
		}
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("%d files left, %v", len(left), err)
	}
}

func BenchmarkSeal(b *testing.B) {
	_, key, err := open(b).NewKey()
	if err != nil {
		b.Fatal(err)
	}
	words := []byte("running late, out by four")
	for b.Loop() {
		key.Seal(words, "entry/e1/words")
	}
}

func BenchmarkUnwrap(b *testing.B) {
	v := open(b)
	wrapped, _, err := v.NewKey()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := v.Unwrap(wrapped); err != nil {
			b.Fatal(err)
		}
	}
}

func TestTheCheckpointKeyIsTheMasterKeysOwn(t *testing.T) {
	master := vault.NewMaster()
	open := func(key []byte) *vault.Vault {
		v, err := vault.Open(key)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	one, again, other := open(master), open(master), open(vault.NewMaster())
	if !one.CheckpointKey().Equal(again.CheckpointKey()) || one.Name() != again.Name() {
		t.Error("it is another each time")
	}
	if one.CheckpointKey().Equal(other.CheckpointKey()) || one.Name() == other.Name() {
		t.Error("two master keys have the same")
	}
}
