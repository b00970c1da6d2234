package picture

import (
	"bytes"
	"encoding/binary"
)

// mostScans is how many times over a picture may be drawn: a progressive JPEG is drawn about ten times, ever finer. Each costs as much as all of its blocks however
// few bytes it has, so that a file of 8 MB could take half an hour.
const mostScans = 50

// outline is what a JPEG's markers say of how it is to be decoded.
type outline struct {
	scans       int
	progressive bool // all of it is held in memory as numbers, until its last scan
}

// Of a JPEG's markers.
const (
	startOfProgressive = 0xC2
	endOfImage         = 0xD9
)

// outlined walks over a JPEG's markers, as a decoder meets them.
func outlined(file []byte) (o outline) {
	if !bytes.HasPrefix(file, []byte{0xFF, 0xD8}) {
		return o
	}
	for at := 2; at+4 <= len(file); {
		marker := file[at+1]
		switch {
		case file[at] != 0xFF || marker == 0x00 || marker == 0xFF || marker >= 0xD0 && marker <= 0xD7: // within a scan, or what fills up before a marker
			next := bytes.IndexByte(file[at+1:], 0xFF)
			if next < 0 {
				return o
			}
			at += 1 + next
			continue
		case marker == endOfImage:
			return o
		case marker == startOfScan:
			o.scans++
		case marker == startOfProgressive:
			o.progressive = true
		}
		at += 2 + int(binary.BigEndian.Uint16(file[at+2:]))
	}
	return o
}
