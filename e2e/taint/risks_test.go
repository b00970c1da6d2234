package taint_test

import "net/http"

// writesOfRisks has a warning stand that is found, read and ended, and an assessment written, decided and read, with a word in each field.
func (c *county) writesOfRisks(leo, ysolde *browser) {
	c.t.Helper()
	leo.opens("/warnings/new").presses("/warnings/new", "what", seeded["what a warning says"]).sees(http.StatusUnprocessableEntity, seeded["what a warning says"])
	leo.presses("/warnings/new", "service_user", seeded["whom a warning is about"], "address", seeded["address of a warning"], "topic", "dogs", "what", seeded["what a warning says"],
		"reason", seeded["why a warning stands"], "source", seeded["who knows of it"], "case", seeded["case reference"], "review", c.w.Now().AddDate(0, 1, 0).Format("2006-01-02"))
	leo.sees(http.StatusOK, seeded["what a warning says"], seeded["case reference"])
	warning := leo.first(`href="(/warnings/[^/"]+)/edit"`)
	ysolde.opens("/warnings").presses("/warnings", "address", seeded["address of a warning"]).sees(http.StatusOK, seeded["what a warning says"])
	leo.opens(warning).presses(warning+"/end", "ended", seeded["why a warning ended"]).opens(warning).sees(http.StatusOK, seeded["why a warning ended"])

	about := []string{"service_user", seeded["whom an assessment is about"], "address", seeded["address of an assessment"]}
	typed := append([]string{"do", "send", "plan", seeded["what will be done"], "joint", "yes", "joint-why", seeded["why a joint visit"], "discussed", seeded["whom it was talked over with"],
		"discrimination-words", seeded["what is known there"]}, about...)
	for _, topic := range []string{"aggression", "weapons", "dogs", "alcohol", "discrimination", "unexpected", "area", "signal", "lighting"} {
		typed = append(typed, topic, "yes")
	}
	ysolde.opens("/risks/new").presses("/risks/start", about...).presses("/risks/new", typed...).sees(http.StatusOK, seeded["what is known there"], seeded["why a joint visit"])
	assessment := ysolde.first(`href="(/risks/[^/"]+)/edit"`)
	ysolde.opens(assessment+"/words").presses(assessment+"/words", "own", seeded["what a worker wrote of herself"], "readers", "manager").sees(http.StatusOK, seeded["what a worker wrote of herself"])
	leo.opens(assessment).presses(assessment+"/decide", "decision", "together", "reasons", seeded["why it was decided"]).sees(http.StatusOK, seeded["why it was decided"])
	leo.opens(assessment+"/words").sees(http.StatusOK, seeded["what a worker wrote of herself"])
	ysolde.opens("/risks").sees(http.StatusOK, seeded["whom an assessment is about"])
}
