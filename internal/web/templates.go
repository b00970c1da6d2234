package web

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/allclear-safety/allclear/internal/web/govuk"
)

//go:embed templates
var templateFiles embed.FS

// templates holds each page's template by its file's name without ".html".
type templates map[string]*template.Template

// builtIn is what this binary has of templates and of files, read once: both are the same for all Pages.
var builtIn = sync.OnceValues(func() (own struct {
	templates templates
	static    *Static
}, err error) {
	if own.static, err = OpenStatic(); err == nil {
		own.templates, err = parseTemplates(own.static)
	}
	return own, err
})

// parseTemplates reads every page: each has the layout, the parts that pages share and the Design System's components.
func parseTemplates(static *Static) (templates, error) {
	components, err := govuk.New()
	if err != nil {
		return nil, err
	}
	base := template.New("layout").Funcs(components.Funcs()).Funcs(template.FuncMap{"asset": static.URL, "quote": quote})
	if base, err = base.ParseFS(templateFiles, "templates/layout.html", "templates/parts/*.html"); err != nil {
		return nil, fmt.Errorf("parse layout: %w", err)
	}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	pages := templates{}
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name == "layout" {
			continue
		}
		page, err := base.Clone()
		if err != nil {
			return nil, err
		}
		if pages[name], err = page.ParseFS(templateFiles, file); err != nil {
			return nil, fmt.Errorf("parse page %s: %w", name, err)
		}
	}
	return pages, nil
}

// render writes a page, or one fragment of it: the template "fragment-NAME" that the page defines. A name that it does
// not define gives the whole page.
func (t templates) render(w io.Writer, name, fragment string, page any) error {
	set, found := t[name]
	if !found {
		return fmt.Errorf("render %s: there is no such page", name)
	}
	if part := set.Lookup("fragment-" + fragment); fragment != "" && part != nil {
		return part.Execute(w, page)
	}
	return set.ExecuteTemplate(w, "layout.html", page)
}
