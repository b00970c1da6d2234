package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/tainttest"
)

// tainted are the words that only those with the right to them may read, by what they are in the calls below: each is nowhere else.
var tainted = map[string]string{
	"{name}": "Ysolde Quillfeäther", "{mobile}": "7700900654", "{own_mobile}": "7700900655", "{home}": "1632960765", "{email}": "wobbegong@zephyrine.example",
	"{looks}": "aubergine greatcoat", "{make}": "Studebaker", "{model}": "Zephyrette", "{colour}": "heliotrope", "{plate}": "QZ71 XWV",
	"{kin}": "Thaddeus Umberfold", "{relation}": "godmother's lodger", "{kin_phone}": "7700900766",
	"{user}": "Balthazar Nettlecombe", "{address}": "9 Zyzzyva Mews", "{access}": "key under the gryphon", "{contact}": "7700900877", "{who}": "two wolfhounds",
	"{moved}": "Flat 3, Xanthic House", "{reason}": "daughter has impetigo",
	"{texted}": "xylograph", "{stranger}": "7700900988", "{stray}": "marmoset", "{checked}": "ptarmigan", "{note}": "he sounded drumly",
	"{rung}": "7700900123", "{police_ref}": "GLQ-20261121-0417", "{officer}": "PC Featherstonehaugh", "{liaison}": "a van with quokkas",
	"{harm}": "bruised clavicle", "{hold}": "lost in the arboretum", "{stood}": "Sgt Vavasour", "{closing}": "seen beside the weathervane",
	"{phrase}": "Scheherazade", "{key}": "idem-chrysalis", "{passkey}": "Ysolde's ocarina",
}

// filled puts the words into a call.
func filled(call string) string {
	for mark, word := range tainted {
		call = strings.ReplaceAll(call, mark, word)
	}
	return call
}

// taintedDay plays a day with all that is private, by the calls and texts that bring it in.
func (o *office) taintedDay() (visit string) {
	o.Helper()
	try := func(method, path, body string, status int, headers ...string) reply {
		o.Helper()
		return o.must(method, path, filled(body), status, headers...)
	}
	try("PUT", "/teams/echo", `{"name":"ECHo","zone":"Europe/London","plan":{"fallback":"p-lee","duress_phrase":"{phrase}"}}`, 200)
	try("PUT", "/people/p-ysolde", `{"name":"{name}","team":"echo","roles":["worker"],"mobile":"+44{mobile}","personal_mobile":"0{own_mobile}","home_phone":"0{home}",
		"email":"{email}","description":"{looks}","vehicle":{"make":"{make}","model":"{model}","colour":"{colour}","registration":"{plate}"},
		"emergency_contacts":[{"name":"{kin}","relation":"{relation}","phone":"0{kin_phone}"}]}`, 201)
	visit = try("POST", "/visits", `{"worker":"p-ysolde","kind":"home_visit","starts_at":"2026-11-21T14:30:00Z","expected_end_at":"2026-11-21T15:30:00Z",
		"service_user":"{user}","address":"{address}","access":"{access}","contact":"0{contact}","who_else":"{who}"}`, 201, "Idempotency-Key", filled("{key}")).text("id")
	other := try("POST", "/visits", `{"worker":"p-ysolde","kind":"meeting","starts_at":"2026-11-21T19:30:00Z","expected_end_at":"2026-11-21T20:30:00Z"}`, 201).text("id")
	try("POST", "/visits/"+other+"/cancel", `{"by":"p-ysolde","reason":"{reason}"}`, 200)
	o.wait(30 * time.Minute)
	o.texts("SM1", filled("+44{mobile}"), filled("in, mind the {texted}"))
	o.texts("SM2", filled("+44{stranger}"), filled("who has my {stray}?"))
	o.run()
	try("PATCH", "/visits/"+visit, `{"address":"{moved}"}`, 200)
	try("POST", "/checkins", `{"person":"p-ysolde","text":"Running late by 5 minutes, {checked}"}`, 200)
	o.wait(90 * time.Minute)
	o.actOn(try("GET", "/visits/"+visit, "", 200).text("alarm.id"), try)
	raised := try("POST", "/alarms", `{"worker":"p-ann","kind":"distress","by":"p-sam"}`, 201).text("id")
	try("GET", "/alarms/"+raised+"/handover", "", 200)
	try("GET", "/unplaced", "", 200)
	o.texts("SM3", filled("+44{mobile}"), filled("I saw {phrase} at the shop"))
	o.run()
	for _, a := range try("GET", "/alarms?status=open", "", 200).get("alarms").([]any) {
		if a := a.(map[string]any); a["mention"] == true {
			try("POST", "/alarms/"+a["id"].(string)+"/hold", `{"by":"p-sam","second_person":"p-lee","note":"{hold}"}`, 200)
		}
	}
	return visit
}

// actOn does what can be done about an alarm.
func (o *office) actOn(alarm string, try func(method, path, body string, status int, headers ...string) reply) {
	o.Helper()
	about := "/alarms/" + alarm
	try("POST", about+"/acknowledge", `{"by":"p-sam"}`, 200)
	try("POST", about+"/calls", `{"by":"p-sam","to":"0{rung}","result":"spoke_other","note":"{note}"}`, 200)
	try("POST", about+"/police", `{"by":"p-sam","reference":"{police_ref}","officer":"{officer}","attending":true}`, 200)
	try("POST", about+"/liaison", `{"by":"p-sam","note":"{liaison}"}`, 200)
	try("POST", about+"/harmed", `{"by":"p-sam","note":"{harm}"}`, 200)
	try("POST", about+"/close", `{"by":"p-sam","evidence":"outcome_known","note":"{closing}","visit":"ended","police_stood_down":{"at":"2026-11-21T16:00:00Z","to":"{stood}"}}`, 200)
}

// Whoever takes the disk, or a backup, reads nothing private: not as it was written, and in no other form.
func TestTheDatabaseHoldsNoPrivateWord(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		o := openOffice(t, p.Open(t))
		visit := o.taintedDay()
		o.signsIn()
		everything := p.Bytes(t)
		for what, word := range tainted {
			for where, raw := range everything {
				if form, found := tainttest.Finds(raw, word); found {
					t.Errorf("%s has %s %q, %s", where, what, word, form)
				}
			}
			if form, found := tainttest.Finds([]byte(o.log.String()), word); found {
				t.Errorf("the log has %s %q, %s", what, word, form)
			}
		}
		o.allThere(visit)
	})
}

// signsIn gives the worker a way to sign in.
func (o *office) signsIn() {
	o.Helper()
	at := o.clock.Now()
	if err := o.db.AddAccount(o.Context(), store.Account{Person: "p-ysolde", Handle: []byte("handle"), Name: filled("{email}"), MadeAt: at}); err != nil {
		o.Fatal(err)
	}
	if err := o.db.AddPasskey(o.Context(), store.Passkey{ID: []byte("id"), Person: "p-ysolde", Name: filled("{passkey}"), Key: []byte("{}"), AddedAt: at}, nil); err != nil {
		o.Fatal(err)
	}
}

// allThere fails the test unless those with the right to the words find them: a test that finds nothing where nothing was kept says nothing.
func (o *office) allThere(visit string) {
	o.Helper()
	var said strings.Builder
	for _, person := range []string{"p-ysolde", "p-ann", "unknown-sender", "system"} {
		list, err := o.db.Entries(o.Context(), person, time.Time{}, time.Time{})
		if err != nil {
			o.Fatal(err)
		}
		for _, e := range list {
			said.WriteString(e.Words.Reveal())
		}
	}
	for _, path := range []string{"/people/p-ysolde", "/visits/" + visit, "/teams/echo", "/unplaced"} {
		said.WriteString(o.must("GET", path, "", 200).Body.String())
	}
	keys, err := o.db.Passkeys(o.Context(), "p-ysolde")
	if err != nil || len(keys) != 1 {
		o.Fatalf("passkeys: %v, %v", keys, err)
	}
	said.WriteString(keys[0].Name)
	v, err := o.db.Visit(o.Context(), visit)
	if err != nil || v.AtIn == nil {
		o.Fatalf("the details at the IN: %v, %v", v.AtIn, err)
	}
	said.WriteString(v.AtIn.Address.Reveal())
	for what, word := range tainted {
		if _, found := tainttest.Finds([]byte(said.String()), word); !found && what != "{key}" {
			o.Errorf("%s is nowhere to be read", what)
		}
	}
}
