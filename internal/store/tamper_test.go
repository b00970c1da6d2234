package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// recordColumns are all that the record is made of: a table, how its rows are told apart, and what each row says.
var recordColumns = []struct {
	table, key string
	columns    []string
}{
	{"entries", "id", []string{"id", "worker", "seq", "at", "recorded_at", "kind", "by_whom", "via", "token", "visit", "alarm", "rules", "input", "events", "owner",
		"words", "commitment", "hash", "n"}},
	{"seals", "first_n", []string{"first_n", "last_n", "sealed_at", "head", "signature"}},
	{"chain", "id", []string{"n", "head", "signature"}},
	{"workers", "id", []string{"id", "seq", "head"}},
}

// broke gives the break that an audit names; it fails the test when there is none.
func broke(t *testing.T, db *store.DB, after string) *store.BreakError {
	t.Helper()
	err := db.Verify(t.Context(), nine.Add(time.Hour))
	b, found := errors.AsType[*store.BreakError](err)
	if !found {
		t.Fatalf("not found after %s: %v", after, err)
	}
	if strings.Contains(err.Error(), "\n") || b.Where == "" {
		t.Errorf("after %s it says %q", after, err)
	}
	return b
}

// flips gives a value with a bit flipped in its first, a middle and its last byte. A text stays one that PostgreSQL takes.
func flips(v any) (list []any) {
	switch v := v.(type) {
	case int64:
		return []any{v ^ 1, v ^ 1<<20, v ^ 1<<40, v ^ -1<<63}
	case string:
		for _, i := range places(len(v)) {
			list = append(list, v[:i]+string(rune(v[i]^1))+v[i+1:])
		}
	case []byte:
		for _, i := range places(len(v)) {
			list = append(list, append(append(append([]byte{}, v[:i]...), v[i]^0x10), v[i+1:]...))
		}
	}
	return list
}

func places(n int) []int {
	if n == 0 {
		return nil
	}
	return []int{0, n / 3, n / 2, n - 1}
}

func TestAnyFlippedByteIsNamed(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		db := p.Open(t)
		kept(t, db)
		raw := p.Raw(t)
		flipped := 0
		for _, r := range recordColumns {
			for _, key := range column(t, raw, r.table, r.key) {
				for _, c := range r.columns {
					var was any
					must(t, raw.QueryRow(`SELECT `+c+` FROM `+r.table+` WHERE `+r.key+` = $1`, key).Scan(&was))
					for _, is := range flips(was) {
						here := key
						if c == r.key {
							here = is
						}
						what := fmt.Sprintf("%s of %s %v: %v for %v", c, r.table, key, is, was)
						if _, err := raw.Exec(`UPDATE `+r.table+` SET `+c+` = $1 WHERE `+r.key+` = $2`, is, key); err != nil {
							if !strings.Contains(err.Error(), "CHECK") && !strings.Contains(err.Error(), "check constraint") && !strings.Contains(strings.ToLower(err.Error()), "unique") {
								t.Fatal(what, err)
							}
							continue // the table itself refuses it
						}
						broke(t, db, what)
						if _, err := raw.Exec(`UPDATE `+r.table+` SET `+c+` = $1 WHERE `+r.key+` = $2`, was, here); err != nil {
							t.Fatal(err)
						}
						flipped++
					}
				}
			}
		}
		must(t, db.Verify(t.Context(), nine.Add(time.Hour))) // all of it was put back
		if flipped < 400 {
			t.Errorf("only %d bytes were flipped", flipped)
		}
	})
}

func column(t *testing.T, raw *sql.DB, table, name string) (values []any) {
	t.Helper()
	rows, err := raw.Query(`SELECT ` + name + ` FROM ` + table + ` ORDER BY 1`)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var v any
		must(t, rows.Scan(&v))
		values = append(values, v)
	}
	return values
}

// swap exchanges a column of two entries, by way of a value that nobody has.
func swap(column, aside, a, b string) []string {
	set := func(to, id string) string {
		return `UPDATE entries SET ` + column + ` = ` + to + ` WHERE id = '` + id + `'`
	}
	of := func(id string) string { return `(SELECT ` + column + ` FROM kept_entries WHERE id = '` + id + `')` }
	return []string{set(aside, a), set(of(a), b), set(of(b), a)}
}

// putBack is what whoever lacks the key can do after the last entries: workers' ends, seals and the chain's end are as they were at number 3.
var putBack = []string{
	`DELETE FROM entries WHERE n > 3`,
	`DELETE FROM seals WHERE first_n > 3`,
	`UPDATE chain SET n = 3, head = (SELECT head FROM seals WHERE last_n = 3)`,
	`UPDATE workers SET seq = 1, head = (SELECT hash FROM entries e WHERE e.worker = workers.id)`,
}

func TestRowsTakenAwayAddedOrReorderedAreNamed(t *testing.T) {
	const insert = `INSERT INTO entries (id, worker, seq, at, recorded_at, kind, by_whom, via, token, visit, alarm, rules, input, events, owner, hash, n)
		SELECT 'added', worker, %s, at, recorded_at, kind, by_whom, via, token, visit, alarm, rules, input, events, owner, hash, %s FROM entries WHERE id = '%s'`
	for name, c := range map[string]struct {
		do    []string
		names string
	}{
		"first entry":                    {[]string{`DELETE FROM entries WHERE n = 1`}, "place 2"},
		"a middle entry":                 {[]string{`DELETE FROM entries WHERE id = 'p-ann-2-1'`}, "entry p-ann-3-2"},
		"last entry":                     {[]string{`DELETE FROM entries WHERE n = 9`}, "worker p-priya, place 4"},
		"last, and its worker's end":     {[]string{`DELETE FROM entries WHERE n = 9`, `UPDATE workers SET seq = 3, head = (SELECT hash FROM entries WHERE id = 'p-priya-2-1') WHERE id = 'p-priya'`}, "number 9"},
		"first seal":                     {[]string{`DELETE FROM seals WHERE first_n = 1`}, "number 1"},
		"last seal":                      {[]string{`DELETE FROM seals WHERE first_n = 4`}, "number 4"},
		"tail put back":                  {putBack, "number 4"},
		"tail put back, end blanked":     {append(putBack[:len(putBack):len(putBack)], `UPDATE chain SET signature = '`+`'`), "number 4"},
		"chain's row":                    {[]string{`UPDATE chain SET n = 0, head = '', signature = ''`}, "number 1"},
		"added behind the end":           {[]string{fmt.Sprintf(insert, "5", "10", "p-priya-3-2")}, "entry added"},
		"added without a number":         {[]string{fmt.Sprintf(insert, "5", "NULL", "p-priya-3-2")}, "entry added"},
		"added before the first":         {[]string{fmt.Sprintf(insert, "-9223372036854775807 - 1", "NULL", "p-priya-3-2")}, "entry added"},
		"added before the first number":  {[]string{fmt.Sprintf(insert, "0", "-9223372036854775807 - 1", "p-priya-3-2")}, "entry added"},
		"two places swapped":             {swap("seq", "99", "p-priya-1-0", "p-priya-2-1"), "entry p-priya-2-1"},
		"two numbers swapped":            {swap("n", "99", "p-priya-1-0", "p-ann-2-1"), "seal of 4 to 9"},
		"two numbers of two seals":       {swap("n", "99", "book-v0", "p-ann-2-1"), "seal of 1 to 3"},
		"moved to another worker":        {[]string{`UPDATE entries SET worker = 'p-lee', seq = 2 WHERE id = 'p-priya-3-2'`}, "entry p-priya-3-2"},
		"moved to a worker in its place": {[]string{`DELETE FROM entries WHERE id = 'book-v2'`, `UPDATE entries SET worker = 'p-lee', seq = 1 WHERE id = 'p-priya-3-2'`}, "entry p-priya-3-2"},
		"words swapped":                  {append(swap("words", "words", "p-priya-1-0", "p-priya-2-1"), swap("words", "words", "book-v0", "book-v1")...), "entry "},
		"words and commitments swapped":  {append(swap("words", "words", "p-priya-1-0", "p-priya-2-1"), swap("commitment", "commitment", "p-priya-1-0", "p-priya-2-1")...), "entry p-priya-1-0"},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
				db := p.Open(t)
				kept(t, db)
				raw := p.Raw(t)
				for _, statement := range append([]string{`CREATE TABLE kept_entries AS SELECT * FROM entries`}, c.do...) {
					if p.File != "" { // an empty blob
						statement = strings.ReplaceAll(strings.ReplaceAll(statement, "head = ''", "head = x''"), "signature = ''", "signature = x''")
					}
					if _, err := raw.Exec(statement); err != nil {
						t.Fatal(statement, err)
					}
				}
				if b := broke(t, db, name); !strings.Contains(b.Where, c.names) {
					t.Errorf("named %q, not %q: %v", b.Where, c.names, b)
				}
			})
		})
	}
}

// Sealing goes on after the end was put back, as the pages live by it, and it stays on record that it was.
func TestSealingOnDoesNotCoverUpWhatWasTakenAway(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		db := p.Open(t)
		kept(t, db)
		for _, statement := range putBack {
			if _, err := p.Raw(t).Exec(statement); err != nil {
				t.Fatal(statement, err)
			}
		}
		texts(t.Context(), t, db, "p-lee", 1)
		n, err := db.Seal(t.Context(), nine)
		if _, found := errors.AsType[*store.BreakError](err); !found || n != 1 {
			t.Errorf("sealed %d, %v", n, err)
		}
		texts(t.Context(), t, db, "p-ann", 1)
		same(t, "sealed on", ok[int](t)(db.Seal(t.Context(), nine)), 1)
		if b := broke(t, db, "sealing on"); b.Where != "seal of 4 to 4" {
			t.Errorf("it names %v", b)
		}
	})
}

func TestTheRecordOfAnEarlierVersionVerifiesAndGoesOn(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		db := p.Open(t)
		kept(t, db)
		must(t, db.AsOfAnEarlierVersion(t.Context()))
		must(t, db.Verify(t.Context(), nine.Add(time.Hour)))
		texts(t.Context(), t, db, "p-lee", 2)
		same(t, "sealed", ok[int](t)(db.Seal(t.Context(), nine)), 2)
		must(t, db.Verify(t.Context(), nine.Add(time.Hour)))
		var forms []int
		must(t, db.Extracts(t.Context(), func(x store.Extract) error {
			forms = append(forms, x.Form)
			return nil
		}))
		same(t, "forms", forms, []int{1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2})
		if _, err := p.Raw(t).Exec(`UPDATE chain SET signature = CAST('' AS ` + map[bool]string{true: "blob", false: "bytea"}[p.File != ""] + `)`); err != nil {
			t.Fatal(err)
		}
		if b := broke(t, db, "the end's signature is blanked"); b.Where != "number 12" {
			t.Errorf("it names %v", b)
		}
	})
}

// An audit beside a running server must take nothing that is committed or sealed meanwhile for a break.
func TestAnAuditBesideAServerFindsNothing(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		server := p.Open(t)
		kept(t, server)
		beside := p.Options
		beside.ReadOnly = true
		reader := ok[*store.DB](t)(store.Open(t.Context(), beside))
		defer reader.Close()
		done := make(chan struct{})
		go func() { // ended by what it has to write
			defer close(done)
			for range 40 {
				texts(t.Context(), t, server, "p-lee", 1)
				if _, err := server.Seal(t.Context(), nine); err != nil {
					t.Error(err)
				}
			}
		}()
		audits := 0
		for running := true; running; audits++ {
			select {
			case <-done:
				running = false
			default:
			}
			must(t, reader.Verify(t.Context(), nine))
		}
		if audits < 2 {
			t.Errorf("only %d audits", audits)
		}
	})
}
