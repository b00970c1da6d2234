package access_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func TestWhoCalls(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		if err := db.AddToken(t.Context(), store.Token{ID: "t1", Name: "calendar", Scope: access.VisitsWrite, CreatedAt: noon}, "secret", store.By{}); err != nil {
			t.Fatal(err)
		}
		a := access.New(db)
		for _, header := range []string{"Bearer secret", "bearer  secret ", "BEARER secret"} {
			who, err := a.Who(t.Context(), header)
			if want := (access.Caller{Token: "calendar", ID: "t1", Scope: access.VisitsWrite}); err != nil || who != want {
				t.Errorf("%q: %v, %v", header, who, err)
			}
		}
		for _, header := range []string{"", "secret", "Bearer", "Bearer ", "Basic secret", "Bearer Secret", "Bearer secret2", "Bearer " + strings.Repeat("s", 1000)} {
			if who, err := a.Who(t.Context(), header); !errors.Is(err, access.ErrNobody) || who != (access.Caller{}) {
				t.Errorf("%.20q: %v, %v", header, who, err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Who(t.Context(), "Bearer secret"); err == nil || errors.Is(err, access.ErrNobody) {
			t.Errorf("a store that can't say is not an unknown token: %v", err)
		}
	})
}

func TestAScopeGrantsWhatItNames(t *testing.T) {
	for _, scope := range access.Scopes() {
		for _, needed := range access.Scopes() {
			if may := (access.Caller{Scope: scope}).May(needed); may != (scope == needed || scope == access.Admin) {
				t.Errorf("%s for %s: %v", scope, needed, may)
			}
		}
		if (access.Caller{}).May(scope) {
			t.Errorf("nobody may %s", scope)
		}
	}
	if (access.Caller{}).May("") {
		t.Error("nobody may what needs no named scope")
	}
}

func TestALookIsRecordedOncePerReaderObjectAndMinute(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		a := access.New(db)
		ann, calendar := access.Caller{Token: "pages"}, access.Caller{Token: "calendar"}
		look := func(a *access.Access, c access.Caller, by, object string, at time.Time) {
			t.Helper()
			if err := a.Looked(t.Context(), c, by, object, "", at); err != nil {
				t.Fatal(err)
			}
		}
		for range 5 {
			look(a, ann, "p-ann", "visit/v1", noon)
		}
		look(access.New(db), ann, "p-ann", "visit/v1", noon.Add(59*time.Second)) // another process, the same minute
		look(a, ann, "p-ann", "visit/v2", noon)
		look(a, ann, "p-ann", "visit/v1", noon.Add(time.Minute))
		look(a, calendar, "", "visit/v1", noon)
		if n := looks(t, db, "p-ann"); n != 3 {
			t.Errorf("%d looks of Ann, not 3", n)
		}
		if n := looks(t, db, "token calendar"); n != 1 {
			t.Errorf("%d looks of the token, not 1", n)
		}
		list, err := db.Entries(t.Context(), "looks/p-ann", time.Time{}, time.Time{})
		if err != nil || list[0].Via != "token pages" || list[0].By != "p-ann" || list[0].Visit != "visit/v1" {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

func TestALookThroughAPageIsThePersonsOwn(t *testing.T) {
	db := storetest.SQLite(t).Open(t)
	a := access.New(db)
	for range 2 {
		if err := a.LookedAt(t.Context(), "p-ann", "page", "person/p-priya", "", noon); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Looked(t.Context(), access.Caller{Token: "pages"}, "p-ann", "person/p-priya", "", noon.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	list, err := db.Entries(t.Context(), "looks/p-ann", time.Time{}, time.Time{})
	if err != nil || len(list) != 2 || list[0].Via != "page" || list[0].By != "p-ann" || list[1].Via != "token pages" {
		t.Errorf("%+v, %v", list, err)
	}
}

func looks(t *testing.T, db *store.DB, reader string) int {
	t.Helper()
	list, err := db.Entries(t.Context(), "looks/"+reader, time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// A list may show several things of one visit: the look at it is one.
func TestLooksAtAListAreRecordedTogether(t *testing.T) {
	db := storetest.SQLite(t).Open(t)
	a := access.New(db)
	for range 2 {
		if err := a.LookedAtAll(t.Context(), "p-ann", "page", "", noon, "visit/v1", "visit/v2", "visit/v1"); err != nil {
			t.Fatal(err)
		}
	}
	if n := looks(t, db, "p-ann"); n != 2 {
		t.Errorf("%d looks are on record, not 2", n)
	}
}

// What could not be recorded is not to be shown, and is tried again.
func TestALookThatCannotBeRecordedIsAnError(t *testing.T) {
	db := storetest.SQLite(t).Open(t)
	a := access.New(db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := a.Looked(t.Context(), access.Caller{Token: "pages"}, "p-ann", "visit/v1", "", noon); err == nil {
			t.Error("no error")
		}
	}
}

func TestATokenMayHaveSeveralScopes(t *testing.T) {
	c := access.Caller{Scope: access.VisitsRead + "," + access.VisitsWrite}
	for scope, want := range map[string]bool{access.VisitsRead: true, access.VisitsWrite: true, access.AlarmsAct: false, access.Admin: false, "": false, "visits": false} {
		if c.May(scope) != want {
			t.Errorf("%q: %v", scope, !want)
		}
	}
	if !(access.Caller{Scope: "visits:read,admin"}).May(access.AlarmsAct) {
		t.Error("admin among others grants everything")
	}
	if (access.Caller{Scope: "visits:read,"}).May("") {
		t.Error("nothing grants what needs no scope")
	}
}
