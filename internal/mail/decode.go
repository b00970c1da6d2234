package mail

import (
	"bytes"
	"encoding/base64"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// decoded takes off a transfer encoding, up to and with most+1 bytes. It passes over what does not belong, as mail programs do, and gives what came before a break.
func decoded(body []byte, encoding string, most int) []byte {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		body = unbase64(body, most+1)
	case "quoted-printable":
		body = unquote(body, most+1)
	}
	return body[:min(len(body), most+1)]
}

// unbase64 decodes whatever letters of the alphabet there are. A line that a gateway put behind the data, or a "=" between two pieces, loses nothing of
// the rest.
func unbase64(body []byte, most int) []byte {
	letters := make([]byte, 0, min(len(body), most/3*4+8))
	out := make([]byte, 0, min(len(body)/4*3+3, most+6))
	flush := func() {
		for len(letters)%4 == 1 { // a letter that stands for six bits alone
			letters = letters[:len(letters)-1]
		}
		piece := make([]byte, base64.RawStdEncoding.DecodedLen(len(letters)))
		n, _ := base64.RawStdEncoding.Decode(piece, letters)
		out = append(out, piece[:n]...)
		letters = letters[:0]
	}
	for _, c := range body {
		switch {
		case len(letters)/4*3+len(out) >= most:
			flush()
			return out
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '+', c == '/':
			letters = append(letters, c)
		case c == '-':
			letters = append(letters, '+') // as in URLs
		case c == '_':
			letters = append(letters, '/')
		case c == '=':
			flush()
		}
	}
	flush()
	return out
}

// unquote decodes quoted-printable. An "=" that starts nothing stands for itself.
func unquote(body []byte, most int) []byte {
	out := make([]byte, 0, min(len(body), most))
	for line := range bytes.Lines(body) {
		if len(out) >= most {
			break
		}
		text := bytes.TrimRight(line, " \t\r\n")
		ended := len(line) > 0 && line[len(line)-1] == '\n'
		soft := bytes.HasSuffix(text, []byte("="))
		if soft {
			text = text[:len(text)-1]
		}
		for i := 0; i < len(text); i++ {
			if text[i] == '=' && i+2 < len(text) {
				if n, err := strconv.ParseUint(string(text[i+1:i+3]), 16, 8); err == nil {
					out = append(out, byte(n))
					i += 2
					continue
				}
			}
			out = append(out, text[i])
		}
		if ended && !soft {
			out = append(out, "\r\n"...)
		}
	}
	return out
}

// western are the charsets that are said where another was written: what is UTF-8 by its bytes is hardly ever anything else.
var western = map[string]bool{"": true, "us-ascii": true, "ascii": true, "utf-8": true, "utf8": true, "iso-8859-1": true, "iso-8859-15": true, "latin1": true, "windows-1252": true,
	"cp1252": true, "unicode-1-1-utf-8": true, "x-unknown": true, "unknown-8bit": true}

// utf8Of turns text of a charset into UTF-8. A charset that is not true, or that nobody knows, costs at most some letters: never the text.
func utf8Of(text []byte, name string) string {
	name = strings.ToLower(strings.Trim(strings.TrimSpace(name), `"'`))
	switch {
	case bytes.HasPrefix(text, []byte("\xef\xbb\xbf")):
		text, name = text[3:], "utf-8"
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")):
		return clean(convert(text, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(bytes.NewReader(text))))
	}
	if western[name] {
		if utf8.Valid(text) {
			return clean(text)
		}
		return clean(mixed(text))
	}
	if strings.HasPrefix(name, "utf-16") && !bytes.ContainsRune(text, 0) && utf8.Valid(text) {
		return clean(text)
	}
	r, err := charset.Reader(name, bytes.NewReader(text))
	if err != nil {
		return clean(mixed(text))
	}
	return clean(convert(text, r))
}

// convert reads what a charset makes of the text, or the text as it is where that fails.
func convert(text []byte, r io.Reader) []byte {
	converted, err := io.ReadAll(r)
	if err != nil && len(converted) == 0 {
		return mixed(text)
	}
	return converted
}

// mixed reads UTF-8 where it is UTF-8, and Windows' western letters where it is not.
func mixed(text []byte) []byte {
	out := make([]byte, 0, len(text)+len(text)/8)
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size <= 1 {
			r = charmap.Windows1252.DecodeByte(text[0])
		}
		out = utf8.AppendRune(out, r)
		text = text[size:]
	}
	return out
}

// clean is valid UTF-8 without the NULs that databases refuse.
func clean(text []byte) string {
	s := strings.ToValidUTF8(string(text), "\uFFFD")
	return strings.ReplaceAll(s, "\x00", "")
}
