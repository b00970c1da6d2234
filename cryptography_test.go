package allclear_test

import (
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// others are whose cryptography may be in the program: each is well kept and looked at by many.
var others = regexp.MustCompile(`^(crypto/|golang\.org/x/crypto/|golang\.org/x/mod/sumdb/note$|github\.com/tink-crypto/tink-go/v2|filippo\.io/|github\.com/(go-webauthn|coreos/go-oidc|pquerna/otp|go-jose|golang-jwt))`)

// weak are the primitives that nothing here is built on, and those that need hands of their own: whoever uses them puts together what others
// have put together well.
var weak = []string{"crypto/md5", "crypto/des", "crypto/rc4", "crypto/dsa", "crypto/aes", "crypto/cipher", "crypto/rsa", "crypto/elliptic", "golang.org/x/crypto/md4",
	"golang.org/x/crypto/ripemd160", "golang.org/x/crypto/openpgp"}

// TestCryptographyIsOthersAndListed holds the last table of docs/cryptography.md against what the program imports, and that of all of it nothing
// is weak or of our own making.
func TestCryptographyIsOthersAndListed(t *testing.T) {
	used := map[string]map[string]bool{}
	eachGoFile(t, func(name, text string) {
		if !ships(name) {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range file.Imports {
			from := strings.Trim(i.Path.Value, `"`)
			if slices.Contains(weak, from) {
				t.Errorf("%s imports %s", name, from)
			}
			if strings.HasPrefix(from, "github.com/tink-crypto/tink-go/v2") {
				from = "github.com/tink-crypto/tink-go/v2"
			}
			if others.MatchString(from) {
				if used[path.Dir(name)] == nil {
					used[path.Dir(name)] = map[string]bool{}
				}
				used[path.Dir(name)][from] = true
			}
			if from == "crypto/sha1" && path.Dir(name) != "internal/channel/twilio" {
				t.Errorf("%s imports %s: only Twilio signs by it", name, from)
			}
		}
	})
	raw, err := os.ReadFile("docs/cryptography.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(raw), "| part | by | for |\n| --- | --- | --- |\n")
	listed := map[string]string{}
	for line := range strings.Lines(table) {
		if cells := strings.Split(line, " | "); len(cells) == 3 {
			listed[strings.Trim(cells[0], "| `")] = cells[1]
		}
	}
	for part, from := range used {
		if want := strings.Join(slices.Sorted(maps.Keys(from)), ", "); listed[part] != want {
			t.Errorf("docs/cryptography.md has for %s: %s; it imports %s", part, listed[part], want)
		}
		delete(listed, part)
	}
	for part := range listed {
		t.Errorf("docs/cryptography.md lists %s, which imports none of it", part)
	}
}
