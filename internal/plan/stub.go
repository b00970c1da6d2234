package plan
import "time"
type Clock struct { Grace, RingRound, Acknowledge, AcknowledgeDanger, Repeat, StartPrompt time.Duration; EndPrompts []time.Duration; Prompts, OutClosesOverdue bool }
