// Package watch is one worker under watch: their live visits, what they have
// told us about them, and the alarm that is open. It decides everything that
// decides a life here (whether a visit goes on, when silence becomes an alarm,
// who is told and when, when the police are due, what closes an alarm) and
// nothing else: values in, values out, no I/O, no clock, no goroutine.
//
// # Use
//
//	next, effects, err := w.Step(at, input)
//
// Step takes what happened and gives back the new value and what the world must
// now be told. [Watch.Wake] is the next instant at which time alone changes
// something. The unit is the worker, not the visit, because texts, duress
// without a visit, two visits at once and an alarm are all about a person.
//
// # What the caller owes
//
//  1. Save next and effects together, or neither. An effect that was not saved
//     with the value that asked for it is a lost alarm.
//  2. Give an [Elapsed] at every Wake, as late as need be but always.
//  3. Give inputs in the order in which they were received, each at the instant
//     it was received, and a worker's waiting texts before their Elapsed.
//  4. Give each input an ID that is the same each time the same thing is given
//     and unlike any other; an alarm takes its own from the input that opened it.
//  5. Put the cover of that instant into every input ([rota.Rota.Cover]), with
//     the visit's named buddy first in working hours and, when nobody else is
//     left, the organisation's emergency contact last: the core tells nobody
//     whom the cover does not name.
//  6. Never drop a [Tell]: only a later effect ([Drop]) says that nobody need be
//     told any more.
//  7. While [Watch.Shown] is there, show the worker that and nothing else.
//
// # Laws
//
// They are fuzzed (FuzzLaws, FuzzDisguise), walked by the scenarios in testdata
// and checked by the simulator. What every state makes of every input is
// written down in testdata/table.txt.
//
//  1. Step is a function: same watch, instant and input, same answer; the old
//     value stays as it was.
//  2. A live visit always has a wake; an open alarm always has one not later
//     than its next repeat.
//  3. After Elapsed nothing is still due; an Elapsed that comes early changes
//     nothing.
//  4. However late we wake, one Elapsed does all that fell due, with escalation
//     counted from the deadline and not from the waking. Of what only repeats
//     the last is done, so that a sleep of years is one short step.
//  5. The same input twice has no second effect. The watch remembers the latest
//     64 inputs; the inbox remembers them for ever.
//  6. History replays to the core's value. [Rules] is the version that made it.
//  7. Everyone who was told of an alarm is told when it closes.
//  8. An end or a close carries its evidence.
//  9. A duress alarm changes nothing that the worker can see. It holds by
//     construction: while danger is open the watch carries a second watch, as
//     the worker sees it ([Watch.Shown]), which takes the same inputs without
//     that alarm, or with the overdue one that the worker knows of as it stood
//     before, and only that one may answer the worker: in texts, in what is
//     fetched back before an answer, in what a partner beside them is asked, in
//     what their own requests are refused, and in the record that they are shown
//     ([Appeared]). Others who must not know of it are answered by it too
//     ([Input].Unaware).
//  10. A visit that ends by voice only ([Visit].VoiceOnly) is ended, once it may have
//     begun, by no text, press or call of a program: only by somebody who records
//     that they spoke with the worker, or who closes its alarm. Its clock goes on.
//
// # The conversation
//
// What the worker was last asked stands for half an hour ([Watch.Question]), and a
// text that is unfinished waits a minute for its rest ([Watch.Fragment]). The caller
// understands a text by [Watch.Understand], which reads it in that light, and gives
// one that goes on with another ([Watch.Awaits]) both by itself and as one with it
// ([Text].Joined); which of the two counts is decided here. Danger counts in either;
// an exit only where the two as one are an exit.
//
// Private words (names of service users, addresses, numbers, bodies of texts)
// never enter: a text is here as its reading and a fingerprint of its words.
package watch

// Rules is the version of the rules in this package. A change that makes an
// old history replay to another value raises it.
const Rules = 1
