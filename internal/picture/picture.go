// Package picture makes a photograph of a person one that may be kept: a small JPEG of our own making, upright, in which nothing goes along
// that was hidden in the given one, such as where it was taken (rule 2.6).
package picture

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // the other format that a photograph may have
	"slices"

	"golang.org/x/image/draw"
)

// Bounds on what is given.
const (
	MostBytes  = 8 << 20    // of the file
	mostPixels = 16_000_000 // a telephone's camera; a larger picture would take memory that alarms need. Half of it where each takes twice as much
	leastSide  = 100        // less shows nobody
)

// longestSide is how long the longer side of a kept picture is at most, in pixels: printed at 3 cm that is finer than paper shows.
const longestSide = 600

// What is wrong with a picture that is not taken.
var (
	ErrLong  = errors.New("the file is larger than 8 MB")
	ErrKind  = errors.New("it is neither a JPEG nor a PNG picture")
	ErrLarge = errors.New("it has more than 16 million pixels")
	ErrDense = errors.New("it has more than 8 million pixels, and is of a kind that takes twice the memory of others")
	ErrSmall = errors.New("it has fewer than 100 pixels on a side")
	ErrTorn  = errors.New("it cannot be read to its end")
)

// Make makes a picture to be kept of a given one. What the given one would take in memory is known before it is decoded.
func Make(given []byte) ([]byte, error) {
	if len(given) > MostBytes {
		return nil, ErrLong
	}
	how := outlined(given)
	config, kind, err := image.DecodeConfig(bytes.NewReader(given))
	switch {
	case err != nil, kind != "jpeg" && kind != "png":
		return nil, ErrKind
	case config.Width < 1 || config.Height < 1, config.Width > mostPixels/config.Height:
		return nil, ErrLarge
	case (deep(config.ColorModel) || how.progressive) && config.Width > mostPixels/2/config.Height:
		return nil, ErrDense
	case how.scans > mostScans:
		return nil, ErrTorn
	case config.Width < leastSide || config.Height < leastSide:
		return nil, ErrSmall
	}
	decoded, _, err := image.Decode(bytes.NewReader(given))
	if err != nil {
		return nil, ErrTorn
	}
	width, height := scaled(config.Width, config.Height)
	ours := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(ours, ours.Bounds(), image.White, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(ours, ours.Bounds(), decoded, decoded.Bounds(), draw.Over, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, upright(ours, orientation(given)), &jpeg.Options{Quality: 85}); err != nil {
		return nil, ErrTorn
	}
	return out.Bytes(), nil
}

// deep says that a picture's colours have 16 bits each, or are four, so that it takes twice the memory.
func deep(m color.Model) bool {
	return slices.Contains([]color.Model{color.RGBA64Model, color.NRGBA64Model, color.Gray16Model, color.CMYKModel}, m)
}

// scaled is the size at which a picture's longer side is not too long.
func scaled(width, height int) (int, int) {
	if longer := max(width, height); longer > longestSide {
		return max(1, width*longestSide/longer), max(1, height*longestSide/longer)
	}
	return width, height
}
