package picture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/allclear-safety/allclear/internal/picture"
)

// halves is a picture whose upper half is red and whose lower half is blue.
func halves(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{R: 255, A: 255}
			if y >= h/2 {
				c = color.NRGBA{B: 255, A: 255}
			}
			m.Set(x, y, c)
		}
	}
	return m
}

func asJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withExif puts a block of Exif into a JPEG: how the camera was held, and words that stand for where it was.
func withExif(file []byte, held uint16) []byte {
	exif := []byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01")
	exif = binary.BigEndian.AppendUint16(exif, 0x0112)
	exif = append(exif, 0, 3, 0, 0, 0, 1)
	exif = binary.BigEndian.AppendUint16(exif, held)
	exif = append(exif, "\x00\x00\x00\x00\x00\x00GPS 51.8642 N 2.2382 W"...)
	block := append([]byte{0xFF, 0xE1}, binary.BigEndian.AppendUint16(nil, uint16(len(exif)+2))...)
	return append(append(append([]byte{}, file[:2]...), append(block, exif...)...), file[2:]...)
}

// made is what is kept of a picture.
func made(t testing.TB, given []byte) (image.Image, []byte) {
	t.Helper()
	kept, err := picture.Make(given)
	if err != nil {
		t.Fatal(err)
	}
	m, kind, err := image.Decode(bytes.NewReader(kept))
	if err != nil || kind != "jpeg" {
		t.Fatalf("it is kept as %s, %v", kind, err)
	}
	return m, kept
}

func TestNothingHiddenGoesAlong(t *testing.T) {
	given := withExif(asJPEG(t, halves(400, 300)), 1)
	if !bytes.Contains(given, []byte("GPS 51.8642")) {
		t.Fatal("the picture hides nothing")
	}
	_, kept := made(t, given)
	for _, word := range []string{"GPS", "Exif", "51.8642"} {
		if bytes.Contains(kept, []byte(word)) {
			t.Errorf("%q goes along", word)
		}
	}
}

func TestAKeptPictureIsSmall(t *testing.T) {
	for _, given := range [][]byte{asJPEG(t, halves(3000, 2000)), asPNG(t, halves(3000, 2000))} {
		m, kept := made(t, given)
		if m.Bounds() != image.Rect(0, 0, 600, 400) || len(kept) > 200<<10 {
			t.Errorf("it is %v and %d bytes", m.Bounds(), len(kept))
		}
	}
	if m, _ := made(t, asPNG(t, halves(120, 110))); m.Bounds() != image.Rect(0, 0, 120, 110) {
		t.Errorf("a small one is made %v", m.Bounds())
	}
}

// Telephones write a picture as the sensor has it, and beside it how they were held.
func TestAPictureStandsUpright(t *testing.T) {
	is := func(m image.Image, x, y int) string {
		if r, _, b, _ := m.At(x, y).RGBA(); r > b {
			return "red"
		}
		return "blue"
	}
	for held, corners := range map[uint16][4]string{ // above left, above right, below left, below right
		0: {"red", "red", "blue", "blue"}, 1: {"red", "red", "blue", "blue"}, 2: {"red", "red", "blue", "blue"},
		3: {"blue", "blue", "red", "red"}, 4: {"blue", "blue", "red", "red"},
		5: {"red", "blue", "red", "blue"}, 6: {"blue", "red", "blue", "red"}, 7: {"blue", "red", "blue", "red"}, 8: {"red", "blue", "red", "blue"},
		9: {"red", "red", "blue", "blue"},
	} {
		m, _ := made(t, withExif(asJPEG(t, halves(400, 300)), held))
		w, h := m.Bounds().Dx(), m.Bounds().Dy()
		if want := held < 5 || held > 8; (w == 400) != want {
			t.Errorf("held %d: it is %v", held, m.Bounds())
		}
		if got := [4]string{is(m, 9, 9), is(m, w-9, 9), is(m, 9, h-9), is(m, w-9, h-9)}; got != corners {
			t.Errorf("held %d: the corners are %v, not %v", held, got, corners)
		}
	}
}

// claims is a PNG that says it is so large, and has next to nothing in it.
func claims(w, h uint32, deep bool) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), w), h)
	bits := byte(8)
	if deep {
		bits = 16
	}
	head = append(head, bits, 6, 0, 0, 0)
	file := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	return binary.BigEndian.AppendUint32(append(file, head...), crc32.ChecksumIEEE(head))
}

func TestWhatIsNoPhotographIsRefused(t *testing.T) {
	whole := asJPEG(t, halves(400, 300))
	for name, c := range map[string]struct {
		given []byte
		want  error
	}{
		"nothing":               {nil, picture.ErrKind},
		"words":                 {[]byte("a likeness of Priya"), picture.ErrKind},
		"another kind":          {[]byte("GIF89a\x90\x01\x2c\x01\x00\x00\x00"), picture.ErrKind},
		"half a picture":        {whole[:len(whole)/2], picture.ErrTorn},
		"a picture of a bomb":   {claims(50_000, 50_000, false), picture.ErrLarge},
		"the largest there are": {claims(1<<31-1, 1<<31-1, false), picture.ErrKind},
		"deep colours":          {claims(4000, 3000, true), picture.ErrDense},
		"a stamp":               {asPNG(t, halves(99, 400)), picture.ErrSmall},
		"a long file":           {make([]byte, picture.MostBytes+1), picture.ErrLong},
	} {
		if kept, err := picture.Make(c.given); !errors.Is(err, c.want) || kept != nil {
			t.Errorf("%s: %v, not %v", name, err, c.want)
		}
	}
}

func FuzzMake(f *testing.F) {
	f.Add(withExif(asJPEG(f, halves(120, 110)), 6))
	f.Add(asPNG(f, halves(120, 110)))
	f.Add(claims(200, 200, true))
	f.Fuzz(func(t *testing.T, given []byte) {
		kept, err := picture.Make(given)
		if (err == nil) != (kept != nil) {
			t.Errorf("it is kept, with %v", err)
		}
		if err == nil && len(kept) > 1<<20 {
			t.Errorf("%d bytes are kept", len(kept))
		}
	})
}

func BenchmarkMake(b *testing.B) {
	given := asJPEG(b, halves(4000, 3000))
	for b.Loop() {
		if _, err := picture.Make(given); err != nil {
			b.Fatal(err)
		}
	}
}
