"""Claims and requests in other languages than the one that the agent is set to.

A model answers in the language that it is asked in, so the commonest claims of German, French and
Spanish are known whatever the setting.
"""

import re
from dataclasses import dataclass

from pipecatapp.text.rules import Pattern


@dataclass(frozen=True)
class ForeignClaims:
    """Patterns as those of `Claims`, of several languages at once.

    Attributes:
        claim: Matches words that claim or promise an act.
        things: Matches what deeds are about; a claim without any is one only where a deed was
            asked for.
        elliptic: Matches a claim that is one only where a deed was asked for.
        denied: Matches words that make a claim none.
        asked: Matches a request for a deed.
        asked_whether: Matches a question whether something was done.
        asked_present: Matches a question about the weather, the news and the like.
        begins: Matches beginnings of a clause that may become a claim.
    """

    claim: Pattern
    things: Pattern
    elliptic: Pattern
    denied: Pattern
    asked: Pattern
    asked_whether: Pattern
    asked_present: Pattern
    begins: Pattern


GERMAN_DONE = (
    r"(?:(?:aus|ein|an|um|ab|auf|zu)?ge(?:schaltet|macht|stellt|dreht|schickt|sendet|spielt"
    r"|schlossen"
    r"|sperrt|rufen|ruft|startet|setzt|bucht|merkt|w(?:ä|ae)hlt|dimmt|ordert|legt|lassen)"
    r"|gesendet|verschickt|versendet|bestellt|reserviert|hinzugef(?:ü|ue)gt|notiert|gespeichert"
    r"|erledigt"
    r"|abgeschlossen|verriegelt|ge(?:ö|oe)ffnet|geschlossen|aktiviert|deaktiviert|eingestellt"
    r"|gemerkt"
    r"|benachrichtigt|geschrieben)"
)
GERMAN_THING = (
    r"(?:\w*(?:licht(?:er)?|lampen?|heizung|thermostat|t(?:ü|ue)r|tor|fenster|rol(?:l)?l(?:ä"
    r"|ae)den"
    r"|musik|lied|radio|fernseher|wecker|timer|erinnerung|mail|nachricht|bestellung|pizza|termin"
    r"|liste|taxi|tisch|anruf|alarm))"
)
FRENCH_DONE = (
    r"(?:(?:é|e)teinte?s?|allum(?:é|e)e?s?|envoy(?:é|e)e?s?|appel(?:é|e)e?s?|r(?:é|e)gl(?:é|e)e?s?"
    r"|mise?s?|ajout(?:é|e)e?s?|command(?:é|e)e?s?|r(?:é|e)serv(?:é|e)e?s?|lanc(?:é|e)e?s?"
    r"|ferm(?:é|e)e?s?"
    r"|ouverte?s?|verrouill(?:é|e)e?s?|not(?:é|e)e?s?|programm(?:é|e)e?s?|activ(?:é|e)e?s?"
    r"|enregistr(?:é|e)e?s?|baiss(?:é|e)e?s?)"
)
SPANISH_DONE = (
    r"(?:apagad|encendid|enviad|llamad|puest|a(?:ñ|n)adid|pedid|reservad|cerrad|abiert|programad"
    r"|guardad"
    r"|anotad|activad|desactivad|configurad|iniciad|bloquead|subid|bajad)(?:o|a|os|as)"
)
GERMAN_VERBS = (
    r"(?:schalte|mache|drehe|stelle|sende|schicke|schreibe|rufe|bestelle|buche|reserviere|wecke"
    r"|erinnere (?:dich|sie)|merke|notiere|spiele|starte|f(?:ü|ue)ge|schlie(?:ß|ss)e|(?:ö"
    r"|oe)ffne|setze|sperre"
    r"|verriegele?|k(?:ü|ue)mmere|benachrichtige|speichere)"
)
FRENCH_VERBS = (
    r"(?:(?:é|e)teins|allume|envoie|appelle|r(?:è|e)gle|mets|ajoute|commande|r(?:é|e)serve|lance"
    r"|ferme|ouvre"
    r"|verrouille|note|programme|active|baisse)"
)
FRENCH_WILL = r"(?:vais (?:l'|le |la |les |vous |te )?[a-zà-ÿ]+(?:er|dre|re|ir)\b)"
SPANISH_WILL = (
    r"(?:voy a (?:apagar|encender|enviar|llamar|poner|a(?:ñ|n)adir|pedir|reservar|cerrar|abrir"
    r"|programar"
    r"|guardar|anotar|recordarte|despertarte)|(?:apagar|encender|enviar|llamar|pondr|a(?:ñ"
    r"|n)adir|pedir"
    r"|reservar|cerrar|abrir|programar|guardar|anotar|recordar|despertar)(?:é|e)\b"
    r"|estoy (?:apagando|encendiendo|enviando|llamando|poniendo|reproduciendo|pidiendo))"
)

FOREIGN = ForeignClaims(
    claim=re.compile(
        rf"\bich (?:habe|hab)\b.*\b{GERMAN_DONE}\b|\b(?:habe|hab) ich\b.*\b{GERMAN_DONE}\b"
        rf"|\bich werde\b.*\b(?:ausschalten|einschalten|anmachen|ausmachen|senden|schicken|anrufen"
        r"|bestellen|buchen|reservieren|wecken|erinnern|merken|notieren|abspielen|spielen|starten"
        r"|hinzuf(?:ü|ue)gen|schlie(?:ß|ss)en|abschlie(?:ß|ss)en|(?:ö|oe)ffnen|stellen"
        r"|einstellen|erledigen)\b"
        rf"|\bich {GERMAN_VERBS}\b|^(?:ok|okay|gut|ja|klar|gerne?|nat(?:ü"
        rf"|ue)rlich)?[\s,.!]*{GERMAN_VERBS} ich\b"
        rf"|\b(?:das|der|die|dein\w*|deine|eine?|ihre?)\b.* ?\b{GERMAN_THING}\b.*"
        rf"\b(?:ist|sind|wurden?|wird|werden)\b.*\b(?:{GERMAN_DONE}|aus|an|unterwegs)\b"
        rf"|\bj'ai (?:bien )?{FRENCH_DONE}\b|\bje (?:l'|le |la |les |vous |te )?{FRENCH_VERBS}\b"
        rf"|\bje {FRENCH_WILL}"
        r"|\b(?:la|le|les|l'|votre|ton|ta|vos)\s?[a-zà-ÿ' ]{2,40}? (?:est|sont|a (?:é|e)t(?:é|e)"
        r"|ont (?:é|e)t(?:é|e))"
        rf" (?:maintenant |bien |d(?:é|e)sormais )?{FRENCH_DONE}\b"
        rf"|\b(?:ya )?(?:he|hemos) {SPANISH_DONE}\b|\b{SPANISH_WILL}"
        r"|\b(?:la|el|las|los|tu|su)\b [a-zñáéíóú ]{2,40}? (?:est(?:á|a)n?|ha sido|han sido|fue"
        r"|fueron)"
        rf" (?:ahora |ya )?{SPANISH_DONE}\b",
        re.IGNORECASE,
    ),
    things=re.compile(
        rf"\b{GERMAN_THING}\b|\b(?:dich|merke mir|gemerkt|notiert|vormerken)\b"
        r"|\b(?:lumi(?:è|e)res?|porte|volets?|musique|message|courriel|rappel|alarme|minuteur"
        r"|liste|table"
        r"|taxi|luz|luces|puerta|persianas?|m(?:ú|u)sica|mensaje|correo|recordatorio|alarma"
        r"|lista|mesa)\b",
        re.IGNORECASE,
    ),
    elliptic=re.compile(
        r"^\W*(?:(?:ok|okay|ja|klar|gut|alles klar)[\s,.!]+)?(?:erledigt|gemacht|fertig"
        r"|wird gemacht|mach ich"
        r"|wird erledigt|ja|gerne?|nat(?:ü|ue)rlich|klar|selbstverst(?:ä|ae)ndlich"
        r"|ja,? (?:das )?hab(?:e)? ich"
        r"|c'est fait|voil(?:à|a)|d'accord|bien s(?:û|u)r|oui|hecho|listo|claro|por supuesto"
        r"|s(?:í|i)"
        rf"|{GERMAN_THING} (?:\w+ ){{0,2}}(?:aus|an|{GERMAN_DONE}))\b[\s.,!]*$",
        re.IGNORECASE,
    ),
    denied=re.compile(
        r"\b(?:nicht|kein\w*|leider|nie|w(?:ü|ue)rde|k(?:ö|oe)nnte|wenn|falls|ne|pas|jamais|si"
        r"|no|nunca|n'\w+)\b"
        r"|\bn'",
        re.IGNORECASE,
    ),
    asked=re.compile(
        r"\b(?:mach|mache|schalte?|dreh|dimm|stell|schlie(?:ß|ss)e?|(?:ö|oe)ffne"
        r"|sperr)\b.*\b(?:an|aus|ein|auf|zu"
        r"|ab|leiser|lauter|w(?:ä|ae)rmer|heller|dunkler|grad|minuten|uhr)\b"
        r"|\b(?:ruf|rufe)\b.*\ban\b|\b(?:schick|schicke|sende|schreib|schreibe)\b.*\b(?:mail"
        r"|e-mail|nachricht|sms"
        r"|whatsapp)\b|\b(?:bestell|bestelle|buch|buche|reservier|reserviere|kauf|kaufe)\b"
        r"|\b(?:spiel|spiele) (?!ein spiel|mit)\w+|\b(?:weck|wecke|erinner|erinnere) mich\b"
        r"|\b(?:merk|merke) dir\b"
        r"|\b(?:allume|(?:é|e)teins|ferme|ouvre|envoie|appelle|commande|r(?:é|e)serve|mets|joue"
        r"|lance|ach(?:è|e)te)\b"
        r"|\b(?:enciende|apaga|cierra|abre|env(?:í|i)a|llama|pide|reserva|pon|reproduce|compra)\b",
        re.IGNORECASE,
    ),
    asked_whether=re.compile(
        r"^(?:und\b[\s,]*)?(?:hast du|ist (?:es|das|sie|er)|sind sie|wurde)\b|\bhast du (?:das"
        r"|es)\b"
        r"|^(?:as-tu|l'as-tu|avez-vous|c'est fait)\b|^(?:¿\s*)?(?:lo )?has\b|^(?:¿\s*)?est(?:á"
        r"|a) hecho",
        re.IGNORECASE,
    ),
    asked_present=re.compile(
        r"\b(?:wetter|regnet es|schneit es|wird es (?:heute|morgen)?\s*(?:regnen|schneien)"
        r"|nachrichten"
        r"|b(?:ö|oe)rsenkurs|wie (?:warm|kalt) ist es|stau)\b(?!.*\b(?:warum|wieso)\b)"
        r"|\b(?:quel temps|il pleut|la m(?:é|e)t(?:é|e)o)\b"
        r"|\b(?:qu(?:é|e) tiempo hace|est(?:á|a) lloviendo|llueve|el tiempo (?:hoy|ma(?:ñ"
        r"|n)ana))\b",
        re.IGNORECASE,
    ),
    begins=re.compile(
        r"^\W*(?:ich(?:$| )|ok(?:ay)?\b|ja\b|gern|klar|j(?:'|e)|he\b|voy\b|ya\b|estoy\b"
        r"|(?:das|der|die|dein\w*|la|le|les|el|las|los)\b)",
        re.IGNORECASE,
    ),
)
