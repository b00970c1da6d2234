package subject_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/subject"
)

func TestTheirOwnPhotographAndWhatTheyConfirmedIsThere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		fill(t, db)
		priya, err := db.Person(t.Context(), "p-priya")
		must(t, err)
		self := store.By{Person: "p-priya", Via: "page"}
		must(t, db.PutPhotograph(t.Context(), "p-priya", []byte("her likeness"), self, nine))
		must(t, db.PutPhotograph(t.Context(), "p-ann", []byte("Ann's likeness"), self, nine))
		must(t, db.PutCode(t.Context(), "p-priya", priya.Mobile, "123456", nine))
		if right, err := db.Prove(t.Context(), "p-priya", "mobile", priya.Mobile, "123456", self, nine); err != nil || !right {
			t.Fatalf("not proved: %v", err)
		}
		must(t, db.Confirm(t.Context(), priya, self, nine))
		var out bytes.Buffer
		must(t, subject.Write(t.Context(), shown(db), &out, "p-priya", nine))
		files, all := read(t, out.Bytes())
		if files["photograph.jpg"] != "her likeness" || strings.Contains(all, "Ann's likeness") {
			t.Errorf("the photograph is %q", files["photograph.jpg"])
		}
		for _, w := range []string{`"proved_numbers"`, `"confirmed_at"`} {
			if !strings.Contains(files["details.json"], w) {
				t.Errorf("details.json has no %s: %s", w, files["details.json"])
			}
		}
	})
}
