// Package nearest finds the name that someone most likely meant when they wrote one that is not known: an error that
// names it teaches.
package nearest

import (
	"slices"
	"strings"
)

const longest = 64 // bytes of a name that are looked at; bounds what a stranger can make us count

// To gives the known name that was most likely meant: one that has the name in it ("duress"), else the one the fewest
// slips away, the earlier of two alike. It is "" when none is known.
func To(name string, known []string) string {
	if len(known) == 0 {
		return ""
	}
	name = strings.ToLower(name[:min(len(name), longest)])
	away := func(k string) int {
		if len(name) > 3 && strings.Contains(k, name) {
			return min(1, slips(name, k))
		}
		return slips(name, k)
	}
	return slices.MinFunc(known, func(a, b string) int { return away(a) - away(b) })
}

// slips counts the letters to add, drop or change that make a into b.
func slips(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0]++
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
