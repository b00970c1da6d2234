package browser_test

import (
	"regexp"
	"testing"
)

// A worker who is signed in on her telephone says by one press that her details are right; her number is proved by a press, six figures and a press.
// That the text with the link comes is told by TestAWorkerIsAskedEvery90DaysAndRemindedTwice: it comes by day, and a demo's clock shows what it is.
func TestDetailsAreConfirmedByOnePressOnATelephone(t *testing.T) {
	t.Parallel()
	c := stopped(t)
	grace := c.visitor(t)
	grace.Sized(360, light)
	grace.actsAs("p-grace")
	presses := 0
	press := func(name string) {
		t.Helper()
		grace.Press(name)
		presses++
	}
	grace.Open("/details") // where the link in the text leads
	grace.Sees("You have not said yet that all of it is right.")
	press("All of this is still right")
	grace.Sees("Thank you. It is noted that all of this is right.")
	if presses != 1 {
		t.Errorf("it took %d presses, not 1", presses)
	}

	press("Text me a code to prove Mobile")
	grace.Sees("A code is on its way.")
	phones := c.visitor(t)
	phones.Open("/demo?show=p-grace.mobile")
	phones.Awaits("your Allclear code is")
	code := regexp.MustCompile(`\d{6}`).FindString(phones.Reads(`your Allclear code is (\d{6})`))
	grace.Types("The code that came", code)
	press("Prove this number")
	grace.Sees("The number is proved.")
	if presses != 3 {
		t.Errorf("with a number proved it took %d presses, not 3", presses)
	}
}
