package checkin

import "strings"

// unfinished says whether a text ends in a word that wants another: what comes next within a minute belongs to it. Words
// that end texts as often ("in", "out", "on") are not among them: who says no more would wait for an answer in vain.
func unfinished(text string) bool {
	if raw := strings.TrimSpace(text); strings.HasSuffix(raw, ",") || strings.HasSuffix(raw, "&") {
		return true
	}
	said := Normalise(text) // an emoji is a comma there, and ends a text
	last := said[strings.LastIndexAny(said, " .,?!")+1:]
	switch last {
	case "a", "an", "the", "my", "his", "her", "their", "our", "your", "another", "half", "mr", "mrs", "ms", "dr",
		"at", "til", "till", "until", "untill", "to", "from", "of", "with", "for", "by", "than", "into", "onto", "between", "approx", "around", "about",
		"and", "or", "but", "because", "cos", "so", "if", "when", "then", "plus",
		"not", "isn't", "haven't", "didn't", "don't", "can't", "won't", "be", "am", "im", "i'm", "been", "being", "i", "ill", "i'll", "will", "need", "needs",
		"is", "are", "was", "has", "have", "had", "feel", "very", "just", "still", "only", "nearly", "almost", "late", "ask":
		return true
	}
	return false
}
