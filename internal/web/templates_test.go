package web

import (
	"io/fs"
	"regexp"
	"testing"

	"github.com/jba/templatecheck"
)

// everyPage is each page's template and the struct it is shown.
var everyPage = map[string]any{
	"alarm":   alarmPage{},
	"alarms":  alarmsPage{},
	"police":  policeSheet{},
	"acting":  actingPage{},
	"sign_in": signInPage{},
	"code":    codePage{},
	"join":    joinPage{},
	"first":   firstPage{},
	"account": accountPage{}, "feeds": feedsPage{},
	"details":       detailsPage{},
	"invite":        invitePage{},
	"looks":         looksPage{},
	"record":        recordPage{},
	"record_entry":  recordEntryPage{},
	"record_checks": recordChecksPage{},
	"kept":          keptPage{},
	"holds":         holdsPage{},
	"person_data":   personDataPage{},
	"erase":         erasePage{},
	"backups":       backupsPage{},
	"apart":         apartPage{},
	"warnings":      warningsPage{},
	"warning":       warningPage{},
	"warning_form":  warningForm{},
	"risks":         risksPage{},
	"risk":          riskPage{},
	"risk_form":     riskForm{},
	"own_words":     ownWordsPage{},
	"phone":         phonePage{},
	"phone_link":    phoneLinkPage{},
	"lead_out":      leadOutPage{},
	"password":      passwordPage{},
	"recovery":      recoveryPage{},
	"asked":         askedPage{},

	"import_file":     importFilePage{},
	"kin":             kinPage{},
	"import_columns":  importColumnsPage{},
	"import_changes":  importChangesPage{},
	"import_progress": importProgressPage{},
	"label":           labelPage{},
	"board":           boardPage{},
	"booking":         bookingPage{},
	"demo":            demoPage{},
	"demo_mail":       lettersPage{},
	"figures":         figuresPage{},
	"people":          peoplePage{},
	"person":          personPage{},
	"person_form":     personFormPage{},
	"problem":         problemPage{},
	"day":             dayPage{},
	"visit":           visitPage{},
	"visit_edit":      visitEditPage{},
	"reading":         readingPage{},
	"raise":           raisePage{},
	"rota":            rotaPage{},
	"team":            teamPage{},
	"team_form":       teamFormPage{},
	"teams":           teamsPage{},
	"guidance":        guidancePage{},
	"guidance_list":   guidanceListPage{},
	"practice":        practicePage{},
	"support":         supportPage{},
	"support_sheet":   supportPage{},
	"support_edit":    supportEditPage{},
	"support_form":    sphereFormPage{},

	"plan":            teamPlanPage{},
	"plan_start":      planStartPage{},
	"plan_print":      planPrintPage{},
	"plan_edit":       planDraftPage{},
	"plan_section":    planSectionPage{},
	"plan_publish":    planDraftPage{},
	"plan_review":     planReviewPage{},
	"plan_import":     planImportPage{},
	"plan_versions":   planVersionsPage{},
	"plan_sign":       planSignPage{},
	"plan_signatures": planSignaturesPage{},
	"incidents":       incidentsPage{}, "incident": incidentPage{}, "incident_form": incidentFormPage{}, "incident_figures": incidentFiguresPage{},
	"calendar": calendarPage{}, "debriefs": debriefsPage{}, "debrief": debriefPage{}, "debrief_form": debriefFormPage{}, "actions": actionsPage{}, "organisation": organisationPage{}, "prompts": promptsPage{},
}

// sharedParts are the templates that are rendered apart from their page, for many readers at once.
var sharedParts = map[string]any{"board": boardList{}}

// A field that a template names and its page does not have would show only when someone needs the page.
func TestEveryTemplateFitsItsPage(t *testing.T) {
	static, err := OpenStatic()
	if err != nil {
		t.Fatal(err)
	}
	pages, err := parseTemplates(static)
	if err != nil {
		t.Fatal(err)
	}
	for name, set := range pages {
		page, known := everyPage[name]
		if !known {
			t.Errorf("templates/%s.html is in no row of everyPage", name)
			continue
		}
		if err := templatecheck.CheckHTML(set.Lookup("layout.html"), page); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, part := range sharedParts {
		if err := templatecheck.CheckHTML(pages[name].Lookup("fragment-"+name), part); err != nil {
			t.Errorf("part of %s: %v", name, err)
		}
	}
	for name := range everyPage {
		if pages[name] == nil {
			t.Errorf("everyPage has %s, which has no template", name)
		}
	}
}

// Pages have one kind of apostrophe: what is typed with the other is no page's own words.
func TestPagesHaveOneKindOfApostrophe(t *testing.T) {
	straight := regexp.MustCompile(`[A-Za-z}]'[a-z]`)
	err := fs.WalkDir(templateFiles, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := templateFiles.ReadFile(path)
		if found := straight.Find(text); found != nil {
			t.Errorf("%s has %q", path, found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
