package subject_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/engine/enginetest"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/subject"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
)

var nine = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// others are words that are somebody else's, wherever they stand.
var others = []string{"Quillfeather", "Zyzzyva", "900987", "Wobbegong", "900321", "xylograph", "Marigold", "jamie@example.net", "phc-secret", "quokka"}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func number(t testing.TB, s string) phone.Number {
	t.Helper()
	n, err := phone.Parse(s)
	must(t, err)
	return n
}

// answered is the entry of what somebody's calendar answered, or of what that was answered by.
func answered(id, visit, by, says string) store.Entry {
	return store.Entry{ID: id, At: nine, RecordedAt: nine, Kind: "invite_answer", By: by, Via: "mail", Visit: visit, Input: []byte(says), Events: []byte("[]")}
}

// fill keeps Priya, with what is her own and what is others' in all places where words are, and Ann Wobbegong.
func fill(t testing.TB, db *store.DB) {
	t.Helper()
	_, err := db.ReceiveMail(t.Context(), store.ReceivedMail{ID: "m1", Print: "m1", Sender: private.New("priya@council.example"), Via: "listener", Raw: private.New("SUMMARY:Mrs Quillfeather"), ReceivedAt: nine})
	must(t, err)
	must(t, db.SettleMail(t.Context(), store.SettledMail{ID: "m1", Person: "p-priya", State: store.MailDone, Result: "booked", Visit: "v1", At: nine, Invited: []store.Invited{
		{Organizer: private.New("priya@council.example"), UID: private.New("u"), Worker: "p-priya", Visit: "v1", Mail: "m1", Stamp: nine, State: store.InvitedBooked, Owner: "visit/v1", PutAt: nine,
			Words: private.New(`{"form":"Mrs Quillfeather"}`)}}}))
	var invites []store.Invite
	for visit, uid := range map[string]string{"v1": "u1", "v2": "u2"} {
		i := store.NewInvite(visit, "p-priya", uid)
		i.Address, i.Sequence, i.Print, i.StartsAt, i.EndsAt, i.SentAt = private.New("priya@council.example"), 0, []byte{1}, nine, nine.Add(time.Hour), nine
		invites = append(invites, i)
	}
	must(t, db.Commit(t.Context(), store.Change{Worker: "invites", Watch: watch.Watch{Worker: "invites"}, Invites: invites, Answers: []store.InviteAnswer{{UID: "u2", Answer: store.AnswerDeclined, At: nine}},
		Entries: []store.Entry{{ID: "sent", At: nine, RecordedAt: nine, Kind: "invites_sent", Via: "clock", Visit: "v1", Input: []byte("{}"), Events: []byte("[]")},
			answered("a1", "v2", "p-priya", `{"answer":"accepted"}`), answered("a2", "v2", "p-priya", `{"answered":"invite_countered"}`), answered("a3", "v2", "p-priya", `{"answered":"invite_not_off"}`),
			answered("a4", "v2", "p-ann", `{"answer":"tentative"}`), answered("a5", "v9", "p-priya", `{"answer":"refresh"}`)}}))
	put := func(p buddy.Person) {
		t.Helper()
		p.Team, p.Roles, p.Active = "echo", []string{"worker"}, true
		_, err := db.PutPerson(t.Context(), p, nine)
		must(t, err)
	}
	put(buddy.Person{ID: "p-priya", Name: "Priya Nair", Mobile: number(t, "07700 900101"), Description: private.New("green coat"),
		Contacts: []buddy.Contact{{Name: private.New("Ravi Nair"), Phone: number(t, "07700 900102")}}})
	put(buddy.Person{ID: "p-ann", Name: "Ann Wobbegong", Mobile: number(t, "07700 900321"), Description: private.New("Marigold tattoo")})
	said := func(id, kind, by, worker, words string) store.Entry {
		return store.Entry{ID: id, At: nine, RecordedAt: nine, Kind: kind, By: by, Via: "text", Visit: "v1", Alarm: "a1", Owner: "alarm/a1", Input: []byte("{}"),
			Events: []byte(`[{"what":"text_in"}]`), Words: private.New(words), Worker: worker}
	}
	visit := func(worker, id string) store.Visit {
		return store.Visit{ID: id, Reference: "R" + id, Worker: worker, Team: "echo", Kind: "home_visit", Status: watch.Ended, StartsAt: nine, ExpectedEndAt: nine.Add(time.Hour),
			BookedAt: nine, DetailsChanged: true, Details: buddy.Form{ServiceUser: private.New("J Quillfeather"), Address: private.New("7 Zyzzyva Mews, Gloucester"),
				Contact: private.New("07700 900987")}}
	}
	must(t, db.Commit(t.Context(), store.Change{Worker: "p-priya", Watch: watch.Watch{Worker: "p-priya"}, Visits: []store.Visit{visit("p-priya", "v1")},
		Alarms: []store.Alarm{{Worker: "p-priya", Alarm: watch.Alarm{ID: "a1", Kind: watch.Distress, OpenedAt: nine, ClosedAt: nine.Add(time.Hour)}}},
		Entries: []store.Entry{
			said("e1", "text", "p-priya", "p-priya", `{"text":"shaken, leaving quillfeather's at 7 Zyzzyva Mews with Ann Wobbegong, 07700 900987 or jamie@example.net, mine is 07700 900101","from":"+447700900101"}`),
			said("e2", "call", "p-ann", "p-priya", `{"note":"the xylograph fell","to":"+447700900987"}`),
		},
		Messages: []store.Message{
			{ID: "m1", Worker: "p-priya", Person: "p-priya", Notice: "reply", Channel: "sms", Class: store.ClassPrompt, Body: private.New("Got that, out by four"), NextAt: nine, CreatedAt: nine},
			{ID: "m2", Worker: "p-ann", Person: "p-priya", Notice: "overdue", Channel: "sms", Class: store.ClassAlarm, Body: private.New("We have not heard from Ann W, quokka"), NextAt: nine, CreatedAt: nine},
		}}))
	must(t, db.Commit(t.Context(), store.Change{Worker: "p-ann", Watch: watch.Watch{Worker: "p-ann"}, Visits: []store.Visit{visit("p-ann", "v2")},
		Entries: []store.Entry{said("e3", "text", "p-ann", "p-ann", `{"text":"the Marigold is out"}`), said("e4", "call", "p-priya", "p-ann", `{"note":"the quokka is out"}`)}}))
	must(t, db.Look(t.Context(), "p-sam", "page", "to ring her", nine, "visit/v1", "person/p-priya"))
	must(t, db.Look(t.Context(), "p-lee", "page", "nosy", nine, "person/p-ann"))
	must(t, db.AddFeed(t.Context(), store.Feed{ID: "f1", Person: "p-priya", Kind: store.FeedOwn, Name: "my watch", MadeAt: nine}, "feed-secret-marigold", store.By{Person: "p-priya", Via: "page"}))
	must(t, db.AddAccount(t.Context(), store.Account{Person: "p-priya", Handle: []byte("h"), Name: "priya", MadeAt: nine, Secrets: store.Secrets{Password: private.New("phc-secret")}}))
	must(t, db.AddPasskey(t.Context(), store.Passkey{ID: []byte("k"), Person: "p-priya", Name: "my phone", Key: []byte(`"phc-secret"`), AddedAt: nine}, nil))
	must(t, db.AddSession(t.Context(), store.Session{ID: "s", Person: "p-priya", Reach: "whole", Method: "passkey", Device: "Firefox on Linux", StartedAt: nine, UsedAt: nine,
		ProvedAt: nine, EndsAt: nine.Add(24 * time.Hour)}, "phc-secret"))
}

// shown shows what is kept.
func shown(db *store.DB) *view.View {
	return view.New(view.Options{Store: db, Engine: engine.New(engine.Options{Store: db, Clock: enginetest.NewClock(nine)})})
}

// read gives the files of an archive by their names, and all of them as one.
func read(t testing.TB, raw []byte) (files map[string]string, all string) {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	must(t, err)
	files = map[string]string{}
	for _, f := range archive.File {
		r, err := f.Open()
		must(t, err)
		text, err := io.ReadAll(r)
		must(t, err)
		files[f.Name] = string(text)
		all += string(text)
	}
	return files, all
}

func TestAllAboutAPersonAndNothingOfOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		fill(t, db)
		var out bytes.Buffer
		must(t, subject.Write(t.Context(), shown(db), &out, "p-priya", nine))
		files, all := read(t, out.Bytes())
		for name, words := range map[string][]string{
			"README.txt":    {"What Allclear keeps about you"},
			"details.json":  {"Priya Nair", "+447700900101", "green coat", "Ravi Nair"},
			"visits.json":   {`"Rv1"`, "home_visit", "about someone else"},
			"record.json":   {"shaken, leaving", "mine is 07700 900101", "somebody else's words", `"call"`},
			"alarms.json":   {`"a1"`, "distress"},
			"messages.json": {"Got that, out by four", `"overdue"`},
			"mails.json":    {`"booked"`, `"v1"`, "about someone else"},
			"invites.json":  {`"sent_to_you": true`, "priya@council.example", `"v1"`, `"declined"`, `"booked"`, "about someone else", `"accepted"`, `"another time"`, `"refresh"`, `"gone"`},
			"looks.json":    {"p-sam", "to ring her", "visit/v1", "person/p-priya"},
			"done.json":     {`"call"`},
			"sign-in.json":  {"my phone", "my watch", "Firefox on Linux", `"account": true`},
		} {
			for _, w := range words {
				if !strings.Contains(files[name], w) {
					t.Errorf("%s has no %q:\n%s", name, w, files[name])
				}
			}
		}
		for _, w := range others {
			if strings.Contains(strings.ToLower(all), strings.ToLower(w)) {
				t.Errorf("it has %q", w)
			}
		}
		for _, w := range []string{"nosy", "v2", "p-lee", "tentative", "not_off", "v9"} { // the look at Ann, her visit, and what her calendar answered
			if strings.Contains(all, w) {
				t.Errorf("it has %q, which is about Ann", w)
			}
		}
	})
}

// Ann's data key is lost: Priya's copy is hers all the same.
func TestSomebodyElsesLostKeyKeepsNobodyFromTheirs(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		db := p.Open(t)
		fill(t, db)
		must(t, db.Close())
		_, err := p.Raw(t).Exec(`DELETE FROM data_keys WHERE owner = 'person/p-ann'`)
		must(t, err)
		db = p.Open(t)
		var out bytes.Buffer
		must(t, subject.Write(t.Context(), shown(db), &out, "p-priya", nine))
		if files, _ := read(t, out.Bytes()); !strings.Contains(files["details.json"], "Priya Nair") {
			t.Errorf("it has %s", files["details.json"])
		}
		if err := subject.Write(t.Context(), shown(db), &out, "p-ann", nine); err == nil {
			t.Error("Ann's own is given without what she told us")
		}
	})
}

// What of danger that is open their copy must not tell, is in the pair of days that internal/web plays. Of any open alarm it has nothing.
func TestAnAlarmThatIsOpenIsLeftOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		fill(t, db)
		l, err := db.Load(t.Context(), "p-priya")
		must(t, err)
		a := watch.Alarm{ID: "a2", Kind: watch.OverdueAlarm, OpenedAt: nine}
		l.Watch.Alarm = &a
		must(t, db.Commit(t.Context(), store.Change{Worker: "p-priya", Revision: l.Revision, Watch: l.Watch, Alarms: []store.Alarm{{Worker: "p-priya", Alarm: a}},
			Entries: []store.Entry{
				{ID: "e8", At: nine, RecordedAt: nine, Kind: "acknowledge", By: "p-sam", Alarm: "a2", Input: []byte("{}"), Events: []byte(`[{"what":"acknowledged"}]`), Worker: "p-priya"},
				{ID: "e9", At: nine, RecordedAt: nine, Kind: "text", By: "p-priya", Alarm: "a2", Input: []byte("{}"), Events: []byte(`[{"what":"text_in"}]`),
					Words: private.New(`{"text":"hello again"}`), Owner: "alarm/a2", Worker: "p-priya"},
			}}))
		var out bytes.Buffer
		must(t, subject.Write(t.Context(), shown(db), &out, "p-priya", nine))
		files, all := read(t, out.Bytes())
		if strings.Contains(all, "a2") || strings.Contains(all, "acknowledge") {
			t.Errorf("it tells of the alarm:\n%s", files["record.json"])
		}
		if !strings.Contains(files["record.json"], "hello again") || !strings.Contains(files["alarms.json"], `"a1"`) {
			t.Error("their own text is not there, or not the alarm before")
		}
		if err := subject.Write(t.Context(), shown(db), &out, "p-nobody", nine); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("of nobody: %v", err)
		}
	})
}

// Whoever takes out what there is about Sam learns nothing of the alarms that are open: one may be their own, and they in danger (rule 4.2).
func TestWhatSomeoneHasToDoWithAnOpenAlarmIsLeftOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		fill(t, db)
		l, err := db.Load(t.Context(), "p-ann")
		must(t, err)
		a := watch.Alarm{ID: "a2", Kind: watch.Duress, OpenedAt: nine}
		acknowledged := store.Entry{ID: "e8", At: nine, RecordedAt: nine, Kind: "acknowledge", By: "p-priya", Alarm: "a2", Input: []byte("{}"), Events: []byte(`[{"what":"acknowledged"}]`), Worker: "p-ann"}
		must(t, db.Commit(t.Context(), store.Change{Worker: "p-ann", Revision: l.Revision, Watch: l.Watch, Alarms: []store.Alarm{{Worker: "p-ann", Alarm: a}}, Entries: []store.Entry{acknowledged},
			Messages: []store.Message{{ID: "m3", Worker: "p-ann", Person: "p-priya", Alarm: "a2", Notice: "duress", Channel: "sms", Class: store.ClassAlarm, Body: private.New("CALL 999"), NextAt: nine, CreatedAt: nine}}}))
		must(t, db.Look(t.Context(), "p-priya", "page", "", nine, "alarm/a2"))
		tells := func() (files map[string]string, does bool) {
			var out bytes.Buffer
			must(t, subject.Write(t.Context(), shown(db), &out, "p-priya", nine))
			files, all := read(t, out.Bytes())
			return files, strings.Contains(all, "a2") || strings.Contains(all, "acknowledge") || strings.Contains(all, "duress") || strings.Contains(files["done.json"], `"look"`)
		}
		if files, does := tells(); does {
			t.Errorf("it tells of the alarm:\n%s\n%s", files["messages.json"], files["done.json"])
		}
		l, err = db.Load(t.Context(), "p-ann")
		must(t, err)
		a.ClosedAt = nine.Add(time.Hour)
		must(t, db.Commit(t.Context(), store.Change{Worker: "p-ann", Revision: l.Revision, Watch: l.Watch, Alarms: []store.Alarm{{Worker: "p-ann", Alarm: a}}}))
		if _, does := tells(); !does {
			t.Error("once it is closed it does not tell of it")
		}
	})
}

func TestOfSomeoneErasedThereIsWhatIsLeft(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		fill(t, db)
		_, err := db.Erase(t.Context(), store.Erasure{At: nine, Why: "request", Stays: func(retain.Record) retain.Why { return "" }}, "person/p-priya", "visit/v1")
		must(t, err)
		var out bytes.Buffer
		must(t, subject.Write(t.Context(), shown(db), &out, "p-priya", nine))
		if files, all := read(t, out.Bytes()); strings.Contains(all, "Priya Nair") || !strings.Contains(files["record.json"], "shaken") {
			t.Error("the erased details are there, or the alarm's words are not")
		}
	})
}
