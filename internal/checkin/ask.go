package checkin

// Asking for a person (rule 4.2). The team's phrase is asked for in the same words as anybody's name, so whatever
// counts as asking for her must count for Jane: else the answer would tell who reads it which name is the phrase.

// asksAnyone are requests that somebody ring, whoever it is.
var asksAnyone = list(`
(can | could | would | will | please) (someone | anyone | you | one of you | somebody)? (please)? (ring | ring me | get someone | ask someone) .. me? | (someone | anyone) (to)? ring me | ring me .. | need (someone | you | anyone) to ring me | (speak | talk) (to | with) someone | give me a ring | ask .. to ring
`)

// asksFor are requests for somebody by name. Where any word could stand (need, want) only a given name is taken for one.
var asksFor = list(`
(ask | asking | asks) (for | after | if | that)? $who | (check | checking | catch up | touch base | confirm | clear it) with $who
(can | could | would | does | did | is it ok if) $who _ | (will | has) $who .. $does
is $who (in | about | around | there | at work | coming) | is @given (free | available | on | working | back | ok | well | busy | up | here | still) | (is | are | s | was) @given _ | (any | no) (sign | news | word) (of | from) $who
(get | need | want | let | have) $who .. (to | 2 | ring | know | please | on) | (get | need | want | wants | wanting | needs | fetch) @given | put $who (on | through) | (get | got) (hold | through) (of | to) $who | (on to | onto | hold of) @given
(tell | inform | remind | warn | notify | pass (this | it | that)? (on)? to | message (for | to) | meant for | word for | for the attention of) $who
(speak | talk | chat | word | speaking | hear | heard) (to | with | from) $who
(can | could | may | please) (i | we | you)? (please)? (have | borrow | grab | reach | contact | find | fetch | see | ring | text | message | try) $who | (ring | text | message | contact) @given
where (is | s | the hell is | on earth is | the heck is | are)? $who
please @given | @given s? .. please | @given (please)? (ring | text) (me)? | (ring | text) me (please)? @given | @given (there | about | around | free | in | available) .. ?
`)

// beckons ask of somebody already named: "don't worry Jane with it but can she ring".
var beckons = list(`(can | could | would | will | ask | get | tell) (he | she | they | him | her | them) .. (to)? $does`)

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
			if givenNames[w] {
				m.note(onWish, i, i+1)
				m.note(onWish, start, end)
				return wish{i, i + 1}, true
			}
		}
	}
	start, end := asksAnyone.find(m, 0)
	m.note(onWish, start, end)
	return wish{}, start >= 0
}

// named gives the name that stands at word i; the title before it belongs to it.
func (m *message) named(i int) wish {
	j := i
	if titles[m.word(j)] {
		j++
	}
	if j < len(m.words) && isName(m.words[j]) {
		return wish{i, j + 1}
	}
	return wish{}
}

// statement says whether what looks like a question has its subject before it: "I could Facetime her"; or a name that
// something else is said of: "my meeting with Jo please".
func (m *message) statement(i int) bool {
	if givenNames[m.words[i]] {
		return i != m.clauseStart(i)
	}
	switch m.words[i] {
	case "can", "could", "would", "will", "does", "did", "has", "is", "are", "was", "s":
		prev := m.word(i - 1)
		switch prev {
		case "i", "we", "you", "he", "she", "they", "it", "that", "who", "this", "there", "visit", "contact", "session", "what":
			return true
		}
		return names["family"].has(prev) || isName(prev) && m.words[i] == "s"
	case "ring", "text", "message", "contact", "tell", "speak", "need", "want", "get":
		return m.word(i-1) == "will" || m.word(i-1) == "d" && m.word(i-2) == "i"
	}
	return false
}

// bareName says whether a name is the whole text: "Jane?"
func (m *message) bareName() (at int, ok bool) {
	at = -1
	for i, w := range m.words {
		switch {
		case givenNames[w] && at < 0:
			at = i
		case !isBreak(w) && !courtesy[w]:
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
	return title(m.words[w.first:w.last])
}

// askKeyword reads "ASK Jane", "ask for Mrs Patel please" (rule 2.1).
func (m *message) askKeyword() (name string, ok bool) {
	i := 1
	if m.word(i) == "for" {
		i++
	}
	first := i
	for i < len(m.words) && i < first+3 && !isBreak(m.words[i]) && (i == first && !notAsked[m.words[i]] || isName(m.words[i])) {
		i++
	}
	if i == first || !m.onlyCourtesy(i, len(m.words)) {
		return "", false
	}
	m.note(onKeyword, 0, i)
	return title(m.words[first:i]), true
}

// notAsked are words after ASK that name nobody who could be found.
var notAsked = set(`he she they him her them me us you it a an the if to for that this mum dad why what when where how who and again
	question anyone someone everyone somebody please now`)

var titles = set("mr mrs ms miss dr auntie uncle sister nurse")

// givenNames are common first names in Britain. The grammar can tell most names by knowing no other use for the word;
// these are names wherever they stand.
var givenNames = set(`
aaron abbie abdul abigail adam adele adrian agnes ahmed aisha alan alannah albert alex alexandra alfie ali alice alison alistair amanda amber
amelia amina amir amy andrea andrew andy angela angus anita anna anne annie anthony anya archie arthur asha ashley audrey ava ayesha barbara
barry becca becky ben benjamin bernadette bernard beth bethan bethany bev beverley bianca bob brenda brian bridget bronwen bryan callum calum
cameron carl carla carly carol caroline carolyn catherine cathy catrin ceri charles charlie charlotte chelsea cheryl chloe chris christina
christine christopher ciara claire clare clive colin connor craig daisy daniel danielle danny darren dave david dawn dean deb debbie deborah
declan deepa denise dennis derek diana diane dominic donna doreen dorothy dylan ed eddie edward eileen elaine eleanor elena elizabeth ella
ellen ellie emily emma eric erin esther ethan eva eve evelyn evie farah fatima felicity fiona fran frances francesca frank fred freddie freya
gareth garry gary gavin gemma geoff george georgia georgina gerald geraldine gill gillian gina glenn gloria gordon graham greg gwen hannah
harriet harry hassan hayley hazel heather helen helena henry holly howard hugh ian ibrahim imran imogen irene isabel isabella isla jack
jackie jacob jacqueline jake james jamie jan jane janet janice jasmine jason jayne jean jeff jemma jen jennifer jenny jeremy jess jessica
jill jim jo joan joanna joanne jodie joe joel john johnny jon jonathan jordan jose joseph josh joshua joyce juan judith judy julia julian julie
june justin karen karl kate kath katherine kathleen kathryn kathy katie kay kayleigh keith kelly ken kenneth kerry kev kevin kieran kim
kirsty kofi krystyna kumar kyle lara laura lauren leah leanne lee leo leon leona lesley leslie lewis liam lily linda lindsay lisa liz lizzie
lorna lorraine louis louise lucy luke lydia lynn lynne maddie maggie malcolm mandy marcus margaret maria marian marie marilyn marion martin
martina martyn mary matt matthew maureen maxine meera megan mel melanie melissa mia michael michelle mick mike miriam mo mohammed moira molly
mona monica morag muhammad nadia nadine naomi natalie natasha nathan neil niamh nicholas nick nicky nicola nicole nigel nikki nina nora norma
norman oliver olivia olu omar oscar owen pam pamela patricia patrick paul paula pauline penny pete peter phil philip philippa phoebe pippa
polly priya rachel raj rajesh ravi ray rebecca rhian rhys richard rick rita robert roberta robin rory rosa rosemary rosie ross roy ruby
rukhsana russell ruth ryan sally sam samantha samir samuel sandra sanjay sara sarah scott sean seb shabana shannon sharon shaun sheila shelley
sheryl shirley sian simon siobhan sofia sonia sophia sophie stacey stan stella stephanie stephen steve steven stewart stuart sunita susan
susie suzanne sylvia tamara tania tanya tara tariq ted teresa terry tess theo theresa thomas tim tina toby tom tommy toni tony tracey tracy
trevor tricia trish vanessa vera verity veronica vicki vicky victoria vijay vikki vince vincent wayne wendy yasmin yusuf yvette yvonne zach
zahra zara zoe
`)
