package browser_test

import (
	"testing"
	"time"
)

// room opens the alarm about a worker, as someone.
func (c *county) room(t *testing.T, by, alarm string) *page {
	t.Helper()
	b := c.visitor(t)
	b.actsAs(by)
	b.Open("/alarms")
	b.Press(alarm)
	b.Sees("What has happened")
	return b
}

// stopped is a county whose clock stands still.
func stopped(t *testing.T) *county {
	t.Helper()
	c := demo(t)
	b := c.visitor(t)
	b.Open("/demo")
	b.sets("Pause")
	return c
}

func TestEveryStateOfACallForHelp(t *testing.T) {
	t.Parallel()
	c := stopped(t)
	mo := c.visitor(t)
	mo.actsAs("p-mo")
	mo.Open("/raise")
	mo.Types("Who asked you?", "Dan Okafor")
	mo.Press("They asked for Scarlett")
	mo.Press("Raise the alarm")
	mo.Sees("Dan Okafor: Asked for help covertly")
	mo.Passes("a call for help, just raised")

	phones := c.visitor(t)
	phones.Open("/demo?show=p-jo.mobile")
	phones.texts("Jo Park", "Could Scarlett ring me please?")
	phones.Sees("see if I can find Scarlett")
	phones.Open("/demo?show=p-sam.mobile&show=p-sam.personal&show=p-ann.mobile&show=p-ann.personal&show=p-mo.mobile&show=p-lee.mobile")
	phones.Sees("Allclear is ringing")
	phones.Passes("phones that ring")
	phones.any = true
	phones.Press("Answer")
	phones.Sees("To take charge, press")
	phones.Passes("a call that was picked up")

	jo := c.visitor(t)
	jo.actsAs("p-jo")
	jo.Open("/")
	jo.Sees("Visits")
	jo.SeesNot("Jo Park: ")
	jo.Passes("what the worker sees meanwhile")
	jo.Open("/alarms")
	jo.Sees("No alarm is open.")

	b := c.room(t, "p-mo", "Jo Park: Asked for help covertly")
	b.Passes("a call for help that nobody has taken")
	b.Press("Take charge of this alarm")
	b.Sees("You have had this alarm since")
	b.Press("Log that the police were told")
	b.Passes("what to tell the police")
	b.Chooses("When they will speak with you next", b.now().Add(6*time.Hour).Format("15:04"))
	b.Press("The police were told")
	b.Sees("There is a problem")
	b.Passes("the police at a time too far off")
	b.Types("Police reference", "GP-1147")
	b.Has("When they will speak with you next", b.now().Add(6*time.Hour).Format("15:04"))
	b.Chooses("When they will speak with you next", "")
	b.Press("Yes")
	b.Press("The police were told")
	b.Sees("GP-1147")
	b.Passes("the police were told")
	b.Press("Send that message")
	b.Sees("The message was sent")
	b.In("Close the alarm").Press("Close the alarm")
	b.Sees("Choose how you know")
	b.Passes("a call for help closed with nothing said")
	b.Press("The whole sheet, to read aloud")
	b.Passes("the sheet for the police")
}

func TestEveryStateOfAnOverdueAlarm(t *testing.T) {
	t.Parallel()
	c := stopped(t)
	other := c.visitor(t)
	other.actsAs("p-lee")
	other.Open("/alarms")
	other.Press("Ruth Adeyemi: Overdue")
	other.Passes("an alarm that someone else has")

	b := c.room(t, "p-ann", "Ruth Adeyemi: Overdue")
	b.Passes("the ring-round")
	b.Press("Someone answered the call to Ruth’s mobile")
	b.Press("Add a note to the log")
	b.Press("Log that the police were told")
	b.Press("Ruth was found harmed")
	b.Passes("the ring-round with all of it open")
	b.Press("I spoke to Ruth")
	b.Sees("There is a problem")
	b.Passes("a call without what was said")
	b.Types("What they said, and what you asked to be sure", "She is in the car.")
	b.Press("I spoke to Ruth")
	b.Sees("was spoken with at")
	b.Passes("the worker was spoken with")
	b.Press("I spoke with Ruth")
	b.Types("What do you know?", "She told me where she parked, as agreed.")
	b.Press("It has ended")
	b.In("Close the alarm").Press("Close the alarm")
	b.Sees("Closed by")
	b.Passes("the alarm is closed")
}
