package mail

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// Lookup gives the TXT records of a name, each in one piece. Where there is none it says so by a *net.DNSError that IsNotFound, or by none; any other
// error is taken for a passing one.
type Lookup func(ctx context.Context, name string) ([]string, error)

// lookedUpWithin is how long one question to the name servers may take.
const lookedUpWithin = 5 * time.Second

// TXT asks the name server at an address ("127.0.0.1:53"), or those of the machine where that is "".
func TXT(server string) Lookup {
	r := &net.Resolver{PreferGo: true}
	if server != "" {
		if _, _, err := net.SplitHostPort(server); err != nil {
			server = net.JoinHostPort(server, "53")
		}
		r.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, server)
		}
	}
	return func(ctx context.Context, name string) ([]string, error) {
		ctx, cancel := context.WithTimeout(ctx, lookedUpWithin)
		defer cancel()
		return r.LookupTXT(ctx, strings.TrimSuffix(name, ".")+".") // the final dot: no search list
	}
}

// asked is the questions to the name servers about one mail: each name once, at most maxNames, and whether one could not be answered for now.
type asked struct {
	ctx    context.Context
	lookup Lookup
	of     string // the organisation whose keys alone are asked for; "": anybody's

	mu      sync.Mutex
	answers map[string]answer
	testing map[string]bool // the domains that only try their signatures out
	failed  error
}

type answer struct {
	texts []string
	err   error
}

// maxNames is how many names one mail may have us look up.
const maxNames = 2*maxSignatures + 2

var errTooManyNames = errors.New("more names than one mail needs")

// txt answers for one name. The verifier calls it from several goroutines.
func (a *asked) txt(name string) ([]string, error) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	a.mu.Lock()
	defer a.mu.Unlock()
	if known, ok := a.answers[name]; ok {
		return known.texts, known.err
	}
	if len(a.answers) >= maxNames || !asName(name) {
		return nil, errTooManyNames
	}
	if _, signer, key := strings.Cut(name, "._domainkey."); key && a.of != "" && organisation(signer) != a.of {
		// No signature of theirs counts, and their name servers could take all of a mail's time, and hold up the true mails of whom they pretend to be.
		err := &net.DNSError{Err: "not asked", Name: name, IsNotFound: true}
		a.answers[name] = answer{nil, err}
		return nil, err
	}
	texts, err := a.lookup(a.ctx, name)
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		texts, err = nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	} else if err != nil {
		a.failed = err
		err = &net.DNSError{Err: "no answer", Name: name, IsTemporary: true}
	}
	if _, signer, key := strings.Cut(name, "._domainkey."); key && slices.ContainsFunc(texts, triedOut) {
		// RFC 6376, 3.6.1: such a mail is to be taken as one without a signature.
		a.testing[signer] = true
		texts, err = nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	}
	a.answers[name] = answer{texts, err}
	return texts, err
}

// triedOut says that a key's record has the flag "y".
func triedOut(record string) bool {
	for tag := range strings.SplitSeq(record, ";") {
		name, value, _ := strings.Cut(tag, "=")
		if strings.TrimSpace(name) == "t" {
			return slices.ContainsFunc(strings.Split(value, ":"), func(f string) bool { return strings.TrimSpace(f) == "y" })
		}
	}
	return false
}

// asName says that a name may be asked of a server at all.
func asName(name string) bool {
	if name == "" || len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for _, c := range []byte(label) {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}
