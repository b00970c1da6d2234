package report

import (
	"bytes"
	"encoding/base64"
	"html/template"
	"image"
	"image/jpeg"
	_ "image/png" // the other format that a photograph may have

	"golang.org/x/image/draw"
)

// photograph is a picture of the worker as it is printed: a JPEG of our own making, so that nothing which was hidden in the given one, such
// as where it was taken, goes along.
type photograph struct {
	jpeg          []byte
	width, height int
}

const (
	mostPixels  = 25_000_000 // a telephone's camera; a larger picture would take memory that alarms need
	longestSide = 600        // printed at 3 cm, that is finer than paper shows
)

// readPhotograph takes a picture that can be shown; nil for none, and for what is no picture: a broken one must not cost the sheet.
func readPhotograph(b []byte) *photograph {
	config, _, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil || config.Width < 1 || config.Height < 1 || config.Width > mostPixels/config.Height {
		return nil
	}
	given, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	width, height := scaled(config.Width, config.Height)
	ours := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(ours, ours.Bounds(), image.White, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(ours, ours.Bounds(), given, given.Bounds(), draw.Over, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, ours, &jpeg.Options{Quality: 85}); err != nil {
		return nil
	}
	return &photograph{out.Bytes(), width, height}
}

// scaled is the size at which a picture's longer side is not too long.
func scaled(width, height int) (int, int) {
	if longer := max(width, height); longer > longestSide {
		return max(1, width*longestSide/longer), max(1, height*longestSide/longer)
	}
	return width, height
}

// URL holds the picture itself, so that the page needs nothing from outside.
func (p photograph) URL() template.URL {
	return template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(p.jpeg)) // #nosec G203 -- base64 of a picture that was decoded and written anew
}
