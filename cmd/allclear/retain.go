package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/allclear-safety/allclear/internal/app"
)

type holdCmd struct {
	Add  holdAddCmd  `cmd:"" help:"Keep all words of a visit, a person or an alarm until the hold is lifted; prints the hold's id, alone, on the last line."`
	List holdListCmd `cmd:"" help:"List the holds that stand, a line each."`
	Lift holdLiftCmd `cmd:"" help:"Lift a hold."`
}

type holdAddCmd struct {
	settingsFlags
	Object string `arg:"" placeholder:"OBJECT" help:"visit/ID, person/ID or alarm/ID."`
	Reason string `required:"" help:"Why; it is kept sealed."`
}

// Run works beside a running server.
func (c holdAddCmd) Run(w world, ctx *kong.Context) error {
	reason, err := givenReason(c.Reason)
	if err != nil {
		return err
	}
	s, err := w.settings(ctx)
	if err != nil {
		return err
	}
	id, err := app.SetHold(w.ctx, s.options(w), c.Object, reason)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w.stdout, id)
	return err
}

// maxReason is the longest reason, in bytes.
const maxReason = 1000

func givenReason(reason string) (string, error) {
	if reason = strings.TrimSpace(reason); reason == "" || len(reason) > maxReason {
		return "", problems{fmt.Sprintf("--reason: must say why, in at most %d characters", maxReason)}
	}
	return reason, nil
}

type holdListCmd struct {
	settingsFlags
	All bool `help:"Those too that were lifted."`
}

// Run works beside a running server.
func (c holdListCmd) Run(w world, ctx *kong.Context) error {
	s, err := w.settings(ctx)
	if err != nil {
		return err
	}
	holds, err := app.Holds(w.ctx, s.options(w), c.All)
	if err != nil {
		return err
	}
	for _, h := range holds {
		lifted := ""
		if !h.LiftedAt.IsZero() {
			lifted = fmt.Sprintf("; lifted by %s on %s", h.LiftedBy, h.LiftedAt.Format(time.DateOnly))
		}
		fmt.Fprintf(w.stdout, "%s %s: %s; set by %s on %s%s\n", h.ID, h.Object, strings.Join(strings.Fields(h.Reason.Reveal()), " "), h.By, h.At.Format(time.DateOnly), lifted)
	}
	return nil
}

type holdLiftCmd struct {
	settingsFlags
	Hold string `arg:"" placeholder:"HOLD" help:"Its id, as allclear hold list has it."`
}

// Run works beside a running server.
func (c holdLiftCmd) Run(w world, ctx *kong.Context) error {
	s, err := w.settings(ctx)
	if err != nil {
		return err
	}
	h, err := app.LiftHold(w.ctx, s.options(w), c.Hold)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.stdout, "lifted: %s is kept no longer than others\n", h.Object)
	return err
}

type eraseCmd struct {
	Person erasePersonCmd `cmd:"" help:"Erase all words about a person that need not stay. It cannot be undone."`
}

type erasePersonCmd struct {
	settingsFlags
	ID     string `arg:"" placeholder:"ID" help:"The person's id."`
	Reason string `help:"Why; it is kept sealed. Needed, but for a dry run."`
	DryRun bool   `help:"Say what would be erased and what would stay; change nothing."`
}

// Run says what is erased, and what stays and why, a line each. It works beside a running server.
func (c erasePersonCmd) Run(w world, ctx *kong.Context) error {
	reason, err := givenReason(c.Reason)
	if err != nil && !c.DryRun {
		return err
	}
	s, err := w.settings(ctx)
	if err != nil {
		return err
	}
	g, err := app.ErasePerson(w.ctx, s.options(w), c.ID, reason, c.DryRun)
	if err != nil {
		return err
	}
	done := "erased"
	if c.DryRun {
		done = "would be erased"
	}
	for _, owner := range g.Goes {
		fmt.Fprintf(w.stdout, "%s: %s\n", done, inWords(owner))
	}
	for _, x := range g.Stays {
		fmt.Fprintf(w.stdout, "stays: %s, as %s\n", inWords(x.Owner), x.Stays)
	}
	for _, file := range app.KeptAside(s.options(w)) {
		fmt.Fprintf(w.stdout, "stays: what is in %s, the database of before a restore: delete it\n", file)
	}
	if list := app.ErasedToCarry(s.options(w)); list != "" && !c.DryRun {
		fmt.Fprintf(w.stdout, "carry along: %s, which is in this folder now and keeps them erased in older backups; or see that allclear serve runs before one is restored\n", list)
	}
	_, err = fmt.Fprintln(w.stdout, "stays: who did what and when, without words and by their ids; why they looked at others")
	return err
}

// inWords says whose words an owner's are.
func inWords(owner string) string {
	kind, id, _ := strings.Cut(owner, "/")
	switch kind {
	case "person":
		return "the details, numbers and sign-in of person " + id
	case "visit":
		return "the words of visit " + id
	case "alarm":
		return "the words of alarm " + id
	default:
		return "text or message " + id
	}
}

type exportPersonCmd struct {
	settingsFlags
	ID   string `arg:"" placeholder:"ID" help:"The person's id."`
	File string `arg:"" placeholder:"FILE.zip" help:"A file that is not there yet."`
}

// Run works beside a running server.
func (c exportPersonCmd) Run(w world, ctx *kong.Context) error {
	s, err := w.settings(ctx)
	if err != nil {
		return err
	}
	return app.ExportPerson(w.ctx, s.options(w), c.ID, c.File)
}
