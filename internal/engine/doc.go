// Package engine is the hand that carries out what package watch decides: it
// loads a worker's watch, steps it, saves the new value with its history and
// its messages in one transaction, and then has the messages delivered, at
// least once.
//
// # The life of one alarm
//
//  1. A visit is booked: Handle steps the worker's watch, whose Wake is stored
//     beside it.
//  2. Nobody texts. Run sleeps until the earliest wake, or 250 ms, whichever is
//     sooner, and StepDue gives an Elapsed to each worker whose wake has come.
//  3. The core opens an alarm and says whom to tell. The new watch, the record
//     of what happened and one outbox row for every number that is to be texted
//     or rung are one transaction. From here a crash loses nothing.
//  4. Deliver claims the rows on a lease, alarms before all else, and hands them
//     to their channels. What was handed over is not told: only a person's
//     acknowledgement stops the ladder, and only the core can drop a message.
//  5. A key press, an API call or a text comes back as the next input.
//
// A text is stored in the inbox before it is answered, and stepped after; a
// worker's waiting texts go before their Elapsed.
//
// Everything that decides takes its instant as an argument. Goroutines live in
// Run alone, so that a simulator can drive the very same passes from one.
package engine
