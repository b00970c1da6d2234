package storetest

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/jackc/pgx/v5"
)

// Bytes gives every byte that whoever takes the disk would have of the place, by where it is: SQLite's file, the two beside it and a copy by
// VACUUM INTO; what COPY writes of each table of PostgreSQL. It writes binary: as text, sealed bytes would be hexadecimal, in which any short
// number turns up by chance.
func (p Place) Bytes(t testing.TB) map[string][]byte {
	t.Helper()
	if p.File == "" {
		return p.copied(t)
	}
	all := map[string][]byte{}
	backup := filepath.Join(t.TempDir(), "backup.db")
	if _, err := p.Raw(t).ExecContext(t.Context(), `VACUUM INTO '`+backup+`'`); err != nil {
		t.Fatal(err)
	}
	for where, file := range map[string]string{"the file": p.File, "-wal": p.File + "-wal", "-shm": p.File + "-shm", "VACUUM INTO": backup} {
		raw, err := os.ReadFile(file) // #nosec G304 -- the test's own file
		if err != nil {
			t.Fatal(err)
		}
		all[where] = raw
	}
	return all
}

func (p Place) copied(t testing.TB) map[string][]byte {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), p.Options.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := conn.Close(t.Context()); err != nil {
			t.Errorf("close: %v", err)
		}
	}()
	all := map[string][]byte{}
	for _, table := range tables(t, p.Raw(t)) {
		var out bytes.Buffer
		if _, err := conn.PgConn().CopyTo(t.Context(), &out, `COPY "`+table+`" TO STDOUT (FORMAT binary)`); err != nil {
			t.Fatal(err)
		}
		all[table] = out.Bytes()
	}
	return all
}

func tables(t testing.TB, raw *sql.DB) (names []string) {
	t.Helper()
	rows, err := raw.QueryContext(t.Context(), `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return names
}

// Finds says whether raw has a word, and in which form: as it is or in other case, as UTF-16, in base64, in hexadecimal, or with escapes as in
// JSON.
func Finds(raw []byte, word string) (form string, found bool) {
	low := lower(raw)
	for form, bytesOf := range map[string][]byte{
		"plain":     lower([]byte(word)),
		"UTF-16 LE": lower(wide(word, binary.LittleEndian)),
		"UTF-16 BE": lower(wide(word, binary.BigEndian)),
		"hex":       []byte(hex.EncodeToString([]byte(word))),
		"escaped":   lower([]byte(strings.Trim(strconv.QuoteToASCII(word), `"`))),
	} {
		if bytes.Contains(low, bytesOf) {
			return form, true
		}
	}
	for _, part := range inBase64(word) {
		if bytes.Contains(raw, []byte(part)) {
			return "base64", true
		}
	}
	return "", false
}

// lower lowers ASCII letters and leaves every other byte, as not all of it is text.
func lower(raw []byte) []byte {
	out := bytes.Clone(raw)
	for i, c := range out {
		if 'A' <= c && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return out
}

func wide(word string, order binary.AppendByteOrder) (out []byte) {
	for _, unit := range utf16.Encode([]rune(word)) {
		out = order.AppendUint16(out, unit)
	}
	return out
}

// inBase64 gives what a word becomes in base64 wherever it begins within three bytes, without the letters that its neighbours share.
func inBase64(word string) (parts []string) {
	for before := range 3 {
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			whole := alphabet.EncodeToString([]byte(strings.Repeat(" ", before) + word))
			first := (before*8 + 5) / 6
			last := (before + len(word)) * 8 / 6
			parts = append(parts, whole[first:last])
		}
	}
	return parts
}
