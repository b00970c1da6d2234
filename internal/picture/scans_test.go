package picture_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/allclear-safety/allclear/internal/picture"
)

// segment is a JPEG's marker with what belongs to it.
func segment(marker byte, body ...byte) []byte {
	n := len(body) + 2
	return append([]byte{0xFF, marker, byte(n >> 8), byte(n)}, body...)
}

// progressive is a grey or coloured JPEG by hand, drawn so many times over: each scan says in a few bytes that nothing changes.
func progressive(w, h int, colours byte, scans int) []byte {
	var f bytes.Buffer
	f.Write([]byte{0xFF, 0xD8})
	f.Write(segment(0xDB, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...))
	frame := []byte{8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), colours}
	for c := byte(1); c <= colours; c++ {
		frame = append(frame, c, 0x11, 0)
	}
	f.Write(segment(0xC2, frame...))
	one := append([]byte{0x10, 1}, make([]byte, 15)...) // one code, of one bit: the next 2^14 blocks and more are as they are
	f.Write(segment(0xC4, append(one, 0xE0)...))
	for range scans {
		f.Write(segment(0xDA, 1, 1, 0, 1, 63, 0))
		f.Write(make([]byte, w*h/64/16384*2+3))
	}
	f.Write([]byte{0xFF, 0xD9})
	return f.Bytes()
}

func TestAPictureIsNotDrawnWithoutEnd(t *testing.T) {
	made(t, progressive(800, 800, 1, 50))
	if _, err := picture.Make(progressive(800, 800, 1, 51)); !errors.Is(err, picture.ErrTorn) {
		t.Errorf("drawn 51 times: %v", err)
	}
	long := append(progressive(800, 800, 1, 40)[:2], segment(0xE1, bytes.Repeat([]byte{0xFF, 0xDA}, 100)...)...)
	made(t, append(long, progressive(800, 800, 1, 40)[2:]...)) // what is hidden in it is no scan
}

func TestAPictureThatTakesTwiceTheMemoryHasHalfThePixels(t *testing.T) {
	for name, file := range map[string][]byte{"progressive": progressive(4000, 3000, 3, 1), "CMYK": progressive(4000, 3000, 4, 1)} {
		if _, err := picture.Make(file); !errors.Is(err, picture.ErrDense) {
			t.Errorf("%s: %v", name, err)
		}
	}
	made(t, progressive(4000, 1900, 1, 1))
}

func BenchmarkProgressive(b *testing.B) {
	file := progressive(4000, 2000, 1, 50)
	for b.Loop() {
		if _, err := picture.Make(file); err != nil {
			b.Fatal(err)
		}
	}
}
