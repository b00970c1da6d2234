package checkin
type Intent string
const ( Duress Intent = "duress"; Distress Intent = "distress"; End Intent = "end"; Change Intent = "change"; Start Intent = "start"; Cancel Intent = "cancel"; SafeReply Intent = "safe_reply"; Ask Intent = "ask"; Unclear Intent = "unclear" )
