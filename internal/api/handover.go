package api

func (a *API) handover(c *call) (answer, error) { return answer{}, nil }
