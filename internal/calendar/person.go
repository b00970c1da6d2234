package calendar

import "strings"

// person reads an ORGANIZER or ATTENDEE.
func (p property) person() Person {
	address := addressOf(p.value)
	if address == "" { // a colon in a name that should have been quoted
		if at := strings.LastIndex(strings.ToLower(p.line), "mailto:"); at >= 0 {
			address = addressOf(strings.Trim(p.line[at:], `" `))
		}
	}
	if address == "" { // Exchange's own addresses, and Apple's for who has no mail: the address of mail stands beside it
		address = addressOf(p.param("EMAIL"))
	}
	who := Person{
		Address:  address,
		SentBy:   addressOf(p.param("SENT-BY")),
		Name:     unescaped(p.param("CN")),
		PartStat: PartStat(strings.ToUpper(p.param("PARTSTAT"))),
		RSVP:     strings.EqualFold(p.param("RSVP"), "TRUE") || strings.EqualFold(p.param("RSVP"), "YES"),
	}
	switch strings.ToUpper(p.param("CUTYPE")) {
	case "ROOM", "RESOURCE":
		who.Resource = true
	}
	return who
}

// addressOf is the address of mail in "mailto:A@Example.com", "MAILTO: <a@example.com>" and "a@example.com"; "" where there is none.
func addressOf(s string) string {
	s = strings.Trim(s, " \t\"'")
	if len(s) >= 7 && strings.EqualFold(s[:7], "mailto:") {
		s, _, _ = strings.Cut(s[7:], "?")
		if strings.Contains(s, "%") {
			s = decoded(unhexed(s, '%'))
		}
	}
	if from := strings.LastIndexByte(s, '<'); from >= 0 {
		s, _, _ = strings.Cut(s[from+1:], ">")
	}
	s = strings.ToLower(strings.Trim(s, " \t\"'<>"))
	if name, domain, found := strings.Cut(s, "@"); !found || name == "" || domain == "" || strings.ContainsAny(s, " \t\r\n,;:\\()[]\"") {
		return ""
	}
	return s
}
