package smtp

// Fault is a way for a mail server to fail.
type Fault string

const (
	Down      Fault = "down"      // 451, and nothing was taken
	Barred    Fault = "barred"    // it does not let us send
	Drops     Fault = "drops"     // hangs up before anything was taken
	Greylists Fault = "greylists" // 450 for the recipient, at first
	Full      Fault = "full"      // the recipient's mailbox is full
	Spam      Fault = "spam"      // refused for what it says
	Lost      Fault = "lost"      // taken, then it hangs up
	Hangs     Fault = "hangs"     // taken, then no answer until the sender gives up
	Garbage   Fault = "garbage"   // taken, and the answer is none
	Slow      Fault = "slow"      // taken, and answered late
)

// Fail makes the next n mails suffer f, after the faults asked for earlier. A negative n is for all of them until Heal.
func (s *Server) Fail(f Fault, n int) { s.faults.Add(f, n) }

// Heal forgets all faults asked for.
func (s *Server) Heal() { s.faults.Clear() }

// Unknown makes an address one that nobody has.
func (s *Server) Unknown(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unknown[address] = true
}
