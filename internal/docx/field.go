package docx

import (
	"encoding/xml"
	"strconv"
)

// field reads where a field begins. What is ticked or chosen in a form of the older kind stands there, and nowhere among the words.
func (r *reading) field(f *flow, bold bool) error {
	return r.inside(func(e xml.StartElement) error {
		if e.Name.Local != "ffData" {
			return r.xml.Skip()
		}
		return r.inside(func(e xml.StartElement) error {
			switch e.Name.Local {
			case "checkBox":
				return r.tickBox(f, bold)
			case "ddList":
				return r.dropDown(f, bold)
			default:
				return r.xml.Skip()
			}
		})
	})
}

// tickBox writes a box, with a cross in it where it is ticked.
func (r *reading) tickBox(f *flow, bold bool) error {
	ticked, touched := false, false
	err := r.inside(func(e xml.StartElement) error {
		switch {
		case e.Name.Local == "checked":
			ticked, touched = on(e), true
		case e.Name.Local == "default" && !touched:
			ticked = on(e)
		}
		return r.xml.Skip()
	})
	if err != nil {
		return err
	}
	if ticked {
		f.write("☒", bold)
	} else {
		f.write("☐", bold)
	}
	return nil
}

// dropDown writes what was chosen of a list: its first entry, where nothing was.
func (r *reading) dropDown(f *flow, bold bool) error {
	chosen, entries := -1, []string{}
	err := r.inside(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "result":
			chosen = number(e, chosen)
		case "default":
			if chosen < 0 {
				chosen = number(e, chosen)
			}
		case "listEntry":
			entries = append(entries, attribute(e, "val"))
		}
		return r.xml.Skip()
	})
	if chosen = max(chosen, 0); err == nil && chosen < len(entries) {
		r.words += len(entries[chosen])
		f.write(entries[chosen], bold)
	}
	return err
}

func number(e xml.StartElement, otherwise int) int {
	n, err := strconv.Atoi(attribute(e, "val"))
	if err != nil {
		return otherwise
	}
	return n
}
