package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"github.com/allclear-safety/allclear/internal/checkin"
)

// mostWords bounds a file of words, in bytes: our own languages are a tenth of it.
const mostWords = 1 << 20

// readWords reads a council's own words, to be added to our languages. Its error names the file, and the line that cannot be read.
func readWords(path string) (*checkin.Vocabulary, error) {
	file, err := os.Open(path) // #nosec G304 -- the operator's own file, as a setting or an argument names it
	if err != nil {
		return nil, fmt.Errorf("read words: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, mostWords+1))
	if err == nil && len(text) > mostWords {
		err = errors.New("it is larger than 1 MiB, and so no file of words")
	}
	if err != nil {
		return nil, fmt.Errorf("read words of %s: %w", path, err)
	}
	v, err := checkin.NewVocabulary(string(text))
	if bad, is := errors.AsType[*checkin.BadLine](err); is {
		return nil, fmt.Errorf("%s:%d: %s", path, bad.Line, bad.Says)
	}
	return v, err
}

// vocabulary gives the words that the setting names, for a command that has no other setting; nil where it names none.
func (w world) vocabulary(ctx *kong.Context) (*checkin.Vocabulary, error) {
	sources, err := gather(givenFlags(ctx), w.environ)
	if err != nil {
		return nil, err
	}
	row, _ := lookup("words")
	path, label, err := find(sources, row)
	if err != nil || path == "" {
		return nil, err
	}
	v, err := readWords(path)
	if err != nil {
		return nil, problems{label + ": " + err.Error()}
	}
	return v, nil
}
