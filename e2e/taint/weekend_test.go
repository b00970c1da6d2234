package taint_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/e2e/town"
	"github.com/allclear-safety/allclear/e2e/weekend"
	"github.com/allclear-safety/allclear/internal/standin/twilio"
)

// play plays from Friday evening to Monday morning all that Allclear does.
func (c *county) play() {
	c.t.Helper()
	c.w.Until(next(c.w.Now(), time.Friday, 17).Add(-inWeek * time.Second))
	c.night(time.Friday, 17)
	weekend.Play(c.w, weekend.Options{AcknowledgeWithin: 10 * time.Minute}) // so that on a busy machine nobody else is told meanwhile
	c.settles()
	leo, ysolde := c.signIn()
	c.agreesAPlan(leo, ysolde)
	visit := c.fridayEvening(leo)
	c.writesOfRisks(leo, ysolde)
	c.afterwards(leo, ysolde)
	c.byMail(ysolde)
	c.answersAnInvite()
	c.theirCalendars(leo, ysolde)
	c.badRequests()

	c.night(time.Saturday, 10)
	c.cryForHelp(leo)
	c.asksForScheherazade(leo, ysolde)

	c.night(time.Sunday, 14)
	c.keeps(visit)
	if *drill {
		c.awaitsDrill()
	}

	c.night(time.Monday, 7)
	c.looksAtFigures()
	c.w.Stop()
}

// settles puts the county into the town.
func (c *county) settles() {
	c.t.Helper()
	c.w.Team(town.Form{"duress_phrase": seeded["phrase"]})
	c.try("PUT", "/people/p-w1", `{"name":"{Ysolde's first name} {Ysolde's surname}","team":"echo","roles":["worker"],"mobile":"{Ysolde's mobile}","personal_mobile":"{Ysolde's own mobile}",
		"home_phone":"{Ysolde's home number}","email":"{Ysolde's e-mail}","description":"{Ysolde's looks}","vehicle":{"make":"{car's make}","model":"{car's model}","colour":"{car's colour}",
		"registration":"{car's plate}"},"emergency_contacts":[{"name":"{next of kin}","relation":"{next of kin's relation}","phone":"{next of kin's number}"}]}`, http.StatusCreated)
	c.try("PUT", "/people/p-w2", `{"name":"{Tancred's first name} {Tancred's surname}","team":"echo","roles":["worker"],"mobile":"{Tancred's mobile}","home_phone":"{Tancred's home number}",
		"description":"{Tancred's looks}"}`, http.StatusCreated)
	c.try("PUT", "/people/p-r1", `{"name":"{Peregrine's first name} {Peregrine's surname}","team":"echo","roles":["responder"],"mobile":"{Peregrine's mobile}","personal_mobile":"{Peregrine's own mobile}","email":"{Peregrine's e-mail}"}`, http.StatusCreated)
	c.try("PUT", "/people/p-m1", `{"name":"{Leocadia's first name} {Leocadia's surname}","team":"echo","roles":["manager"],"mobile":"{Leocadia's mobile}","email":"{Leocadia's e-mail}"}`, http.StatusCreated)
	c.asked(town.Request{Method: "POST", Path: "/shifts", Body: town.Form{"person": "p-r1", "order": 3, "teams": []string{"echo"},
		"starts_at": town.Instant(c.w.Now().Add(-time.Hour)), "ends_at": town.Instant(c.w.Now().Add(72 * time.Hour))}}, http.StatusCreated)
	c.words.add("another API token", c.command("token", "create", "--name", "taint", "--scope", "visits:read"))
}

// signIn lets the first administrator, a manager and a worker sign in, each by another way, and tries what does not let in.
func (c *county) signIn() (leo, ysolde *browser) {
	c.t.Helper()
	admin := c.browser()
	first := lastOf(`begins at http://[^/]+(/first/\S+)`, c.w.Log())
	c.words.add("first link", strings.TrimPrefix(first, "/first/"))
	admin.opens(first).sees(http.StatusOK, "Set up Allclear").presses(first, "name", seeded["Wilhelmina's first name"]+" "+seeded["Wilhelmina's surname"], "email", "no address", "team", "Front door")
	admin.presses(first, "name", seeded["Wilhelmina's first name"]+" "+seeded["Wilhelmina's surname"], "email", seeded["Wilhelmina's e-mail"], "team", "Front door").sees(http.StatusOK, "Set up how you sign in")
	admin.joins(c.words, "Wilhelmina", admin.first(`action="(/join/[^/"]+)/password"`), seeded["Wilhelmina's e-mail"], seeded["password"])

	link := lastOf(`(/join/\S+)`, admin.opens("/people/p-m1/invite").presses("/people/p-m1/invite", "known", "yes").first(`<code>(http[^<]+)</code>`))
	leo = c.browser()
	recovery := leo.opens(link).joins(c.words, "Leocadia", link, seeded["Leocadia's e-mail"], seeded["Leocadia's password"])
	leo.opens("/account").presses("/sign-out").opens("/sign-in")
	leo.presses("/sign-in", "name", seeded["Leocadia's e-mail"], "password", seeded["wrong password"]).sees(http.StatusUnprocessableEntity, "do not go together")
	leo.presses("/sign-in", "name", seeded["password in the name's place"], "password", "").sees(http.StatusUnprocessableEntity, "Enter your password")
	leo.presses("/sign-in", "name", seeded["Leocadia's e-mail"], "password", seeded["Leocadia's password"]).sees(http.StatusOK, "Enter your code")
	leo.presses("/sign-in/code", "code", "000000").sees(http.StatusUnprocessableEntity, "does not count")
	leo.presses("/sign-in/code", "code", recovery).sees(http.StatusOK, "Signed in as")
	leo.opens("/sign-in").presses("/sign-in/organisation")

	link = lastOf(`(/join/\S+)`, c.command("user", "create", "--person", "p-w1"))
	ysolde = c.browser()
	ysolde.opens(link).joins(c.words, "Ysolde", link, seeded["Ysolde's e-mail"], seeded["password"])
	ysolde.opens(link).sees(http.StatusNotFound, "was used, or is over")
	if admin.walks(60) < 10 {
		c.t.Error("an administrator finds too few pages")
	}
	return leo, ysolde
}

// agreesAPlan has the manager publish the team's plan and the worker sign it. A colleague's first visit is booked before he has.
func (c *county) agreesAPlan(leo, ysolde *browser) {
	c.t.Helper()
	const section = "/teams/echo/plan/edit/6"
	leo.opens(section).presses(section, "words", seeded["a plan's own words"]).sees(http.StatusOK, "The draft is saved")
	leo.opens("/teams/echo/plan/publish").presses("/teams/echo/plan/publish", "review-date", c.w.Now().AddDate(1, 0, 0).Format(time.DateOnly)).sees(http.StatusOK, "The plan is published", seeded["a plan's own words"])
	c.w.WaitText(seeded["Ysolde's mobile"], c.w.Tolerance(), "your team's plan has a new version")
	const sign = "/teams/echo/plan/sign"
	ysolde.opens(sign).sees(http.StatusOK, seeded["phrase"]).presses(sign, "agreed", "yes", "otherwise", "yes", "name", seeded["name somebody signed with"]).sees(http.StatusOK, "Signed. Thank you.")
	leo.opens("/teams/echo/plan/signatures").sees(http.StatusOK, seeded["name somebody signed with"]).presses("/teams/echo/plan/signatures/remind").sees(http.StatusOK, "reminded by text")
	for _, file := range []string{"/teams/echo/plan.pdf", "/teams/echo/plan.docx", "/teams/echo/plan/print"} {
		if leo.opens(file); leo.status != http.StatusOK {
			c.t.Errorf("%s is answered %d", file, leo.status)
		}
	}
}

// fridayEvening is a visit on which all goes well, and on which others look.
func (c *county) fridayEvening(leo *browser) (visit string) {
	c.t.Helper()
	visit = c.books("p-w1", `"service_user":"{service user}","address":"{address}","access":"{how to get in}","contact":"{service user's number}","who_else":"{who else is there}"`)
	c.texts(seeded["Ysolde's mobile"], "in, {words of an IN}")
	c.texts(seeded["stranger's number"], "{words of a stranger}?")
	c.w.WaitText(seeded["stranger's number"], c.w.Tolerance(), "do not know this number")
	c.texts(seeded["Ysolde's mobile"], "{words not understood}")
	c.texts(seeded["Ysolde's mobile"], "ASK {who is asked for}")
	c.texts(seeded["Ysolde's mobile"], "{words of a number}, on {number given}")
	c.try("PATCH", "/visits/"+visit, `{"address":"{address moved to}"}`, http.StatusOK)
	c.try("POST", "/checkins", `{"person":"p-w1","text":"Running late by 5 minutes, {words of a check-in}"}`, http.StatusOK)

	leo.opens("/visits/"+visit).sees(http.StatusOK, "Busy").presses("/visits/"+visit+"/glass", "why", "")
	leo.presses("/visits/"+visit+"/glass", "why", seeded["why the glass was broken"]).sees(http.StatusOK, seeded["service user"], seeded["address moved to"])
	leo.presses("/visits/"+visit+"/record", "words", seeded["words recorded"], "via", "call")
	if end := "/visits/" + visit + "/glass/end"; strings.Contains(leo.opens("/visits/"+visit).page, end) { // else its half hour is over already
		leo.presses(end)
	}
	leo.opens("/people/p-w1/apart").presses("/people/p-w1/apart", "person", "p-ann", "why", seeded["why someone is kept away"]).sees(http.StatusOK, seeded["why someone is kept away"])
	const around = "/teams/echo/support"
	leo.opens(around+"/entries/new").presses(around+"/entries/new", "ring", "outside", "name", seeded["who supports"], "phone", seeded["number of who supports"], "email", seeded["e-mail of who supports"],
		"address", seeded["address of who supports"], "when", seeded["when who supports is there"], "for", seeded["what who supports is for"])
	leo.opens(around).sees(http.StatusOK, seeded["who supports"], seeded["what who supports is for"])
	phone := c.browser()
	phone.opens("/sign-in").presses("/sign-in/phone", "mobile", seeded["Ysolde's mobile"])
	link := lastOf(`(/phone/\S+)`, c.w.WaitText(seeded["Ysolde's mobile"], c.w.Tolerance(), "your page in Allclear").Body)
	c.words.add("link to a phone page", strings.TrimPrefix(link, "/phone/"))
	phone.opens(link).presses(link).sees(http.StatusOK, "I’m out")
	phone.walks(10)

	c.w.Until(c.w.Now().Add(12 * time.Minute)) // an OUT soon after the IN is asked back
	c.texts(seeded["Ysolde's mobile"], "OUT")
	c.w.WaitText(seeded["Ysolde's mobile"], c.w.Tolerance(), "out ")
	other := c.books("p-w2", `"service_user":"{another service user}","address":"{another address}"`)
	c.try("POST", "/visits/"+other+"/cancel", `{"by":"p-w2","reason":"{why it was called off}"}`, http.StatusOK)
	if leo.walks(80) < 20 {
		c.t.Error("a manager finds too few pages")
	}
	c.looksAtFigures()
	return visit
}

// afterwards is what is written down when a visit is over, by whom it is, and by whom they chose.
func (c *county) afterwards(leo, ysolde *browser) {
	c.t.Helper()
	day := c.w.Now().Format(time.DateOnly)
	leo.opens("/incidents/new").presses("/incidents/new", "person", "p-w1", "name", seeded["Ysolde's first name"], "employment", "employee", "day", day, "kind", "violence", "strand", "race",
		"description", seeded["what happened in an incident"], "witnesses", seeded["who saw an incident"]).sees(http.StatusOK, seeded["what happened in an incident"])
	talk := ysolde.opens("/debriefs").presses("/debriefs").first(`action="(/debriefs/[^/"]+)/choose"`)
	ysolde.opens(talk).presses(talk+"/choose", "with", "p-m1", "when", seeded["when to talk"]).sees(http.StatusOK, "Waits to be held", seeded["when to talk"])
	ysolde.opens(talk).presses(talk+"/own", "own", seeded["how it felt"]).sees(http.StatusOK, "Waits to be held", seeded["how it felt"], seeded["when to talk"])
	leo.opens(talk+"/edit").presses(talk+"/edit", "day", day, "happened", seeded["what was talked over"], "lessons", seeded["what was learned"]).sees(http.StatusOK, seeded["what was talked over"])
	leo.opens(talk).presses(talk+"/actions", "action", seeded["what is to be done"], "owner", "p-m1", "due", day).sees(http.StatusOK, seeded["what is to be done"])
}

// books books a visit that begins soon and is long enough for a slow machine, twice with one key.
func (c *county) books(worker, form string) (visit string) {
	c.t.Helper()
	body := `{"worker":"` + worker + `","kind":"home_visit","private":true,"starts_at":"` + town.Instant(c.w.Now().Add(5*time.Minute)) +
		`","expected_end_at":"` + town.Instant(c.w.Now().Add(5*time.Hour)) + `",` + filled(form) + `}`
	r := town.Request{Method: "POST", Path: "/visits", Body: []byte(body), Key: seeded["key of a repeat"] + worker + town.Instant(c.w.Now())}
	visit = c.asked(r, http.StatusCreated)("id")
	c.asked(r, http.StatusOK)
	return visit
}

// badRequests are what is refused, each with words that the refusal must not carry on.
func (c *county) badRequests() {
	c.t.Helper()
	for _, r := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/visits", `{"worker":"{malformed words}`, http.StatusBadRequest},
		{"POST", "/visits", `["{malformed words}"]`, http.StatusBadRequest},
		{"POST", "/visits", `{"{field of the caller's}":"{address}"}`, http.StatusUnprocessableEntity},
		{"POST", "/visits", `{"worker":"p-w1","kind":"{malformed words}","starts_at":"{address}","expected_end_at":"{malformed words}","address":7}`, http.StatusUnprocessableEntity},
		{"PUT", "/people/p-w1", `{"name":"{next of kin}","team":"echo","roles":["{malformed words}"],"mobile":"{next of kin} {number rung}","home_phone":"{malformed words}"}`, http.StatusUnprocessableEntity},
		{"PUT", "/people/p-w1", `{"name":"{next of kin}","team":"echo","roles":["worker"],"mobile":"{Ysolde's mobile}","emergency_contacts":[{"name":"{next of kin}","phone":"{Ysolde's mobile}"}]}`, http.StatusUnprocessableEntity},
		{"PUT", "/teams/echo", `{"name":"ECHo","zone":"{malformed words}","plan":{"duress_phrase":"{phrase}","grace":"{malformed words}"}}`, http.StatusUnprocessableEntity},
		{"POST", "/checkins", `{"person":"{malformed words}","text":"{words of a cry}"}`, http.StatusUnprocessableEntity},
		{"POST", "/alarms", `{"worker":"{malformed words}","kind":"duress","by":"p-r1"}`, http.StatusUnprocessableEntity},
		{"GET", "/visits/" + url.PathEscape(seeded["typed into an address"]), "", http.StatusNotFound},
		{"GET", "/alarms?status=" + url.QueryEscape(seeded["typed into an address"]), "", http.StatusUnprocessableEntity},
		{"POST", "/visits", `{"address":"` + strings.Repeat("{address} ", 70000) + `"}`, http.StatusRequestEntityTooLarge},
	} {
		answer := c.w.Do(town.Request{Method: r.method, Path: r.path, Body: []byte(filled(r.body))})
		if answer.Status != r.status && !(r.status == http.StatusUnprocessableEntity && answer.Status == http.StatusBadRequest) {
			c.t.Errorf("%s %s answered %s", r.method, r.path, answer)
		}
	}
	if answer := c.w.Do(town.Request{Method: "GET", Path: "/clock", Token: seeded["wrong token"]}); answer.Status != http.StatusUnauthorized {
		c.t.Errorf("a wrong token: %s", answer)
	}
	form := town.TextForm("SMforged", seeded["Ysolde's mobile"], "OUT, "+seeded["words of a check-in"])
	if status := c.w.Hook(twilioSMS, seeded["wrong signature"], form); status != http.StatusForbidden {
		c.t.Errorf("a forged text: %d", status)
	}
	stranger, at := c.browser(), url.PathEscape(seeded["typed into an address"])
	for _, path := range []string{"/" + at, "/visits/" + at, "/people/" + at + "/edit", "/join/" + at, "/phone/" + at, "/sign-in?then=/visits/" + at, "/sign-in/organisation/back?code=" + at + "&state=" + at, "/static/" + at, "/metrics/" + at} {
		stranger.opens(path)
	}
	c.raw("GET /" + at + " HTTP/9.9\r\n\r\n")
	c.raw("GET / HTTP/1.1\r\nHost: x\r\n" + seeded["malformed words"] + "\r\n\r\n")
	c.raw("POST /sign-in HTTP/1.1\r\nHost: " + strings.ReplaceAll(seeded["malformed words"], " ", "") + "\r\nContent-Length: ten\r\n\r\n")
}

const twilioSMS = "/hooks/twilio/sms"

// cryForHelp is an alarm from its cry to its close, while the provider fails.
func (c *county) cryForHelp(leo *browser) {
	c.t.Helper()
	visit := c.books("p-w1", `"service_user":"{service user}","address":"{address}"`)
	for _, f := range []twilio.Fault{twilio.Down, twilio.Garbage, twilio.Lost, twilio.Limited} {
		c.w.Provider().Fail(f, 1)
	}
	c.texts(seeded["Ysolde's mobile"], "help! he won't let me leave, {words of a cry}")
	a := c.alarm("distress")
	c.texts(seeded["Ysolde's mobile"], "{words of a check-in}")
	c.w.Acknowledge(a, town.Sam)
	c.w.Provider().Heal()
	about := "/alarms/" + a.ID
	c.try("POST", about+"/calls", `{"by":"p-sam","to":"{number rung}","result":"spoke_other","note":"{note of a call}"}`, http.StatusOK)
	c.try("POST", about+"/police", `{"by":"p-sam","reference":"{police reference}","officer":"{officer}","attending":true,"note":"{note of the police}"}`, http.StatusOK)
	c.try("POST", about+"/liaison", `{"by":"p-sam","note":"{note of liaison}"}`, http.StatusOK)
	for _, kind := range []string{"application/json", "text/html", "application/pdf"} {
		c.w.Handover(a, kind)
	}
	leo.opens(about).sees(http.StatusOK, "Call for help")
	c.try("POST", about+"/harmed", `{"by":"p-sam","note":"{note of harm}"}`, http.StatusOK)
	c.try("POST", about+"/close", `{"by":"p-sam","evidence":"outcome_known","note":"","visit":"ended"}`, http.StatusUnprocessableEntity)
	leo.walks(40)
	c.try("POST", about+"/close", `{"by":"p-sam","evidence":"outcome_known","note":"{note of a close}","visit":"ended","police_stood_down":{"at":"`+town.Instant(c.w.Now())+`","to":"{who was stood down}"}}`, http.StatusOK)
	c.w.WaitText(town.Sam.Mobile, c.w.Tolerance(), "stood down")
	c.w.Visit(visit)
}

// asksForScheherazade is a worker in duress, and one who only spoke of her.
func (c *county) asksForScheherazade(leo, ysolde *browser) {
	c.t.Helper()
	c.books("p-w1", `"service_user":"{service user}","address":"{address}"`)
	c.texts(seeded["Ysolde's mobile"], "IN")
	c.texts(seeded["Ysolde's mobile"], "could {phrase} ring me please")
	a := c.alarm("duress")
	c.w.WaitText(seeded["Ysolde's mobile"], c.w.Tolerance(), seeded["phrase"])
	c.w.WaitText(seeded["Peregrine's mobile"], 4*time.Minute+c.w.Tolerance(), "999")
	c.try("POST", "/alarms/"+a.ID+"/acknowledge", `{"by":"p-r1"}`, http.StatusOK)
	ysolde.walks(30)
	leo.walks(40)
	c.looksAtFigures()
	c.try("POST", "/alarms/"+a.ID+"/reassure", `{"by":"p-r1"}`, http.StatusOK)
	c.w.WaitText(seeded["Ysolde's mobile"], c.w.Tolerance(), "call you back")
	c.try("POST", "/alarms/"+a.ID+"/close", `{"by":"p-r1","evidence":"seen_by_colleague","note":"{note of a close}","visit":"ended"}`, http.StatusOK)
	c.w.WaitText(seeded["Peregrine's mobile"], c.w.Tolerance(), "stood down")

	c.texts(seeded["Tancred's mobile"], "I saw {phrase} at the shop")
	a = c.alarm("duress")
	c.try("POST", "/alarms/"+a.ID+"/hold", `{"by":"p-r1","second_person":"p-sam","note":"{why police were held}"}`, http.StatusOK)
	c.try("POST", "/alarms/"+a.ID+"/close", `{"by":"p-r1","evidence":"seen_by_colleague","note":"{note of a close}"}`, http.StatusOK)
}

// keeps is what whoever looks after Allclear does on a Sunday.
func (c *county) keeps(visit string) {
	c.t.Helper()
	c.ok(c.words.wrapping(c.keyFile()))
	c.command("hold", "add", "visit/"+visit, "--reason", seeded["why a hold stands"])
	c.command("hold", "list", "--all")
	c.command("erase", "person", "p-w2", "--reason", seeded["why Tancred was erased"])
	c.command("keys", "rotate")
	c.ok(c.words.wrapping(c.keyFile()))
	identity := filepath.Join(c.t.TempDir(), "identity")
	c.ok(os.WriteFile(identity, []byte(c.own.String()+"\n"), 0o600))
	c.words.add("identity of backups", c.own.String())
	backup := filepath.Join(c.dir, "backups", "by-hand.age")
	c.command("backup", backup)
	c.command("restore", backup, "--check", "--identity", identity)
	_, err := c.tries("check") // which finds something, as the rota ends on Monday
	if err == nil {
		c.t.Error("check finds nothing")
	}
	c.command("audit", "verify", "--checkpoints", filepath.Join(c.dir, "checkpoints"))
	c.looksAtFigures()
}

// awaitsDrill waits until the server has made a backup and restored it on trial by itself.
func (c *county) awaitsDrill() {
	c.t.Helper()
	for end := time.Now().Add(5 * time.Minute); !strings.Contains(c.w.Log(), "restore drill held"); time.Sleep(time.Second) {
		if time.Now().After(end) {
			c.t.Fatal("no drill was held")
		}
	}
}

// keyFile is where the master key is.
func (c *county) keyFile() string {
	c.t.Helper()
	found, err := filepath.Glob(filepath.Join(c.dir, "*.key"))
	c.ok(err)
	if len(found) != 1 {
		c.t.Fatalf("the master key is in %v", found)
	}
	return found[0]
}
