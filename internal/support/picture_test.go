package support_test

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/allclear-safety/allclear/internal/support"
)

// inArch says that a box lies within the outline of an arch.
func inArch(a support.Arch, b support.Box) bool {
	wide := a.W
	if depth := b.Y - a.Y; depth < a.Rise {
		left := 1 - depth/a.Rise
		wide = a.W * math.Sqrt(1-left*left)
	}
	middle := a.X + a.W/2
	return b.Y >= a.Y && b.Y+b.H <= a.Y+a.H && b.X >= middle-wide/2 && b.X+b.W <= middle+wide/2
}

func apart(a, b support.Box) bool {
	return a.X+a.W <= b.X || b.X+b.W <= a.X || a.Y+a.H <= b.Y || b.Y+b.H <= a.Y
}

// problems says what lies over something else, or outside.
func problems(p support.Picture) (found []string) {
	say := func(what, says string) { found = append(found, what+": "+says) }
	var boxes []support.Box
	for i, a := range p.Arches {
		if a.X < 0 || a.Y < 0 || a.X+a.W > p.W || a.Y+a.H > p.H {
			say("an arch outside the picture", string(a.Ring))
		}
		for _, l := range a.Labels {
			first := l.Lines[0].Says
			if !inArch(a, l.Box) {
				say("outside its arch", first)
			}
			if i+1 < len(p.Arches) && l.Y+l.H > p.Arches[i+1].Y {
				say("reaches into the next arch", first)
			}
			for _, other := range boxes {
				if !apart(l.Box, other) {
					say("over another", first)
				}
			}
			boxes = append(boxes, l.Box)
			for _, line := range l.Lines {
				if half := support.Width(line.Says, line.Size, line.Bold) / 2; line.X-half < l.X-.01 || line.X+half > l.X+l.W+.01 || line.Y-line.Size < l.Y-.01 || line.Y > l.Y+l.H {
					say("a line outside its box", line.Says)
				}
			}
		}
	}
	return found
}

func TestNothingInThePictureLiesOverAnythingElseOrOutside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, width := list().Draw(t, "list"), rapid.SampledFrom([]float64{support.Narrow, support.Wide}).Draw(t, "width")
		for _, problem := range problems(support.Draw(s, width)) {
			t.Error(problem)
		}
	})
}

// A picture that is wrong on purpose is found wrong, in each way.
func TestAPictureThatIsWrongIsFoundSo(t *testing.T) {
	for what, spoil := range map[string]func(*support.Picture){
		"an arch outside the picture": func(p *support.Picture) { p.Arches[0].X = -1 },
		"outside its arch":            func(p *support.Picture) { p.Arches[0].Labels[1].X = 0 },
		"reaches into the next arch":  func(p *support.Picture) { p.Arches[0].Labels[1].H += 200 },
		"over another":                func(p *support.Picture) { p.Arches[0].Labels[2].Box = p.Arches[0].Labels[1].Box },
		"a line outside its box":      func(p *support.Picture) { p.Arches[0].Labels[1].Lines[0].Says += strings.Repeat("m", 30) },
	} {
		p := support.Draw(support.Standard(), support.Wide)
		if found := problems(p); len(found) > 0 {
			t.Fatalf("before: %v", found)
		}
		if spoil(&p); !strings.Contains(strings.Join(problems(p), "\n"), what) {
			t.Errorf("%s was not found", what)
		}
	}
}

// text is all that a ring says in the picture.
func text(p support.Picture, r support.Ring) (all []string) {
	for _, a := range p.Arches {
		for _, l := range a.Labels {
			var said strings.Builder
			for _, line := range l.Lines {
				said.WriteString(line.Says)
			}
			if a.Ring == r {
				all = append(all, strings.ReplaceAll(said.String(), " ", ""))
			}
		}
	}
	return all
}

// Eight names of a ring are drawn, whole; how many more there are is said.
func TestEveryNameIsDrawnOrCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := list().Draw(t, "list")
		p := support.Draw(s, support.Narrow)
		for _, r := range support.Rings() {
			drawn, all := strings.Join(text(p, r), "\n"), s.In(r)
			for i, e := range all {
				if name := strings.ReplaceAll(e.Name, " ", ""); i < support.MostDrawn && !strings.Contains(drawn, name) {
					t.Fatalf("%q is not drawn in %q", name, drawn)
				}
			}
			if more := len(all) > support.MostDrawn; more && !strings.HasSuffix(drawn, "more") {
				t.Fatalf("%d entries, and drawn is %q", len(all), drawn)
			}
		}
	})
	var s support.Spheres
	for range 11 {
		s, _ = s.Put(support.Entry{Ring: support.Me, Name: "A"})
	}
	if drawn := text(support.Draw(s, support.Wide), support.Me); len(drawn) != 10 || drawn[9] != "and3more" {
		t.Errorf("of eleven there are drawn %q", drawn)
	}
}

// The nearest stands in the middle at the foot, the farthest outermost.
func TestTheNearestIsInTheMiddle(t *testing.T) {
	arches := support.Draw(support.Standard(), support.Wide).Arches
	if arches[0].Ring != support.Outside || arches[4].Ring != support.Me {
		t.Fatalf("they begin with %s and end with %s", arches[0].Ring, arches[4].Ring)
	}
	for i := 1; i < len(arches); i++ {
		outer, inner := arches[i-1], arches[i]
		if inner.X <= outer.X || inner.X+inner.W >= outer.X+outer.W || inner.Y <= outer.Y {
			t.Errorf("%s is not within %s", inner.Ring, outer.Ring)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	s := support.Standard()
	for b.Loop() {
		support.Draw(s, support.Wide)
	}
}
