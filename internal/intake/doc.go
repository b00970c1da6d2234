// Package intake turns the rows of a list, such as an HR system's export, into what it says of people, and says what of that is new.
//
// A list is read in three steps, each of which changes nothing: [Guess] finds what each column is, [Read] makes of the rows what they say
// of each person, and [Sort] finds who each of them is here. [Merge] then says what becomes of one person.
//
// It promises that what somebody said of themselves stands until the list is known to be newer (rule 1.6); that a cell in which nothing stands
// takes nothing away; that a role is given and never taken; and that no remark holds a word of the list.
package intake
