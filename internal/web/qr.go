package web

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// quietEdge is the white edge that a QR code has, in its own dots.
const quietEdge = 4

// qrPath draws a QR code as the path of an SVG image: a square for each dark dot. Size is its width and height in dots.
func qrPath(text string) (path string, size int, err error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", 0, fmt.Errorf("draw QR code: %w", err)
	}
	var b strings.Builder
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+quietEdge, y+quietEdge)
			}
		}
	}
	return b.String(), code.Size + 2*quietEdge, nil
}
