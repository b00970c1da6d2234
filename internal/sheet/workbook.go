package sheet

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/xuri/excelize/v2"
)

// readWorkbook reads the first sheet of an XLSX that has two rows or more. A cell is read as it is kept: a date is its serial, as what it is shown as
// depends on who looks; see [Date].
func readWorkbook(raw []byte) (t Table, err error) {
	defer func() {
		if recover() != nil { // the library meets bytes that nobody made with a spreadsheet
			t, err = Table{}, ErrKind
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{RawCellValue: true, UnzipSizeLimit: mostInside, UnzipXMLSizeLimit: mostInside})
	if err != nil {
		return Table{}, ErrKind
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var found error = ErrEmpty
	for _, name := range f.GetSheetList() {
		rows, err := sheetRows(f, name)
		if err != nil {
			return Table{}, err
		}
		if len(rows) < 2 {
			continue
		}
		if t, found = table(rows); found == nil {
			return t, nil
		}
	}
	return Table{}, found
}

// sheetRows reads a sheet row by row, so that one that is too long is left early.
func sheetRows(f *excelize.File, name string) (list []Row, err error) {
	rows, err := f.Rows(name)
	if err != nil {
		return nil, nil // a chart, which has no rows
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	blank := 0
	for line := 1; rows.Next(); line++ {
		cells, err := rows.Columns()
		if err != nil {
			return nil, fmt.Errorf("line %d: the sheet cannot be read", line)
		}
		if filled(cells) == 0 {
			if blank++; blank > MostRows {
				break
			}
			continue
		}
		if len(cells) > 10*MostColumns {
			return nil, fmt.Errorf("it has more than %d columns", MostColumns)
		}
		list = append(list, Row{line, cells})
		if len(list) > MostRows+20 {
			return nil, tooMany()
		}
	}
	return list, nil
}
