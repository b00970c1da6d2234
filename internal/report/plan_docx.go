package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/docx"
	"github.com/allclear-safety/allclear/internal/plan"
)

// PlanDOCX writes a plan as a Word document in the shape of the template that teams know, to be read, signed by hand, or filled in and read
// again by ReadPlan. The day of printing is that of at in its own zone.
func PlanDOCX(w io.Writer, p plan.Printed, at time.Time) error {
	laid := layPlan(p, at)
	d := docx.Document{Title: laid.Title + ": " + laid.Team, Language: "en-GB", Made: at, Footer: laid.Foot, Keywords: laid.settings()}
	d.Blocks = append(d.Blocks,
		docx.Paragraph{Style: docx.Title, Text: laid.Title},
		docx.Table{Style: docx.Grid, Widths: []float64{44, 126}, About: "The team’s name", Rows: []docx.Row{{{docx.Paragraph{Text: planTeam, Bold: true}}, docx.Text(laid.Team)}}},
		docx.Paragraph{Text: laid.State},
		docx.Paragraph{Text: laid.Intro},
		docx.Paragraph{Text: planCovers, Keep: true},
	)
	for _, covered := range laid.Covers {
		d.Blocks = append(d.Blocks, docx.Paragraph{Style: docx.Numbered, Text: covered})
	}
	d.Blocks = append(d.Blocks, docx.Paragraph{Text: planSign, Keep: true}, signTable(laid.Signatures))
	if laid.Before != "" {
		d.Blocks = append(d.Blocks, docx.Paragraph{Text: laid.Before, Keep: true}, signTable(laid.OnPaper))
	}
	for _, part := range laid.Parts {
		d.Blocks = append(d.Blocks, part.blocks()...)
	}
	if err := docx.Write(w, d); err != nil {
		return fmt.Errorf("write plan: %w", err)
	}
	return nil
}

// settings names the sentences of the settings by their hashes, so that they are known again among what a team typed beneath.
func (l planPaper) settings() string {
	var all []string
	for _, part := range l.Parts {
		for _, setting := range part.Settings {
			all = append(all, hashOf(setting))
		}
	}
	return strings.Join(all, " ")
}

func signTable(rows []plan.Signed) docx.Table {
	t := docx.Table{Style: docx.Grid, Header: true, Widths: []float64{120, 50}, Height: signRow, About: "Who has signed this plan, and when", Rows: []docx.Row{{docx.Text(planName), docx.Text(planDate)}}}
	for _, s := range rows {
		t.Rows = append(t.Rows, docx.Row{docx.Text(s.Name), docx.Text(s.On)})
	}
	return t
}

func (p planPart) blocks() []docx.Block {
	blocks := []docx.Block{docx.Paragraph{Style: docx.Heading1, Text: p.Heading}}
	for _, passage := range p.Standard {
		if passage.Items == nil {
			blocks = append(blocks, docx.Paragraph{Text: passage.Text})
		}
		for _, item := range passage.Items {
			blocks = append(blocks, docx.Paragraph{Style: docx.Bullet, Text: item})
		}
	}
	own := docx.Cell{docx.Paragraph{Style: docx.Lead, Text: p.Lead}}
	for _, line := range p.OwnLines {
		if item, is := strings.CutPrefix(line, "- "); is {
			own = append(own, docx.Paragraph{Style: docx.Bullet, Text: item})
			continue
		}
		own = append(own, docx.Paragraph{Text: line})
	}
	blocks = append(blocks, docx.Table{Style: docx.Framed, About: "What this team does in its own words", Rows: []docx.Row{{own}}})
	if len(p.Settings) > 0 {
		blocks = append(blocks, docx.Paragraph{Style: docx.Setting, Text: planSettings, Keep: true})
	}
	for _, setting := range p.Settings {
		blocks = append(blocks, docx.Paragraph{Style: docx.Setting, Text: setting})
	}
	return blocks
}
