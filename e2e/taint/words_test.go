package taint_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"strings"
	"sync"

	"github.com/allclear-safety/allclear/e2e/town"
	"github.com/allclear-safety/allclear/internal/tainttest"
)

// seeded are the words of the county by what they are: each in one private field and nowhere else. Calls name them in braces.
var seeded = map[string]string{
	"Ysolde's first name": "Ysolde", "Ysolde's surname": "Quillfeäther", "Ysolde's mobile": "+447700900654", "Ysolde's own mobile": "+447700900655",
	"Ysolde's home number": "+441632960765", "Ysolde's e-mail": "wobbegong@zephyrine.example", "Ysolde's looks": "aubergine greatcoat",
	"car's make": "Studebaker", "car's model": "Zephyrette", "car's colour": "heliotrope", "car's plate": "QZ71 XWV",
	"next of kin": "Thaddeus Umberfold", "next of kin's relation": "godmother's lodger", "next of kin's number": "+447700900766",
	"Peregrine's first name": "Peregrine", "Peregrine's surname": "Featherstonehaugh", "Peregrine's mobile": "+447700900711", "Peregrine's own mobile": "+447700900712", "Peregrine's e-mail": "gyrfalcon@zephyrine.example",
	"Leocadia's first name": "Leocadia", "Leocadia's surname": "Montmorency", "Leocadia's mobile": "+447700900721", "Leocadia's e-mail": "manager@capybara.example",
	"Wilhelmina's first name": "Wilhelmina", "Wilhelmina's surname": "Ackroyd-Tuft", "Wilhelmina's e-mail": "office@dromedary.example",
	"Tancred's first name": "Tancred", "Tancred's surname": "Bythesea", "Tancred's mobile": "+447700900731", "Tancred's home number": "+441632960732", "Tancred's looks": "vermilion moustache",

	"service user": "Balthazar Nettlecombe", "address": "9 Zyzzyva Mews", "how to get in": "key under the gryphon", "service user's number": "+447700900877",
	"who else is there": "two wolfhounds", "address moved to": "Flat 3, Xanthic House", "another service user": "Hepzibah Crumplehorn", "another address": "77 Quincunx Row",
	"why it was called off": "daughter has impetigo",

	"words of an IN": "mind the xylograph", "words of a stranger": "who has my marmoset", "stranger's number": "+447700900988", "words of a check-in": "ptarmigan in the porch",
	"words of a cry": "he has a halberd", "words of a number": "phone dying", "number given": "+441452555123", "words not understood": "flibbertigibbet snood",
	"who is asked for": "Jocasta", "phrase": "Scheherazade",

	"number rung": "+447700900123", "note of a call": "he sounded drumly", "police reference": "GLQ-20261121-0417", "officer": "PC Wapentake",
	"note of the police": "a dinghy is coming", "note of liaison": "a van with quokkas", "note of harm": "bruised clavicle", "why police were held": "lost in the arboretum",
	"who was stood down": "Sgt Vavasour", "note of a close": "seen beside the weathervane",

	"a plan's own words": "persimmon trellis at noon", "name somebody signed with": "Quillfeather-Yllanes",

	"why the glass was broken": "her budgerigar flew home", "why someone is kept away": "he is her erstwhile fiancé", "why a hold stands": "the coroner of Barchester",
	"why Tancred was erased": "asked by pigeon post", "words recorded": "says the curmudgeon left",

	"who supports": "Anchorite Guild", "number of who supports": "01632 960888", "e-mail of who supports": "hearth@narwhal.example", "address of who supports": "The Buttery, Dovecote Yard",
	"when who supports is there": "each Candlemas", "what who supports is for": "mulled consolation",

	"whom a warning is about": "Cornelius Dapplewick", "address of a warning": "3 Umbrage Yard", "what a warning says": "a feral ocelot indoors", "why a warning stands": "clawed the chiropodist",
	"who knows of it": "Bartholomew of Housing", "case reference": "CASE-QUAHOG-31", "why a warning ended": "the menagerie was rehomed",
	"whom an assessment is about": "Philomena Stringfellow", "address of an assessment": "8 Gossamer Wynd", "what is known there": "slurs from the scullery", "what will be done": "park beside the bandstand",
	"why a joint visit": "two torches outshine one", "whom it was talked over with": "Ottoline of Duty Desk", "why it was decided": "the ferryman is unwell", "what a worker wrote of herself": "my stomach somersaults",

	"what happened in an incident": "walloped with a mangelwurzel", "who saw an incident": "the tattooed verger", "how it felt": "shivered like a tamarind", "when to talk": "beneath the pergola at dusk",
	"what was talked over": "the gangplank was slippery", "what was learned": "ring the ironmonger first", "what is to be done": "buy a foghorn for Tuesdays",

	"title of an invite": "gazpacho tasting", "place of an invite": "14 Wigwam Terrace", "whom an invite is to": "Ermintrude Blackthistle", "address in an invite": "22 Pomander Lane",
	"number in an invite": "+447700900833", "who else in an invite": "a brother with ferrets", "words of an invite": "beware of the cassowary", "name of a guest": "Zebedee Oxlade",
	"e-mail of a guest": "zebedee@oxlade.example", "name of an organizer": "Ysoldina Featherbed", "category of an invite": "clavichord caseload", "words of a program": "Tarradiddle Calendar",
	"words in a mail's header": "obloquy-ramekin-55", "UID of an invite": "uid-pangolin-4471", "words of an update": "bring the theodolite", "why it was called off by mail": "carnival on the towpath",
	"title of a series": "weekly bagatelle", "title of what cannot be read": "sarcophagus viewing", "words of what cannot be read": "marzipan sarcophagus", "title of a forged invite": "nefarious tarpaulin",
	"words of a forged invite": "come to the gasworks", "cry in a forged mail": "he has a scimitar", "title of a plain mail": "didgeridoo mislaid", "words of a plain mail": "where is my didgeridoo",
	"e-mail of a stranger": "mountebank@elsewhere.example", "words of a stranger's mail": "buy my galoshes", "words of a bounce": "mailbox of the orangutan", "e-mail of a delegate": "sedgwick@zephyrine.example",
	"e-mail of another delegate": "pomfret@zephyrine.example", "words typed to the mail server": "hullabaloo-kumquat", "words of an answer": "not without my umbrella",
	"what a feed is called": "phone of the alchemist",

	"password": "gravel otter lantern quilt", "Leocadia's password": "umbrella sphinx marzipan dusk", "wrong password": "tapioca-velodrome-88", "password in the name's place": "isthmus-bagpipe-41",
	"wrong token": "ac_hippocampusneverwas", "key of a repeat": "idem-chrysalis-0042", "wrong signature": "c2lnbmF0dXJlb2Zub2JvZHk",
	"heartbeat's secret": "beat-quetzalcoatl-5521", "webhook's secret": "note-axolotl-9183", "organisation's secret": "client-pomegranate-7730", "mail server's password": "post-nudibranch-4417", "database's password": "kinkajou-ossuary-3312",
	"provider's token": town.AuthToken,

	"typed into an address": "Zanzibarrow Lodge", "field of the caller's": "rhinoceros_field", "malformed words": "Mulligatawny Terrace",

	// Those of the play of the Saturday, who are the town's own.
	"Priya's surname": "Priya Nair", "Priya's mobile": town.Priya.Mobile, "Priya's home number": town.Priya.Home, "Priya's husband": "Ravi Nair", "Priya's husband's number": town.Ravi,
	"Priya's e-mail": "priya@example.org", "Priya's looks": "short black hair", "Priya's plate": "AB12 CDE", "Priya's service user": town.ServiceUser,
	"Priya's address": "1 Example Street", "Priya's service user's number": town.Contact, "note of Priya's husband": "not heard from her since lunch", "Priya's police reference": "GC-20261122-0412",
	"Priya's officer": "PC 1822 Howell", "Priya's liaison": "her Fiesta is outside", "how Priya was known": "what we had for lunch", "Sam's own mobile": town.Sam.Personal,
}

// words are those seeded, and the secrets that come up while the weekend is played.
type words struct {
	mu   sync.Mutex
	list []tainttest.Word
	had  map[string]bool
}

func newWords() *words {
	w := &words{had: map[string]bool{}}
	for what, text := range seeded {
		w.add(what, text)
	}
	return w
}

// add adds a secret. What is as short as a code of six digits turns up by chance, and is none any more a minute later.
func (w *words) add(what, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(text) >= 6 && !w.had[text] {
		w.had[text] = true
		w.list = append(w.list, tainttest.Word{What: what, Text: text})
	}
}

// search is for all words there are by now.
func (w *words) search() *tainttest.Search {
	w.mu.Lock()
	defer w.mu.Unlock()
	return tainttest.New(w.list)
}

var braces = regexp.MustCompile(`\{[^{}"]+\}`)

// filled puts the words into a call, as JSON has them.
func filled(call string) string {
	return braces.ReplaceAllStringFunc(call, func(mark string) string {
		text, is := seeded[strings.Trim(mark, "{}")]
		if !is {
			panic("no such word: " + mark)
		}
		encoded, _ := json.Marshal(text) // a string always marshals
		return strings.Trim(string(encoded), `"`)
	})
}

// wrapping adds what the file of a master key holds: its line, and each key in it as bytes.
func (w *words) wrapping(file string) error {
	line, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	text := strings.TrimSpace(string(line))
	w.add("wrapping key's line", text[len(text)/2:len(text)/2+40])
	_, encoded, _ := strings.Cut(text, "key-1.")
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return err
	}
	var keysets map[string][]byte
	if err := json.Unmarshal(raw, &keysets); err != nil {
		return err
	}
	for purpose, keyset := range keysets {
		_, key, found := bytes.Cut(keyset, []byte("\x1a\x20")) // a key of 32 bytes as Tink's messages hold it: its field, its length, and it
		if !found || len(key) < 32 {
			return errors.New("the key to " + purpose + " is not where it was")
		}
		w.add("wrapping key to "+purpose, string(key[:32]))
	}
	return nil
}
