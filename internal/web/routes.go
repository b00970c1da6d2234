package web

import (
	"maps"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/allclear-safety/allclear/internal/demo"
	"github.com/allclear-safety/allclear/internal/edge"
	"github.com/allclear-safety/allclear/internal/signin"
)

// route is one page or one button: its method and path, who gets as far as what answers it, and what does.
type route struct {
	pattern string
	gate    gate
	handle  handler
}

// entry is a route of the whole table.
type entry struct {
	route
	plain http.Handler // answers what is no page, and asks who is there by itself; nil for a page
}

// routes is the table of contents of the pages.
func (p *Pages) routes() []route {
	list := slices.Concat(p.serviceRoutes(), p.detailsRoutes(), p.keepingRoutes())
	list = append(list, p.supportRoutes()...)
	list = append(append(list, p.planRoutes()...), p.planFiles()...)
	list = append(list, p.importRoutes()...)
	list = append(list, p.feedRoutes()...)
	list = append(list, p.riskRoutes()...)
	list = slices.Concat(list, p.afterwardsRoutes(), p.debriefRoutes(), p.calendarRoutes(), p.organisationCareRoutes())
	if p.SignIn != nil {
		list = append(list, p.signInRoutes()...)
	} else {
		list = append(list, p.actingRoutes()...)
	}
	if p.Organisation != nil {
		list = append(list, p.organisationRoutes()...)
	}
	if p.Demo != nil {
		list = append(list, p.demoRoutes()...)
	}
	return list
}

// DemoRoutes lists every page and button of a demo, by method and path.
func DemoRoutes() []string {
	var list []string
	for _, r := range (&Pages{Options: Options{Demo: new(demo.Demo)}}).routes() {
		list = append(list, r.pattern)
	}
	return list
}

// actingRoutes are there where nobody signs in: whom to act as.
func (p *Pages) actingRoutes() []route {
	return []route{
		{"GET /acting", anyone, p.acting},
		{"POST /acting", anyone, p.act},
		{"POST /acting/search", anyone, p.seekActing},
	}
}

// signInRoutes are how people prove who they are, and their own page of it.
func (p *Pages) signInRoutes() []route {
	return []route{
		{"GET /sign-in", anyone, p.signInForm},
		{"POST /sign-in", anyone, p.signIn},
		{"GET /sign-in/code", anyone, p.codeForm},
		{"POST /sign-in/code", anyone, p.code},
		{"POST /sign-in/passkey/ask", anyone, p.askPasskey},
		{"POST /sign-in/passkey", anyone, p.passkey},
		{"POST /sign-in/phone", anyone, p.linkPhone},
		{"POST /sign-out", onPhone, p.signOut},

		{"GET /phone/{secret}", anyone, p.phoneLink},
		{"POST /phone/{secret}", anyone, p.openPhone},
		{"GET /phone", onPhone, p.phone},

		{"GET /first/{secret}", anyone, p.firstForm},
		{"POST /first/{secret}", anyone, p.first},
		{"GET /join/{secret}", anyone, p.join},
		{"POST /join/{secret}/password", anyone, p.joinPassword},
		{"POST /join/{secret}/passkey/ask", anyone, p.joinOffer},
		{"POST /join/{secret}/passkey", anyone, p.joinPasskey},

		{"GET /people/{id}/invite", signedIn, p.inviteForm},
		{"POST /people/{id}/invite", signedIn, p.invite},
		{"POST /people/{id}/sign-out", signedIn, p.signThemOut},

		{"GET /account", signedIn, p.account},
		{"POST /account/passkeys/ask", signedIn, p.offerPasskey},
		{"POST /account/passkeys", signedIn, p.keepPasskey},
		{"POST /account/passkeys/{id}/remove", signedIn, p.removePasskey},
		{"GET /account/password", signedIn, p.passwordForm},
		{"POST /account/password", signedIn, p.changePassword},
		{"POST /account/sessions/{id}/end", signedIn, p.endSession},
		{"POST /account/sessions/end", signedIn, p.endSessions},
	}
}

// organisationRoutes are there where people sign in as their organisation does.
func (p *Pages) organisationRoutes() []route {
	return []route{
		{"POST /sign-in/organisation", anyone, p.askOrganisation},
		{"GET " + signin.OrganisationBack, anyone, p.backFromOrganisation},
		{"GET " + signin.OrganisationOut, anyone, p.outThere},
		{"POST /sign-in/organisation/ended", anyone, p.endedElsewhere},
		{"POST /join/{secret}/organisation", anyone, p.joinOrganisation},
	}
}

// serviceRoutes are the pages that there are wherever Allclear runs.
func (p *Pages) serviceRoutes() []route {
	return []route{
		{"GET /{$}", signedIn, p.board},

		{"GET /visits", signedIn, p.day},
		{"POST /visits", signedIn, p.findVisit},
		{"GET /looks", signedIn, p.looks},

		{"GET /visits/new", signedIn, p.newVisit},
		{"POST /visits/new", signedIn, p.bookVisit},
		{"POST /visits/new/worker", signedIn, p.seekWorker},

		{"GET /visits/{id}", onPhone, p.visit},
		{"GET /visits/{id}/edit", signedIn, p.editVisit},
		{"POST /visits/{id}/edit", signedIn, p.changeVisit},
		{"POST /visits/{id}/in", onPhone, p.goIn},
		{"POST /visits/{id}/late", onPhone, p.newEnd},
		{"POST /visits/{id}/out", onPhone, p.out},
		{"POST /visits/{id}/ask", onPhone, p.askFor},
		{"POST /visits/{id}/help", onPhone, p.needHelp},
		{"POST /visits/{id}/record", onPhone, p.record},
		{"POST /visits/{id}/cancel", signedIn, p.callOff},
		{"POST /visits/{id}/glass", signedIn, p.breakGlass},
		{"POST /visits/{id}/glass/end", signedIn, p.endGlass},

		{"GET /alarms", signedIn, p.alarms},
		{"GET /alarms/{id}", signedIn, p.alarm},
		{"POST /alarms/{id}/acknowledge", signedIn, p.takeCharge},
		{"POST /alarms/{id}/calls", signedIn, p.alarmAct("call", readCall, nil)},
		{"GET /alarms/{id}/police", signedIn, p.policeSheet},
		{"GET /alarms/{id}/handover.pdf", signedIn, p.policePDF},
		{"POST /alarms/{id}/police", signedIn, p.alarmAct("police", readPolice, map[string]string{"next_update_at": "police-next"})},
		{"POST /alarms/{id}/liaison", signedIn, p.alarmAct("noted", readLiaison, map[string]string{"next_update_at": "police-next"})},
		{"POST /alarms/{id}/note", signedIn, p.alarmAct("noted", readNote, nil)},
		{"POST /alarms/{id}/hold", signedIn, p.alarmAct("held", readHold, map[string]string{"second_person": "hold-second"})},
		{"POST /alarms/{id}/reassure", signedIn, p.alarmAct("reassured", readReassure, nil)},
		{"POST /alarms/{id}/harmed", signedIn, p.alarmAct("harmed", readHarmed, nil)},
		{"POST /alarms/{id}/close", signedIn, p.alarmAct("closed", p.closes, closeFields)},
		{"GET /raise", signedIn, p.raiseForm},
		{"POST /raise", signedIn, p.raise},

		{"GET /reading", signedIn, p.reading},
		{"POST /reading", signedIn, p.tryText},
		{"GET /figures", signedIn, p.figures},

		{"GET /texts", signedIn, p.askedTexts},
		{"GET /texts/labelled.jsonl", signedIn, p.labelledTexts},
		{"GET /texts/{id}", signedIn, p.askedText},
		{"POST /texts/{id}", signedIn, p.label},

		{"GET /rota", signedIn, p.rota},
		{"POST /rota", signedIn, p.addShift},
		{"POST /rota/shifts/{id}/remove", signedIn, p.removeShift},

		{"GET /people", signedIn, p.people},
		{"POST /people", signedIn, p.seekPeople},
		{"GET /people/new", signedIn, p.newPerson},
		{"POST /people/new", signedIn, p.addPerson},
		{"GET /people/{id}", signedIn, p.person},
		{"GET /people/{id}/apart", signedIn, p.apart},
		{"POST /people/{id}/apart", signedIn, p.keepApart},
		{"POST /people/{id}/apart/end", signedIn, p.endApart},
		{"GET /people/{id}/edit", signedIn, p.editPerson},
		{"POST /people/{id}/edit", signedIn, p.changePerson},
		{"POST /people/{id}/leave", signedIn, p.leave},
		{"POST /people/{id}/return", signedIn, p.comeBack},

		{"GET /people/{id}/data", signedIn, p.personData},
		{"POST /people/{id}/data", signedIn, p.takeOut},
		{"GET /people/{id}/erase", signedIn, p.eraseForm},
		{"POST /people/{id}/erase", signedIn, p.erase},

		{"GET /teams", signedIn, p.teamList},
		{"GET /teams/{id}", signedIn, p.team},
		{"GET /teams/{id}/edit", signedIn, p.editTeam},
		{"POST /teams/{id}/edit", signedIn, p.changeTeam},
	}
}

// planRoutes are the pages of a team's plan and its signatures.
func (p *Pages) planRoutes() []route {
	return []route{
		{"GET /teams/new", signedIn, p.newTeam},
		{"POST /teams/new", signedIn, p.addTeam},
		{"GET /teams/{id}/plan", signedIn, p.readPlan},
		{"GET /teams/{id}/plan/start", signedIn, p.startPlan},
		{"POST /teams/{id}/plan/start", signedIn, p.publishFirst},
		{"GET /teams/{id}/plan/edit", signedIn, p.editPlan},
		{"GET /teams/{id}/plan/edit/{n}", signedIn, p.editSection},
		{"POST /teams/{id}/plan/edit/{n}", signedIn, p.changeSection},
		{"GET /teams/{id}/plan/publish", signedIn, p.publishForm},
		{"POST /teams/{id}/plan/publish", signedIn, p.publishPlan},
		{"GET /teams/{id}/plan/review", signedIn, p.reviewForm},
		{"POST /teams/{id}/plan/review", signedIn, p.reviewPlan},
		{"GET /teams/{id}/plan/versions", signedIn, p.planVersions},
		{"GET /teams/{id}/plan/versions/{n}", signedIn, p.planVersion},
		{"GET /teams/{id}/plan/sign", signedIn, p.signForm},
		{"POST /teams/{id}/plan/sign", signedIn, p.signPlan},
		{"GET /teams/{id}/plan/signatures", signedIn, p.planSignatures},
		{"POST /teams/{id}/plan/signatures/remind", signedIn, p.remindUnsigned},
	}
}

// importRoutes are how people come in from a file, and their next of kin by a link.
func (p *Pages) importRoutes() []route {
	return []route{
		{"GET /people/import", signedIn, p.importForm},
		{"POST /people/import", signedIn, p.upload},
		{"GET /imports/{id}", signedIn, p.theImport},
		{"POST /imports/{id}/columns", signedIn, p.sayColumns},
		{"POST /imports/{id}/run", signedIn, p.runImport},
		{"POST /imports/{id}/cancel", signedIn, p.cancelImport},

		{"POST /people/{id}/kin", signedIn, p.askKin},
		{"GET /kin/{secret}", anyone, p.kinForm},
		{"POST /kin/{secret}", anyone, p.answerKin},
	}
}

// feedRoutes are the calendars that people have elsewhere, by secret address.
func (p *Pages) feedRoutes() []route {
	return []route{
		{"GET /feeds", signedIn, p.feeds},
		{"POST /feeds", signedIn, p.makeFeed},
		{"POST /feeds/{id}/remove", signedIn, p.removeFeed},
		{"GET /calendar/{secret}", anyone, p.feed},
	}
}

// keepingRoutes are the pages of how what happened is kept: the record, periods and holds, backups.
func (p *Pages) keepingRoutes() []route {
	return []route{
		{"GET /record", signedIn, p.theRecord},
		{"POST /record", signedIn, p.seekRecord},
		{"POST /record/export", signedIn, p.exportRecord},
		{"GET /record/checks", signedIn, p.recordChecks},
		{"POST /record/checks", signedIn, p.checkNow},
		{"GET /record/{n}", signedIn, p.recordEntry},

		{"GET /kept", signedIn, p.howLong},
		{"GET /holds", signedIn, p.holds},
		{"POST /holds", signedIn, p.setHold},
		{"POST /holds/{id}/lift", signedIn, p.liftHold},
		{"GET /backups", signedIn, p.backups},
	}
}

// detailsRoutes are the page of one's own details, and a photograph.
func (p *Pages) detailsRoutes() []route {
	return []route{
		{"GET /details", signedIn, p.details},
		{"POST /details", signedIn, p.stillRight},
		{"POST /details/photograph", signedIn, p.putPhotograph},
		{"POST /details/photograph/remove", signedIn, p.dropPhotograph},
		{"GET /people/{id}/photograph", signedIn, p.photograph},
		{"POST /details/delegates", signedIn, p.addDelegate},
		{"POST /details/delegates/remove", signedIn, p.dropDelegate},
		{"POST /details/numbers/{field}", signedIn, p.prove},
		{"POST /details/numbers/{field}/code", signedIn, p.sendCode},
	}
}

// riskRoutes are the pages of what is known of families and places: warnings, and risk assessments.
func (p *Pages) riskRoutes() []route {
	return []route{
		{"GET /warnings", signedIn, p.warnings},
		{"POST /warnings", signedIn, p.seekWarnings},
		{"GET /warnings/new", signedIn, p.newWarning},
		{"POST /warnings/new", signedIn, p.addWarning},
		{"GET /warnings/{id}", signedIn, p.warning},
		{"GET /warnings/{id}/edit", signedIn, p.editWarning},
		{"POST /warnings/{id}/edit", signedIn, p.changeWarning},
		{"POST /warnings/{id}/end", signedIn, p.endWarning},
		{"POST /visits/{id}/elsewhere", signedIn, p.notThere},

		{"GET /risks", signedIn, p.risks},
		{"GET /risks/new", signedIn, p.newRisk},
		{"POST /risks/new", signedIn, p.addRisk},
		{"POST /risks/start", signedIn, p.aboutFamily},
		{"GET /risks/{id}", signedIn, p.risk},
		{"GET /risks/{id}/edit", signedIn, p.editRisk},
		{"POST /risks/{id}/edit", signedIn, p.changeRisk},
		{"POST /risks/{id}/decide", signedIn, p.decide},
		{"POST /risks/{id}/end", signedIn, p.endRisk},
		{"GET /risks/{id}/words", signedIn, p.readOwnWords},
		{"POST /risks/{id}/words", signedIn, p.keepOwnWords},
		{"POST /risks/{id}/words/withdraw", signedIn, p.withdrawOwnWords},
	}
}

// demoRoutes are the pages of a demo.
func (p *Pages) demoRoutes() []route {
	return []route{
		{"GET /demo", signedIn, p.demoHome},
		{"GET /demo/mail", signedIn, p.demoMail},
		{"POST /demo/speed", anyone, p.demoSpeed},
		{"POST /demo/stories/{id}", anyone, p.demoPlay},
		{"POST /demo/story", anyone, p.demoStory},
		{"POST /demo/phones/{id}/text", anyone, p.demoText},
		{"POST /demo/phones/{id}/state", anyone, p.demoSwitch},
		{"POST /demo/calls/{id}", anyone, p.demoCall},
	}
}

// Addresses lists the pages that can be looked at, as patterns of net/http, in the order of the table.
func (p *Pages) Addresses() []string {
	var looked []string
	for _, r := range p.routes() {
		if strings.HasPrefix(r.pattern, "GET ") {
			looked = append(looked, r.pattern)
		}
	}
	return looked
}

// forms are the addresses that only forms are sent to, each with that of the page around it. A form that was refused stands at the form's address:
// whoever reloads it there must not find that there is no such page.
func (p *Pages) forms() map[string]string {
	pages, forms := map[string]bool{"/": true}, map[string]string{}
	for _, r := range p.routes() {
		if page, is := strings.CutPrefix(r.pattern, "GET "); is {
			pages[page] = true
		}
	}
	for _, r := range p.routes() {
		from, is := strings.CutPrefix(r.pattern, "POST ")
		if !is || pages[from] {
			continue
		}
		forms[from] = path.Dir(from)
		for !pages[forms[from]] {
			forms[from] = path.Dir(forms[from])
		}
	}
	return forms
}

// inPath is a value in the pattern of an address.
var inPath = regexp.MustCompile(`\{[a-z]+\}`)

// leadTo leads to a page, by its pattern.
func leadTo(page string) handler {
	return func(c *request) error {
		return c.redirect(inPath.ReplaceAllStringFunc(page, func(name string) string { return url.PathEscape(c.PathValue(name[1 : len(name)-1])) }))
	}
}

// table is every route that there is: the pages and their buttons, the addresses of forms alone, the stream of changes, the static
// files, and what answers everything else. Nothing is routed that does not stand in it.
func (p *Pages) table() []entry {
	var list []entry
	for _, r := range p.routes() {
		list = append(list, entry{route: r})
	}
	forms := p.forms()
	for _, from := range slices.Sorted(maps.Keys(forms)) {
		list = append(list, entry{route: route{"GET " + from, anyone, leadTo(forms[from])}})
	}
	list = append(list, entry{route{davPrefix + "/", anyone, nil}, p.dav()}, entry{route{"/.well-known/caldav", anyone, nil}, http.RedirectHandler(davPrefix+"/", http.StatusMovedPermanently)})
	return append(list, entry{route{"GET /live", onPhone, nil}, http.HandlerFunc(p.stream)}, entry{route{"GET /static/", anyone, nil}, p.static},
		entry{route: route{"/", signedIn, p.nowhere}})
}

// mux routes all of the table. A form that was sent from another site is refused.
func (p *Pages) mux() http.Handler {
	mux := http.NewServeMux()
	for _, r := range p.table() {
		answers := r.plain
		if answers == nil {
			answers = p.adapt(r.route)
		}
		mux.Handle(r.pattern, answers)
	}
	same := http.NewCrossOriginProtection()
	same.SetDenyHandler(http.HandlerFunc(p.elsewhere))
	return edge.Harden(p.hereAlone(same.Handler(mux)), p.secure())
}
