package checkin

import (
	"maps"
	"slices"
	"strings"
)

// names is what the phrases call things by: each line is a name and the phrase it stands for.
var names = define(`
being = am/is/are/s/was/were/been/being/get/getting/got/feel/feeling/felt/has/have/had/be
me = me/us/myself
i = i/we
very = really/very/so/quite/bit/just/a/right/too/pretty/actually/well/proper/now/still/all/genuinely/seriously/properly/rather/most/bloody/fucking/effing/extremely/starting/to/feel/be/little/getting
family = dad/mum/mother/father/boyfriend/partner/ex/husband/wife/uncle/aunt/auntie/brother/sister/son/daughter/grandad/granddad/gran/nan/grandma/nana/grandmother/grandfather/stepdad/carer/carers/parents/parent/family/kids/children/child/baby/toddler/boy/girl/girls/boys/lad/lads/neighbour/landlord/foster/stepmum/teenager/grandparents
them = he/she/they/someone/bloke/man/men/guy/guys/stranger/people/youth/youths/gang/group/client/woman/lodger/tenant/dog/dogs/male/him/her/teenager/tenants/$family
weapon = knife/knives/gun/weapon/machete/hammer/axe/blade/crowbar/shotgun/sword/pistol/firearm/screwdriver/cleaver/hatchet/weapons/acid/panga/shank/dagger/cosh/knuckleduster/chainsaw/bayonet
police = police/999/ambulance/paramedic/paramedics/policja/policje/heddlu/security/constabulary
call = ring/get/need/want/send/contact/fetch/dial/bring/require/alert/notify/ringing
leave = leave/go/out/past/away/through/exit
building = house/home/flat/property/address/building/place/premises/house/centre/center/site/room/block/placement/school/visit/session/hospital/family/home's
place = building/house/home/flat/property/address/premises/place/centre/center/site/placement/visit/session/school
yes = yes/yeah/yep
day = today/tonight
otherday = tomorrow/monday/tuesday/wednesday/thursday/friday/saturday/sunday/mon/tues/tue/weds/wed/thurs/thu/fri/sat/sun/week/fortnight/month
adv = both/just/now/already/all/also/finally/safely/definitely/only/have/has/literally/am/is/been
iam = i am | i have | i | we are | we have | we | am | have | me
title = the/mr/mrs/ms/miss/dr/young/little/baby/foster/their/his/her
who = (mr | mrs | ms | miss | dr | auntie | uncle | sister | nurse)? @name
does = ring/come/text/speak/help/pop/get/let/give/email/tell/send/check/message/pick/meet/drop/contact/reply/know/see/sort/sorted/finish/finished/left/leave/sent/done/rung/been/put/bring
whose = (the | mr | mrs | ms | miss | dr)? @name s? (family | house)?
whereto = (the | this | that | their | his | her)? $place | the @names | $title? @name s $place? | $family s $place? | (mr | mrs | ms | miss | dr) @name s? $place? | @name (house | flat | home | visit) | the @name (house | flat | home | family | place) | number @clock
ago = (@time | few min | a min | couple of min) ago | a (min | moment | few min | couple of min) ago | (at | just before | just after | about | around | since) @time | ages ago | a while (ago | back) | (since | from) @clock | (min | hour) ago
`)

func define(lines string) map[string]*phrase {
	out := map[string]*phrase{}
	for line := range strings.Lines(lines) {
		if name, body, ok := strings.Cut(line, "="); ok {
			out[strings.TrimSpace(name)] = parsePhrase(strings.TrimSpace(body), out)
		}
	}
	return out
}

// vocabulary is every word the grammar knows. A word outside it may be somebody's name.
var vocabulary = func() map[string]bool {
	out := set(`a an the and or but so if then when while because as at in on of for from by with to into out off up down over about
	around i me my we us our you your he she they it his her their him them this that these those there here is am are was were be been
	do does did have has had not no yes will would can could should may might must s d who what where why how which all some any more
	less few lot only even very much many too also again back away get got make made take took come came give gave put let say said tell
	told see saw know think thought thing want ask asked asking text texted message sent send reply car bus train road street phone door
	garden kitchen upstairs lift stairs taxi office base desk work school court hospital still yet until after before later soon late
	early long time hour min day today tonight tomorrow now just once maybe probably please sorry thanks hi hello hey ok fine good great
	safe well lol x half quarter past noon midnight am pm oclock ish another extra longer one first next last new scared help police mine someone anyone everyone everything something nothing anything nobody
	left gone going leaving finished done over end ended start started waiting stuck cuppa coffee packing popped called stay staying
	lounge bathroom bedroom hallway hall porch conservatory dining attic loft cellar shed yard garage balcony landing toilet loo living
	utility park shop shops pub cafe bath shower pram pushchair buggy money food form forms letter letters toys clothes nappies papers shoes wipes
	bottles meds medication tablets groceries biscuits photos leaflets sofa ambulance crying asleep sleeping alone unattended upset
	cannot bit kids children mum dad baby family house home flat contact visit session meeting appointment keys bag coat scarf`)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		names[name].collect(out)
	}
	for _, ps := range []phrases{cries, threats, plainCries, exits, aways, fillers, entries, called, notThere, fines, asksAnyone, asksFor} {
		for _, word := range slices.Sorted(maps.Keys(ps.first)) {
			for _, p := range ps.first[word] {
				p.collect(out)
			}
		}
		for _, p := range ps.any {
			p.collect(out)
		}
	}
	for _, w := range misspelt {
		out[w] = true
	}
	return out
}()

func (p *phrase) collect(into map[string]bool) {
	maps.Copy(into, p.words)
	for _, part := range p.parts {
		part.collect(into)
	}
}

// isName says whether a word may be a name: a word the grammar has no other use for, of letters only.
func isName(w string) bool {
	return givenNames[w] || len(w) > 1 && w[0] > '9' && !vocabulary[w] && !afterTime[w]
}
