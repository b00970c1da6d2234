package engine

import "context"

// PutPhotograph keeps a photograph of someone, made by package picture; nil takes
// it away.
func (e *Engine) PutPhotograph(ctx context.Context, who Actor, person string, picture []byte) error {
	return e.Store.PutPhotograph(ctx, person, picture, who.by(), e.Now())
}
