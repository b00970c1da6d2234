package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// echo answers a line with itself, and refuses "bad".
func echo(line []byte) ([]byte, error) {
	if string(line) == "bad" {
		return nil, errors.New("it is bad")
	}
	return line, nil
}

func TestAnswersComeInTheOrderOfTheirLines(t *testing.T) {
	var in strings.Builder
	for i := range 20*batchLines + 7 {
		fmt.Fprintln(&in, i)
	}
	var out bytes.Buffer
	told := 0
	if err := understandAll(t.Context(), strings.NewReader(in.String()), &out, echo, func(done int) { told = done }); err != nil {
		t.Fatal(err)
	}
	if out.String() != in.String() || told != 20*batchLines+7 {
		t.Errorf("%d of %d bytes came back, and %d lines were told of", out.Len(), in.Len(), told)
	}
}

func TestABadLineIsNamedAndWhatIsBeforeItStands(t *testing.T) {
	for _, at := range []int{0, 5, batchLines - 1, batchLines, 3*batchLines + 9} {
		in := strings.Repeat("x\n", at) + "bad\n" + strings.Repeat("x\nbad\n", 5*batchLines)
		var out bytes.Buffer
		err := understandAll(t.Context(), strings.NewReader(in), &out, echo, func(int) {})
		if want := fmt.Sprintf("line %d: it is bad", at+1); err == nil || err.Error() != want {
			t.Errorf("the error is %v, not %s", err, want)
		}
		if out.String() != in[:2*at] {
			t.Errorf("line %d is bad, and %d lines were answered", at+1, strings.Count(out.String(), "\n"))
		}
	}
}

func TestALineThatIsTooLongIsNamed(t *testing.T) {
	var out bytes.Buffer
	err := understandAll(t.Context(), strings.NewReader("x\ny\n"+strings.Repeat("z", longestLine+1)), &out, echo, func(int) {})
	if err == nil || !strings.HasPrefix(err.Error(), "line 3: read texts: ") || out.String() != "x\ny\n" {
		t.Errorf("the error is %v after %q", err, out.String())
	}
}

// Whoever stops it is not kept waiting for input that does not come.
func TestItStopsWhileInputIsAwaited(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	in, typed := io.Pipe()
	defer typed.Close()
	stop()
	if err := understandAll(ctx, in, io.Discard, echo, func(int) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}
