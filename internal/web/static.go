package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed static
var built embed.FS

// Static is the style sheet, the script and the icon that every page asks for. A file's address names its content, so
// that a browser may keep it for ever and a new release is never shown with an old look.
type Static struct {
	addresses map[string]string // by name: "allclear.css"
	files     map[string]file   // by path
}

type file struct {
	content, compressed []byte // compressed is nil where the build made no variant
	contentType         string
	tag                 string
}

// OpenStatic returns what `make assets` built into this binary. A binary built without it serves pages without a look.
func OpenStatic() (*Static, error) {
	return newStatic(built)
}

// contentType says how a file is served; "" for what is not for browsers.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml; charset=utf-8"
	}
	return ""
}

func newStatic(files fs.FS) (*Static, error) {
	s := &Static{map[string]string{}, map[string]file{}}
	entries, err := fs.ReadDir(files, "static")
	if err != nil {
		return nil, fmt.Errorf("list the built files: %w", err)
	}
	for _, entry := range entries {
		if contentType(entry.Name()) == "" {
			continue
		}
		if err := s.add(files, entry.Name()); err != nil {
			return nil, fmt.Errorf("read the built files: %w", err)
		}
	}
	return s, nil
}

func (s *Static) add(files fs.FS, name string) error {
	content, err := fs.ReadFile(files, "static/"+name)
	if err != nil {
		return err
	}
	compressed, err := fs.ReadFile(files, "static/"+name+".gz")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	sum := sha256.Sum256(content)
	digest := hex.EncodeToString(sum[:6])
	ext := path.Ext(name)
	address := "/static/" + strings.TrimSuffix(name, ext) + "." + digest + ext
	s.addresses[name] = address
	s.files[address] = file{content, compressed, contentType(name), digest}
	return nil
}

// URL returns the address of a built file: URL("allclear.css"). Where the assets were not built, the address answers 404.
func (s *Static) URL(name string) string {
	if address, ok := s.addresses[name]; ok {
		return address
	}
	return "/static/" + name
}

// ServeHTTP answers GET /static/….
func (s *Static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := s.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	content, tag := f.content, f.tag
	h := w.Header()
	if f.compressed != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			content, tag = f.compressed, f.tag+"-gzip"
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("Content-Type", f.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", `"`+tag+`"`)
	if r.Header.Get("If-None-Match") == `"`+tag+`"` {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", fmt.Sprint(len(content)))
	if _, err := w.Write(content); err != nil {
		return // the browser has gone
	}
}

// acceptsGzip reports whether a browser takes gzip. One that weighs it at nothing does not.
func acceptsGzip(accepted string) bool {
	for coding := range strings.SplitSeq(accepted, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(coding), ";")
		if strings.TrimSpace(name) == "gzip" {
			q := strings.ReplaceAll(weight, " ", "")
			return strings.Trim(strings.TrimPrefix(q, "q="), "0.") != "" || q == ""
		}
	}
	return false
}
