package checkin

import (
	"slices"
	"strings"
)

// plainCries are danger when they are the whole text (guide H4).
var plainCries = list(`
help help? help? | help me help? please? | please? help please? me? now? | help now/asap/urgent/quick/quickly/please
sos | sos sos | $police | $police please/now/here/quick | 9 9 9 | mayday | emergency | urgent | danger | trapped | hiding | scared | $weapon | i am afraid | unsafe | not safe | hurry please?
ring me now | ring me urgently | ring me urgent | ring asap | need you | come now | come quick | not ok | not fine | not good
pomocy | ratunku | ajutor | ayuda | socorro | hilfe | madad | bachao | imdat | au secours | help full stop | help me please? full stop | aidez moi | ajuda | aiuto | caawi | yardim | cymorth
no i am not | no i am not (ok | safe | fine) | помогите | допоможіть | النجدة | مساعدة | ساعدوني | मदद | ਮਦਦ | مدد
`)

// cries are what a worker says of themselves: they are danger unless denied, or said of someone else.
var cries = list(`
sos | 9 9 9 | mayday
help me (please | out of here | get out | leave | now | quick | asap | he | she | they | get away)
help (please | someone | quick | now | asap | he/she/they/hes | immediately | urgently | they)
please (help | help me)
need/want/send/get (some | a bit of)? (urgent | immediate)? help (now | here | please | quick | asap | fast | urgently | immediately | straight)
(i | we | really | just | think i)? (really | do | just | might | may | could do with)? (need | want | needing | require | could use) (some | your | urgent | immediate | your | a bit of | a little | serious)? (help | assistance | support | backup | rescuing | saving)
need (urgent | immediate | some)? (assistance | backup | rescuing | saving | support here/now) | request assistance | requesting assistance | requesting help | assistance (required | needed | please)
help (needed | required | wanted) | in need of help | get help | send help | call for help | someone help | need someone (here | with me | now | to come | to get me | to be with me | asap) | get me some help
$call .. $police | $police (please | now | needed | required | asap | quick | urgently) | contact the? $police | $police to this/the/my
$them (says | said | saying | reckons) i am not (going | leaving | allowed | to) .. | $them says i (can | can not | am not | have to | could | must) .. ($leave | stay) | says i can (go | leave) | need (someone | somebody | anyone | you) (over | down | round | out | here) | back up (please | now | needed | asap | here | required) | need back up | (want | like | need | have) (someone | a colleague | somebody | another worker) (to)? .. with me | (someone | colleague | you) .. (join | meet) me | get (someone | anyone | dave | a colleague | @name) (over | down | round | out | here | to come) .. | stay on the (ring | line) | keep me on the (ring | line) | pick me up (now | please | asap | from) | panic | panicking | panic attack | uneasy .. | my (wrist | arm | ankle | leg | head | nose | back | knee | hand | foot | finger | shoulder | face | lip | eye) (is | s) $very? (broken | bleeding | hurt | hurting | bust | swollen | cut | fractured | dislocated) | say (i am | i | there s | there is) .. (needed | wanted | emergency | urgent) | tell me (i am | there s | i) .. (needed | wanted | emergency | urgent | have to) | $them .. (wound up | worked up | pacing | riled) | getting wound up | not happy here
(been | got | getting) (punched | hit | kicked | slapped | spat | bitten | shoved | grabbed | attacked | assaulted | threatened | stabbed | beaten | hurt | injured | robbed | mugged | locked) | $i? (feel | feeling | am feeling | am) $very? (sick | ill | unwell | poorly | awful | terrible | rough) | ill need someone
walk me to | walk to (my | the)? car alone | do not want to .. alone | (get | be | come) here (now | asap | quick | quickly | urgently) please? | (someone | anyone | colleague | officer | police | manager) (to)? attend | attendance | (say | pretend) it s (urgent | an emergency) | ring me .. (say | pretend | urgent) | not (really | very | feeling) (ok | safe | fine) | pomoc | (said | saying | says) i am (ok | fine) but | not going anywhere (he | until he)
send (someone | anyone | anybody | them | a car | a colleague | another | help | backup | jan | people | a manager | @name)
(someone | anyone | you | one of you | whoever) (please)? (come | get here | come out | come and | get over here | pick me up | get me | come to | meet me here | join me)
(come | someone come) (and)? (get | fetch | find | collect | rescue | save | help) me | come (here | over | round) (please | now | quick | quickly | asap | straight) | come (quick | quickly) | please come | come and (be | stay | stand) with me | come asap | come get me
need (another | a | a second | second) (worker | colleague | person | pair of hands | member of staff | staff) (here | now | with me | urgently | asap | to come | down) | do not want to be (alone | here | on my own) | not want to be alone | need company
need (to be)? (picked | picking) up now | need to get (out | away) | get me out | get us out | get me away | want to get out | want out of here | need out | need a way out | need to escape | trying to (get out | escape | get away) | need rescuing | wanna get out
(an | a | some | any | the | good | make | need | fake | invent) excuse (to | for me to | so i | please | and | quick | now) .. | make an excuse | need an excuse | make up an excuse | need an? excuse | excuse to | reason to (leave | get out | get away | go) | pretend .. (emergency | urgent | need) | fake (emergency | call | ring) | pretend to be | make something up | make up (a | an | some | something)
hurry | it s an emergency | is an emergency | this is an emergency | emergency here | urgent help | urgently need
$very? (scared | frightened | terrified | petrified | panicking | panicked | unsafe | shaking | intimidated | trembling | shitting | bricking | fearful | fearing | frit) | freaking out | freaked out | scared for my
(i | we | me) .. afraid (of | for my | to (move | leave | speak | go | stay)) | (very | really | so) afraid | uncomfortable (here | with | around | now | situation) | $being uncomfortable | in fear | fear for | fear of him | fearful | bad feeling | creeping me out | creeped out | giving me the creeps | feel threatened | feeling threatened | am threatened | do not like (this | it here | the way | where this | how he) | wary of him
not (feel | feeling | $very)? .. (safe | comfortable) (here | now | with | at all | in here | in this | around)? | do not feel (safe | right | comfortable | good | ok | well) | did not feel safe | no longer safe | not safe
(i | we) (am | are) not (ok | fine | good | alright | well | coping | safe | all right) | not ok here | not (ok | fine | good | all right) at all | but i am not | things are not ok | it s not ok | not doing (ok | well | good) | far from ok | it s not safe | not all right here | this is not ok | nope not ok
(i | we) $being $being? $very? $very? (hurt | injured | bleeding | attacked | assaulted | hit | punched | kicked | slapped | stabbed | bitten | pushed | shoved | grabbed | spat | mugged | robbed | drugged | touched | groped | threatened | trapped | cornered | locked | held | followed | chased | surrounded | blocked | headbutted | beaten | stalked | strangled | choked | burned | burnt | concussed)
$being (attacked | assaulted | stabbed | held | followed | chased | trapped | cornered | hurt | kept | surrounded | harassed | mugged | robbed | stalked | barricaded | threatened | blocked in | locked in | barricaded in | prevented from)
hurt my (back | head | arm | leg | hand | ankle | wrist | neck | knee | face | self) | (broke | broken | twisted | sprained | cut | banged | hit | bust | busted) my (arm | leg | hand | ankle | wrist | head | nose | foot | finger | knee | neck | back) | hurt myself | cut myself | my head is bleeding | bleeding (badly | a lot | from) | am bleeding | knocked out | i fell | i have fallen | have fallen | had a fall | slipped and | fallen down | fell (down | over | on) | nose .. bleeding | $being bleeding
heart attack | chest pain | chest pains | pain in my chest | pains in my chest | can not breathe | struggling to breathe | asthma attack | having a (stroke | seizure | fit | heart) | allergic reaction | going to (faint | pass out | collapse | be sick) | (i | have | am) .. collapsed | passing out | passed out | feeling $very? (faint | dizzy) | feel $very? (faint | dizzy) | i $being $very? (faint | dizzy | concussed) | epipen | overdose | chest hurts | chest is tight | diabetic | hypo
in (real | serious | grave | immediate | big | proper | a lot of | some)? (danger | trouble) | trouble here | there s trouble | danger here | at risk here | my life | life in danger | $i hiding | hiding (in | from | upstairs | behind) | locked (myself | ourselves) in | barricaded | have hidden | hid in
stuck in here with | not supposed to (be here | meet | see) .. | trapped | hostage | kidnapped | cornered | can not (get out (of here)? | get away | get past | escape | get free | get to the door | move | get by) | no way out | not able to (leave | get out) | unable to (leave | get out | get away) | can not leave | can not get to (my car | the door) | prisoner
do not know what to do | save me | rescue me | sauvez moi | pomocy | ratunku | ajutor | ayuda | socorro | hilfe | bachao | imdat | au secours | помогите | допоможіть | النجدة | madad | policję | policie | policia | polizia | polizei | politia | поліцію | полицию | boje sie | boję się | ofn | cymorth | aiuto | mi è paura | am ofn
not say no to .. company | (any chance | possible | any way) .. someone .. (popping | coming | come | pop | swinging | nipping) (round | over | by | down | here) | not .. (on my own | alone) with | (feel | feeling) $very? vulnerable | not feel right | something (feels | seems) (off | wrong | not right) | something s? is? (off | not right | very wrong) here | alarm bells | (require | request | need) (immediate)? (extraction | intervention) | code red | not a drill | begging you | talk me out of here | pretend you are my .. | tell (them | him | her) i (have got | have | need) to (come | be) back | not .. able to (exit | leave | depart)
(worried | concerned | worrying | fearful) (about | for) my (own | personal)? safety | blood everywhere | (lots of | losing) blood | funny turn | might (faint | collapse | pass out) | about to (faint | collapse | pass out) | been burgled
in (a | some)? (bit | spot)? of? a? (bother | difficulty | difficulties | predicament | situation) | (bit of a | got a | have a) situation (here | now | on my hands)? | having .. (difficulty | difficulties | trouble) (leaving | getting (out | away)) | could do with (a hand | some company | a friendly face | someone | you) (here | now | please | asap)? | sending (someone | anyone | help | a colleague | $police) | (turn | turned) for the worse | (getting | got | gone | bit | very | really | all) (hairy | dicey | lairy | sketchy | pear shaped | sticky | out of hand) | hell .. (broken | broke | breaking) loose
wish (someone | you | anyone) (was | were) here | rather not (be | stay) .. (here | alone | myself | own) | not want to stay .. (here | alone | own | longer) | do not leave me (here | alone | with | on my own) | make it so i .. (leave | go) | (give | find) me (a | an)? (reason | way | excuse) (out | to) | ring me (so i can (leave | go) | to get me out) | not (like | liking) .. (vibe | vibes | atmosphere | situation) | (am | being | been) (detained | imprisoned | restrained | jumped) | against my will | need to be got out
(send | get | need | ring) .. (old bill | boys in blue | rozzers | fuzz | bobbies) | (ring | dial) (3 | treble | triple) (nines | nine | 9) | can not (really)? (talk | speak | text) ,? $them .. (listening | here | in the room | watching | next to me | reading) | do not ring (me)? ,? $them (will | might | can | would) (hear | find out | know)
(i | have | i have | just)? (fallen | fell | gone | tumbled | tripped) (over and | down the (stairs | steps)) | can not (get up | stand up | walk properly | put weight on) | my (leg | knee | back | ankle | hip) (s | has) (gone | given | popped | snapped) | (knocked | come | came) off my bike | (bump | prang | smash | shunt) in the car | been (run over | knocked (over | down) | hit by)
run for it | had to run | ran away from | ran out of | legged it | escaped from | escaped
crashed | car accident | been in an accident | had an accident | crash
`)

// threats are what someone does: they are danger whoever does it, unless denied or over.
var threats = list(`
not let (me | us | anyone | either of us | the two of us) .. ($leave | get | have | near | up | of | use) | not let me | not letting (me | us) .. | refuses/refuse to let (me | us) | refusing to let (me | us) | refused to let (me | us) $leave | stopping (me | us) .. (leaving | going | getting) | stop (me | us) .. (leaving | going | getting) | stopped (me | us) | not allowed to leave | before .. let (me | us) .. $leave | if .. let (me | us) $leave | until .. let (me | us) .. $leave | let (me | us) (go | out | leave) | let (me | us) get out | he/she/they will not move | not let go
(locked | locking | lock | shut | blocked | bolted | trapped | kept | shutting | keeping | holding | held | boxed | penned | hemmed) (me | us) .. | locked the (door | doors | front | gate | back) | locked (in | inside) | locks the door | locking the? door/doors | bolted the door | (taken | took | has | got | nicked | grabbed | hidden | stolen | snatched | have | stole | hiding | hold of) my (car)? (keys | key | ring | bag | handbag | mobile | purse | shoes | lanyard | badge) | door s/is/been been? (locked | bolted) | has the key/keys
(blocking | blocked | barring | standing in | stood in | guarding | standing at | stood at | in front of | standing by | by) .. (door | doorway | exit | way | hallway | stairs | drive | path) | between me and the | in my way | blocked in | blocking (me | us | my) | surrounded | surrounding (me | us | my)
(threatening | threatened | threatens | threaten) (me | us | to | with | staff | mum | everyone | her | him | the)? | making threats | made threats | made a threat | death threats/threat | threats
$them .. (attacked | attacking | hit | hitting | punched | punching | kicked me | kicking | slapped | shoved | shoving | pushed me | pushing me | grabbed me | grabbing | stabbed | choking | choked | strangling | strangled | spat | spitting | headbutted | bitten me | bit me | assaulted | beating | beat | cornered | hurt | thrown | throwing | threw | smashing | smashed | punches | lunged | swung | chased | chasing | headbutts | groped) (me | us | at | things | stuff | plates | furniture | the | her | him | mum | up | on | for | chairs | everything | her | his)
(attacked | attacking | hit | hitting | punched | punching | kicked | slapped | slapping | pushed | shoved | grabbed | grabbing | stabbed | choking | strangled | bit | bitten | assaulted | hurt | hurting | scratched | headbutted | chased | chasing | followed | following | follow | stalking | touched | touching | groped | kissed | cornered | intimidating | scaring | frightening | harassing | abusing | terrifying | restraining | drugged | filming | surrounding | robbed | mugged | raped | molested | licked | slapping | pulled | pulling | dragged) (me | us | my (arm | leg | hair | neck | throat | face | hand | wrist | coat | knee | bum | bag | back | chest | shoulder | head)) | spat (at | on | in) | spitting at | (thrown | threw | throwing) .. at (me | us) | bite me | bit by | bitten by | got bit | hit me | hurt me | hurt us | going for me | went for me | came at me | coming at me | come at me | lunged | lunging | swung at | hands? on me | hands around | pinned | hold of me | got me by | has me
(smash | punch | kick | bash | cut | slit | break | burn | cave) my (face | head | legs | teeth | neck | car | throat | arm | arms) .. | (angry | mad | furious | livid | aggressive) (at | with | towards) (me | us) | $them (is | s)? outside the door | (hurt | kill | hit | attack | stab | punch | batter | shoot | rape | beat | smash | burn | find | get | sort) (me | us) | kill (you | someone | himself | herself | everyone | them | her | him) | beat me | do me in
$weapon (in | out | to | on | at | from) | (has | got | have | with | holding | carrying | pulled | grabbed | waving | picked up | there s | there is | brandishing | had | swinging | produced | is | see | seen | saw | hidden | wielding | bringing | bought | s got | the) (a | the | an | his | her | some | out)? (big | kitchen | large | bread | small | massive | huge | carving | air | stanley | baseball)? ($weapon | baseball bat | cricket bat | bat | broken bottle | iron bar | metal bar | needle | syringe | bread knife) | armed | knife | machete | shotgun | gunshot | gunshots | shots fired
(smashing | smashed | breaking | trashing | wrecking | throwing | chucking | punching | hurling | ripping) .. (up | things | stuff | plates | place | windows | window | door | furniture | wall/walls | glass | house | doors | telly | kitchen | chairs)
kicking off | kicked off | kicks off | kick off | (turning | turned | getting | got | gets | become | becoming | gone | going | very | being | really | is | s | are | am | has been | been | was | now | bit | so | extremely | it s) (nasty | aggressive | violent | ugly | threatening | abusive | hostile | heated | scary | physical | out of hand | out of control | worse | dangerous | menacing | racist | psycho | berserk | mental | ballistic | mad at | crazy | volatile | rowdy | intimidating | handsy | inappropriate) | aggressive | aggression | violent | violence | (losing | lost) (it | his temper | her temper | control | the plot | his rag) | raging | furious | rampage | shouting (at | in) (me | us | my) | screaming (at | in) (me | us | my) | yelling at (me | us) | swearing at (me | us) | in my face | squaring up | square up | shouting and (throwing | swearing | screaming | banging | smashing | threatening) | off (his | her) (head | face) | racial abuse | racially abused | abusing (me | us) | racist abuse | calling me names | have a go at me | having a go at me
(trying | tried | wants | banging) to (get | break | kick | force) (in | in to | into | me | us | the door | through | hold) | break in | breaking in | broke in | breaking (the | down) door | (banging | hammering | kicking | pounding) (on | at | the | down) .. (door | doors | window/windows | car | windscreen) | kicking (the | in the) door
following (me | us | my | behind) | follow me | follows me | followed (me | us | to | out | by | here | home) | being (followed | watched) | keeps following | chasing (me | us) | chased (me | us | out) | waiting for me outside | waiting outside for me | outside waiting for me | watching me | stalking | waiting by my car | $them .. (round | by | at | around | on | near | in | behind) my car | blocked my car .. | $them .. (behind | after) me | tailing me
(made | making | forcing | forced | telling | wants | told | makes) me to? (tell | say | text | write | lie | send) | (reading | checking | watching | looking at | going through) my (texts | text | messages | ring | mobile | screen) | (made | making | forcing | forced) me to? stay | sexual (assault | comments | advances | remarks | harassment) | sexually (assaulted | harassed) | tried it on | coming on to me | exposed himself | touching (himself | me) | raped | groped | groping | assaulting | indecent (exposure | assault) | trying to (kiss | touch | grab | hug | undress)
house s? is? on fire | there s a fire | there is a fire | fire in | gas leak | smell of gas | smell gas | smoke | is on fire | s on fire | building s? on fire | explosion | overdosed | od d | set fire | not breathing | stopped breathing | unconscious | unresponsive | having a (seizure | fit) | collapsed | slit (his | her) wrists | bleeding
not (supposed | meant | allowed) to be | (not | no) (supposed | meant | allowed) to (be here | meet | see | come | have contact | be near | be there) .. | injunction | restraining order | not to be here | turned up (drunk | uninvited | high | angry | with) | (drunk | high | off it | pissed | drugs) and (shouting | angry | aggressive | kicking | violent | threatening | nasty | in my)
(he | they | dad | father | client | bloke | man | boyfriend | partner) (is | s | are)? (insisting | insists | insisted) (that)? i (stay | remain | sit) | parked (across | me in) | squared up | waving (a | his) (bottle | stick | poker | pole | bat) | (tried to | trying to) (kiss | touch | grope | undress | grab | force | hit) me | undone his (trousers | flies | belt | jeans) | (said | says | saying) .. i (will | would | d) (be sorry | regret it) | (knows | find out | found out) where i live | (hand | hands) (round | around | on) .. (throat | neck) | fight (breaking | has broken | broke | broken) out | fight going on | fighting in front of | obstructing the (door | doorway | exit | way) | (he | they | dad | father | client | bloke | man | boyfriend | partner | stepdad) (is | s | are | getting | becoming)? .. agitated | drunk and i am
(preventing | hindering | obstructing) (me | us | my) .. | nobody (s | is) (leaving | going anywhere) | (says | said | saying | reckons | told me) i (can not | am not | am) .. (nowhere | go until | leave until) | not taking no for an answer | (every | each) time i (try to | go to | try and | get up to)? (go | leave | get up) .. | not (give | giving) me my .. (ring | keys | key | bag | coat | shoes | mobile | stuff) | put the (chain | bolt | latch) (on | across) | chain on the door | (bathroom | toilet | loo | bedroom | kitchen) with the door (locked | shut | barricaded) | (refusing to | refuses to | not) (budge | shift) | (refusing | refuses) to move .. (door | doorway | hallway | way) | not move from the (door | doorway)
hold of my (wrist | arm | hair | hand | neck | throat | leg | coat | sleeve) | (hand | hands) (on | up | round | around | over | down) my (leg | thigh | knee | bum | mouth | neck | throat | face | waist | back | chest | shoulder | skirt | top) | (made | making | makes) (advances | a pass | lewd) | (threw | chucked | lobbed | hurled | launched | flung) (a | an | the | his | her | something | things) .. at (me | us | my (head | face | back)) | (threw | chucked | hurled | launched | flung) (a | the) (chair | table | bottle | plate | mug | brick | glass) | effing and (blinding | jeffing) | (he | she | they) will (do | batter | deck | lamp | knife) me | gone for (me | us) | $them keeps ((staring at | leering at | touching | following) me | coming closer | getting closer) | turned on me
(do not | not) (feel | think) (i | we)? (am | are)? (safe | ok) | will not (stop | leave me | go away | back off | calm down | get out of) .. | (leave | leaves | leaving) me alone | get past (him | her | them) | can not get (out | past | away | to)
`)

// passing are words that say a danger is over, or never was one.
var resolved = list(`
calm now | all calm | calmed down | calmer now | it s calm | settled now | all settled | settled down | fine now | ok now | safe now | calm again | all good now | all ok now | sorted now | calmed | over now | all sorted | gone now | quietened down | died down | happy now | nothing to worry | is calm | are calm
`)

// retracted are words that take a cry for help back (guide H6).
var retracted = list(`
(ignore | disregard | forget | scrap | sorry about | cancel | sorry for | delete) (that | the | my | last | previous)? (last | previous | first | earlier | accidental)? (help | sos | 999 | emergency | alarm | alert | text | message | cry | distress) (help | sos | text | message | alert | call | ring)?
(did not | not) mean (to | that | help | sos | it | for) .. | (help | sos | that | it | alert | alarm | text) (was | got | went) (sent | pressed | a mistake | an accident | in error | accidental | by mistake | by accident | off | hit) .. | (pressed | sent | hit | texted | pushed | triggered) (by | in | that | it | sos | help) (mistake | accident | error | by mistake | by accident | in error) | by (mistake | accident) | false alarm | sat on (my | the) ring | pocket (dial | text | dialled) | accidental (sos | help | press | text) | wrong button | (had | got | has | nicked | pinched | grabbed | playing with | sent) my ring | playing with (the | my) ring | in error | autocorrect | butt dial
`)

// harmless are uses of the words of danger that are none (guide H5); they are read over.
var harmless = list(`
home help | help (me | us)? (with | find | finding | fill | filling | to fill | carry | move | sort | to sort | understand | to find | to move | choose | decide | build | to build | put | out with) | helping | helped | helps | help (his/her/their/mum/dad/jodie/them/him/the/fill) .. | (can not | could not | may not) help (but | it | laughing | with | thinking | you | feeling) | (need | needs | want | wants) any more help (from us)? | not? (need | want) any (more)? help | help (line | desk | sheet | point) | no help | (bit | lot | great | big | of) (of)? help | help yourself | so help me
gun safe | gun cabinet | toy (gun | sword | knife) | water (gun | pistol) | nerf gun | gun licence | glue gun | knife and fork | knives and forks | butter knife | knife block | play (sword | knife) | cut .. with a knife | knife crime .. | gun to my head | stick to my guns | bread knife
scared of (spiders/spider | the dark | dogs | cats | bath/baths | thunder | heights | needles | water | school | monsters) | scared (me | us) (to death)? .. (lol | haha) | heart attack .. (lol | haha) | heart attack (waiting | on a plate | sandwich) | smoke (alarm | alarms | break | detector | free) | smoke outside | having a smoke | for a smoke | scared stiff (lol | haha) | fire (alarm | station | engine | stick | guard | place | man | door | drill) | crash (course | bang | mat) | first aid | violent film | assault course | car crash (tv | of) | heated (rollers | towel | seats)
following (up | on | up on | the | instructions | her | his | a | my | your | this | our | conversation | their | this morning) | follow up | follow me (on | in) | following me .. (around | round) .. (cat | dog | toddler) | followed (up | by lunch | the | by a | by tea) | as follows | followed to the letter
wedding crash | computer crashed | laptop (has)? crashed | system (has)? crashed | baby s? kicking | dying for a .. | killing me | killing it | dead tired | dead good | kill for a .. | murder a .. | gasping | shaking my head | shaking hands | trapped wind | trapped nerve | panic over | no panic | do not panic | panic buying | escape room | threats to .. | not (dangerous | violent | aggressive) | ambulance chaser | police (station | officer mum | car toy | dog | liaison | check | checks | report | log | reference)
not let (me | us) .. without (cake | tea | a | another | food | eating | biscuits/biscuit | cuppa) | can not (leave | get away | get out | go) yet? (until | before | for) (about | around)? (@time | the? (taxi | bus | mum | kids | children | ambulance | baby | nurse | doctor)) | let me (know | just | see | in | check | have | finish | get back | go in) .. | not let me in .. | letting me in | hiding (eggs | places | the) | hide and seek | bit me of | scared to (ask | say | look | think)
(in | having)? (a | some)? (bit | spot)? of? (trouble | difficulty | difficulties | bother) (finding | parking | hearing | reading | filling | printing | logging | with (the | my) (parking | car | form | sat nav | wifi | signal | traffic | buggy | printer | key)) .. | (could do with)? a hand (with | to | moving | carrying | lifting | getting) .. | play (fight | fighting) | housing situation | situation (at | in) (school | work | nursery | court) |
safe in the knowledge | in trouble (with | at) school | trouble (parking | finding | with | getting) .. | no trouble | hurt (his | her | their) .. | the excuse (was | is) .. | excuse (me | my | the | typo/typos | for)
`)

// deniers are the words that undo a cry; glue may stand between them and it.
var deniers = set("not no never without nothing neither nor stop hardly zero")

var glue = set(`i am in any need to want call ring send get be being feel feeling been the a for of at all really that have has had do is are was
	anyone someone you your at us me require require if bother worry worried even ever it s here he she they immediate urgent more hurt`)

// danger says whether a text cries for help, reports a threat or a hurt (guide H), and by which rule; "" when it does
// not. raw is true when a word of danger is there at all, denied or explained away: such a text never closes a visit.
func (m *message) danger(state State) (rule Rule, raw bool) {
	if m.whole(plainCries) || m.spelledOut() {
		m.note(onDanger, 0, len(m.words))
		return byCry, true
	}
	calm, _ := resolved.find(m, 0)
	for i := 0; i < len(m.words); i++ {
		if end := harmless.at(m, i); end > i {
			if m.alarming(i, end) {
				raw = true
				m.note(onNoDanger, i, end)
			}
			if !m.alarmingBeyond(i, end) {
				i = end - 1
				continue
			}
		}
		if end := threats.at(m, i); end > i {
			raw = true
			if !m.denied(i) && !(i < calm && !m.againstMe(i, end)) {
				m.note(onDanger, i, end)
				return byThreat, true
			}
			m.note(onNoDanger, i, end)
		}
		if end := cries.at(m, i); end > i {
			raw = true
			if !m.denied(i) && !(i < calm && m.has("was", "were", "earlier", "had")) && !m.ofAnother(i) && !(state == Booked && m.onlyIll(i, end)) {
				m.note(onDanger, i, end)
				return byCry, true
			}
			m.note(onNoDanger, i, end)
		}
	}
	switch {
	case m.asksPolice():
		return byPolice, raw
	case m.shortCry():
		return byCry, raw
	case m.comfortTakenBack():
		return byComfortTakenBack, raw
	}
	return "", raw
}

// spelledOut says whether the text is a cry in letters that stand apart: "S.O.S", "9-9-9", "hel p".
func (m *message) spelledOut() bool {
	var all strings.Builder
	for _, w := range m.words {
		if !isBreak(w) && w != "-" && !(courtesy[w] && len(w) > 1) {
			if all.WriteString(w); len(all.String()) > 12 {
				return false
			}
		}
	}
	switch all.String() {
	case "sos", "999", "help", "helpme", "hlep", "police", "hourelp", "sossos", "helphelp", "112":
		return true
	}
	return false
}

// asksPolice catches the politest ways of asking for the police, whatever stands between the words.
func (m *message) asksPolice() bool {
	for i, w := range m.words {
		if (w == "police" || w == "constabulary" || w == "999" || w == "ambulance" || w == "paramedics") && !m.denied(i) && harmless.at(m, i) < 0 &&
			m.has("would", "could", "please", "kindly", "arrange", "appreciate", "need", "needed", "require", "required", "grateful", "urgently") {
			if m.has("form", "report", "statement", "check", "yesterday", "tomorrow", "already") {
				return false
			}
			m.note(onDanger, i, i+1)
			return true
		}
	}
	return false
}

// shortCry reads "help" in a few words that nothing explains, in whatever language the others are.
func (m *message) shortCry() bool {
	for i, w := range m.words {
		if w == "help" && len(m.words) <= 4 && harmless.at(m, i) < 0 && !m.denied(i) && !m.ofAnother(i) && !m.has("can", "may", "home", "happy", "to", "self") {
			m.note(onDanger, i, i+1)
			return true
		}
	}
	return false
}

// comfortTakenBack reads a comfort that is taken back by its last word: "I'm fine. Not".
func (m *message) comfortTakenBack() bool {
	n := 0
	for _, w := range m.words {
		if !isBreak(w) {
			n++
		}
	}
	last := len(m.words) - 1
	takenBack := m.word(last) == "not" || m.has("?") && (m.word(last) == "no" || m.word(last) == "really" && m.word(last-1) == "not")
	if n <= 1 || n > 6 || !takenBack || !m.has("fine", "ok", "safe", "good") {
		return false
	}
	m.note(onDanger, 0, len(m.words))
	return true
}

// againstMe says whether a threat touched the worker: that it is calm since does not undo it.
func (m *message) againstMe(start, end int) bool {
	touched := false
	for _, w := range m.words[start:end] {
		switch w {
		case "me", "us", "my":
			touched = true
		case "shouting", "screaming", "yelling", "swearing", "face":
			return false
		}
	}
	return touched
}

// alarming says whether a word between start and end is one of danger.
func (m *message) alarming(start, end int) bool {
	for _, w := range m.words[start:end] {
		if alarm[w] {
			return true
		}
	}
	return false
}

// alarmingBeyond keeps a harmless phrase from swallowing a second, real word of danger in its gap.
func (m *message) alarmingBeyond(start, end int) bool {
	n := 0
	for _, w := range m.words[start:end] {
		if alarm[w] {
			n++
		}
	}
	return n > 1
}

// alarm are the words that keep a text from ever closing a visit by themselves.
var alarm = set(`help sos 999 police knife gun weapon scared frightened terrified threatened threatening attacked hurt bleeding
	trapped hostage emergency unsafe stabbed assaulted followed following chasing ambulance hit punched danger`)

// denied says whether the cry at word i is undone by a word before it: "no need to call the police".
func (m *message) denied(i int) bool {
	for j, n := i-1, 0; j >= 0 && n < 6; j, n = j-1, n+1 {
		w := m.words[j]
		if deniers[w] {
			next := m.word(j + 1)
			answer := w == "no" && (next == "i" || next == "he" || next == "she" || next == "they" || next == "it")
			return next != "sure" && next != "joking" && !answer
		}
		if !glue[w] {
			return false
		}
	}
	return false
}

// ofAnother says whether someone else is the one who cries: "mum says she needs help".
func (m *message) ofAnother(i int) bool {
	for j := i - 1; j >= 0 && j >= i-5; j-- {
		w := m.words[j]
		switch {
		case isBreak(w) || w == "and" || w == "but" || w == "so" || w == "i" || w == "we" || w == "me" || w == "please":
			return false
		case names["family"].parts[0].has(w) || w == "he" || w == "she" || w == "they":
			return !(m.words[i] == "get" || m.words[i] == "send" || m.words[i] == "ring")
		}
	}
	return false
}

func (p *phrase) has(w string) bool {
	if p.words[w] {
		return true
	}
	for _, part := range p.parts {
		if part.has(w) {
			return true
		}
	}
	return false
}

// onlyIll keeps a worker's illness before a visit from being danger: it is a visit that is off (guide X1).
func (m *message) onlyIll(i, end int) bool {
	for _, w := range m.words[i:end] {
		switch w {
		case "sick", "ill", "unwell", "poorly", "awful", "terrible", "rough":
			return true
		}
	}
	return false
}

// has says whether any of the words is there.
func (m *message) has(words ...string) bool {
	for _, w := range m.words {
		if slices.Contains(words, w) {
			return true
		}
	}
	return false
}

// whole says whether a phrase of the list is the whole text, but for courtesies.
func (m *message) whole(ps phrases) bool {
	for i := 0; i < len(m.words); i++ {
		if end := ps.at(m, i); end > i && m.onlyCourtesy(0, i) && m.onlyCourtesy(end, len(m.words)) {
			return true
		}
		if !isBreak(m.words[i]) && !courtesy[m.words[i]] {
			return false
		}
	}
	return false
}

func (m *message) onlyCourtesy(start, end int) bool {
	for _, w := range m.words[start:end] {
		if !isBreak(w) && !courtesy[w] {
			return false
		}
	}
	return true
}

var courtesy = set("please thanks thank you x xx xxx hi hello hey sorry lol now omg jan bev full stop all team um yeah boss")
