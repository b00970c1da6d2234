// Package twilio plays Twilio: a small working server that takes text messages and calls as Twilio's REST API does, and calls the service
// under test back with Twilio's own signed webhooks.
//
// It is written from Twilio's documents and shares no code with the client it is used to try, so that a misreading on one side is not
// confirmed by the other. Behind it are phones, which can be off, slow or opted out, and which answer a call as they are told: press the
// digit they hear, press another, let a voicemail answer, or ring out.
//
// What it has: the account (fetch), Messages.json (create, fetch, list by To, From and DateSent, in pages), Calls.json (create), status
// callbacks, TwiML of Say, Gather, Redirect, Pause and Hangup, opt-out words, the errors below, and faults on demand. What it has not:
// media, speech, conferences, subaccounts, API keys.
//
// It is the sink of a benchmark too: [Options.Forget] bounds its memory, and no lock is held but to note that a message came.
package twilio
