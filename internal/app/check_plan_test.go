package app

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/channel/smtp"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
)

func TestCheckSaysWhoIsNotRemindedByEMail(t *testing.T) {
	ctx, at := t.Context(), time.Now().UTC()
	o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db")}
	db, err := Open(ctx, o, false)
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(nil, err)
	settings := plan.Standard()
	settings.Fallback, settings.Channels = "p-lee", plan.TextsAndMails
	must(db.PutTeam(ctx, store.Team{ID: "echo", Name: "ECHo", Zone: "Europe/London", Plan: settings, HasPlan: true}, at))
	for id, address := range map[string]string{"p-1": "one@council.example", "p-2": " ", "p-3": ""} {
		must(db.PutPerson(ctx, buddy.Person{ID: id, Name: id, Team: "echo", Roles: []string{buddy.Worker}, Active: true, Email: private.New(address)}, at))
	}
	must(nil, db.Close())
	for says, smtp := range map[string]*SMTP{"and none goes out; give ALLCLEAR_SMTP": nil,
		"and 2 of them have no address here": {From: "allclear@council.example", Server: smtp.Server{Host: "127.0.0.1", Port: 1}}} {
		o.SMTP = smtp
		found, err := Check(ctx, o)
		must(nil, err)
		if f := finding(found, "team echo: by its plan workers are reminded by e-mail too, "+says); f.Says == "" || f.StopsAlarm {
			t.Errorf("%q is not said, or stops an alarm: %v", says, found)
		}
	}
}

func TestCheckNamesTeamsWhosePlanIsNotAgreed(t *testing.T) {
	ctx := t.Context()
	o := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "a.db")}
	db, err := Open(ctx, o, false)
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(nil, err)
	at, by := time.Now().UTC(), store.By{Person: "p-lee", Via: "page"}
	settings := plan.Standard()
	settings.Fallback = "p-lee"
	for _, id := range []string{"none", "past", "agreed"} {
		team := store.Team{ID: id, Name: id, Zone: "Europe/London", Plan: settings, HasPlan: true}
		must(db.PutTeam(ctx, team, at))
		for _, person := range []string{"p-" + id + "-1", "p-" + id + "-2"} {
			must(db.PutPerson(ctx, buddy.Person{ID: person, Name: person, Team: id, Roles: []string{buddy.Worker}, Active: true}, at))
		}
		if id == "none" {
			continue
		}
		due := at.AddDate(1, 0, 0)
		if id == "past" {
			due = at.Add(-time.Hour)
		}
		must(db.PublishPlan(ctx, team, store.Paper{ID: "v-" + id, Kind: store.PlanPaper, Team: id, Status: "published", Number: 2, DueAt: due, Body: private.New("{}")}, by, at))
		for _, person := range []string{"p-" + id + "-1", "p-" + id + "-2"} {
			if id == "past" && person == "p-past-1" {
				continue
			}
			must(db.PutPaper(ctx, store.Paper{Kind: store.SignaturePaper, Team: id, Person: person, About: "plan/v-" + id, Status: "signed", Body: private.New("{}")}, nil, by, at))
		}
	}
	must(nil, db.SayShared(ctx, "p-agreed-1", "agreed", true, by, at.Add(time.Second)))
	must(nil, db.Close())
	found, err := Check(ctx, o)
	must(nil, err)
	for says, want := range map[string]bool{
		"team none: no version of its plan was published": true, "team past: version 2 of its plan was due for review on " + at.Add(-time.Hour).Format(time.DateOnly): true,
		"team past: 1 of 2 have not signed version 2": true, "team agreed: version": false, "team agreed: no version": false, "have not signed version 2 of its plan; remind them at /teams/agreed": false,
		"team agreed: 1 of 2 have not said that the team sees their calendar; see /teams/agreed": true, "team past: 2 of 2 have not said": true, "team none: 2 of 2 have not said": false,
	} {
		if f := finding(found, says); (f.Says != "") != want || f.StopsAlarm {
			t.Errorf("%q is said: %v, stops an alarm: %v", says, f.Says != "", f.StopsAlarm)
		}
	}
}
