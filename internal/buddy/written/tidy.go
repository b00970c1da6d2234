package written

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// tidy gives the lines of a body that its writer wrote: without earlier mails below it, what programs put around it, and letters that nobody sees.
func tidy(body string) []string {
	body = strings.NewReplacer("\r\n", "\n", "\r", "\n", `\n`, "\n", "\u2028", "\n", "\u2029", "\n").Replace(body)
	var lines []string
	for line := range strings.SplitSeq(body, "\n") {
		if len(lines) == maxLines {
			break
		}
		lines = append(lines, visible(line))
	}
	lines = withoutMeetings(withoutQuotes(lines))
	var kept []string
	for _, line := range lines {
		switch bare := strings.TrimSpace(line); {
		case banner.MatchString(bare), device.MatchString(bare):
		default:
			kept = append(kept, unlinked(line))
		}
	}
	return singleSpaced(kept)
}

// visible takes the letters out of a line that nobody sees, and makes of every space a plain one.
func visible(line string) string {
	var b strings.Builder
	for _, r := range line {
		switch {
		case r == '\t' || r == '\v' || r == '\x1f':
			b.WriteRune(r)
		case unicode.IsSpace(r), r == '\u2800', r == '\u3164':
			b.WriteByte(' ')
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
		default:
			b.WriteRune(r)
		}
		if b.Len() > maxLine {
			break
		}
	}
	return strings.TrimRight(b.String(), " ")
}

var (
	wrote    = regexp.MustCompile(`(?i)^(on\b.{5,200}\bwrote|.{3,200}<[^>]+@[^>]+>\s*wrote)\s*:\s*$`)
	original = regexp.MustCompile(`(?i)^[-_ ]{3,}\s*(original (message|appointment)|forwarded message|begin forwarded message|reply above this line)\b`)
	headerOf = regexp.MustCompile(`(?i)^[*\x1f ]*(from|sent|date|to|cc|subject|when|where|required|organi[sz]er)\s*[\x1f]?:`)
	banner   = regexp.MustCompile(`(?i)^\W*(\[?external( e-?mail| sender)?\]?\W*$|(caution|warning|external|be careful|security|think before|stop and think|this (e-?mail|message|mail) (originated|came|comes|was sent|has been sent|is from)|you (don.?t|do not) often get e-?mail|some people who received this message|do not click|please do not click).{0,200}(outside|external|click|learn why|originat|attachment|sender))`)
	device   = regexp.MustCompile(`(?i)^(sent from (my|outlook|mail|samsung|yahoo)\b.{0,60}|get outlook for (ios|android).{0,80})$`)
	drawn    = regexp.MustCompile(`^\s*[_\x{2500}-]{10,}\s*$`)
	meet     = regexp.MustCompile(`^\s*-::~:~`)
)

// withoutQuotes cuts off earlier mails, and a signature behind its sign.
func withoutQuotes(lines []string) []string {
	var kept []string
	for i, line := range lines {
		bare := strings.TrimSpace(line)
		switch {
		case bare == "--" && i > 0, wrote.MatchString(bare), original.MatchString(bare), quoted(lines[i:]):
			return kept
		case strings.HasPrefix(bare, ">"):
		default:
			kept = append(kept, line)
		}
	}
	return kept
}

// quoted says that lines begin as Outlook begins the mail that it answers: From, Sent and Subject under each other.
func quoted(lines []string) bool {
	if !strings.HasPrefix(strings.ToLower(strings.TrimLeft(lines[0], " *")), "from") || !headerOf.MatchString(lines[0]) {
		return false
	}
	sent, subject := false, false
	for i, line := range lines {
		if i > 8 {
			break
		}
		l := strings.ToLower(strings.TrimLeft(line, " *"))
		sent = sent || strings.HasPrefix(l, "sent") && headerOf.MatchString(line) || strings.HasPrefix(l, "date") && headerOf.MatchString(line)
		subject = subject || strings.HasPrefix(l, "subject") && headerOf.MatchString(line)
	}
	return sent && subject
}

// online are the words that a block about an online meeting has in it.
var online = regexp.MustCompile(`(?i)microsoft teams|join the meeting|join on your computer|join with google meet|zoom\.us|skype meeting|click here to join|meeting id:`)

// withoutMeetings takes out what Teams, Meet and others put under an invite: all between two lines that only draw a line. What stands behind them is the writer's.
func withoutMeetings(lines []string) []string {
	var kept []string
	for i := 0; i < len(lines); i++ {
		if !drawn.MatchString(lines[i]) && !meet.MatchString(lines[i]) {
			kept = append(kept, lines[i])
			continue
		}
		end, is := i+1, false
		for end < len(lines) && end-i < 60 && !drawn.MatchString(lines[end]) && !meet.MatchString(lines[end]) {
			is = is || online.MatchString(lines[end])
			end++
		}
		switch {
		case is:
			i = min(end, len(lines)-1)
		default:
			kept = append(kept, "") // a drawn line parts what stands above and below
		}
	}
	return kept
}

// singleSpaced takes out every empty line of a text that has one after each other, as Outlook makes of paragraphs; there they part nothing.
func singleSpaced(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	words, pairs := 0, 0
	for i, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		words++
		if i > 0 && strings.TrimSpace(lines[i-1]) != "" {
			pairs++
		}
	}
	if words < 4 || pairs*8 > words {
		return lines
	}
	var kept []string
	empty := 0
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			if empty++; empty == 2 {
				kept = append(kept, "")
			}
			continue
		}
		empty = 0
		kept = append(kept, line)
	}
	return kept
}

var (
	link      = regexp.MustCompile(`https?://[^\s<>"\])]+`)
	angled    = regexp.MustCompile(`\s*<(?:https?|mailto|tel):[^>\s]*>`)
	safeQuery = regexp.MustCompile(`[?&]url=([^&\s]+)`)
	defence   = regexp.MustCompile(`^https?://urldefense\.com/v3/__(.+?)__;`)
)

// unlinked takes the address behind a word out, and gives a link that a filter wrote over as it was.
func unlinked(line string) string {
	line = link.ReplaceAllStringFunc(line, func(u string) string {
		if strings.Contains(u, ".safelinks.protection.outlook.com/") {
			if m := safeQuery.FindStringSubmatch(u); m != nil {
				return unescaped(m[1])
			}
		}
		if m := defence.FindStringSubmatch(u); m != nil {
			return m[1]
		}
		return u
	})
	if trimmed := angled.ReplaceAllString(line, ""); strings.TrimSpace(trimmed) != "" {
		return trimmed
	}
	return line
}

// unescaped reads %XX.
func unescaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return strings.ToValidUTF8(b.String(), "")
}
