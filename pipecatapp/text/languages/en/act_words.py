"""Verbs of acts in their forms, and the things that acts are about, as regular expressions."""


def any_of(words: str) -> str:
    """Return an alternation of words that are separated by spaces; "_" stands for a space."""
    return "|".join(word.replace("_", " ") for word in words.split())


# Base, third person not needed, past, participle and -ing form of each verb.
VERBS = """
turn/turned/turned/turning switch/switched/switched/switching dim/dimmed/dimmed/dimming
brighten/brightened/brightened/brightening set/set/set/setting put/put/put/putting
open/opened/opened/opening close/closed/closed/closing shut/shut/shut/shutting
lock/locked/locked/locking unlock/unlocked/unlocked/unlocking draw/drew/drawn/drawing
raise/raised/raised/raising lower/lowered/lowered/lowering increase/increased/increased/increasing
decrease/decreased/decreased/decreasing reduce/reduced/reduced/reducing
adjust/adjusted/adjusted/adjusting change/changed/changed/changing
activate/activated/activated/activating deactivate/deactivated/deactivated/deactivating
enable/enabled/enabled/enabling disable/disabled/disabled/disabling arm/armed/armed/arming
play/played/played/playing pause/paused/paused/pausing resume/resumed/resumed/resuming
skip/skipped/skipped/skipping mute/muted/muted/muting start/started/started/starting
stop/stopped/stopped/stopping begin/began/begun/beginning launch/launched/launched/launching
stream/streamed/streamed/streaming call/called/called/calling phone/phoned/phoned/phoning
ring/rang/rung/ringing dial/dialed/dialed/dialing text/texted/texted/texting
message/messaged/messaged/messaging mail/mailed/mailed/mailing
email/emailed/emailed/emailing e-mail/e-mailed/e-mailed/e-mailing send/sent/sent/sending
forward/forwarded/forwarded/forwarding post/posted/posted/posting share/shared/shared/sharing
tweet/tweeted/tweeted/tweeting notify/notified/notified/notifying inform/informed/informed/informing
contact/contacted/contacted/contacting announce/announced/announced/announcing
reply/replied/replied/replying order/ordered/ordered/ordering buy/bought/bought/buying
purchase/purchased/purchased/purchasing book/booked/booked/booking
reserve/reserved/reserved/reserving schedule/scheduled/scheduled/scheduling
arrange/arranged/arranged/arranging cancel/cancell?ed/cancell?ed/cancell?ing pay/paid/paid/paying
transfer/transferred/transferred/transferring deliver/delivered/delivered/delivering
place/placed/placed/placing add/added/added/adding remove/removed/removed/removing
delete/deleted/deleted/deleting erase/erased/erased/erasing clear/cleared/cleared/clearing
remind/reminded/reminded/reminding wake/woke/woken/waking save/saved/saved/saving
store/stored/stored/storing record/recorded/recorded/recording note/noted/noted/noting
write_down/wrote_down/written_down/writing_down remember/remembered/remembered/remembering
memorize/memorized/memorized/memorizing forget/forgot/forgotten/forgetting
update/updated/updated/updating create/created/created/creating check/checked/checked/checking
print/printed/printed/printing scan/scanned/scanned/scanning
download/downloaded/downloaded/downloading install/installed/installed/installing
upload/uploaded/uploaded/uploading run/ran/run/running execute/executed/executed/executing
restart/restarted/restarted/restarting reboot/rebooted/rebooted/rebooting
clean/cleaned/cleaned/cleaning vacuum/vacuumed/vacuumed/vacuuming wash/washed/washed/washing
water/watered/watered/watering feed/fed/fed/feeding heat/heated/heated/heating
preheat/preheated/preheated/preheating boil/boiled/boiled/boiling warm/warmed/warmed/warming
cool/cooled/cooled/cooling brew/brewed/brewed/brewing bring/brought/brought/bringing
fetch/fetched/fetched/fetching connect/connected/connected/connecting
disconnect/disconnected/disconnected/disconnecting block/blocked/blocked/blocking
confirm/confirmed/confirmed/confirming submit/submitted/submitted/submitting
request/requested/requested/requesting search/searched/searched/searching
look_up/looked_up/looked_up/looking_up click/clicked/clicked/clicking type/typed/typed/typing
visit/visited/visited/visiting browse/browsed/browsed/browsing
complete/completed/completed/completing finish/finished/finished/finishing
read/read/read/reading mow/mowed/mown/mowing cook/cooked/cooked/cooking
charge/charged/charged/charging move/moved/moved/moving fill/filled/filled/filling
empty/emptied/emptied/emptying tidy/tidied/tidied/tidying iron/ironed/ironed/ironing
tell(?!_you\\b)/told(?!_you\\b)/told(?!_you\\b)/telling(?!_you\\b)
monitor/monitored/monitored/monitoring track/tracked/tracked/tracking roll/rolled/rolled/rolling
"""
_FORMS = [verb.replace("_", " ").split("/") for verb in VERBS.split()]
BASE, PAST, PARTICIPLE, GOING_ON = ("|".join(forms) for forms in zip(*_FORMS, strict=True))

# What acts are about. Only deeds with these are told from plain talk by their words alone.
THINGS = any_of(
    """
    lights? lamps? bulbs? blinds? shutters? curtains? heating heater radiator thermostat
    air_con(?:ditioning|ditioner)? ac fan oven stove kettle dishwasher washing_machine dryer vacuum
    (?:coffee|espresso)(?:_machine|_maker)? tv telly television speakers? radio stereo music songs?
    tracks? playlist podcast audio_?book movie jazz lullaby volume channel doors? gate garage
    windows? alarms? timers? reminders? calendar appointment meeting events? (?:shopping_)?lists?
    e-?mails? mail messages? text_message sms calls? tweet post orders? pizzas? taxi cab uber table
    reservation booking tickets? flight hotel payment money bill parcel groceries flowers roses
    sprinklers? lawn printer camera lock house
    """
)

STATES = (
    rf"(?:{PARTICIPLE}|off|on|up|down|out|ready|done|active|armed|playing|running|ringing|underway"
    r"|under way|on (?:its|the|their) way)"
)
