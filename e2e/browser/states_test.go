package browser_test

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"
	"time"
)

// until has the county's clock run until a page says something, and stand still again.
func (c *county) until(b *page, words string) {
	b.Helper()
	clock := c.visitor(b.T)
	clock.Open("/demo?show=none")
	clock.sets("600 times")
	b.Sees(words)
	clock.sets("Pause")
}

// The ring-round takes too long, the police come in, and the worker is found harmed.
func TestEveryStateOfASearch(t *testing.T) {
	t.Parallel()
	c := stopped(t)
	b := c.room(t, "p-ann", "Ruth Adeyemi: Overdue")
	b.Press("Add a note to the log")
	b.Press("Add to the log")
	b.Sees("There is a problem")
	b.Passes("a note with nothing in it")
	b.Press("Ruth was found harmed")
	b.Press("Log that they were found harmed")
	b.Sees("Enter what is known")
	b.Passes("found harmed, with nothing known")

	b.again() // leads from the refused form to the room, which is live again
	c.until(b, "Ring 999 now: nobody has spoken with Ruth.")
	b.Passes("a ring-round past its time")
	b.Press("Log that the police were told")
	b.Press("The police were told")
	b.Sees("Enter what was said, the police reference or whom you spoke with")
	b.Types("Police reference", "GP-1148")
	b.Press("The police were told")
	b.Sees("It is logged that the police were told.")
	b.Press("Log it")
	b.Sees("Enter what was said")
	b.Passes("nothing said with the police")
	b.Types("What was said", "They have sent a car.")
	b.Press("Log it")
	b.Sees("It is in the log.")
	b.Passes("what the police said is logged")
	c.until(b, "Ring the police again now")
	b.Passes("the police are to be rung again")

	b.Press("Ruth was found harmed")
	b.Types("What is known", "She fell on the stairs.")
	b.Press("Log that they were found harmed")
	b.Sees("The search is over")
	b.Passes("the worker was found harmed")
	b.In("Close the alarm").Press("Close the alarm")
	b.Sees("There is a problem")
	b.Passes("closed with no outcome")
}

// Two people find that a name was mentioned and not asked for.
func TestEveryStateOfAMereMention(t *testing.T) {
	t.Parallel()
	c := stopped(t)
	phones := c.visitor(t)
	phones.Open("/demo?show=p-jo.mobile")
	phones.texts("Jo Park", "Scarlett Johansson film on later, all fine here")
	b := c.room(t, "p-mo", "Jo Park: Asked for help covertly")
	b.Sees("two of you may hold 999")
	b.Press("Take charge of this alarm")
	b.Sees("You have had this alarm since")
	b.Press("Hold 999, as the name was only mentioned")
	b.Press("Hold 999")
	b.Sees("Choose the second person who agrees")
	b.Passes("999 held by nobody else and for nothing")
	b.In("Police").Chooses("Second person who agrees", "p-sam")
	b.Types("Why 999 is held", "She speaks of a film.")
	b.Press("Hold 999")
	b.Sees("999 is held until")
	b.Passes("999 is held")
}

// Whoever looks over the shoulder of a worker who called for help sees what any visit looks like.
func TestWhatAWorkerInDangerSees(t *testing.T) {
	t.Parallel()
	c := stopped(t)
	asks := func(worker, name, answer string) *page {
		b := c.visitor(t)
		b.actsAs(worker)
		followed("/", name, "Ask someone to ring me")(b)
		b.any = false
		b.Types("Who should ring you?", "Scarlett")
		b.Press("Ask them")
		b.Reads("(" + answer + ")")
		return b
	}
	nia := asks("p-nia", "Nia Evans", "I'll see if I can find Scarlett for you.")
	nia.Passes("a worker who asked for Scarlett")
	mo := c.room(t, "p-mo", "Nia Evans: Asked for help covertly")
	mo.Press("Take charge of this alarm")
	mo.Sees("You have had this alarm since")
	mo.Press("Log that the police were told")
	mo.Types("Police reference", "GP-1149")
	mo.Press("The police were told")
	mo.Sees("It is logged that the police were told.")
	mo.Press("Send that message")
	mo.Sees("The message was sent")
	nia.Open("/demo?show=p-nia.mobile")
	nia.Sees("I've got a message to Scarlett.")
	nia.Passes("the phone of a worker who was told that Scarlett knows")
	followed("/", "Nia Evans")(nia)
	nia.Sees("asked for someone to ring")
	nia.SeesNot("olice")
	nia.Passes("a worker who was told that Scarlett knows")
	nia.Press("I’m out")
	nia.Sees("Noted: out. Thank you.")
	nia.Passes("a worker in danger who texted out")

	dan := asks("p-dan", "Dan Okafor", "The request was passed on|I'll see if I can find Scarlett") // about an hour before the visit
	dan.Press("Call the visit off")
	dan.Types("Why is it called off?", "The family is away.")
	dan.Press("Call it off")
	dan.Sees("The visit is called off.")
	dan.Passes("a worker in danger who called the visit off")
	mo.Open("/alarms")
	mo.Sees("Dan Okafor: Asked for help covertly")
}

func TestABoardOfSeveralPages(t *testing.T) {
	t.Parallel()
	c := stopped(t)
	b := c.visitor(t)
	b.actsAs("p-ann")
	b.Open("/")
	c.books(t, "p-grace", b.now().Add(48*time.Hour), 55)
	b.Sees("Next")
	b.Passes("the first page of many visits")
	b.Press("Next page (2 of 2)")
	b.Sees("Previous")
	b.Passes("the last page of many visits")
}

// books books so many visits of a worker by the API, one after the other.
func (c *county) books(t *testing.T, worker string, from time.Time, visits int) {
	t.Helper()
	for i := range visits {
		start := from.Add(time.Duration(i) * time.Hour)
		body := fmt.Sprintf(`{"worker":%q,"kind":"home_visit","starts_at":%q,"expected_end_at":%q}`, worker, start.Format(time.RFC3339), start.Add(30*time.Minute).Format(time.RFC3339))
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+c.address+"/api/v1/visits", bytes.NewBufferString(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+c.token)
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Idempotency-Key", fmt.Sprintf("many-%d", i))
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close() // its status says all
		if answer.StatusCode != http.StatusCreated {
			t.Fatalf("visit %d: %s", i, answer.Status)
		}
	}
}
