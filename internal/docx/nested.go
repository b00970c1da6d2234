package docx

import (
	"encoding/xml"
	"slices"
	"strconv"
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
	align(t.Rows, inner.places)
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
			if e.Name.Local == "gridBefore" {
				inner.next += columns(e)
			}
			return r.xml.Skip()
		})
	})
	if err != nil || deleted {
		return err
	}
	inner.end()
	if len(inner.blocks) > 0 {
		inner.add(inner.blocks, 1)
	}
	if f.table == nil { // a row outside of every table
		for _, cell := range cells {
			f.blocks = append(f.blocks, cell...)
		}
		return nil
	}
	f.table.Header = f.table.Header || header && len(f.table.Rows) == 0
	f.table.Rows, f.places = append(f.table.Rows, cells), append(f.places, inner.place)
	return nil
}

func (r *reading) cell(f *flow) error {
	if err := r.piece(); err != nil {
		return err
	}
	inner, wide := &flow{}, 1
	err := r.inside(func(e xml.StartElement) error {
		if e.Name.Local != "tcPr" {
			return r.in(e, inner)
		}
		return r.inside(func(e xml.StartElement) error {
			if e.Name.Local == "gridSpan" {
				wide = max(1, columns(e))
			}
			return r.xml.Skip()
		})
	})
	if err != nil {
		return err
	}
	inner.end()
	if f.row == nil {
		f.blocks = append(f.blocks, inner.blocks...)
		return nil
	}
	f.add(inner.blocks, wide)
	return nil
}

// add adds a cell, so many columns wide, to the row.
func (f *flow) add(cell Cell, wide int) {
	*f.row, f.place = append(*f.row, cell), append(f.place, f.next)
	f.next += wide
}

// mostColumns is more than any table has: Word takes 63.
const mostColumns = 1000

// columns is a number of columns that an element names.
func columns(e xml.StartElement) int {
	n, err := strconv.Atoi(attribute(e, "val"))
	if err != nil {
		return 0
	}
	return min(max(n, 0), mostColumns)
}

// align puts the cells of a table in which some are merged under each other: where a cell goes over columns that begin others, no cell at all
// stands for the rest of it. A cell that is there has a paragraph at least.
func align(rows []Row, places [][]int) {
	var begins []int
	merged := false
	for _, place := range places {
		for i, column := range place {
			merged = merged || column != i
			begins = append(begins, column)
		}
	}
	if !merged {
		return
	}
	slices.Sort(begins)
	begins = slices.Compact(begins)
	for i, place := range places {
		var row Row
		for j, column := range place {
			at, _ := slices.BinarySearch(begins, column)
			row = append(row, make(Row, at-len(row))...)
			row = append(row, rows[i][j])
		}
		rows[i] = row
	}
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
			f.add(Cell{}, 1)
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
