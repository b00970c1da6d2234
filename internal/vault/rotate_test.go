package vault_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/vault"
)

func opened(t testing.TB, text []byte) *vault.Vault {
	t.Helper()
	v, err := vault.Open(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Databases were made with keys derived so: the derivation, the forms of what they wrap, hash and sign, stay for ever.
func TestADerivedKeyStaysWhatItIs(t *testing.T) {
	v := opened(t, []byte(secret))
	key := func(purpose string) []byte {
		raw, err := hkdf.Key(sha256.New, []byte(secret), nil, "allclear master key: "+purpose, 32)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	sum := func(purpose, over string) []byte {
		h := hmac.New(sha256.New, key(purpose))
		h.Write([]byte(over))
		return h.Sum(nil)
	}
	if !bytes.Equal(v.Hash("phone", "1"), sum("hash", "5:phone1")) {
		t.Error("it hashes otherwise")
	}
	if !v.Verify(sum("seal", "head"), []byte("head")) {
		t.Error("it signs otherwise")
	}
	block, err := aes.NewCipher(key("wrap"))
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	nonce := make([]byte, gcm.NonceSize())
	if _, err := v.Unwrap(gcm.Seal(nonce, nonce, make([]byte, 32), []byte("allclear data key"))); err != nil {
		t.Errorf("it does not open what was wrapped: %v", err)
	}
}

func TestARotatedKeyOpensBothAndThenTheNewOneAlone(t *testing.T) {
	for what, text := range map[string][]byte{"a key of ours": vault.NewMaster(), "a secret of their own": []byte(secret)} {
		t.Run(what, func(t *testing.T) {
			was := opened(t, text)
			wrapped, _, err := was.NewKey()
			if err != nil {
				t.Fatal(err)
			}
			text, err := vault.WithNext(text)
			if err != nil {
				t.Fatal(err)
			}
			if same, err := vault.WithNext(text); err != nil || !bytes.Equal(same, text) {
				t.Errorf("a third key was added: %v", err)
			}
			both := opened(t, text)
			if both.Primary() == was.Primary() || !both.Knows(was.Primary()) {
				t.Error("the new key is not the one from now on, beside the old one")
			}
			fresh, err := both.Rewrap(wrapped, both.Primary())
			if err != nil || fresh == nil {
				t.Fatalf("wrapped anew: %x, %v", fresh, err)
			}
			if again, err := both.Rewrap(fresh, both.Primary()); again != nil || err != nil {
				t.Errorf("what is under the new key was wrapped again: %v", err)
			}
			next, before, err := vault.Parted(text)
			if err != nil {
				t.Fatal(err)
			}
			for who, c := range map[string]struct {
				v     *vault.Vault
				opens []byte
				not   []byte
			}{"the new key": {opened(t, next), fresh, wrapped}, "the old key": {opened(t, before), wrapped, fresh}} {
				if _, err := c.v.Unwrap(c.opens); err != nil {
					t.Errorf("%s: %v", who, err)
				}
				if _, err := c.v.Unwrap(c.not); !errors.Is(err, vault.ErrSealed) {
					t.Errorf("%s opens the other's: %v", who, err)
				}
				if !bytes.Equal(c.v.Hash("a", "b"), was.Hash("a", "b")) || !c.v.Verify(was.Sign([]byte("x")), []byte("x")) {
					t.Errorf("%s hashes or signs otherwise", who)
				}
			}
		})
	}
}

func TestABridgeIsCrossedWithTheOldKeyOnly(t *testing.T) {
	from, to := open(t), open(t)
	both := from.Copy()
	both.Learn(to)
	bridge, err := both.Bridge(from.Primary(), to.Primary())
	if err != nil {
		t.Fatal(err)
	}
	if err := open(t).Cross(bridge); !errors.Is(err, vault.ErrSealed) {
		t.Errorf("a stranger crossed it: %v", err)
	}
	if _, err := from.Unwrap(bridge); !errors.Is(err, vault.ErrSealed) {
		t.Errorf("it was taken for a data key: %v", err)
	}
	wrapped, _, err := to.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	if err := from.Cross(bridge); err != nil {
		t.Fatal(err)
	}
	if _, err := from.Unwrap(wrapped); err != nil {
		t.Error(err)
	}
}

func TestACopyLearnsForItself(t *testing.T) {
	a, b := open(t), open(t)
	c := a.Copy()
	c.Learn(b)
	if !c.Knows(b.Primary()) || a.Knows(b.Primary()) {
		t.Error("the copy does not know it, or the one it was copied of does")
	}
}

func TestAKeyFileIsReplacedWholeAndKeepsItsMode(t *testing.T) {
	folder := t.TempDir()
	path, link := filepath.Join(folder, "key"), filepath.Join(folder, "link")
	if err := os.WriteFile(path, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if err := vault.ReplaceFile(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if text, _ := os.ReadFile(link); string(text) != "new" {
		t.Errorf("it has %q", text)
	}
	if left, _ := os.ReadDir(folder); len(left) != 2 {
		t.Errorf("%d files are left", len(left))
	}
	if err := vault.ReplaceFile(filepath.Join(folder, "none"), []byte("new")); err == nil {
		t.Error("a file that was not there was replaced")
	}
}

func TestAnOldKeyIsNeverWrittenOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key.until-2026-11-22")
	for _, c := range []struct{ text, want string }{{"a", path}, {"a", path}, {"b", path + "-2"}, {"b", path + "-2"}, {"a", path}} {
		if got, err := vault.KeepFile(path, []byte(c.text)); err != nil || got != c.want {
			t.Errorf("%s is kept in %s, %v; want %s", c.text, got, err, c.want)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestFetch(t *testing.T) {
	folder := t.TempDir()
	key := filepath.Join(folder, "a key")
	if err := os.WriteFile(key, vault.NewMaster(), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := vault.Fetch(t.Context(), []string{"cat", key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	opened(t, text)
	if text, err = vault.Fetch(t.Context(), []string{"printenv", "WHERE"}, []string{"WHERE=here"}); err != nil || string(text) != "here\n" {
		t.Errorf("its environment: %q, %v", text, err)
	}
	if text, err = vault.Fetch(t.Context(), []string{"echo", "$HOME;", "`id`"}, nil); err != nil || string(text) != "$HOME; `id`\n" {
		t.Errorf("a shell read it: %q, %v", text, err)
	}
	for _, c := range []struct {
		what, want string
		words      []string
	}{
		{"it fails", "ended with 3", []string{"sh", "-c", "echo hunter2; echo hunter2 >&2; exit 3"}},
		{"it says nothing", "wrote nothing", []string{"true"}},
		{"it says too much", "more than 16 KiB", []string{"sh", "-c", "yes hunter2"}},
		{"it is not there", "no such file", []string{filepath.Join(folder, "none")}},
	} {
		_, err := vault.Fetch(t.Context(), c.words, []string{"PATH=" + os.Getenv("PATH")})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}

// Backups were encrypted with what is derived so: each is opened for as long as its key is kept.
func TestABackupsPassphraseStaysWhatItIs(t *testing.T) {
	old := vault.NewMaster()
	next, err := vault.WithNext(old)
	if err != nil {
		t.Fatal(err)
	}
	v, both := opened(t, old), opened(t, next)
	if both.BackupPassphrase() == v.BackupPassphrase() {
		t.Error("a rotation does not change it")
	}
	for what, passphrase := range map[string]string{
		"of the old key": v.BackupPassphrase(), "of the new key": both.BackupPassphrase(), "of the hash key": hex.EncodeToString(v.Hash("backup", "passphrase")),
	} {
		if !slices.Contains(both.BackupPassphrases(), passphrase) {
			t.Errorf("a backup by the passphrase %s is not opened", what)
		}
	}
	if is := opened(t, []byte(secret)).BackupPassphrase(); is != "d48f7fe4ad7864046f9936b1a5b5b234235be39c50a54fbbcd193952bd9c03df" {
		t.Errorf("it is derived otherwise: %s", is)
	}
}
