package docx

import (
	"encoding/xml"
	"slices"
)

// table reads a table, as a block of the flow that it stands in.
func (r *reading) table(f *flow) error {
	if err := r.piece(); err != nil {
		return err
	}
	f.end()
	t := Table{}
	inner := &flow{table: &t}
	if err := r.within(inner); err != nil {
		return err
	}
	inner.end() // words beside the rows, which no writer makes
	if len(t.Rows) > 0 {
		f.blocks = append(f.blocks, t)
	}
	f.blocks = append(f.blocks, inner.blocks...)
	return nil
}

func (r *reading) row(f *flow) error {
	if err := r.piece(); err != nil {
		return err
	}
	var cells Row
	inner := &flow{row: &cells}
	deleted, header := false, false
	err := r.inside(func(e xml.StartElement) error {
		if e.Name.Local != "trPr" {
			return r.in(e, inner)
		}
		return r.inside(func(e xml.StartElement) error {
			deleted = deleted || e.Name.Local == "del"
			header = header || e.Name.Local == "tblHeader" && on(e)
			return r.xml.Skip()
		})
	})
	if err != nil || deleted {
		return err
	}
	inner.end()
	if len(inner.blocks) > 0 {
		cells = append(cells, inner.blocks)
	}
	if f.table == nil { // a row outside of every table
		for _, cell := range cells {
			f.blocks = append(f.blocks, cell...)
		}
		return nil
	}
	f.table.Header = f.table.Header || header && len(f.table.Rows) == 0
	f.table.Rows = append(f.table.Rows, cells)
	return nil
}

func (r *reading) cell(f *flow) error {
	blocks, err := r.apart()
	switch {
	case err != nil:
		return err
	case f.row == nil:
		f.blocks = append(f.blocks, blocks...)
	default:
		*f.row = append(*f.row, blocks)
	}
	return nil
}

// box reads a text box. It stands after the paragraph in which it is anchored.
func (r *reading) box(f *flow) error {
	blocks, err := r.apart()
	if err != nil || len(blocks) == 0 {
		return err
	}
	if f.open != nil {
		f.aside = append(f.aside, Frame{blocks})
		return nil
	}
	f.blocks = append(f.blocks, Frame{blocks})
	return nil
}

// apart reads what is in an element as a flow of its own.
func (r *reading) apart() ([]Block, error) {
	if err := r.piece(); err != nil {
		return nil, err
	}
	inner := &flow{}
	if err := r.within(inner); err != nil {
		return nil, err
	}
	inner.end()
	return inner.blocks, nil
}

// control reads a content control: nobody typed what stands in one that still shows its hint ("Click here to enter text").
func (r *reading) control(f *flow) error {
	hint := false
	return r.inside(func(e xml.StartElement) error {
		switch {
		case e.Name.Local == "sdtPr":
			return r.inside(func(e xml.StartElement) error {
				hint = hint || e.Name.Local == "showingPlcHdr" && on(e)
				return r.xml.Skip()
			})
		case e.Name.Local == "sdtContent" && hint:
			return r.hint(f)
		default:
			return r.in(e, f)
		}
	})
}

// hint passes over a hint's words; the rows and cells around them stay, so that a table keeps its columns.
func (r *reading) hint(f *flow) error {
	shown := &flow{table: &Table{}, row: &Row{}}
	if err := r.within(shown); err != nil {
		return err
	}
	if f.row != nil {
		for range *shown.row {
			*f.row = append(*f.row, Cell{})
		}
	}
	return nil
}

// alternates reads the one way of several in which the same is said: the newest is the first.
func (r *reading) alternates(f *flow) error {
	var taken bool
	return r.inside(func(e xml.StartElement) error {
		if !slices.Contains([]string{"Choice", "Fallback"}, e.Name.Local) || taken {
			return r.xml.Skip()
		}
		taken = true
		return r.within(f)
	})
}
