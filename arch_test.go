package allclear_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/allclear-safety/allclear/"

// part is one package's place in the architecture.
type part struct {
	pure    bool     // part of the core: values in, values out
	imports []string // what it may import from this module
	tests   []string // what its tests may import besides, and besides the test packages
	reason  string
}

// pureParts is the core, for those shells that may import all of it.
var pureParts = []string{
	"internal/buddy", "internal/checkin", "internal/checkin/grammar", "internal/guidance", "internal/intake", "internal/nameless", "internal/nearest", "internal/phone", "internal/plan",
	"internal/private", "internal/retain", "internal/ownwords", "internal/risk", "internal/rota", "internal/support", "internal/watch", "internal/wording",
	"internal/debrief", "internal/incident", "internal/calendar", "internal/buddy/written",
}

// architecture says who may import whom. A package that is not here fails; one that is here may come later.
// A path that ends in "/..." stands for the packages below it too.
var architecture = map[string]part{
	".":                        {reason: "this test"},
	"internal/private":         {pure: true, reason: "everything else hides its values with it"},
	"internal/phone":           {pure: true, imports: in("private"), reason: "a number is private, and known to nobody above it"},
	"internal/nearest":         {pure: true, reason: "an unknown name is answered with the one that was meant, by the API, a plan and the command line alike"},
	"internal/plan":            {pure: true, imports: in("nearest"), reason: "the team's settings are plain values"},
	"internal/rota":            {pure: true, imports: in("plan"), reason: "the cover chain ends in the plan's fallback"},
	"internal/checkin/grammar": {pure: true, reason: "finds phrases in words; knows nothing of visits"},
	"internal/checkin":         {pure: true, imports: in("checkin/grammar", "nearest", "phone", "private"), reason: "a text is judged by its own words and context, not by the state machine"},
	"internal/buddy":           {pure: true, imports: in("phone", "private", "plan"), reason: "a form is who and how to reach them; it says what is wrong as plan does"},
	"internal/buddy/written":   {pure: true, imports: in("buddy", "phone", "private"), reason: "what a form in somebody's own words means; knows no mail and no calendar"},
	"internal/intake":          {pure: true, imports: in("buddy", "phone", "private"), reason: "what a list says of people, and what of it is new; whose word stands is decided on values"},
	"internal/ownwords":        {pure: true, imports: in("plan", "private"), reason: "what somebody says of themselves, and for whom; says what is wrong as plan does"},
	"internal/risk":            {pure: true, imports: in("plan", "private"), reason: "what is known of a place, and how two are known to be one; says what is wrong as plan does"},
	"internal/nameless":        {pure: true, imports: in("checkin"), reason: "what a text is about is taken out of it by the words that reading it knows"},
	"internal/watch":           {pure: true, imports: in("plan", "rota", "checkin"), reason: "decides on readings, cover and settings; holds no private words, numbers or forms"},
	"internal/retain":          {pure: true, reason: "how long words are kept is a table of instants; it opens none"},
	"internal/guidance":        {pure: true, reason: "what people are told is text, measured where it stands"},
	"internal/support":         {pure: true, imports: in("plan"), reason: "who stands around a worker is a list and where it is drawn; it knows no team and no person; says what is wrong as plan does"},
	"internal/debrief":         {pure: true, imports: in("plan"), reason: "what is talked over afterwards, and when somebody is reminded, is a table of words and days; says what is wrong as plan does"},
	"internal/incident":        {pure: true, imports: in("plan"), reason: "the portal's questions and the law's clocks are plain values; it knows no page and no database; says what is wrong as plan does"},
	"internal/calendar":        {pure: true, imports: in("private"), reason: "events are values; who they are about and what follows is the engine's"},
	"internal/wording":         {pure: true, imports: in("watch", "plan", "private"), reason: "says what watch decided"},

	"internal/gauge":            {reason: "counts what somebody else's XML asks for before a decoder holds it; knows no format"},
	"internal/sheet":            {imports: in("gauge"), reason: "reads tables out of files that anyone sent; knows nobody"},
	"internal/vault":            {imports: in("private"), reason: "seals values without knowing what they mean"},
	"internal/checkpoint":       {reason: "what is published of the record, read by whoever holds it against a database"},
	"internal/store/migrations": {reason: "the schema's history, embedded"},
	"internal/store": {imports: in("store/migrations", "watch", "plan", "retain", "rota", "buddy", "checkin", "phone", "private", "vault"),
		reason: "keeps decisions and sealed values; never words a sentence"},
	"internal/store/storetest": {imports: append(in("store", "vault"), pureParts...), reason: "a fresh database of each kind, for tests only"},
	"internal/browsertest":     {reason: "finds the browser, for tests only"},
	"internal/tainttest":       {reason: "finds a word in whatever form, for tests only"},
	"internal/channel":         {imports: in("phone", "private"), reason: "is handed finished words and a number; never sees a visit"},
	"internal/channel/town":    {imports: in("channel", "phone", "private"), reason: "telephones without a provider, for rehearsals, simulations and tests"},
	"internal/channel/channeltest": {imports: in("channel", "channel/town", "phone", "private"),
		reason: "what every channel must do, for tests only"},
	"internal/channel/twilio": {imports: in("channel", "phone", "private"), tests: in("standin/twilio"), reason: "one provider behind the contract"},
	"internal/channel/smtp":   {imports: in("channel", "phone", "private"), tests: in("standin/smtp"), reason: "mail behind the contract; hands over finished words and a finished calendar"},
	"internal/standin/fault":  {reason: "the order in which a stand-in fails; shared by those who play, never by who is tried"},
	"internal/standin/smtp":   {imports: in("standin/fault"), reason: "plays a mail server from its standard, so it shares no code with us"},
	"internal/mail":           {imports: in("private"), reason: "reads a mail and proves its sender; knows no visit"},
	"internal/mail/listener":  {imports: in("mail"), reason: "mail that is handed to us, by SMTP and LMTP"},
	"internal/mail/mailbox":   {imports: in("mail", "private"), reason: "mail that waits in a mailbox, by IMAP"},
	"internal/mail/graph":     {imports: in("calendar", "mail", "private"), tests: in("standin/graph"), reason: "mail and calendars of Microsoft 365, behind the same small interface"},
	"internal/standin/graph":  {reason: "plays Microsoft Graph from its documents, so it shares no code with us"},
	"internal/calendar/dav":   {imports: in("calendar", "private"), reason: "one calendar by CalDAV, read only; whose it is and what is in it, it is handed"},
	"internal/standin/twilio": {imports: in("standin/fault"), reason: "plays the provider from its documents, so it shares no code with us"},
	"internal/engine": {imports: in("store", "watch", "checkin", "intake", "rota", "plan", "retain", "risk", "ownwords", "buddy", "buddy/written", "phone", "private", "wording", "channel", "debrief", "incident", "calendar", "mail"),
		tests: in("vault", "channel/town", "channel/twilio", "standin/twilio", "channel/smtp", "standin/smtp"), reason: "loads, steps, saves, delivers; sealing is store's business, vendors are channel's"},
	"internal/engine/enginetest": {reason: "a clock that is moved by hand, for tests only"},
	"internal/docx":              {imports: in("gauge"), reason: "Word documents, written and read; knows nothing of what they say"},
	"internal/report":            {imports: append(in("store", "docx"), pureParts...), reason: "reads what is stored and prints it"},
	"internal/subject":           {imports: in("store", "engine", "view", "buddy", "phone"), tests: in("private", "retain", "watch"), reason: "what there is about one person, for that person; decides what is somebody else's"},
	"internal/picture":           {reason: "makes a photograph small and bare; knows nobody it is of"},
	"internal/access":            {imports: in("buddy", "store", "private"), reason: "who is there and what they may; knows no alarm"},
	"internal/edge":              {reason: "TLS, the proxy and the headers are the same for whatever is answered"},
	"internal/signin":            {imports: in("store", "buddy", "private"), tests: in("signin/testidp"), reason: "proves who someone is; what they may then do is not asked here"},
	"internal/signin/testidp":    {reason: "plays an organisation's own sign-in from the standard, so it shares no code with us"},
	"internal/view": {imports: append(in("engine", "store", "access", "report"), pureParts...),
		tests: in("vault"), reason: "who is shown what is decided once, for the API and the pages alike"},
	"internal/api": {imports: append(in("edge", "engine", "store", "access", "report", "view", "channel", "channel/twilio"), pureParts...),
		tests: in("vault", "standin/twilio"), reason: "turns requests into the engine's inputs; webhooks are read by their vendor's package"},
	"internal/demo": {imports: append(in("engine", "store", "channel", "channel/town"), pureParts...),
		reason: "plays a sample day through the engine and looks at what came of it; its phones are the town's"},
	"internal/web/govuk": {reason: "markup of the Design System; knows no page"},
	"internal/web": {imports: append(in("edge", "engine", "store", "access", "signin", "report", "view", "subject", "sheet", "demo", "channel/town", "picture", "web/govuk", "calendar/dav"), pureParts...),
		tests: in("channel", "engine/enginetest", "signin/testidp", "browsertest", "docx"), reason: "what people see and press; the engine decides; a demo's phones are a page too"},
	"internal/app": {imports: append(in("vault", "checkpoint", "edge", "store", "channel", "channel/twilio", "channel/smtp", "mail", "mail/listener", "mail/mailbox", "mail/graph", "engine", "report", "access", "signin", "subject", "sheet", "api", "view", "demo", "web"), pureParts...),
		tests: in("standin/twilio", "standin/smtp", "standin/graph"), reason: "puts the parts together, and alone reads the clock"},
	"internal/bench": {imports: append(in("app", "store", "vault", "standin/twilio", "standin/smtp", "mail"), pureParts...), reason: "measures the wired program against a stand-in provider"},

	"internal/parts": {reason: "what the program was made of is asked of the program itself"},

	"cmd/allclear": {imports: in("app", "channel/smtp", "demo", "edge", "mail/listener", "mail/mailbox", "mail/graph", "store", "checkin", "intake", "bench", "nearest", "parts", "phone", "private", "retain"), reason: "the command line asks app for everything"},
	"e2e/browser":  {tests: in("web", "signin/testidp", "browsertest"), reason: "uses the pages from outside too; asks web only which there are"},
	"e2e/scan":     {imports: in("standin/twilio", "signin", "web"), tests: in("api"), reason: "breaks in from outside; asks web only which pages there are, and what the cookie is called"},
	"e2e/...":      {imports: in("standin/twilio", "standin/smtp"), reason: "plays from outside, by the API and the webhooks alone"},
}

// pureStandard is the part of the standard library that touches nothing outside a value. A hash is a pure function.
var pureStandard = []string{
	"cmp", "crypto/sha256", "embed", "encoding/json", "errors", "fmt", "iter", "maps", "math", "math/bits", "regexp", "slices",
	"sort", "strconv", "strings", "time", "unicode", "unicode/utf8", "unique",
}

// pureBesides is what one pure package may import beyond that.
var pureBesides = map[string][]string{
	"internal/checkin": {"sync"},                                        // for a value that is made when it is first asked for: the languages take a while to read
	"internal/phone":   {"github.com/nyaruka/phonenumbers", "log/slog"}, // tables of the world's numbering plans; slog only to hide from it
	"internal/private": {"log/slog"},                                    // only to hide from it
	// Recurrence is a calculation; it is bounded where it is called.
	"internal/calendar": {"github.com/teambition/rrule-go", "bytes", "unicode/utf16"},
}

// clockReaders may ask what time it is: everyone else is told, so that a rehearsal or a simulation can tell them another.
var clockReaders = []string{"internal/app", "internal/bench", "e2e/..."} // the bench measures

// clockReadingTests drive the real binary from outside and wait for it in real time.
var clockReadingTests = []string{"cmd/allclear", "e2e/..."}

// waiters may let real time pass, by the functions named. The engine's loop holds the only timer there is.
var waiters = map[string][]string{
	"internal/app":             waits,
	"internal/engine":          {"NewTimer"},
	"internal/web":             {"NewTicker"}, // looks for changes on behalf of every open page
	"internal/bench":           waits,
	"internal/demo":            {"NewTicker"}, // to look at the phones and the story
	"internal/standin/...":     waits,
	"internal/mail":            {"NewTimer"}, // for a way in, until it looks again
	"internal/mail/mailbox":    {"NewTimer"}, // until there is more
	"internal/mail/graph":      {"NewTimer"}, // likewise
	"internal/store/storetest": {"After"},    // for a server of its own to start
	"e2e/...":                  waits,
}

// exits may end the process.
var exits = []string{"cmd/allclear/main.go", "e2e/..."}

func in(packages ...string) []string {
	var full []string
	for _, p := range packages {
		full = append(full, "internal/"+p)
	}
	return full
}

func TestTheArchitectureHolds(t *testing.T) {
	fset := token.NewFileSet()
	types, err := pureTypes(fset)
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skipped(name)
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		src := source{name: filepath.ToSlash(name), fset: fset, types: types}
		if src.file = types.files[src.name]; src.file == nil {
			if src.file, err = parser.ParseFile(fset, name, nil, parser.ParseComments); err != nil {
				return err
			}
		}
		for _, problem := range src.problems() {
			t.Error(problem)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// skipped passes over folders that hold no package of this module.
func skipped(dir string) error {
	base := filepath.Base(dir)
	hidden := dir != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_"))
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	otherModule := dir != "." && err == nil
	if hidden || otherModule || base == "testdata" || base == "node_modules" || base == "bin" || base == "build" {
		return filepath.SkipDir
	}
	return nil
}

func TestTheTableNamesOnlyItself(t *testing.T) {
	for name, p := range architecture {
		if p.reason == "" {
			t.Errorf("%s has no reason", name)
		}
		for _, other := range append(slices.Clone(p.imports), p.tests...) {
			if _, known := architecture[other]; !known {
				t.Errorf("%s may import %s, which is in no row", name, other)
			}
			if p.pure && !architecture[other].pure {
				t.Errorf("%s is pure and may import %s, which is not", name, other)
			}
		}
		if p.pure != slices.Contains(pureParts, name) {
			t.Errorf("%s: pure in one place only", name)
		}
	}
}

// find returns the row for dir, exact or by a "/..." above it.
func find(dir string) (part, bool) {
	if p, ok := architecture[dir]; ok {
		return p, true
	}
	for name, p := range architecture {
		if within(dir, name) {
			return p, true
		}
	}
	return part{}, false
}

// within reports whether dir is the row's name, or below it where that ends in "/...".
func within(dir, name string) bool {
	above, tree := strings.CutSuffix(name, "/...")
	return dir == above || tree && strings.HasPrefix(dir, above+"/")
}

func withinAny(dir string, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return within(dir, name) })
}

// names maps each import's name in a file to its path. Without types, a package's name is taken from its path.
func names(f *ast.File) map[string]string {
	named := map[string]string{}
	for _, spec := range f.Imports {
		p := strings.Trim(spec.Path.Value, `"`)
		name := path.Base(p)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		named[name] = p
	}
	return named
}
