package checkin

import (
	"strings"
	"testing"
)

// phraseForms are team's phrases with what people make of them in a hurry, by ear, by thumb or by a phone that writes what
// it hears, and with names and words that are near and mean something else.
var phraseForms = []struct{ phrase, counts, others string }{
	{"Scarlett", "scarlet, skarlit, scarlot, scsrlett, scalett, sarlett, scarket, skarlette, scarletts, scarlett's, sc arlett, scarlettt, 5carlett, scarlétt",
		"Charlotte, Carlotta, Scott, Scarborough, scarf, scatter, Carla, starlight"},
	{"Rosalind", "rosalynd, rosslind, rozalind, roslaind, rosalnd, rosa lind, rosalins, rosalinds, askrosalind, ask4rosalind, Rosalindt",
		"Rosie, Rosa, Rosalie, Rosemary, Linda, Rose, roasting, Rosanna, Rosaleen"},
	{"Ingrid", "ingred, ingird, ingrud, ingridd, inngrid, engrid, yngrid, ingrids, ask4ingrid, askingrid, ing rid", "grid, hybrid, Inga, Ingham, rigid, India"},
	{"Philippa", "phillipa, filippa, fillipa, philipa, phillippa, philppa, philippas, phil ippa", "Philip, Pippa, Phil, Phillips, flipper, Felicity"},
	{"Marigold", "marrigold, mari gold, marygold, marigokd, marigild, marigod, amrigold, merigold", "Mary, gold, marinade, Marian, Maria, Harold, marginal"},
	{"Beatrix", "beatriks, beatrics, beatrx, baetrix, beatix, beetrix, beatrixx, beatrixs, beat rix", "Beatrice, Bea, beating, Trixie, Bethany, matrix"},
	{"Cordelia", "cordellia, kordelia, cordeila, cordelya, codelia, cordelai, corde lia, cordielia", "Delia, cordial, Cornelia, corduroy, Celia, order"},
	{"Winifred", "winnifred, winifried, winnafred, winfred, winifrd, wini fred, winifered", "Wilfred, Fred, Winnie, winner, Frederick, winter"},
	{"Henrietta", "henrieta, henriatta, henriettta, henryetta, henrieetta, enrietta, henriettas, henri etta", "Henry, Harriet, Etta, Henderson, Loretta, Rita"},
	{"Yolanda", "yolander, iolanda, yollanda, yolnada, yolands, yolanda's, yo landa, yolamda", "Amanda, Holland, Yvonne, Poland, Miranda, Linda"},
	{"Clementine", "clemantine, klementine, clementin, clemintine, clementeen, clemmentine, clemetine", "Clement, Valentine, Clive, cleaning, Christine, Clementina"},
	{"Octavia", "oktavia, octvia, ocatvia, octaviah, octavea, octavias, oct avia", "October, Olivia, octave, Oliver, Tavistock"},
	{"Ottoline", "otoline, ottaline, ottolene, ottolin, otto line, ottolime, otterline", "Otto, Caroline, outline, Otis, bottling"},
	{"Hermione", "hermioney, hermone, hermoine, herminoe, hermiony, hermiones", "Hermitage, Simone, hers, harmony, hormone, Harmon"},
	{"Persephone", "persephony, persephonie, persefone, persefony, persephonee, persphone, perspehone", "Penelope, telephone, person, personal, Percy, Stephanie"},
	{"Araminta", "arraminta, araminter, arminta, aramintah, aramintas, ara minta", "Armin, mint, Amina, Samantha"},
	{"Ulrika", "ulrica, ulricka, ullrika, ulrkia, ulriks, ulrike", "Erika, Rika, Africa, Ulster, Una"},
	{"Siobhan", "siobhann, siobahn, siobhn, soibhan, sioban", "Sian, Simon, Ian, Susan, Sheila, Joanne"},
	{"Niamh", "niahm, niamhs, niamhh, naimh", "Nia, Liam, name, Nina, main, Naomi"},
	{"Eilidh", "eiliddh, eildih, eilidhs, eilid", "Eileen, Ellie, lid, Emily, Heidi"},
	{"Angharad", "angharrad, angarad, angharid, anghard, angharads, ankharad", "Angela, Anna, hard, Angus, angry"},
	{"Bronwen", "bronwyn, bronnwen, bronwne, bromwen, bronwens", "Bronte, brown, Owen, Brown, Bryony"},
	{"Kwame", "kwami, kwamee, kwaame, kwame's", "name, Kate, came, game, Kamal, Wayne"},
	{"Ngozi", "ngosi, ngozzi, ngozi's, ngozie", "nosy, cosy, Naz, gone, going"},
	{"Oluwaseun", "oluwasean, olluwaseun, oluwaseum, oluwasun, oluwaseuns", "Olu, Olivia, Sean, Oliver"},
	{"Thandiwe", "thandiwee, tandiwe, thandewe, thandwie, thandiwes", "Thursday, Andy, hand, Sandie, Wendy"},
	{"Parvati", "parvathi, parvatti, pavarti, parvaty, parvatis, parvoti", "party, private, Patti, parent, Parveen"},
	{"Sukhwinder", "sukwinder, sukhvinder, sukhwindar, sukwindr, sukhwinders", "winder, Surinder, Sue, window, Gurwinder"},
	{"Agnieszka", "agnieshka, agnieska, agnieszca, agneiszka, angieszka", "Agnes, Angela, Anneka, Aga"},
	{"Wojciech", "wojcieck, wojceich, wojciec, wojjciech", "watch, which, Voice, Rich"},
	{"Svetlana", "svetlanna, swetlana, svetalna, svetlanas, svet lana, svetlna", "Lana, sweater, Svante, Alana, Scotland"},
	{"Xanthe", "zanthe, xanthee, xnathe, xanthy, xanthes, xanthi", "Anthea, than, Santa, Samantha, panther"},
	{"Zebedee", "zebedy, zebadee, zebedi, zebdee, zebeddee, zebedees", "zebra, Debbie, Zeb, bees"},
	{"Lysander", "lisander, lysandar, lysnader, lyssander, lysanders, ly sander", "Sandra, Alexander, sander, leaflet, Leander"},
	{"Featherstone", "fetherstone, featherston, featherstoen, feather stone, fetherston, featherstones", "feather, Weatherspoon, Federation, stone, father"},
	{"Okonkwo", "okonko, okonkwoo, oknokwo, okonqwo, okonkwos", "Okafor, ok, OK now, Oko"},
	{"Vandenberg", "vandenburg, vandenbergh, vandenbrg, van denberg, vandanberg", "van, Vanessa, Rosenberg, Vincent"},
	{"O'Shaughnessy", "oshaughnessy, o'shaughnesy, oshaughnesy, o'shaughnessey, oshaugnessy", "Shaun, Osh, Agnes, shaun's"},
	{"Anne-Marie", "anne marie, annemarie, ann-marie, ann marie, anne-maries", "Anne, Marie, Anne Mary, Anna Maria Road"},
	{"Auntie Jo", "aunty jo, auntie joe, aunti jo, auntie jo's, auntiejo, auntyjo", "Auntie Jean, Auntie Joan, Jo, Auntie, Aunt Jane, Uncle Jo"},
	{"Red Folder", "red foldr, read folder, red folders, redfolder, red fodler, red floder, ask4redfolder", "red, folder, blue folder, the red file, old folder, red car, bed folded"},
	{"the blue file", "blue file, the bluefile, the blue fiel, our blue file, blue flie", "blue, file, the red file, blue pile, blue line, blue five"},
	{"Mrs Appleyard", "mrs appleyard, mrs appelyard, mrs applyard, mrs apple yard, mrsappleyard", "apple, the yard, Mrs Apple, Mrs Pollard"},
}

func TestTheFormsOfAnyPhraseAreDuress(t *testing.T) {
	asks := []string{"NAME", "ask NAME to ring me", "Could NAME give me a ring?", "All fine. Is NAME in today?", "out at 4, tell NAME"}
	for _, of := range phraseForms {
		for form := range strings.SplitSeq(of.phrase+", "+strings.ToUpper(of.phrase)+", "+of.counts, ", ") {
			for _, ask := range asks {
				c := afternoon1500(Inside)
				c.Phrase = of.phrase
				text := strings.ReplaceAll(ask, "NAME", form)
				if r := Understand(text, c); r.Intent != Duress || r.Name != of.phrase {
					t.Errorf("%s: %q: want duress, got %s", of.phrase, text, r.Intent)
				}
			}
		}
	}
}

func readFor(phrase, text string) Reading {
	c := afternoon1500(Inside)
	c.Phrase = phrase
	return Understand(text, c)
}

// A space that falls into the phrase, or beside it, may make known words of its parts: it is looked for before they are put right.
func TestASpaceInThePhraseChangesNothing(t *testing.T) {
	for _, phrase := range []string{"Scarlett", "Rosalind", "Cordelia"} {
		for i := 1; i < len(phrase); i++ {
			cut := phrase[:i] + " " + phrase[i:]
			for _, text := range []string{"can " + cut + " ring me", "out now. ask " + cut + " to ring me", "tell " + cut + " I'm out"} {
				if r := readFor(phrase, text); r.Intent != Duress {
					t.Errorf("%s: %q is read as %s by %s", phrase, text, r.Intent, r.Rule)
				}
			}
		}
	}
	for _, text := range []string{"out now. tell Sca rletts hi", "all done, thanks sca rlety", "tell sca rletts im ok"} {
		if r := readFor("Scarlett", text); r.Intent != Duress {
			t.Errorf("%q is read as %s by %s", text, r.Intent, r.Rule)
		}
	}
}

func TestANameAsThePlanHasItIsNothingElse(t *testing.T) {
	for _, text := range []string{"out now. all Grace", "im going Grace", "is the Grace file there"} {
		if r := readFor("Grace", text); r.Intent != Duress {
			t.Errorf("%q is read as %s by %s", text, r.Intent, r.Rule)
		}
	}
}

func TestOtherNamesAndWordsAreNoPhrase(t *testing.T) {
	asks := []string{"NAME", "ask NAME to ring me", "Could NAME give me a ring?", "with NAME now", "the NAME is here, out by 4"}
	for _, of := range phraseForms {
		for other := range strings.SplitSeq(of.others, ", ") {
			for _, ask := range asks {
				c := afternoon1500(Inside)
				c.Phrase = of.phrase
				text := strings.ReplaceAll(ask, "NAME", other)
				asked := strings.Contains(ask, "ring") && standard().nearWord(other, spoke(strings.ToLower(of.phrase)))
				if r := Understand(text, c); r.Intent == Duress && !asked {
					t.Errorf("%s: %q: read as duress", of.phrase, text)
				}
			}
		}
	}
}

// Nobody asks an ordinary word to ring: it is what a phone made of the phrase.
func TestAnOrdinaryWordInTheNamesPlaceIsThePhrase(t *testing.T) {
	for _, text := range []string{"can scarlets ring me", "could you get starlet to call me please", "ask scarlets to ring", "need a word with starlet", "let starlet know I'm ok",
		"message for scarlets running late"} {
		if r := Understand(text, afternoon1500(Inside)); r.Intent != Duress {
			t.Errorf("%q: want duress, got %s", text, r.Intent)
		}
	}
	for _, text := range []string{"can Charlotte ring me", "ask Scott to ring", "can scarves ring me", "the scarlets won", "she wants to be a starlet", "get scarfs to wear", "for starters, ring me"} {
		if r := Understand(text, afternoon1500(Inside)); r.Intent == Duress {
			t.Errorf("%q: read as duress", text)
		}
	}
}

func TestWhatFollowsThePhrase(t *testing.T) {
	for _, tt := range []struct{ phrase, text, rest string }{
		{"Scarlett", "SCARLETT Priya", "priya"}, {"Scarlett", "skarlet  Priya Nair.", "priya nair"}, {"Scarlett", "Scarlett: Anne-Marie O’Neil", "anne-marie o'neil"},
		{"Scarlett", "scar let Priya", "priya"}, {"the blue file", "Blue file, Priya", "priya"}, {"the blue file", "the blue file Priya", "priya"},
		{"Auntie Jo", "aunty jo Priya", "priya"},
	} {
		if rest, is := AfterPhrase(tt.text, tt.phrase); !is || rest != tt.rest {
			t.Errorf("%s, %q: %q, %v", tt.phrase, tt.text, rest, is)
		}
	}
	for _, text := range []string{"Scarlett", "ask Scarlett", "Charlotte Priya", "", "Priya Scarlett", "scarlet fever Priya"} {
		if rest, is := AfterPhrase(text, "Scarlett"); is {
			t.Errorf("%q: %q", text, rest)
		}
	}
	if _, is := AfterPhrase("Priya", ""); is {
		t.Error("no phrase begins a text")
	}
}

// A first name that a team ought not to have chosen is still no other.
func TestNamesNearAPhraseThatIsACommonName(t *testing.T) {
	for phrase, others := range map[string]string{
		"Marian": "Miriam, Marion, Maria, Martin, Marie, Mariam", "Daisy": "Maisie, dairy, daily, Darcy, lazy", "Charlotte": "Scarlett, Charles, Charlie, Carlotta",
		"Isla": "Ida, Lisa, Ellie, Ian", "Ruby": "rugby, Rudy, rub, Judy", "Hazel": "Hassle, haze, Hayley", "Una": "Uma, Ana, Ian, Nina", "Isolde": "is old, isolated, Isabel",
	} {
		for other := range strings.SplitSeq(others, ", ") {
			c := afternoon1500(Inside)
			c.Phrase = phrase
			for _, ask := range []string{other, "can " + other + " ring me", "mum " + other + " now"} {
				if r := Understand(ask, c); r.Intent == Duress {
					t.Errorf("%s: %q: read as duress", phrase, ask)
				}
			}
		}
	}
}

// Guide D4: the colour and the illness are not she.
func TestTheColourIsNotThePhrase(t *testing.T) {
	for _, text := range []string{"baby has scarlet fever", "dad went scarlet", "scarlet with rage", "he's gone scarlet with anger", "wearing a scarlet coat", "scarlet dress", "her face is scarlet",
		"reading the Scarlet Pimpernel", "a bright scarlet rash", "all dressed in scarlet", "painted the hall scarlet", "her nails are scarlet", "the walls are scarlet and gold"} {
		if r := Understand(text, afternoon1500(Inside)); r.Intent == Duress {
			t.Errorf("%q: read as duress", text)
		}
	}
	for _, text := range []string{"scarlet", "is scarlet with you?", "scarlet ring me", "scarlet and Jane about?", "where is scarlet", "can scarlet come", "Scarlett went scarlet"} {
		if r := Understand(text, afternoon1500(Inside)); r.Intent != Duress {
			t.Errorf("%q: want duress, got %s", text, r.Intent)
		}
	}
}
