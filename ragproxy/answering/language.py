"""Which language a short text is in, by the small words only that language has."""

from __future__ import annotations

import re
import unicodedata

from ragproxy.domain import ChatRequest

_STOP_WORDS = {
    "en": """the a an and or of to in is are was were be been it its this that these those with for from by at as on
        what which who whom whose when where why how does do did can could should would will has have had not but if my
        your our their his her i you he she we they me us there here about into than then many much please""",
    "fr": """le la les un une des du de et ou est sont était étaient être été il elle ils elles on nous vous je tu ce
        cet cette ces ça cela au aux en dans sur pour par avec sans que qui quoi quel quelle quels quelles quand où
        pourquoi comment combien ne pas plus mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs se si
        mais donc à ai as ont avons avez faut peut peux puis y l' d' j' qu' c' n' s' m' t' bonjour merci""",
    "es": """el la los las un una unos unas de del y o es son fue era ser está están que qué quién quiénes cuál cuáles
        cuándo cuánto cuánta cuántos cuántas dónde cómo por para con sin en al se lo su sus mi mis tu tus no más pero si
        sí este esta estos estas eso hay ha han como muy yo nosotros usted ustedes ellos hola gracias puedo puede""",
    "de": """der die das den dem des ein eine einen einem einer eines und oder ist sind war waren sein wird werden wurde
        wie was wer wen wem wann wo warum wieso welche welcher welches wieviel viele nicht kein keine mit ohne für von
        vom zu zum zur im in am an auf aus bei nach über unter ich du er sie es wir ihr mein meine dein ihre kann können
        muss hat haben auch aber wenn dass hallo danke bitte""",
    "it": """il lo la i gli le un uno una di del dello della dei degli delle e o è sono era erano essere che chi cosa
        quale quali quando quanto quanta quanti quante dove come perché per con senza su sul sulla nel nella nei nelle
        al alla ai alle da dal dalla in non più ma se mio mia tuo suo sua questo questa questi quello ci l' c' d' un'
        dell' all' nell' sull' dall' si ha hanno posso può io noi voi loro ciao grazie""",
    "pt": """o a os as um uma uns umas de do da dos das e ou é são foi era ser está estão que quê quem qual quais quando
        quanto quanta quantos quantas onde como por para com sem em no na nos nas ao à aos às se seu sua seus suas meu
        minha não mais mas este esta isto isso há tem têm eu nós você vocês eles olá obrigado obrigada posso pode""",
}
# letters that hardly any other of the six uses; half a vote each, to settle short texts
_LETTERS = {"fr": "çèêëîïœùû", "es": "ñ¿¡", "de": "ßäöü", "it": "ìò", "pt": "ãõâ"}

_SPEAKERS = {
    word: tuple(lang for lang, words in _STOP_WORDS.items() if word in words.split())
    for word in " ".join(_STOP_WORDS.values()).split()
}
_WORD = re.compile(r"[^\W\d_]+'?")  # an elision keeps its apostrophe: the s of "what's" is not the one of "s'il"
_CODE = re.compile(r"([a-z]{2,3})(?:[-_].*)?\Z")
_LONGEST = 2000  # code points looked at


def detect(text: str) -> str | None:
    """The language among fr, en, es, de, it and pt that the text speaks most; None when it shows none of them.

    A word that several languages share counts for each of them a share, and ties go to English, then French.
    """
    text = unicodedata.normalize("NFC", text[:_LONGEST]).lower().replace("’", "'")
    votes = dict.fromkeys(_STOP_WORDS, 0.0)
    for word in _WORD.findall(text):
        langs = _SPEAKERS.get(word) or _SPEAKERS.get(word.rstrip("'"), ())
        for lang in langs:
            votes[lang] += 1 / len(langs)
    for lang, letters in _LETTERS.items():
        votes[lang] += sum(letter in text for letter in letters) / 2
    best = max(votes, key=votes.__getitem__)
    return best if votes[best] else None


def answering(request: ChatRequest, usual: str | None = None) -> str | None:
    """The language to answer in: the one asked for, the usual one, else the user's; None when it cannot be told.

    "fr-CA" and "FR" mean "fr"; what is no language code at all is passed over. The last user turn decides, unless
    nothing can be told from it ("Paris?"): then the ones before it.
    """
    for code in (request.lang, usual):
        match = _CODE.match(code.strip().lower()) if code else None
        if match:
            return match[1]
    turns = [message.text for message in request.messages if message.role == "user"]
    return next(filter(None, map(detect, reversed(turns))), None)
