package mail

import (
	"slices"
	"strings"
)

// What a report says of the mails it is about (RFC 3464), or in any alphabet (RFC 6533).
var reportKinds = []string{"message/delivery-status", "message/global-delivery-status"}

const (
	maxReport = 256 << 10 // bytes of a report that are looked through
	maxFailed = 3         // addresses that one mail says fail: anybody can write such a mail
)

// report takes the addresses that a delivery report says got no mail.
func (r *reader) report(p part, depth int) {
	if r.forwarded {
		return
	}
	if depth == 1 {
		r.m.Automatic = true
	}
	r.reported = true
	r.failing(p.content(maxReport))
}

// failing reads groups of fields, one for each recipient. What is between them is passed over.
func (r *reader) failing(text []byte) {
	text = text[:min(len(text), maxReport)]
	for len(text) > 0 && len(r.m.Failed) < maxFailed {
		var h header
		h, text = split(text)
		kind, said, found := strings.Cut(h.get("final-recipient"), ";")
		switch strings.ToLower(strings.TrimSpace(kind)) {
		case "rfc822", "utf-8":
		default:
			continue
		}
		action, _, _ := strings.Cut(strings.ToLower(h.get("action")), " ")
		to := address(strings.Trim(strings.TrimSpace(said), "<>"))
		if found && action == "failed" && to != "" && !slices.Contains(r.m.Failed, to) {
			r.m.Failed = append(r.m.Failed, to)
		}
	}
}
