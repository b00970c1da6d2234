package support

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
)

// Sizes in the picture, in its own units, which are pixels where it is shown at its own width.
const (
	Narrow = 360 // the width of a picture for a telephone
	Wide   = 560 // for a screen and for paper

	MostDrawn = 8 // names in a ring; the others stand in the list beside it

	titleSize, nameSize, phoneSize = 15.0, 14.0, 13.0
	lineHeight                     = 1.25 // of a line, in sizes of its letters
	margin                         = 2.0  // around everything, for the stroke
	inset                          = 10.0 // of each ring within the next
	gap                            = 8.0  // between boxes
	padX, padY                     = 7.0, 5.0
	widestBox                      = 190.0 // so that several stand in a row
)

// Box is a rectangle, its corner at the top left.
type Box struct{ X, Y, W, H float64 }

// Line is one line of words, around whose middle it is centred.
type Line struct {
	X, Y float64 // of the middle of its base line
	Size float64
	Bold bool
	Says string
}

// Label is a name in its box.
type Label struct {
	Box
	Plain bool // without a frame: the title of a ring, or how many more there are
	Lines []Line
}

// Arch is a half-ring: its legs stand on the picture's base, and its top is half an ellipse of a height.
type Arch struct {
	Box
	Ring   Ring
	Rise   float64 // of the ellipse
	Shade  int     // 0 or 1, turn by turn
	Labels []Label
}

// Path is the outline of the arch, as SVG has it.
func (a Arch) Path() string {
	return fmt.Sprintf("M%.1f %.1fV%.1fA%.1f %.1f 0 0 1 %.1f %.1fV%.1fZ", a.X, a.Y+a.H, a.Y+a.Rise, a.W/2, a.Rise, a.X+a.W, a.Y+a.Rise, a.Y+a.H)
}

// within is how wide the arch is at a depth below its top.
func (a Arch) within(depth float64) float64 {
	if depth >= a.Rise {
		return a.W
	}
	left := 1 - depth/a.Rise
	return a.W * math.Sqrt(max(0, 1-left*left))
}

// Picture is the spheres drawn as half-rings, the nearest in the middle at the foot, the farthest first.
type Picture struct {
	W, H   float64
	Arches []Arch
}

// Draw lays the spheres out in a width. Whatever they say, nothing lies over anything else or outside; what does not fit on a line is wrapped.
func Draw(s Spheres, width float64) Picture {
	p := Picture{W: width}
	top := margin
	rings := Rings()
	slices.Reverse(rings)
	for i, r := range rings {
		edge := margin + float64(i)*inset
		a := Arch{Box: Box{X: edge, Y: top, W: width - 2*edge}, Ring: r, Rise: width / 9, Shade: i % 2}
		top = a.fill(r.Title(), s.In(r)) + gap
		p.Arches = append(p.Arches, a)
	}
	p.H = math.Ceil(top + margin)
	for i := range p.Arches {
		p.Arches[i].H = p.H - margin - p.Arches[i].Y
	}
	return p
}

// fill puts the title and the names of a ring into its arch, and gives where the lowest of them ends.
func (a *Arch) fill(title string, entries Spheres) (foot float64) {
	y := a.Y + 0.3*a.Rise
	room := a.within(y-a.Y) - 2*gap
	head := words(title, titleSize, true, room)
	y = a.row([]Label{{Plain: true, Lines: head}}, y)
	more := max(0, len(entries)-MostDrawn)
	var labels []Label
	for _, e := range entries[:len(entries)-more] {
		lines := words(e.Name, nameSize, false, widestBox-2*padX)
		if e.Phone != "" {
			lines = append(lines, words(e.Phone, phoneSize, true, widestBox-2*padX)...)
		}
		labels = append(labels, Label{Lines: lines})
	}
	if more > 0 {
		labels = append(labels, Label{Plain: true, Lines: words(fmt.Sprintf("and %d more", more), nameSize, false, room)})
	}
	for len(labels) > 0 {
		room, n, used := a.within(y-a.Y)-2*gap, 0, 0.0
		for n < len(labels) && (n == 0 || used+gap+labels[n].size().W <= room) {
			used += labels[n].size().W + gap
			n++
		}
		y = a.row(labels[:n], y)
		labels = labels[n:]
	}
	return y - gap
}

// row puts labels beside each other, the middle of them all in the middle of the arch, and gives where the next row begins.
func (a *Arch) row(labels []Label, y float64) (next float64) {
	used, highest := -gap, 0.0
	for _, l := range labels {
		used += l.size().W + gap
		highest = max(highest, l.size().H)
	}
	x := a.X + (a.W-used)/2
	for _, l := range labels {
		l.Box = l.size()
		l.X, l.Y = x, y+(highest-l.H)/2
		l.place()
		a.Labels = append(a.Labels, l)
		x += l.W + gap
	}
	return y + highest + gap
}

// size is how much room a label takes.
func (l Label) size() (b Box) {
	for _, line := range l.Lines {
		b.W = max(b.W, Width(line.Says, line.Size, line.Bold))
		b.H += line.Size * lineHeight
	}
	if !l.Plain {
		b.W, b.H = b.W+2*padX, b.H+2*padY
	}
	return b
}

// place puts the lines of a label below each other in its box.
func (l *Label) place() {
	y := l.Y
	if !l.Plain {
		y += padY
	}
	l.Lines = slices.Clone(l.Lines)
	for i := range l.Lines {
		y += l.Lines[i].Size * lineHeight
		l.Lines[i].X, l.Lines[i].Y = l.X+l.W/2, y-l.Lines[i].Size*0.25
	}
}

// words breaks words into lines that are no wider than they may be. A word that is, is broken too.
func words(says string, size float64, bold bool, widest float64) (lines []Line) {
	line := ""
	for word := range strings.FieldsSeq(says) {
		with := strings.TrimSpace(line + " " + word)
		if Width(with, size, bold) <= widest {
			line = with
			continue
		}
		if line != "" {
			lines = append(lines, Line{Size: size, Bold: bold, Says: line})
		}
		line = ""
		for _, r := range word {
			if line != "" && Width(line+string(r), size, bold) > widest {
				lines = append(lines, Line{Size: size, Bold: bold, Says: line})
				line = ""
			}
			line += string(r)
		}
	}
	if line != "" {
		lines = append(lines, Line{Size: size, Bold: bold, Says: line})
	}
	return lines
}

// Width is how wide words are in the typefaces of most machines, or more: the widest of them, DejaVu Sans, stands where there is no Arial.
func Width(says string, size float64, bold bool) float64 {
	wide := 0.0
	for _, r := range says {
		wide += letter(r)
	}
	if bold {
		wide *= 1.12
	}
	return wide * size
}

// letter is the width of a letter in sizes of it.
func letter(r rune) float64 {
	switch {
	case strings.ContainsRune("ijl'’.,:;|!", r):
		return 0.3
	case strings.ContainsRune(" ftIr()-/“”\"", r):
		return 0.37
	case strings.ContainsRune("mwMW@%", r):
		return 1.02
	case r < 0x250 && unicode.IsUpper(r), strings.ContainsRune("–&+=<>", r):
		return 0.78
	case r < 0x250:
		return 0.63
	default:
		return 1.3 // of another script: as wide as any
	}
}
