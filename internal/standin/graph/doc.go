// Package graph plays Microsoft Graph, and the token endpoint of Microsoft Entra beside it: a small working server with mailboxes and calendars.
//
// It is written from Microsoft's documents and shares no code with the client it is used to try, so that a misreading on one side is not confirmed by
// the other. What it has: client credentials, messages by delta in pages, their MIME content, marking them as read, moving them, mail folders, events of
// a user's calendar with transactionId and single-value extended properties, subscriptions with the validation handshake, change and lifecycle
// notifications, and faults on demand: throttling with Retry-After, tokens that are no longer taken, a delta token that is too old, notifications that
// are lost. What it has not: delegated permissions, groups, attachments, batches, search.
package graph
