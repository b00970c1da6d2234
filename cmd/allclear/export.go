package main

import (
	"fmt"

	"github.com/alecthomas/kong"

	"github.com/allclear-safety/allclear/internal/app"
)

type exportCmd struct {
	Texts exportTextsCmd `cmd:"" help:"Texts whose meaning was said on the page “What did they mean?”, without names, a JSON object a line."`
}

type exportTextsCmd struct {
	settingsFlags
	Changed bool `help:"With those too that are read otherwise without the names; they are tagged \"changed\"."`
}

// Run writes the labelled texts on standard output, and says how many were left out.
func (c exportTextsCmd) Run(w world, ctx *kong.Context) error {
	s, err := w.settings(ctx)
	if err != nil {
		return err
	}
	n, err := app.ExportTexts(w.ctx, s.options(w), w.stdout, c.Changed)
	if err == nil && n.LeftOut > 0 {
		fmt.Fprintf(w.stderr, "%d of %d texts are left out: without the names they are read otherwise; --changed writes them too\n", n.LeftOut, n.LeftOut+n.Written)
	}
	return err
}
