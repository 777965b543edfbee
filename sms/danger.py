"""Danger in what somebody writes or says: words in, what kind of danger out.

Pure. One look for words that danger is hardly ever told without lets nearly every text pass; what
is left is read by shapes: who, what happens, and what takes it back (it is over, a joke, a thing
and no person). In English, Spanish, French, Kreyol and Portuguese, as `reading.fold` leaves them:
small letters without accents and apostrophes. When in doubt it hears danger: one number too many
to call does less harm than one too few.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from sms.reading import fold


class Danger(StrEnum):
    """What somebody may be in, the most pressing first."""

    SELF_HARM = "self-harm"  # they do not want to live
    VIOLENCE = "violence"  # somebody hurts, threatens or follows them
    RESCUE = "rescue"  # fire, gas, water, a body that fails
    CALL = "call"  # they write the emergency number or SOS
    OTHER = "other"  # fear or refusal of whom we brought them together with


@dataclass(frozen=True, slots=True)
class DangerHeard:
    """`danger` is the most pressing; `is_alone`: nothing else was said; `not_meant`: needs that
    these words name and do not ask for: "water is rising"; `asks`: they ask for help."""

    danger: Danger
    is_alone: bool = False
    asks: bool = False
    not_meant: tuple[str, ...] = ()


def _any(*shapes: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(shapes) + r")(?!\w)")


_ME = r"(?:me|us|my \w+|him|her|them|the \w+|her kids?|nos|mi \w+)"
_HE = (
    r"(?:he|she|they|hes|shes|theyre|somebody|someone|husband|boyfriend|wife|girlfriend|man|guy"
    r"|dad|father|stepdad|partner|ex|son|brother|roommate|landlord|neighbor)"
)

_SELF_HARM = _any(
    r"(?:want(?:ed|ing)?|wanna|going|gonna|ready|rather|plan(?:ning)?|about|try(?:ing)?)"
    r" (?:to |2 )?"
    r"(?:die|kill my ?self|end (?:it(?: all)?|my life|everything)|hurt my ?self|be dead|disappear"
    r" forever)",
    r"(?:kill|killing|hurt|hurting|hang|harm|cut|cutting) (?:my ?self|meself)",
    r"(?:dont|do not|didnt|cant|no longer) (?:want|wanna|wish) (?:to )?(?:live|be alive|be"
    r" here|wake up"
    r"|exist|go on|be on this earth)(?: any ?more| no more)?",
    r"(?:cant|cannot|can not) (?:go on|do this life|live like this|live any ?more)",
    r"(?:suicid\w*|end my life|take my (?:own )?life|ending it all|kms|no reason to (?:live"
    r"|go on))",
    r"(?:better off (?:dead|without me)|wish i (?:was|were) dead|nothing (?:left )?to live"
    r" for|no point"
    r" (?:in )?(?:living|going on)|tired of (?:living|being alive)|goodbye forever|unalive)",
    r"(?:took|swallowed|taken|tomei|tome|pris|pran|tomado) (?:all|a bunch of|a whole|the"
    r" whole|todas|too"
    r" many|muchas|tous|tout|todos|um monte de|demasiadas) .{0,18}(?:pills?|meds|tablets"
    r"|bottle|pastillas"
    r"|cachets|medicaments|grenn|remedios|comprimidos|frasco)",
    r"(?:have|got|holding) (?:the|all the|a bottle of|my) (?:pills|gun|rope|razor|blade)\b.{0,25}"
    r"(?:front|hand|here|ready)?",
    r"wont be (?:around|here|alive) (?:tomorrow|tmrw|any ?more|much longer|by morning)",
    r"(?:quiero|queria|quisiera|voy a|ganas de|mejor|prefiero|pienso en|intente)"
    r" (?:morir(?:me)?|matarme"
    r"|suicidarme|quitarme la vida|estar muert[oa]|acabar con todo|desaparecer|no despertar)",
    r"no (?:quiero|kiero|le veo (?:caso|sentido) a|tengo ganas de|vale la pena|puedo)"
    r" (?:seguir )?"
    r"(?:vivir|viviendo|existir|seguir aqui|seguir asi viva|estar aqui mas|la vida)",
    r"(?:quitarme la vida|me quiero (?:morir|matar)|me voy a matar|ya no aguanto (?:esta"
    r" )?vida|mejor"
    r" muert[oa]|matarme|suicid\w*|cortarme las venas|no tiene sentido (?:vivir|la vida))",
    r"(?:veux|voudrais|envie de|vais|prefere|pense a) (?:plus vivre|mourir|me (?:tuer"
    r"|suicider|pendre)"
    r"|en finir|disparaitre|me faire du mal)",
    r"(?:veux|peux|ai) (?:pas|plus|plus envie de) (?:de )?(?:vivre|continuer a vivre|etre"
    r" la)|me foutre en"
    r" lair|en finir avec la vie|plus de raison de vivre|marre de vivre",
    r"(?:vle|anvi|pral|prefere) (?:mouri|touye tet|tiye tet|fini ak lavi)\w*|pa (?:vle|anvi"
    r"|ka) (?:viv"
    r"|viv anko|viv anko)|touye tet (?:mwen|mw|m)|bouke viv|lavi pa vo anyen|pito m mouri",
    r"(?:quero|queria|vou|vontade de|penso em|prefiro) (?:morrer|me matar|sumir pra sempre"
    r"|acabar com"
    r" (?:tudo|a minha vida)|me suicidar|tirar a minha vida|dormir e nao acordar)",
    r"nao (?:quero|aguento|vejo sentido em|tenho (?:mais )?vontade de) (?:mais )?(?:viver"
    r"|continuar"
    r" vivendo|existir|estar aqui)|me matar|tirar minha vida|cansad[oa] de viver",
)

_VIOLENCE = _any(
    _HE + r" (?:just |is |keeps? |was |has |\w+ )?(?:hit|hits|hitting|beat|beats|beating"
    r"|punch(?:ed|es|ing)?"
    r"|slap(?:ped|s|ping)?|chok(?:ed|es|ing)|strangl(?:ed|es|ing)|kick(?:ed|s|ing)?"
    r"|stab(?:bed|s|bing)?"
    r"|rap(?:ed|ing)|attack(?:ed|s|ing)?|push(?:ed|es|ing)?|shov(?:ed|es|ing)|grab(?:bed|s|bing)?"
    r"|threaten(?:ed|s|ing)?|threatend|threating|assault(?:ed|ing)?|molest(?:ed|ing)?"
    r"|hurt(?:s|ing)?) "
    r"(?:on |at )?(?:me|us|my (?:mom|mum|mother|son|daughter|kids?|baby|sister|brother|wife"
    r"|child(?:ren)?"
    r"|arm|face|neck|hair)|her(?: \w+)?|me in)",
    r"(?:beat|beating|hit|hitting|chok\w+|stabb?\w*|threaten\w*|rap(?:ed|ing)|hurt\w*"
    r"|attack\w*) (?:up )?"
    r"(?:me|us) (?:again|up|with|in|so|every|tonight|and|if)",
    r"(?:beats|hits|beating|hurts) me(?: up)?|(?:been|got|was|being) (?:raped|stabbed|shot"
    r"|attacked|beaten"
    r"|mugged|jumped|robbed|assaulted|kidnapped|held)",
    r"(?:gonna|going to|will|tried to|trying to|wants to|threaten\w* to|said (?:hed|he"
    r" would|hell|he will|"
    r"she will)|swear\w* hell?) (?:kill|hurt|shoot|stab|burn|beat|find) (?:me|us|my|him|her"
    r"|the kids)",
    r"(?:has|with|holding|got|waving|pulled) (?:a |the |his |out a )?(?:knife|gun|machete"
    r"|weapon|bat)"
    r"(?! (?:set|block|sharpener|sale))",
    r"(?:follow(?:ing|ed|s)|stalk(?:ing|ed|s)|chas(?:ing|ed)|watching|waiting for|coming"
    r" after|came after) "
    r"(?:me|us)(?! (?:on (?:insta|fb|tiktok|twitter|facebook)|to the))",
    r"(?:been|keeps|is) following me|(?:found out|knows) where (?:i|we) (?:am|live|r|are)"
    r"|found (?:me|us)"
    r" and|at my door(?: and)? (?:wont leave|screaming|yelling|again|banging|with)",
    r"(?:bang|pound|kick|break|beat|smash)(?:ing|ed|s)? (?:on|in|down|at|into) (?:my |the "
    r"|our )(?:front "
    r"|back )?(?:door|window|apartment|house|apt|place)",
    r"break(?:ing|s)? in(?:to)?(?: my| the| our)?(?: (?:house|home|apt|apartment|right now"
    r"|now))?|broke in"
    r"(?:to my)?|(?:somebody|someone|a man|intruder|stranger) (?:is )?in (?:my|the|our)"
    r" (?:house|home|apt"
    r"|apartment|room|yard)",
    r"(?:got|been|was|were|is|just) shot|gun ?shots?|shooting (?:outside|in|at|on)|shots"
    r" fired|someone"
    r" (?:is )?shooting|active shooter",
    r"(?:locked|trapped|held|holding|keeps?) (?:me|us) (?:in(?! (?:mind|touch|the loop"
    r"|your))|inside|here|locked|hostage|prisoner)|wont let"
    r" (?:me|us) (?:leave|go|out)|not letting (?:me|us) (?:leave|go)|(?:let|lets) me leave or",
    r"(?:hes|shes|he is|she is|he was|im|i am) (?:drunk|high|mad|angry|coming|back|outside"
    r"|here) .{0,30}"
    r"(?:hit|hurt|kill|scared|afraid|gun|knife|break)",
    r"(?:im|i am|were|we are) (?:hiding|locked) (?:in|from|under|behind)|domestic violence"
    r" now|help hes"
    r"|cant talk out loud",
    r"(?:put|laid|puts) (?:his|her|their) hands on (?:me|us|my)|hands around my (?:neck|throat)",
    r"(?:kidnap\w*|abduct\w*|traffick\w*|took my (?:kid|kids|baby|son|daughter|child))"
    r" ?(?:from|and|without"
    r"|me|my|us)?",
    r"me (?:pego|pega|golpeo|golpea|golpeando|pegando|empujo|ahorco|apunalo|violo|amenazo"
    r"|amenaza|amenazando"
    r"|persigue|persiguen|sigue|siguen|siguiendo|ataco|agredio|agarro|maltrata|quiere"
    r" (?:matar|pegar|hacer"
    r" dano)|va a (?:matar|pegar)|esta (?:pegando|golpeando|siguiendo|amenazando"
    r"|persiguiendo)|jalo|toco"
    r"|acosa|encerro|asalto|asaltaron|robaron|dispararon)(?! (?:la gripe|el sol|un susto))",
    r"(?:nos|le|la|lo) (?:pego|golpeo|golpea|amenazo|amenaza|ataco|apunalaron|dispararon"
    r"|quiere matar|va a"
    r" matar|pega)",
    r"con (?:un )?(?:cuchillo|pistola|arma|machete)|esta armado|tiene (?:un|una)"
    r" (?:cuchillo|pistola|arma"
    r"|machete)|tumbar la puerta|tirando la puerta|golpeando (?:la|mi) puerta|quiere"
    r" (?:entrar|meterse) a la"
    r" fuerza|se metio a (?:mi|la) casa|hay alguien (?:en|dentro de) (?:mi|la) casa"
    r"|balacera|balazos?|disparos?"
    r"|tiroteo|violencia domestica|no me deja (?:salir|ir)|me tiene encerrad[oa]|estoy"
    r" escondid[oa]",
    r"(?:ma|m|me|nous) (?:a )?(?:frappe|frappee|tabasse\w*|battu\w?|gifle\w*|poignarde\w*"
    r"|viole[e]?|menace\w*"
    r"|agresse\w*|etrangle\w*|pousse[e]?|suit|suivi[es]?|poursuit|bat|tape|attaque\w*)",
    r"(?:veut|va|menace de) (?:me|nous|la|le) (?:tuer|frapper|faire du mal)|avec un"
    r" (?:couteau|pistolet"
    r"|fusil)|a un couteau|a une arme|defonce\w* (?:la|ma) porte|tape (?:a|sur) (?:la|ma)"
    r" porte|quelquun (?:est"
    r" )?(?:chez moi|dans (?:la|ma) maison)|coups de feu|on ma tire dessus|me laisse pas"
    r" (?:sortir|partir)"
    r"|je (?:me|suis) cach[eo]\w*|mon ex est (?:la|devant)",
    r"(?:l|li|yo|misye|mari m|mari mwen|moun|neg|msye|papa m|frè m|nonm) (?:ap |tap |te "
    r"|fin )?(?:bat|frape"
    r"|kale|menase|touye"
    r"|tiye|vyole|atake|pouswiv|swiv|trangle|pouse|koupe) (?:mwen|mw|m|nou|pitit|manman)(?!"
    r" (?:ak)? manje)",
    r"(?:gen|ak|kenbe) (?:yon )?(?:kouto|zam|revolve|fizi|manchet|pistole)|kouri deye (?:m"
    r"|mwen|moun|nou)|ap"
    r" (?:kraze|frape|bat|defonse) pot|vle (?:touye|tiye|bat) (?:m|mwen|nou)|(?:ap tire|kout zam"
    r"|kout bal)(?: deyo)?|moun (?:antre|anndan) lakay|pa kite m (?:soti|ale)|m kache",
    r"me (?:bateu|bate|batendo|agrediu|agride|ameacou|ameaca|ameacando|esfaqueou|estuprou"
    r"|seguiu|segue"
    r"|seguindo|perseguindo|empurrou|enforcou|chutou|espancou|atacou|trancou|assaltaram"
    r"|quer matar|vai matar)",
    r"(?:ta|esta|vem|tao) (?:me )?(?:seguindo|perseguindo|batendo|ameacando|atirando)(?: em"
    r" mim)?|com (?:uma )?"
    r"(?:faca|arma|pistola)|quer me (?:matar|bater)|vai me (?:matar|bater)|ta armado"
    r"|arrombando|batendo na"
    r" (?:minha )?porta|tem (?:alguem|um homem) (?:dentro|na minha casa)|tiroteio|tiros?"
    r"|nao me deixa sair|me"
    r" trancou|to escondid[oa]|levei (?:um )?(?:tiro|facada)",
)

_BODY = (
    r"(?:cant|cannot|can not|couldnt|cnt|isnt|is not|not|hardly|barely|stopped|trouble|hard"
    r" time|struggling"
    r"(?: to)?|hard to|difficulty|wheezing and|no|doesnt|aint|funny) (?:really |even "
    r"|properly )?breath(?:e"
    r"|ing|es)?",
    r"breathing (?:is )?(?:funny|weird|bad|hard|stopped|strange|fast|slow|real|heavy|very"
    r"|so)|short(?:ness)?"
    r" of breath|gasping(?: for air)?|cant (?:catch (?:my|her|his)) breath|cant breath\w*",
    r"(?:chest|heart) (?:pains?|hurts?|hurting|is (?:hurting|tight|killing)|tight\w*"
    r"|pressure|attack|is "
    r"(?:racing|pounding|stopping))|(?:pain|pressure|tight\w*) (?:in|on|across) (?:my|his"
    r"|her|the) chest"
    r"|heartattack|cardiac|my chest|elephant on",
    r"(?:had|having|has|think|possibly|maybe|like) (?:a |its a |an )?(?:stroke|seizure"
    r"|siezure|seizures"
    r"|heart attack)|seizing|convuls\w+|(?:face|mouth) (?:is |looks )?(?:droop\w*|crooked)"
    r"|one side of (?:his"
    r"|her|my|the)|slurr\w+|talking nonsense|cant (?:move|feel) (?:my|her|his) (?:arm|legs?"
    r"|side|face|body)",
    r"(?:passed|passing|blacked|knocked) out|fainted|faints|collaps\w+|unconsci\w+"
    r"|unconc\w+|unrespons\w+"
    r"|wont (?:wake|respond)(?: up)?|(?:not|isnt|is not|doesnt) (?:waking|responding|wake"
    r"|moving|conscious)"
    r"(?: up)?|cant wake|hes not moving|(?:lips|face|hes|shes|is|turning|turned|went|gone)"
    r" (?:look |are |going"
    r" |turning )?blue",
    r"over ?dos\w+|od(?:ed|d|ing)|o\.?d\.?|narcan|poison(?:ed|ing)|(?:drank|swallowed|ate"
    r"|drunk) (?:some |the )?"
    r"(?:bleach|poison|a battery|cleaner|antifreeze|drano|detergent|pills)",
    r"bleed(?:ing|s)? (?:out|a lot|bad\w*|heavy|heavily|everywhere|so|really|and|wont|from"
    r"|too|to death|like)"
    r"|(?:wont|cant|doesnt|not|hasnt) (?:stop|stopped|stopping) (?:the )?bleeding|(?:is|am"
    r"|im|hes|shes|keeps|and)"
    r" bleeding|blood (?:everywhere|all over|is|wont|pouring|gushing)|(?:losing|lost"
    r"|coughing up|vomiting"
    r"|throwing up|puking) (?:a lot of |so much )?blood|bleeding",
    r"choking(?! hazard)|(?:throat|tongue|face) (?:is )?(?:closing|swelling|swollen)"
    r"|anaphyla\w+|allergic"
    r" reaction|epi ?pen (?:now|isnt|didnt)|severe burn|burn(?:ed|t) (?:bad\w*|himself"
    r"|herself|with|all)"
    r"|boiling (?:water|oil) (?:on|over|spilled)|electrocut\w+|scald\w+",
    r"(?:sugar|glucose) (?:is )?(?:dropp\w+|crash\w+|really low|too low|way too|very low|is"
    r" \d\d\b|low and)"
    r"|diabetic (?:shock|coma)|going into shock|hypo and",
    r"(?:water broke|giving birth|in labor|having the baby|baby (?:is )?coming|crowning"
    r"|contractions)"
    r"|(?:baby|infant|newborn) (?:is )?(?:limp|not breathing|blue|wont wake|burning up)|104"
    r" fever|10[4567] fever",
    r"(?:fell|fallen|fall) .{0,40}(?:cant get up|cant move|not moving|isnt moving|head|hip"
    r"|unconscious|wont"
    r"|bleeding|floor|blood)|on the floor .{0,30}(?:cant|not|wont|droop|and)|broke(?:n)?"
    r" (?:his|her|my) (?:hip"
    r"|neck|back|leg)|cracked (?:his|her|my) head|hit (?:his|her|my) head",
    r"(?:hit|struck|run over|ran over) by (?:a )?(?:car|truck|bus|van|bike)|car (?:crash"
    r"|accident|wreck|just"
    r" hit)|trapped (?:in|under|inside)|crushed|drown(?:ing|ed)|hypotherm\w+|frostbit\w*"
    r"|freezing to death"
    r"|heat ?stroke|(?:is|am|im|hes|shes|are|were|gonna|going to) (?:dying|die)(?! (?:for"
    r"|to (?:know|see|try|meet)"
    r"|of (?:laugh\w*|bored\w*|curios\w*|embarras\w*)|laughing|inside|down))|shaky and",
    # Spanish
    r"no (?:puede|puedo|pueden|esta|puedes|podemos) (?:bien )?respira(?:r|ndo)|no respira"
    r"|(?:le|me|nos) (?:cuesta"
    r"|falta)(?: mucho)?(?: (?:trabajo|el|la))? ?(?:respirar|aire)|respira (?:muy |bien"
    r" )?(?:raro|mal|feo|con"
    r" dificultad)|se (?:esta )?ahoga(?:ndo)?|me (?:estoy )?ahog(?:o|ando)|asfixia\w*|se"
    r" atragant\w+",
    r"(?:dolor|duele|opresion|presion|punzada|apreta\w*)(?: muy)?(?: fuerte| mucho| feo)?"
    r" (?:en |de )?(?:el |mi "
    r"|su )?(?:pecho|corazon)|(?:infarto|derrame|ataque (?:al|de|cardiaco) ?\w*|embolia"
    r"|convulsion\w*|convulsiona"
    r"\w*|sobredosis|intoxica\w+|envenen\w+)",
    r"no (?:despierta|reacciona|responde|se (?:mueve|despierta)|vuelve en si)|(?:se"
    r" )?(?:desmayo|desmaye"
    r"|desmayad[oa]|desvanecio)|inconsciente|perdio el conocimiento|(?:labios|esta|cara)"
    r" (?:moradit[oa]s?"
    r"|morad[oa]s?|azul(?:es)?)|se (?:me )?durmio (?:medio|el|la) (?:cuerpo|brazo|cara"
    r"|lado)|media cara|cara"
    r" (?:chueca|torcida|caida)|no puedo (?:hablar|mover)\w*(?: bien)?",
    r"sangra(?:ndo|do)?|(?:mucha|pierde|perdiendo|vomita\w*|escupe) sangre|desangr\w+"
    r"|hemorragia|se (?:cayo|cae)"
    r" .{0,40}(?:no se|cabeza|levanta|sangre|mueve)|(?:se )?quemo (?:con|todo|la|el|feo"
    r"|bien)|agua hirviendo|aceite"
    r" hirviendo|se (?:esta )?murien?do|(?:me|se) (?:estoy|esta) muriendo|me muero(?! de"
    r" (?:hambre|risa|sed|ganas|"
    r"verguenza|frio))|se muere|rompio (?:la )?fuente|se me rompio la fuente|va a nacer"
    r"|dolores de parto"
    r"|atropell\w+|electrocut\w+|se tomo (?:el |un )?(?:cloro|veneno|todas)|bajo (?:mucho"
    r" )?(?:el|la) azucar",
    # French
    r"(?:arrive|peut|peux|peu|arrete|arreter) (?:pas|plus|de|a)(?: a| de)? respirer|respire"
    r" (?:pas|plus|mal|tres"
    r" mal|bizarre\w*|difficilement)|du mal a respirer|etouff\w+|manque dair",
    r"(?:mal|douleur|serre\w*|oppress\w+)(?: tres fort)? (?:a |dans )?(?:la |ma |sa"
    r" )?poitrine|poitrine (?:qui )?"
    r"(?:serre|me fait)|(?:crise cardiaque|infarctus|avc|overdose|surdose|empoisonn\w+"
    r"|convuls\w+|inconscient\w*"
    r"|evanoui\w*|malaise|sevanou\w+|perd\w* connaissance|hemorragie)",
    r"(?:se reveille|reagit|bouge) (?:pas|plus)|(?:levres|est|tout) bleu\w*"
    r"|(?:saigne|sang partout|perd"
    r" (?:beaucoup de |du )?sang)|tombe[e]? .{0,40}(?:bouge|tete|releve|sang)|en train de"
    r" mourir|va mourir|perdu"
    r" les eaux|accouche|contractions|brule[e]? (?:avec|au|grave)|eau bouillante"
    r"|renverse[e]? par",
    # Kreyol
    r"pa (?:ka|kapab|kab|fin) respire|pa respire|(?:souf|respirasyon) (?:mwen|m|li|l)"
    r" (?:kout|wo|bloke|koupe|ap)"
    r"|toufe|trangle|pa reponn(?: mwen| m)?|pa (?:leve|reveye|bouje)|pedi konesans"
    r"|endispoze|tonbe (?:san konesans"
    r"|li pa|epi|atè|ate)|san konesans",
    r"(?:doule|mal|fe m mal) (?:nan )?(?:lestomak|kè|ke|pwatrin)|(?:lestomak|pwatrin|ke)"
    r" (?:m|mwen|li|l) (?:ap )?"
    r"(?:fe m mal|fe l mal|sere|kanpe)|kriz (?:kadyak|ke|malkadi)|malkadi|konvilsyon|je"
    r" (?:l|li) ap vire|kò (?:l|li)"
    r" ap (?:tranble)|cho kou dife|(?:ap )?(?:senyen|seyen|pedi san|pedi anpil san|vomi"
    r" san)|ap (?:mouri|akouche)"
    r"|mouye dlo|dlo (?:a )?pete|bwe (?:klowoks|pwazon)|anpwazonnen|boule (?:ak|grav)|dlo"
    r" cho (?:tonbe|vide)",
    # Portuguese
    r"nao (?:consegue|consigo|ta|esta|tá|pode) (?:mais )?respira(?:r|ndo)|nao respira"
    r"|(?:falta|sem|dificuldade)"
    r" (?:de |pra |para )?(?:ar|respirar)|respirando (?:mal|estranho|esquisito)|engasg\w+"
    r"|sufoc\w+",
    r"(?:dor|doi|doendo|aperto|pressao)(?: muito)?(?: forte)? (?:no |do |o |meu )*(?:peito"
    r"|coracao)|peito (?:doendo"
    r"|apertado|ta)|(?:infarto|enfarte|avc|derrame|convuls\w+|overdose|envenen\w+|intoxic\w+)",
    r"nao (?:acorda|responde|reage|se mexe|ta reagindo)|desmai\w+|inconsciente|perdeu a"
    r" consciencia|(?:boca|labios?"
    r"|ta|ficou) (?:rox[oa]s?|azul|azuis|gelad[oa])|sangra(?:ndo|mento)|(?:muito|perdendo"
    r"|vomitando) sangue|caiu"
    r" .{0,40}(?:cabeca|levanta|mexe|sangue)|ta morrendo|to morrendo(?! de (?:fome|rir|sede"
    r"|vontade|frio))"
    r"|bolsa (?:estourou|rompeu)|nascendo|atropelad[oa]|queimou (?:com|tod)|agua fervendo"
    r"|boca torta|tomou (?:agua"
    r" sanitaria|veneno)",
)
_PLACE = (
    r"(?:house|home|building|apartment|apt|kitchen|stove|car|room|floor|hallway|place|roof"
    r"|oven|basement|garage|"
    r"store|bed|couch|curtains?|trailer|tent) (?:is |s |are |just |caught |got )?(?:on"
    r"|caught|catch\w*) fire|caught"
    r" fire|on fire(?! (?:sale|today|lately))|there ?i?s (?:a |an )?(?:big |huge )?fire(?!"
    r" (?:alarm|drill|escape|pit"
    r"|place|sale|station|hydrant|hall|extinguisher|truck))|fire (?:in|inside|next door"
    r"|downstairs|upstairs|at) (?:my"
    r"|the|our)|fire fire|a fire (?:in|broke|next|started|at)|fire!|smoke (?:everywhere"
    r"|coming|filling|in the|is|"
    r"all|so|from|under)|full of smoke|flames|explo(?:ded|sion|ding)|in flames|burning down",
    r"smell\w*(?: of| like| a lot of)?(?: strong)? (?:of )?(?:natural )?gas|gas (?:leak\w*"
    r"|smell|odor)|(?:strong|"
    r"rotten egg) smell|leaking gas|carbon monoxide|co (?:alarm|detector) (?:is |going"
    r"|keeps|went)|co2 alarm"
    r"|smells? (?:like )?gas|electrical fire|sparks?(?: (?:coming|flying|from))|live wires?"
    r"|power ?line (?:down|fell)"
    r"|downed (?:wire|line)",
    r"(?:water|flood) (?:is |s |keeps? )?(?:rising|coming (?:up|in|into|under)|up to"
    r"|getting higher|at (?:my|our|the)"
    r" \w+|to (?:my|our|the) (?:knees|waist|chest|neck|window\w*|roof))|(?:stuck|trapped"
    r"|stranded) (?:on|in|inside"
    r"|under|by|with|and|at) (?:the |our |my |a )?(?:roof|attic|flood\w*|water|elevator|car"
    r"|2nd|second|building|house"
    r"|rubble|room|tree|snow|window|upstairs|apartment)|water (?:is )?rising|roof (?:just"
    r" )?(?:caved|collaps\w+|fell"
    r" (?:in|on))|(?:building|ceiling|wall|house) (?:is |just )?(?:collaps\w+|caving|caved"
    r"|falling down|fell on)|swept"
    r" away|rescue (?:us|me)|landslide|mudslide|tornado (?:hit|coming|is)|under (?:the )?rubble",
    r"(?:esta |se esta |hay (?:un )?|se )(?:quema(?:ndo)?|incendi\w+|fuego)|incendio|fuego"
    r" (?:en|!)|en llamas|mucho"
    r" humo|lleno de humo|(?:huele|olor|olemos|fuga|escape)(?: mucho| fuerte| muy"
    r" fuerte)?(?: a| de)? gas|exploto|se"
    r" derrumb\w+|atrapad[oa]s?|agua (?:esta |ya |nos )?(?:subiendo|sube|esta entrando"
    r"|llega a|al cuello|entrando)|"
    r"(?:esta|sigue) subiendo el agua|sube el agua|inundacion y|nos estamos (?:ahogando"
    r"|inundando)|en el techo",
    r"au feu|(?:maison|immeuble|appart\w*|cuisine|voiture) (?:est |brule|prend|en"
    r" )?(?:brule|en feu|feu)|incendie|prend"
    r" feu|plein de fumee|fumee (?:partout|qui)|(?:odeur|sent|fuite)(?: fort| tres"
    r" fort)?(?: le| de| du)? gaz|eau monte"
    r"|leau (?:monte|rentre)|coinces?(?: (?:dans|sur|sous))|coincee?s?|bloques? (?:dans|sur"
    r"|sous)|effondr\w+|sous les"
    r" decombres|explos\w+|noie|on se noie",
    r"dife(?! (?:pou kwit|pou fe manje))(?: (?:pran|nan|ap|!))|kay (?:la |mwen |m |a"
    r" )?(?:pran dife|ap boule|boule|"
    r"tonbe|kraze sou)|sant gaz|gaz (?:la )?(?:ap )?(?:koule|santi)|dlo (?:a |ap |la"
    r" )?(?:monte|antre|anvayi|pote|rive)"
    r"|bloke (?:nan|sou|anba|anndan)|anba (?:dekonb|beton|decombre)\w*|inondasyon|anpil"
    r" lafimen|lafimen|ap neye|sou"
    r" tet kay|sou do kay",
    r"pegando fogo|(?:ta|esta) (?:em chamas|pegando)|fogo (?:na|no|em)|incendio|muita"
    r" fumaca|cheiro (?:forte )?(?:de )?"
    r"gas|vazamento de gas|vazando gas|agua (?:ta |esta |ja )?(?:subindo|entrando|na"
    r" cintura|no peito)|enchente (?:e|a|"
    r"ta)|pres[oa]s? (?:na|no|em|dentro)|ilhad[oa]s?|desab\w+|desmoron\w+|soterrad[oa]s?"
    r"|explodiu|afogando",
)
_RESCUE = _any(*_BODY, *_PLACE)

# What takes it back: long ago, a thing, a figure of speech, somebody who came through.
_NO_DANGER = _any(
    r"(?:fire|smoke|co|carbon monoxide) (?:alarm|detector)s? (?:battery|batteries|beeps?"
    r"|chirp\w*|needs?|is broken|keeps"
    r" (?:beeping|chirping))|batter(?:y|ies) (?:for|in) .{0,14}(?:smoke|fire|carbon|co)"
    r" .{0,14}(?:alarm|detector)?|(?:new"
    r"|a|need) (?:\w+ )?(?:smoke|carbon monoxide|fire|co) (?:alarm|detector)s?",
    r"fire (?:place|wood|pit|drill|escape|sale|station|stick|extinguisher|truck|department"
    r"|works)|after (?:the|a|our) fire"
    r"|lost .{0,30} (?:in|to) (?:a|the|our) fire|fire (?:last|yesterday|destroyed|took"
    r"|burned)|burned out of",
    r"(?:dying|starving|to die|die) (?:for|of hunger)|drop dead gorgeous|killing (?:it"
    r"|time)|(?:kill|killing|murdering) "
    r"me (?:lol|haha|with)|my (?:back|feet|knees?|tooth|shoes|phone|battery|plants?|car"
    r"|laptop) (?:is|are|was) (?:killing"
    r"|dying|dead)|(?:phone|battery|car|cat|dog|plants?|laptop|fridge) (?:is |just |be"
    r" )?(?:dying|about to die|gonna die"
    r"|going to die|died)",
    r"gas (?:card|money|bill|station|stove|tank|grill|for)|chest (?:of drawers|freezer|cold"
    r"|x ?ray)|my chest (?:of|freezer)"
    r"|heart of|bleeding hearts?|broken heart|heart (?:goes|breaks)|nose ?bleeds?|bleeding"
    r" (?:control|kit)|first aid kit"
    r"|(?:stop|the) bleeding (?:class|course|kit)|out of breath from laughing|breath(?:e"
    r"|ing) easier|choking hazard",
    r"(?:mother|mom|mum|father|dad|husband|wife|son|daughter|brother|sister|grandma"
    r"|grandmother|grandpa|aunt|uncle|cousin"
    r"|friend) (?:died|passed (?:away|on)|killed himself|took (?:his|her) own life)|passed"
    r" away|funeral|(?:years?|months?|"
    r"weeks?) ago|last (?:year|month|week|winter|summer|spring)|when i was (?:a kid|little"
    r"|young)|used to|had (?:a )?(?:heart"
    r" attack|stroke|surgery)(?: (?:in|last|and now|years|two|a))|recovering|is home from"
    r"|getting over|cpr class|history of"
    r"|survivor|prone to|(?:in case|what if|if there (?:is|was))|so (?:funny|cute)|lol|lmao"
    r"|jaja\w*|haha\w*|kkk+|mdr",
    r"murio|fallecio|hace (?:un|dos|tres|varios|\d+) (?:ano|mes|semana)s?|(?:el|la) (?:ano"
    r"|mes|semana) pasad[oa]|(?:me )?"
    r"muero de (?:hambre|sed|ganas|risa)|muriendo de (?:hambre|sed|frio|risa)|bombona"
    r"|tanque de gas|recibo d?el? gas|pila"
    r" .{0,20}alarma|despues del incendio|perdi(?:mos)? todo en (?:el|un) incendio|velorio"
    r"|entierro",
    r"est (?:mort|morte|decede)\w*|il y a (?:un|deux|trois|\d+) (?:an|mois|semaine)s?"
    r"|lan(?:nee)? derniere|mort de (?:faim|"
    r"rire|soif|fatigue)|bouteille de gaz|facture de gaz|obseques|enterrement|apres lincendie",
    r"te mouri|mouri (?:ane pase|mwa pase|grangou|swaf)|ane pase|ap mouri (?:grangou|ak"
    r" grangou|swaf|ak swaf|anba)|antere"
    r"man|lanmo",
    r"morreu|faleceu|ano passado|mes passado|semana passada|faz (?:um|dois|\d+) (?:ano"
    r"|mes)\w*|morrendo de (?:fome|sede|rir"
    r"|vontade|frio|calor)|botijao|velorio|enterro|conta de gas",
)
_THINGS = _any(
    r"(?:phone|battery|car|cell|laptop) (?:is )?(?:about to|gonna|going to) die|chest of drawers",
    r"keep me in mind|fire alarm",
)
# Happens now, whatever else was said: this is not taken back.
_NOW = _any(
    r"right now|now|rn|tonight|again|hurry|still|ahora(?: mismo)?|ahorita|otra vez|maintenant",
    r"vite|kounye a|anmwey|agora|socorro|rapido",
)

# Of whom we brought them together with: who, and what.
_WHO = (
    r"(?:he|she|they|ana|this (?:person|man|woman|guy|lady|one|dude|neighbor|volunteer)"
    r"|that (?:person|man|woman|guy|lady"
    r"|one)|the (?:man|woman|lady|guy|old man|person|volunteer|driver|helper|neighbor|one"
    r" you sent)|him|her|them|el|ella"
    r"|(?:esa|ese|la|esta|este|el|esas?) (?:senora?|mujer|hombre|muchach[oa]|persona|tipo"
    r"|tipa|vecin[oa]|chic[oa]|viejo|"
    r"vieja)|elle|il|cette (?:femme|dame|personne)|(?:cet|ce) (?:homme|type|mec|monsieur)"
    r"|la dame|dam(?: \w+)?|li|l|misye"
    r"|moun sa|nonm|ela|ele|ess[ea] (?:mulher|homem|moca|cara|pessoa|senhora)|a (?:mulher"
    r"|moca|senhora)|o (?:cara|homem))"
)
_OTHER = _any(
    # fear
    r"(?:scares?|scaring|scared|frighten\w*|creeps?|creeped|creeping|freaks?|freaked"
    r"|terrif\w+) (?:me|us|my kids?|the kids)"
    r"(?: out)?|(?:dont|do not|didnt|never|doesnt|not) (?:feel |felt |make me feel |feeling"
    r" )?safe(?: (?:with|around|near|here))?"
    r"|(?:feel|felt|feeling) (?:unsafe|uneasy|uncomfortable|threatened|weird about|in"
    r" danger|scared|afraid)|makes? (?:me|us)"
    r" (?:feel )?(?:uncomfortable|uneasy|nervous|unsafe|scared|afraid)|(?:im|i am|am|were|i"
    r" was|was) (?:really |so |very |too |"
    r"kinda |a bit )?(?:scared|afraid|terrified|frightened)|(?:bad|weird|creepy|strange)"
    r" (?:vibes?|feeling)|creepy?|creeper"
    r"|gives me the (?:creeps|ick)|unsafe|shaking|pervert|perv|predator|stalker",
    # what they did
    r"(?:keeps?|kept|is|was|starts?|started|wont stop|always) (?:asking|texting|calling"
    r"|touching|following|staring|coming|"
    r"showing up|looking at|commenting|knocking|messaging)(?: \w+){0,3} (?:if|me|us|my"
    r"|about|do|when|where|for my|late|at|if"
    r" i)|ask(?:ed|s|ing)? (?:me |us )?(?:if|do|whether|when|how) (?:i|we|you) (?:live"
    r"|lived|am|was|be|sleep|go|are) ?"
    r"(?:alone|home|to sleep|by)?|where (?:my|the) (?:kids|daughter"
    r"|son) (?:go|sleep)|what school|"
    r"pictures? of (?:my|me|the) (?:kids?|\w+)|photos? of (?:me|my)",
    r"(?:touch(?:ed|es|ing)?|grab(?:bed|s|bing)?|grope[ds]?|groping|kiss(?:ed|es|ing)?"
    r"|hug(?:ged)?|rubb?(?:ed|ing)?|push(?:ed|"
    r"es|ing)?|shov(?:ed|es)|yell(?:ed|s|ing) at|scream(?:ed|s|ing) at|curs(?:ed|ing) (?:at"
    r" )?|spit (?:on|at)|insult(?:ed|ing)"
    r"|threaten(?:ed|s|ing)?|follow(?:ed|s|ing)?|corner(?:ed)?|block(?:ed|ing) (?:the door"
    r"|my)|film(?:ed|ing)|hit|harass(?:ed|es|"
    r"ing)?|bother(?:ed|s|ing)|rob(?:bed)?|stole(?: from)?|steal(?:s|ing)?(?: from)?"
    r"|scamm?(?:ed|ing)|undress\w*|flash(?:ed|ing)) "
    r"(?:me|us|my|himself|herself|at me|on me|past)|(?:stole|took) (?:my|the|money|our"
    r"|from)|no pants|(?:took off|pulled down) (?:his"
    r"|her)|naked|(?:his|her) (?:penis|dick|privates|thing out)|underwear|in (?:his|her)"
    r" (?:boxers|towel)|sexual\w*|hit(?:ting|s)? on"
    r" me|came on to me|(?:asked|asks|wanted|wants) (?:me )?(?:for )?(?:sex|a kiss|nudes|to"
    r" kiss|to touch|to marry|favors)|for a (?:kiss"
    r"|favor)|nudes|got between me and|(?:tried|trying|tries) to (?:push|force|get|come"
    r"|kiss|touch|grab|break|pull|get in)(?: \w+){0,2}"
    r"|force\w* (?:his|her|me|my|way)|wont (?:leave|go away)(?: me)?(?: alone)?|wouldnt"
    r" (?:leave|let|go)|let me (?:leave|go)|drunk|smells?"
    r" of (?:alcohol|booze)|(?:is|was|came) (?:high|wasted)|had a (?:gun|knife)|order of"
    r" protection|restraining order|(?:my|the) ex\b"
    r"|abus(?:ed|ive|er)|racist|slurs?|called me a",
    # refusal
    r"(?:block|report|reporting|remove|ban) (?:him|her|them|this|that|ana|the)|(?:keep|get)"
    r" (?:him|her|them|this (?:man|woman|person)"
    r"|ana|that (?:man|woman)) (?:away|off|out)(?: from| of)?|(?:dont|do not|never|pls dont"
    r"|please dont) (?:ever )?(?:send|let|want|wanna"
    r"|give|tell)(?: \w+)? (?:him|her|them|this (?:person|man|woman)|that (?:man|woman"
    r"|person)|ana)(?! (?:the |that |my |food|some|to"
    r" bring))|not (?:him|her|them|that (?:man|woman|guy|person))(?: (?:again|please"
    r"|ever))?|any(?:one|body) (?:but|except|else but) (?:him"
    r"|her|them)|never (?:want to )?see (?:him|her|them)|(?:dont|do not) want (?:him"
    r"|her|them|ana) (?:here|back|near|at|in|to"
    r" come|anymore)|stay away from (?:me|us|my)|leave me alone|lost trust|(?:dont|do not)"
    r" trust (?:him|her|them|ana|this)",
    # Spanish
    r"me (?:da|dio|daba|esta dando) (?:mucho |mucha )?(?:miedo|asco|desconfianza|mala"
    r" espina|temor|panico)|me asust\w+|(?:tengo|con) miedo"
    r"|no me siento (?:segur[oa]|bien con|a gusto|comod[oa])|insegur[oa]|mal(?:a)? espina"
    r"|no (?:confio|le tengo confianza)|(?:me )?(?:pregunt\w+)"
    r" .{0,30}(?:vivo sol[oa]|por mis papeles|donde (?:guardo|duermo|estan)|sol[oa] en|a"
    r" que hora|mis hijas?)|me (?:toco|beso|"
    r"manoseo|agarro|jalo|abrazo|grito|gritaba|insulto|amenazo|amenaza|siguio|sigue|acosa"
    r"|acoso|empujo|robo|miraba|mira feo|quiso|quizo|ofendio|"
    r"hablo feo|pego|encerro|molesta)|a la fuerza|por la fuerza|(?:me )?(?:pidio|pide)"
    r" (?:una? )?(?:fotos?|besos?|sexo|dinero|nudes)|fotos? (?:a|de)"
    r" (?:mis|mi)|borrach[oa]|sin pantalones|desnud[oa]|no (?:quiero|kiero) (?:que"
    r" )?(?:verl[oa]|volver a|ver a|venga|el venga|ella venga|saber"
    r" de (?:el|ella)|que (?:vuelva|regrese|venga|me mande))|no (?:me )?(?:mande[ns]?"
    r"|manden) (?:a )?(?:mas )?(?:a )?(?:el|ella|esa|ese|la|lo)|"
    r"(?:mande[n]?|quiero|busquen|prefiero) (?:a )?(?:otra|otro|alguien mas) ?(?:persona)?"
    r"|bloque(?:ar|a|e|en)\w*|(?:reportar|denunciar)\w*|no se vaya|"
    r"no se quiere ir|se metio|se enojo|pervertido|rar[oa] (?:conmigo|y)|orden de"
    r" (?:restriccion|alejamiento)|mi ex",
    # French
    r"(?:me |ma |m)(?:fait|fais|a fait|font) (?:\w+ )?(?:peur|flipper)|jai (?:tres |trop"
    r" )?peur|(?:pas|plus) en securite|(?:mal a laise|inquiete? avec)|"
    r"ma (?:touche|touchee|embrasse|suivi|suivie|insulte\w*|menace\w*|crie|pousse\w*"
    r"|demande (?:une photo|un bisou|de|si je vis)|vole|agrippe\w*|harcele\w*"
    r"|drague\w*|serre\w*)|(?:a|me|il|elle) touche\w* (?:la|le|ma|mes|les)|me (?:harcele"
    r"|suit|menace|drague|touche|fixe|colle)|si (?:je )?vis seule?|(?:veux|voudrais"
    r"|vx) (?:plus |pas |jamais |plus jamais )*(?:la|le|les|quelle|quil)"
    r" ?(?:voir|revoir|revienne|vienne)?|plus jamais|bloque[rz]?\w*|signaler|envoyez? (?:pas|plus)"
    r"|(?:ivre|saoule?|bourre)|nue?|sans pantalon|de force|veut (?:pas )?"
    r"(?:partir|entrer)|pervers|photos? de (?:moi|mes)|mon ex|lacher|confiance en (?:lui|elle)",
    # Kreyol
    r"fe (?:m|mwen|mw|nou|pitit mwen) (?:pe|pè|laperez)|(?:m|mwen) (?:pe|pè) (?:l|li|misye"
    r"|dam|moun)|(?:m|mwen) pe|pa (?:santi m|santi mwen) (?:an sekirite"
    r"|byen ak|alez)|(?:manyen|touche|bo|kenbe|pouse|joure|menase|swiv|rale|anmede|vole|vle"
    r" kouche) (?:m|mwen|nou|kwis|ko|pitit)|pa fos|ak fos|antre (?:nan chanm"
    r"|anndan|sou)(?: mwen| m)?|mande (?:m|mwen) (?:si m (?:rete|viv) (?:pou kont|sel)|foto"
    r"|si)|pa vle (?:we|wè|l|li|moun sa|misye|dam)(?: li| l| anko)?"
    r"|bloke (?:l|li|moun|misye|dam)|rapote|pa (?:voye"
    r"|kite) (?:l|li|moun sa|misye|dam)|li sou|toutouni|pa vle (?:ale|soti|pati)|pa fe (?:l|li)"
    r" konfyans|ansyen mari",
    # Portuguese
    r"(?:me |ta me )(?:da|deu|dando|deixa|deixou|fez|faz) (?:\w+ )?(?:medo|nervos[oa]"
    r"|desconfort\w+|assustad[oa]|nojo|com medo)|(?:to|estou|fiquei|tenho|tou) (?:com"
    r" )?(?:muito )?"
    r"medo|me assust\w+|nao (?:me sinto|to me sentindo|me senti) (?:segur[oa]|bem|a"
    r" vontade)|(?:me )?(?:tocou|beijou|agarrou|seguiu|xingou|ameacou|empurrou|gritou"
    r"|roubou|assediou"
    r"|pegou em mim|passou a mao|puxou|encarou)|pediu (?:uma? )?(?:fotos?|beijo|dinheiro)"
    r"|(?:pergunt\w+) .{0,25}(?:moro sozinh[oa]|se eu moro|que horas)|a forca|sem"
    r" (?:calca|roupa)|pelad[oa]|bebad[oa]|nao (?:quero|manda|deixa|mande[m]?) (?:mais"
    r" )?(?:ver |que |ela|ele|ess[ea])+|bloque(?:ar|ia|ie)\w*"
    r"|denunciar"
    r"|fotos? (?:d[oa]s?|minhas?) (?:meus|minhas|filh\w+)?|(?:nao )?confio n(?:ela|ele)|meu"
    r" ex|tarad[oa]",
)

_SAFE_WORD = (
    r"(?:safe|block|not (?:them|him|her)|a salvo|salvo|bloquear|bloquea(?:r?l[oa]s?)?|no"
    r" (?:con )?(?:ellos|ellas|ella|el)|bloquer|"
    r"bloque (?:la|le|les)|pas (?:lui|elle|eux)|en securite|bloke|pa (?:li|yo)|sekirite"
    r"|bloqueia|bloqueie|nao (?:ela|ele|eles|elas))"
)
_AROUND = (
    r"(?:please|pls|plz|por favor|svp|tanpri|now|ahora|agora|him|her|them|this (?:person"
    r"|man|woman)|that (?:man|woman|person)|ana|\d+|i (?:say|text|want|need)|hi|hello|hola)"
)
_SAFE_ALONE = re.compile(rf"(?:{_AROUND} )*{_SAFE_WORD}(?: {_AROUND})*")
_SAFE_LOUD = re.compile(
    r"(?<![\w-])(?:SAFE|BLOCK|NOT (?:THEM|HIM|HER)|A SALVO|SALVO|BLOQUEAR|BLOQUER|BLOKE"
    r"|SEKIRITE)(?![\w-])"
)
_WORDS = re.compile(r"\w+")

_CALL_SIGNS = re.compile(r"(?<!\w)(?:s\W?o\W?s|\U0001f198)(?!\w)|\U0001f198")
_CALLED = re.compile(r"(?<![\w+])9\W{0,2}1\W{0,2}1(?![\w])")
_WATER = re.compile(r"water|agua|leau|dlo|flood")
_PILLS = re.compile(r"pill|meds|pastillas|cachets|remedio|grenn|comprimid")


def says_safe(said: str) -> bool:
    """Whether somebody wants to be kept apart from the other: SAFE alone or nearly so, or SAFE in
    capitals with anything around it."""
    words = " ".join(_WORDS.findall(fold(said)))
    if _SAFE_ALONE.fullmatch(words):
        return True
    return bool(_SAFE_LOUD.search(said)) and not said.isupper()


def heard(said: str) -> DangerHeard | None:
    """The danger that a text tells of, if any."""
    words = " ".join(_SPLIT.split(fold(said))).strip()
    if found := _called(said, words):
        return found
    if _SELF_HARM.search(words) and not _is_taken_back(words):
        pills = ("medicine",) * bool(_PILLS.search(words))
        return DangerHeard(Danger.SELF_HARM, asks=bool(_ASKS.search(words)), not_meant=pills)
    if _VIOLENCE.search(words) and not _is_taken_back(words):
        return DangerHeard(Danger.VIOLENCE, asks=bool(_ASKS.search(words)))
    if _RESCUE.search(words) and not _is_taken_back(words):
        return DangerHeard(Danger.RESCUE, not_meant=("water",) * bool(_WATER.search(words)))
    return None


_SPLIT = re.compile(r"[^\w!]+")
_ASKS = _any(
    "help",
    r"ayud\w+",
    r"aid(?:e|er|ez|es)",
    "ede",
    r"ajud\w+",
    "socorro",
    "auxilio",
    "secours",
    "sekou",
)


def _called(said: str, words: str) -> DangerHeard | None:
    """The number itself, or SOS: alone or with words around it that are about calling."""
    found = _CALL_SIGNS.search(fold(said)) or _CALLED.search(said)
    if found is None:
        return None
    left = (said[: found.start()] + said[found.end() :]).strip(" .,!?")
    is_alone = not _CONTENT.search(fold(left))
    if found.re is _CALLED and _OF_A_PLACE.search(words):
        return None
    return DangerHeard(Danger.CALL, is_alone=is_alone)


_CONTENT = re.compile(
    r"(?!(?:please|hurry|help|pls|now|call|me|us|quick|fast|ayuda|rapido|vite|ede)\b)\b[a-z]{3,}"
)
_OF_A_PLACE = re.compile(
    r"911 (?:\w+ )?(?:st|street|ave|avenue|rd|road|pl|place|blvd|lane|ln|main|calle|rue|apt)\b"
    r"|(?:apt|unit|room|no|porsche|called|llame al|not) 911"
)


def _is_taken_back(words: str) -> bool:
    if _THINGS.search(words):
        return True
    return bool(_NO_DANGER.search(words)) and not _NOW.search(words)


def is_about_other(said: str) -> bool:
    """Whether words to somebody tell of fear of them, or refuse them: not to be passed on."""
    return _OTHER.search(" ".join(_SPLIT.split(fold(said)))) is not None
