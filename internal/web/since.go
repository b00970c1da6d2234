package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// contactsField stands for all that is asked of emergency contacts: what was changed of one of them moves the others.
// What is wrong with it stands beside the first.
const contactsField = "contact-1-name"

// marked has the form say what it shows: a mark for each field, of what is kept in it.
func (f *form) marked(fields []string) *form {
	marks := make([]string, len(fields))
	for i, field := range fields {
		marks[i] = field + ":" + f.mark(field)
	}
	f.values.Set("was", strings.Join(marks, " "))
	return f
}

// mark is the same as long as a field holds the same.
func (f *form) mark(field string) string {
	sum := sha256.Sum256([]byte(f.holds(field)))
	return hex.EncodeToString(sum[:6])
}

// holds is what a field holds, whatever the order of what is ticked in it.
func (f *form) holds(field string) string {
	held := slices.Sorted(slices.Values(f.values[field]))
	if field == contactsField {
		held = nil
		for row := range mostContacts {
			name := contactField(row)
			held = append(held, f.value(name("name")), f.value(name("relation")), f.value(name("phone")), f.value(name("police")), f.value(name("kin")))
		}
	}
	for i := range held {
		held[i] = strings.TrimSpace(strings.ReplaceAll(held[i], "\r\n", "\n"))
	}
	return strings.Join(held, "\x00")
}

// since notes what someone else has saved after the form was shown, so that nothing is written over unseen, and says
// whether there is any. What the sender left alone then shows what is kept now; what both changed stays as typed. The
// form marks what is kept now: sent once more, it is meant. A form without marks is not compared.
//
// Read is what was typed as it would be kept; says gives what a field is called and what is kept in it.
func (f *form) since(read, kept *form, fields []string, says func(field string) (what, is string)) bool {
	shown := map[string]string{}
	for mark := range strings.FieldsSeq(f.value("was")) {
		field, mark, _ := strings.Cut(mark, ":")
		shown[field] = mark
	}
	changed := false
	for _, field := range fields {
		mark, there := shown[field]
		if !there || mark == kept.mark(field) || read.holds(field) == kept.holds(field) {
			continue
		}
		changed = true
		what, is := says(field)
		if mark == read.mark(field) {
			f.take(field, kept)
			f.wrong(field, fmt.Sprintf("Someone else changed %s since you opened the form. What they saved is shown", what))
			continue
		}
		f.wrong(field, fmt.Sprintf("Someone else changed %s to %s since you opened the form. Save again to put yours in its place", what, is))
	}
	if changed {
		f.values.Set("was", kept.marked(fields).value("was"))
	}
	return changed
}

// take takes over what another form holds in a field.
func (f *form) take(field string, from *form) {
	fields := []string{field}
	if field == contactsField {
		fields = nil
		for row := range mostContacts {
			for _, part := range []string{"name", "relation", "phone", "place", "police", "kin"} {
				fields = append(fields, contactField(row)(part))
			}
		}
	}
	for _, field := range fields {
		f.values[field] = from.values[field]
	}
}

// inQuotes is what a field holds, for a sentence about it.
func (f *form) inQuotes(field string) string {
	if f.value(field) == "" {
		return "nothing"
	}
	return "“" + f.value(field) + "”"
}

// ticked says whether a field's one box is ticked.
func (f *form) ticked(field string) string {
	if f.value(field) == "" {
		return "“not ticked”"
	}
	return "“ticked”"
}
