package checkin

import "github.com/allclear-safety/allclear/internal/phone"

func numberToReach(string) phone.Number { return phone.Number{} }
