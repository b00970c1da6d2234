package engine

import "testing"

func TestANameIsKnownHoweverItIsTyped(t *testing.T) {
	for _, same := range [][2]string{
		{"Priya Nair", "priya  NAIR"}, {"Siân Ŵyn-Łukasiewicz", "Sian Wyn Lukasiewicz"}, {"Sam O’Hill", "sam o'hill"}, {"Sam O’Hill", "Sam OHill"}, {"Dr. Ann Woods", "Ann Woods"},
		{"Ann Woods", "Mrs Ann Woods"}, {"Prof. Dr. Ann Woods", "Ann Woods"}, {"Zoe\u0308 Brontë", "ZOE BRONTE"}, {"Søren Straße", "soren strasse"}, {"J. R. Park", "J R Park"}, {"Miss", "miss"},
	} {
		if !sameName(same[0], same[1]) || !sameName(same[1], same[0]) {
			t.Errorf("%q is not %q", same[0], same[1])
		}
	}
	for _, other := range [][2]string{
		{"Priya Nair", "Priya"}, {"Priya Nair", "Nair Priya"}, {"Priya Nair", "Priya Nayar"}, {"Priya Nair", "Ravi Nair"}, {"Ann Woods", "Anne Woods"}, {"Ann Woods", "Dr"}, {"Иван", "Ivan"},
	} {
		if sameName(other[0], other[1]) {
			t.Errorf("%q is %q", other[0], other[1])
		}
	}
}
