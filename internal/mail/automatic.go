package mail

import (
	"slices"
	"strings"
)

// automatic says that no person sent a mail, so that no mail may answer it: two programs that answer each other never stop (RFC 3834).
// X-Auto-Response-Suppress is no sign of it: Exchange puts it on what people send.
func automatic(a Arrival, h header) bool {
	if said, _, _ := strings.Cut(strings.ToLower(h.get("auto-submitted")), ";"); strings.TrimSpace(said) != "" && strings.TrimSpace(said) != "no" {
		return true
	}
	if a.Via == ByListener && a.From == "" || h.count("return-path") > 0 && strings.TrimSpace(h.get("return-path")) == "<>" {
		return true
	}
	if slices.Contains([]string{"bulk", "junk", "list", "auto_reply"}, strings.ToLower(strings.TrimSpace(h.get("precedence")))) {
		return true
	}
	for _, name := range []string{"x-autoreply", "x-autorespond", "x-autoresponder", "list-id", "x-failed-recipients"} {
		if h.count(name) > 0 {
			return true
		}
	}
	if local, _, _ := strings.Cut(h.one("from"), "@"); local == "mailer-daemon" || local == "postmaster" {
		return true
	}
	subject := strings.ToLower(words(h.get("subject")))
	return slices.ContainsFunc([]string{"automatic reply:", "out of office:", "out of office reply", "autoreply:", "auto-reply:", "undeliverable:"},
		func(start string) bool { return strings.HasPrefix(subject, start) })
}
