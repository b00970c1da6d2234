package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/alecthomas/kong"

	"github.com/allclear-safety/allclear/internal/checkin"
)

type understandCmd struct {
	Phrase  string `default:"Scarlett" help:"The team's duress phrase."`
	Explain bool   `help:"Say why, too: the rule that decided, a sentence for people, and the words it rests on."`
	Words   string `placeholder:"FILE" help:"Words of your own for reading texts, beside those we have; else those of the setting ALLCLEAR_WORDS."`
}

const (
	longestLine = 1 << 20   // bytes of one text with its context
	batchLines  = 256       // lines that one core reads at a time
	batchBytes  = 256 << 10 // and about how many bytes at most
	tellEvery   = 5000      // lines between two reports of how far it is
)

// Run reads check-in texts with their context from standard input, a JSON object a line, and writes how each is read, in the
// same order.
func (c understandCmd) Run(w world, ctx *kong.Context) error {
	v, err := w.vocabulary(ctx)
	if err != nil {
		return err
	}
	lines, err := checkin.Lines{Phrase: c.Phrase, Explain: c.Explain, Vocabulary: v}.London()
	if err != nil {
		return err
	}
	said, last := "", 0
	tell := func(done int) {
		if done/tellEvery != last/tellEvery {
			said = rewrite(w.stderr, said, fmt.Sprintf("%d texts read", done))
		}
		last = done
	}
	if !onTerminal(w.stderr) {
		tell = func(int) {}
	}
	err = understandAll(w.ctx, w.stdin, w.stdout, lines.Answer, tell)
	rewrite(w.stderr, said, "")
	return err
}

// batch is some lines that follow each other, and their answers.
type batch struct {
	first   int // the number of its first line, from 1
	lines   [][]byte
	answers []byte
	err     error         // of the first line that cannot be read; the answers before it stand
	done    chan struct{} // closed when the answers are there
}

// answer reads a batch's lines. An empty one has no answer.
func (b *batch) answer(answer func([]byte) ([]byte, error)) {
	defer close(b.done)
	for i, line := range b.lines {
		if len(line) == 0 {
			continue
		}
		out, err := answer(line)
		if err != nil {
			b.err = fmt.Errorf("line %d: %w", b.first+i, err)
			return
		}
		b.answers = append(append(b.answers, out...), '\n')
	}
}

// understandAll answers every line of in on out, in order, with all cores: a few batches are under way at a time, however long
// the input is. It ends at the first line that cannot be read, once what comes before it is answered.
func understandAll(ctx context.Context, in io.Reader, out io.Writer, answer func([]byte) ([]byte, error), tell func(done int)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	cores := runtime.GOMAXPROCS(0)
	work, ordered := make(chan *batch), make(chan *batch, 2*cores) // ordered bounds what is under way
	for range cores {
		go func() { // ends with work
			for b := range work {
				b.answer(answer)
			}
		}()
	}
	var readErr error
	go func() { // ends with the input or with ctx; where it waits for input that does not come, with the process
		defer close(ordered)
		defer close(work)
		readErr = readBatches(in, func(b *batch) bool { return give(ctx, ordered, b) && give(ctx, work, b) })
	}()
	if err := writeBatches(ctx, bufio.NewWriterSize(out, batchBytes), ordered, tell); err != nil {
		return err
	}
	return readErr
}

// give hands on a batch, and says whether it was taken.
func give(ctx context.Context, to chan<- *batch, b *batch) bool {
	select {
	case to <- b:
		return true
	case <-ctx.Done():
		return false
	}
}

// readBatches reads lines, and gives them in batches until there are no more or none is wanted.
func readBatches(in io.Reader, give func(*batch) bool) error {
	scan := bufio.NewScanner(in)
	scan.Buffer(make([]byte, 0, 64<<10), longestLine)
	b, size := &batch{first: 1, done: make(chan struct{})}, 0
	for scan.Scan() {
		b.lines = append(b.lines, bytes.Clone(scan.Bytes()))
		if size += len(scan.Bytes()); len(b.lines) < batchLines && size < batchBytes {
			continue
		}
		next := b.first + len(b.lines)
		if !give(b) {
			return nil
		}
		b, size = &batch{first: next, done: make(chan struct{})}, 0
	}
	if err := scan.Err(); err != nil { // what is read stands before it
		give(b)
		return fmt.Errorf("line %d: read texts: %w", b.first+len(b.lines), err)
	}
	give(b)
	return nil
}

// writeBatches writes the answers in the order of their lines.
func writeBatches(ctx context.Context, out *bufio.Writer, ordered <-chan *batch, tell func(done int)) error {
	for {
		select {
		case <-ctx.Done():
			return errors.Join(out.Flush(), context.Cause(ctx))
		case b, more := <-ordered:
			if !more {
				return out.Flush()
			}
			select {
			case <-ctx.Done():
				return errors.Join(out.Flush(), context.Cause(ctx))
			case <-b.done:
			}
			_, err := out.Write(b.answers)
			if err == nil && b.err == nil {
				tell(b.first + len(b.lines) - 1)
				continue
			}
			return errors.Join(b.err, err, out.Flush())
		}
	}
}
