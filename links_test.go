package allclear_test

import (
	"fmt"
	"image/png"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// largestPicture is what a page of documentation may ask its reader to wait for.
const largestPicture = 200 << 10 // bytes

var (
	linkPattern = regexp.MustCompile(`(!?)\[([^\]]*)\]\(([^)\s]*)\)`)
	codePattern = regexp.MustCompile("`[^`]*`")
	testPattern = regexp.MustCompile("^`?((?:Test|Fuzz)[A-Z]\\w*)`?$")
)

// TestEveryLinkLeadsSomewhere reads each link of each Markdown file here.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	read := 0
	eachFile(t, ".md", func(name, text string) {
		read++
		for _, problem := range badLinks(name, text) {
			t.Error(problem)
		}
	})
	if read < 10 {
		t.Errorf("%d files were read", read)
	}
}

// A link that leads nowhere is named.
func TestABadLinkIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, says string }{
		{"[the map](ARCHITECTURE.md)", ""},
		{"[the map](ARCHITECTURE.md#the-map)", ""},
		{"# Where it is\n[here](#where-it-is)", ""},
		{"[elsewhere](https://example.org/nowhere)", ""},
		{"[`TestABadLinkIsNamed`](links_test.go)", ""},
		{"```\n[no link](nowhere.md)\n```\nand `[none](nowhere.md)`", ""},
		{"[the map](nowhere.md)", "nowhere.md is not there"},
		{"[the map](ARCHITECTURE.md#the-moon)", "has no heading #the-moon"},
		{"[here](#where-it-is)", "has no heading #where-it-is"},
		{"```sh\n# Not a heading\n```\n[here](#not-a-heading)", "has no heading #not-a-heading"},
		{"[out](../elsewhere.md)", "leads out of the repository"},
		{"[`TestNothing`](links_test.go)", "does not hold TestNothing"},
		{"![](docs/pictures/phones.png)", "does not say what it shows"},
		{"![a picture](links_test.go)", "is no PNG"},
	} {
		problems := strings.Join(badLinks("README.md", c.text), "\n")
		if problems != "" != (c.says != "") || !strings.Contains(problems, c.says) {
			t.Errorf("%q: %q", c.text, problems)
		}
	}
}

// badLinks says what is wrong with the links of one file.
func badLinks(name, text string) (problems []string) {
	for _, m := range linkPattern.FindAllStringSubmatch(codePattern.ReplaceAllStringFunc(prose(text), keepLinkText), -1) {
		if wrong := badLink(name, text, m[1] == "!", m[2], m[3]); wrong != "" {
			problems = append(problems, fmt.Sprintf("%s: %s %s", name, m[3], wrong))
		}
	}
	return problems
}

// keepLinkText keeps a code span that names something, as the text of a link may be one, and no other.
func keepLinkText(code string) string {
	if strings.Contains(code, "](") {
		return ""
	}
	return code
}

// badLink says what is wrong with one link, "" for nothing.
func badLink(name, text string, picture bool, says, to string) string {
	u, err := url.Parse(to)
	if err != nil {
		return "is no address"
	}
	if u.Scheme != "" {
		return ""
	}
	file := name
	if u.Path != "" {
		file = path.Join(path.Dir(name), u.Path)
		if !filepath.IsLocal(file) {
			return "leads out of the repository"
		}
		if _, err := os.Stat(file); err != nil {
			return "is not there"
		}
		read, err := os.ReadFile(file) // a folder has no text
		if err == nil {
			text = string(read)
		}
	}
	if m := testPattern.FindStringSubmatch(says); m != nil && !strings.Contains(text, "\nfunc "+m[1]+"(") {
		return "does not hold " + m[1]
	}
	if u.Fragment != "" && !headings(text)[u.Fragment] {
		return "has no heading #" + u.Fragment
	}
	if picture {
		return badPicture(file, says)
	}
	return ""
}

func badPicture(file, says string) string {
	if strings.TrimSpace(says) == "" {
		return "does not say what it shows"
	}
	f, err := os.Open(file)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = f.Close() }() // only read
	if _, err := png.DecodeConfig(f); err != nil {
		return "is no PNG"
	}
	if about, err := f.Stat(); err != nil || about.Size() > largestPicture {
		return fmt.Sprintf("is larger than %d KB", largestPicture>>10)
	}
	return ""
}

// prose is a text without its blocks of code.
func prose(text string) string {
	var kept []string
	inside := false
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			inside = !inside
			continue
		}
		if !inside {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// headings are the anchors that GitHub gives a text's headings.
func headings(text string) map[string]bool {
	found := map[string]bool{}
	for line := range strings.SplitSeq(prose(text), "\n") {
		title, is := strings.CutPrefix(strings.TrimLeft(line, "#"), " ")
		if !is || !strings.HasPrefix(line, "#") {
			continue
		}
		found[strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			default:
				return -1
			}
		}, strings.TrimSpace(title))] = true
	}
	return found
}
