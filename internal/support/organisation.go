package support

import (
	"slices"
	"strings"
)

// Reached gives an entry with how it is reached, as somebody wrote that in one line: a number, an e-mail address, or else where to go.
func (e Entry) Reached(how string) Entry {
	how = strings.TrimSpace(how)
	for _, as := range []Entry{{Phone: how}, {Email: how}, {Address: how}} {
		as.Ring, as.Name = Organisation, "somebody"
		if how != "" && len(as.Problems()) == 0 {
			e.Phone, e.Email, e.Address = as.Phone, as.Email, as.Address
			return e
		}
	}
	return e
}

// StandardOf is the standard list with an organisation's own names in its ring: those that can stand in a list, as many as fit.
func StandardOf(organisation []Entry) Spheres {
	list := slices.DeleteFunc(Standard(), func(e Entry) bool { return e.Ring == Organisation })
	at := slices.IndexFunc(list, func(e Entry) bool { return e.Ring == Outside })
	for _, e := range organisation {
		if e.Ring = Organisation; len(e.Problems()) == 0 && len(list) < MostEntries {
			list = slices.Insert(list, at, e)
			at++
		}
	}
	for i := range list {
		list[i].ID = i + 1
	}
	return list
}
