package signin

// Organisation is an organisation's own sign-in.
type Organisation struct{}
