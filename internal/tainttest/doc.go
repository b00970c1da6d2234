// Package tainttest finds words that must not be somewhere, in whatever form they got there: in other case, escaped for JSON, HTML or an
// address, in base64 wherever it begins, in hexadecimal, as UTF-16, and a number with whatever stands between its digits.
//
// A test that looks for a word by its spelling alone passes where the word left encoded.
package tainttest
