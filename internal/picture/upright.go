package picture

import (
	"bytes"
	"encoding/binary"
	"image"
)

// upright turns and mirrors a picture as its camera says it was held, 1 to 8 as Exif has it: what says so does not go along.
func upright(given *image.RGBA, held int) *image.RGBA {
	if held < 2 || held > 8 {
		return given
	}
	w, h := given.Rect.Dx(), given.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if held >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	turned := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			turned.SetRGBA(x, y, given.RGBAAt(from(held, x, y, w, h)))
		}
	}
	return turned
}

// from gives the place in a picture w wide and h high that is shown at x, y.
func from(held, x, y, w, h int) (int, int) {
	switch held {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	default:
		return x, y
	}
}

// Of a JPEG and of the Exif in it.
const (
	startOfScan    = 0xDA
	appOne         = 0xE1
	tagOrientation = 0x0112
	mostTags       = 512
)

// orientation reads from a JPEG's Exif how the camera was held, 1 to 8; 1 where it does not say, or says it in a way that is none.
func orientation(file []byte) int {
	if !bytes.HasPrefix(file, []byte{0xFF, 0xD8}) {
		return 1
	}
	for at := 2; at+4 <= len(file) && file[at] == 0xFF && file[at+1] != startOfScan; {
		size := int(binary.BigEndian.Uint16(file[at+2:]))
		end := at + 2 + size
		if size < 2 || end > len(file) {
			return 1
		}
		if exif, is := bytes.CutPrefix(file[at+4:end], []byte("Exif\x00\x00")); is && file[at+1] == appOne {
			return heldAs(exif)
		}
		at = end
	}
	return 1
}

// heldAs reads it from the first directory of tags.
func heldAs(exif []byte) int {
	var order binary.ByteOrder = binary.BigEndian
	if bytes.HasPrefix(exif, []byte("II")) {
		order = binary.LittleEndian
	}
	if len(exif) < 8 {
		return 1
	}
	at := uint64(order.Uint32(exif[4:]))
	if at+2 > uint64(len(exif)) {
		return 1
	}
	n := min(int(order.Uint16(exif[at:])), mostTags)
	for i := range n {
		tag := at + 2 + uint64(i)*12
		if tag+12 > uint64(len(exif)) {
			return 1
		}
		if order.Uint16(exif[tag:]) == tagOrientation {
			return int(order.Uint16(exif[tag+8:]))
		}
	}
	return 1
}
