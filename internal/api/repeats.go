package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"sync"

	"github.com/allclear-safety/allclear/internal/store"
)

const (
	keyHeader = "Idempotency-Key"
	maxKey    = 200 // bytes
)

// repeats makes two calls with one key at once wait for each other. Across processes the engine knows the key too.
type repeats struct{ locks [64]sync.Mutex }

func newRepeats() *repeats { return &repeats{} }

func (r *repeats) lock(token, key string) (unlock func()) {
	h := fnv.New32a()
	_, _ = io.WriteString(h, token+"/"+key) // a hash takes everything
	mu := &r.locks[h.Sum32()%uint32(len(r.locks))]
	mu.Lock()
	return mu.Unlock
}

// once answers a call that carries a key as it was answered the first time. What was refused is not remembered: it
// changed nothing.
func (a *API) once(c *call, raw []byte, handle handler) (answer, error) {
	key := c.Header.Get(keyHeader)
	if key == "" {
		return handle(c)
	}
	if len(key) > maxKey {
		return answer{}, fieldProblem(keyHeader, fmt.Sprintf("must be at most %d characters", maxKey))
	}
	defer a.repeats.lock(c.who.ID, key)()
	asked := fingerprint(c.Method, c.URL.Path, raw)
	was, found, err := a.Store.Remembered(c.Context(), c.who.ID, key)
	switch {
	case err != nil:
		return answer{}, fmt.Errorf("look for the first answer: %w", err)
	case found && !bytes.Equal(was.Hash, asked):
		return answer{}, fieldProblem(keyHeader, "was used for another call; a new call needs a new key")
	case found:
		return ok(was.Body)
	}
	ans, err := handle(c)
	if err != nil {
		return answer{}, err
	}
	if ans.body, err = ans.bytes(); err != nil {
		return answer{}, err
	}
	if err := a.Store.Remember(c.Context(), c.who.ID, key, store.Answer{Hash: asked, Status: ans.status, Body: ans.body.([]byte)}, c.at); err != nil {
		a.Log.Error("answer not remembered", "token", c.who.Token, "error", err) // what was asked is done: say so
	}
	return ans, nil
}

// bytes is the answer's body as it is sent.
func (ans answer) bytes() ([]byte, error) {
	if raw, done := ans.body.([]byte); done {
		return raw, nil
	}
	raw, err := json.Marshal(ans.body)
	if err != nil {
		return nil, fmt.Errorf("write answer: %w", err)
	}
	return append(raw, '\n'), nil
}

// fingerprint is the same for the same call, however its JSON is spaced.
func fingerprint(method, path string, raw []byte) []byte {
	var compact bytes.Buffer
	if json.Compact(&compact, raw) != nil {
		compact.Write(raw)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %s", method, path, compact.Bytes()))
	return sum[:]
}
