package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
)

// ImportSize is what is imported.
type ImportSize struct {
	People int // each with a mobile, an e-mail address and two emergency contacts
}

// What is asked of an import.
const (
	importWithin = 30 * time.Second
	importWait   = 100 * time.Millisecond
)

// Imports measures how long an import of new people takes, as allclear import people in a process of its own, then of the same people again and with other numbers; and how
// long another writer, in this process, waits meanwhile.
func Imports(ctx context.Context, o Options, size ImportSize) ([]Figure, error) {
	return o.withDatabase(ctx, func(b beside) (figures []Figure, err error) {
		if _, err := b.db.PutTeam(ctx, store.FirstTeam("bench", "p-fallback"), time.Now()); err != nil {
			return nil, err
		}
		for i, step := range []struct {
			name  string
			moved int
		}{{"new", 0}, {"the same again", 0}, {"each with another mobile", 1}} {
			o.progress("imports", i, 3)
			if err := os.WriteFile(filepath.Join(b.at.folder, "people.csv"), peopleList(size.People, step.moved), 0o600); err != nil {
				return nil, err
			}
			var took time.Duration
			waits, refused, err := writeMeanwhile(ctx, b.db, fmt.Sprintf("beside-%d", i), func(ctx context.Context) error {
				began := time.Now()
				err := b.runs(ctx, "import people", "import", "people", "people.csv")
				took = time.Since(began)
				return err
			})
			if err != nil {
				return nil, err
			}
			in := sorted(waits)
			figures = append(figures, atMost(thousands(size.People)+" people, "+step.name+": imported in", took, importWithin),
				Figure{Name: "another writer meanwhile: median wait", Value: written(quantile(in, 0.5))},
				atMost("another writer meanwhile: longest wait", quantile(in, 1), importWait),
				Figure{Name: "another writer meanwhile: refused", Value: thousands(refused), Target: "none", Met: refused == 0})
		}
		return figures, nil
	})
}

// peopleList is an export as HR systems write it, of invented people.
func peopleList(people, moved int) []byte {
	var out strings.Builder
	out.WriteString("Personnel number;Last name;First name;Team;Mobile;E-mail;Next of kin;Relationship;Tel. no.;Emergency contact 2 name;Emergency contact 2 phone\r\n")
	for i := range people {
		fmt.Fprintf(&out, "%08d;Nair;Priya %d;bench;0770%07d;priya%d@example.org;Ravi Nair;spouse;0163%07d;Mina Nair;0164%07d\r\n", i, i, i+moved*1_000_000, i, i, i)
	}
	return []byte(out.String())
}
