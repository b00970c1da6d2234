package checkin

// Asking for a person (rule 4.2). The team's phrase is asked for in the same words as anybody's name, so whatever
// counts as asking for her must count for Jane: else the answer would tell who reads it which name is the phrase.

// wish is the request for a person that a text makes.
type wish struct{ first, last int } // the name's words; none when only "someone" is asked for

// wished finds the first request in the text, for somebody by name if there is one.
func (m *message) wished() (w wish, ok bool) {
	if i, ok := m.bareName(); ok {
		m.note(onWish, i, i+1)
		return wish{i, i + 1}, true
	}
	for i := range m.words {
		if end := asksFor.at(m, i); end > i && !m.denied(i) && !m.statement(i) {
			for j := i; j < end; j++ {
				if w := m.named(j); w.last > j {
					m.note(onWish, i, end)
					return w, true
				}
			}
		}
	}
	if start, end := beckons.find(m, 0); start >= 0 {
		for i, w := range m.words {
			if m.v.IsGiven(w) {
				m.note(onWish, i, i+1)
				m.note(onWish, start, end)
				return wish{i, i + 1}, true
			}
		}
	}
	start, end := asksAnyone.find(m, 0)
	for start >= 0 && len(m.exited) > 0 && m.words[start] == "will" && m.word(start+1) == "ring" { // "left the ward, will ring the consultant"
		start, end = asksAnyone.find(m, start+1)
	}
	m.note(onWish, start, end)
	return wish{}, start >= 0
}

// named gives the name that stands at word i; the title before it belongs to it.
func (m *message) named(i int) wish {
	j := i
	if m.v.titleBefore[m.word(j)] {
		j++
	}
	if j < len(m.words) && m.v.IsName(m.words[j]) {
		return wish{i, j + 1}
	}
	return wish{}
}

// statement says whether what looks like a question has its subject before it: "I could Facetime her"; or a name that
// something else is said of: "my meeting with Jo please".
func (m *message) statement(i int) bool {
	if m.v.IsGiven(m.words[i]) {
		return i != m.clauseStart(i)
	}
	switch m.words[i] {
	case "can", "could", "would", "will", "does", "did", "has", "is", "are", "was", "s":
		prev := m.word(i - 1)
		switch prev {
		case "i", "we", "you", "he", "she", "they", "it", "that", "who", "this", "there", "visit", "contact", "session", "what":
			return true
		}
		return m.v.family[prev] || m.v.IsName(prev) && m.words[i] == "s"
	case "ring", "text", "message", "contact", "tell", "speak", "talk", "chat", "ask", "see", "let", "email", "check", "catch", "need", "want", "get":
		return m.word(i-1) == "will" || m.word(i-1) == "d" && m.word(i-2) == "i"
	}
	return false
}

// bareName says whether a name is the whole text: "Jane?"
func (m *message) bareName() (at int, ok bool) {
	at = -1
	for i, w := range m.words {
		switch {
		case m.v.IsGiven(w) && at < 0:
			at = i
		case !isBreak(w) && !m.v.courtesy[w]:
			return 0, false
		}
	}
	return at, at >= 0
}

func (m *message) asksForSomeone() bool {
	_, ok := m.wished()
	return ok
}

// nameAsked gives the person whom the text asks for, if it names one.
func (m *message) nameAsked() string {
	w, _ := m.wished()
	return m.v.title(m.words[w.first:w.last])
}

// askKeyword reads "ASK Jane", "ask for Mrs Patel please" (rule 2.1).
func (m *message) askKeyword() (name string, ok bool) {
	i := 1
	if m.word(i) == "for" {
		i++
	}
	first := i
	for i < len(m.words) && i < first+3 && !isBreak(m.words[i]) && (i == first && !m.v.notAsked[m.words[i]] || m.v.IsName(m.words[i])) {
		i++
	}
	if i == first || !m.onlyCourtesy(i, len(m.words)) {
		return "", false
	}
	m.note(onKeyword, 0, i)
	return m.v.title(m.words[first:i]), true
}
