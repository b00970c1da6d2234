package mail

import "strings"

// result is one verdict of an Authentication-Results field (RFC 8601): "dmarc=pass header.from=council.example".
type result struct {
	method, value string            // lower case
	properties    map[string]string // "header.from", in lower case; the values as they stand
}

// maxResults is how many verdicts one field may hold.
const maxResults = 50

// results reads an Authentication-Results field: whose it is, and what it says. It takes what is really written (comments anywhere, quoted reasons,
// properties that no standard knows, "dkim=none (no signature)" with nothing else) and says false for what it can't be sure of: brackets and quotes that
// never end, a method without a verdict, nobody's name.
func results(value string) (by string, list []result, ok bool) {
	tokens, ok := lexemes(value)
	if !ok || len(tokens) == 0 || tokens[0] == ";" || tokens[0] == "=" {
		return "", nil, false
	}
	by, tokens = strings.ToLower(tokens[0]), tokens[1:]
	if len(tokens) > 0 && tokens[0] != ";" { // the version
		if tokens[0] != "1" {
			return "", nil, false
		}
		tokens = tokens[1:]
	}
	if len(tokens) > 0 && tokens[0] != ";" {
		return "", nil, false
	}
	for len(tokens) > 0 {
		tokens = tokens[1:] // the semicolon
		var clause []string
		for len(tokens) > 0 && tokens[0] != ";" {
			clause, tokens = append(clause, tokens[0]), tokens[1:]
		}
		if len(clause) == 0 || len(clause) == 1 && strings.EqualFold(clause[0], "none") {
			continue
		}
		r, ok := verdict(clause)
		if !ok || len(list) == maxResults {
			return "", nil, false
		}
		list = append(list, r)
	}
	return by, list, true
}

// verdict reads what stands between two semicolons.
func verdict(clause []string) (result, bool) {
	r := result{properties: map[string]string{}}
	for len(clause) > 0 {
		if len(clause) < 2 || clause[0] == "=" || clause[1] != "=" {
			return result{}, false
		}
		name, value := strings.ToLower(clause[0]), ""
		clause = clause[2:]
		if len(clause) > 0 && (len(clause) < 2 || clause[1] != "=") {
			value, clause = clause[0], clause[1:]
		}
		if r.method == "" {
			r.method, _, _ = strings.Cut(name, "/")
			r.value = strings.ToLower(value)
			if r.method == "" || r.value == "" {
				return result{}, false
			}
			continue
		}
		if _, twice := r.properties[name]; twice {
			return result{}, false
		}
		r.properties[name] = value
	}
	return r, true
}

// lexemes parts a field into words, ";" and "=". Comments, which may hold comments, are left out; a quoted string is one word. An "=" within a word that has
// begun after another "=" belongs to it, as in the base64 of header.b and in addresses.
func lexemes(s string) ([]string, bool) {
	var list []string
	var word strings.Builder
	begun, valued := false, false
	end := func() {
		if begun {
			list, begun, valued = append(list, word.String()), false, false
			word.Reset()
		}
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '(':
			end()
			if i = comment(s, i); i < 0 {
				return nil, false
			}
		case c == '"':
			valued = valued || !begun && len(list) > 0 && list[len(list)-1] == "="
			begun = true
			if i = quoted(s, i, &word); i < 0 {
				return nil, false
			}
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			end()
		case c == ';':
			end()
			list = append(list, ";")
		case c == '=' && !valued:
			end()
			list = append(list, "=")
		case c < ' ' || c == 0x7f:
			return nil, false
		default:
			if !begun {
				begun, valued = true, len(list) > 0 && list[len(list)-1] == "="
			}
			word.WriteByte(c)
		}
	}
	end()
	return list, true
}

// comment gives where the comment that begins at i ends, or -1.
func comment(s string, i int) int {
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// quoted adds the quoted string that begins at i to the word and gives where it ends, or -1.
func quoted(s string, i int, word *strings.Builder) int {
	for i++; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if i++; i < len(s) {
				word.WriteByte(s[i])
			}
		case '"':
			return i
		default:
			word.WriteByte(s[i])
		}
	}
	return -1
}
