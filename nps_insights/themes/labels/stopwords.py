"""Words that carry no theme: function words of seven languages, greetings, and judgements that need a noun beside."""

_ENGLISH = """
a about above after again ago all almost along already also although always am among an and another any anyone
anything are aren't around as asked at away back be became because become been before being below between both but
by can can't cannot come comes could couldn't did didn't do does doesn't doing don't done down due during each
either else enough especially etc even ever every far everyone everything few first for from further gave get gets
getting give given go goes going gone got had hadn't happen happened has hasn't have haven't having he her here hers
herself him himself his how however i i'd i'll i'm i've if im in into is isn't it it's its itself ive just keep kept
know last least less let let's like made make makes making many may me might mine more most much must my myself need
needed needs never next now of off often on once one ones only onto or other others our ours ourselves out over own
per perhaps put quite rather really said same saw say says see seem seemed seems seen several shall she should
shouldn't since so some someone something sometimes soon still such take taken takes tell than that that's the their
theirs them themselves then there there's these they they're thing things think this those though three through thus
till to together told too took toward towards two under until up upon us use used using usually very via want wanted
was wasn't way we we're we've well went were weren't what what's whatever when where whether which while who whole
whom whose why will with within without won't would wouldn't yet you you'd you'll you're you've your yours yourself
bit lot lots able maybe dont didnt cant wont doesnt wasnt couldnt try tried trying sure actually definitely
absolutely totally extremely please whilst regarding anyway overall generally particularly feel felt find found look
looked looks looking left
"""
_FRENCH = """
a à ai ainsi alors après as assez au aucun aucune aujourd'hui auquel aura aurait aussi autant autre autres aux
avaient avais avait avant avec avez avoir avons ayant beaucoup bien c ça car ce ceci cela celle celles celui
cependant ces cet cette ceux chaque chez ci comme comment d dans de déjà depuis des donc dont du dès elle elles en
encore entre est et étaient étais était été être eu eux faire fais fait faites faut fois font furent hors il ils j
jamais je jusqu jusque l la là le les leur leurs lors lorsque lui m ma mais malgré me même mêmes mes moi moins mon n
ne ni non nos notre nous on ont or ou où par parce parfois pas pendant peu peut peuvent plus plusieurs plutôt pour
pourquoi pourtant pouvoir près puis qu quand que quel quelle quelles quelque quelques quels qui quoi s sa sans se
sera serait ses seul si sinon soit sommes son sont sous souvent suis sur t ta tant te tel telle tes tellement ton
toujours tous tout toute toutes toutefois très trop tu un une vais va vers voici voilà vont vos votre vous vraiment
vu y dit avons-nous c'est n'est cela lorsqu puisque quelqu rien dire trouve trouvé trouver trouvent eté ete etre
tres ca meme etait sauf suite côté niveau afin certains certaines cas autour-de lieu toutes-les peux veux doit
doivent aller allé y-a semble rapport
"""
_GERMAN = """
ab aber alle allem allen aller alles als also am an ander andere anderen auch auf aus bei beim bin bis bist da dabei
dadurch damit danach dann daran darauf das dass daß dazu dem den denn der des deshalb dessen die dies diese diesem
diesen dieser dieses doch dort du durch eher ein eine einem einen einer eines einfach einige einmal er es etwas euch
für ganz gar gegen gibt ging habe haben hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren
ihrer im immer in ins ist ja jede jedem jeden jeder jedes jedoch jetzt kann kein keine keinen können könnte leider
man manche mehr mein meine meinem meinen meiner mich mir mit müssen muss nach nicht nichts noch nun nur ob oder ohne
schon sehr sein seine seit selbst sich sie sind so sogar soll sollte sollten sondern sonst sowie über um und uns
unser unsere unter viel viele vom von vor wann war waren warum was wegen weil welche wenn wer werde werden wie
wieder wir wird wo wurde wurden zu zum zur zwar zwischen wäre würde hätte
"""
_SPANISH = """
al algo algunas algunos ante antes aunque cada casi como con contra cual cuando de del desde donde dos el él ella
ellas ellos en entre era eran es esa esas ese eso esos esta está están estar estas este esto estos estoy fue fueron
ha había hace hacer hacia han hasta hay he la las le les lo los más me mi mis mucha mucho muchos muy nada ni nos
nosotros o otra otras otro otros para pero poco por porque pues que qué quien se sea ser si sí sido siempre sin
sobre solo sólo son soy su sus también tan tanto te tener tengo tiene tienen toda todas todo todos tu tus un una
unas uno unos usted y ya yo
"""
_ITALIAN = """
ad agli ai al alla alle allo anche ancora ben che chi ci come con contro cui da dagli dai dal dalla dalle degli dei
del della delle dello di dove ed era erano essere fa gli ha hanno ho i il io lei li lo loro lui ma mi mia mio molta
molto ne negli nei nel nella nelle noi non nostro nulla o ogni per perché però più poi poco qua quale quando quello
questa queste questi questo qui se sempre senza si sia sono stata stato su sua sul sulla suo tra troppo tutte tutti
tutto un una uno vi voi è
"""
_DUTCH = """
aan al alles als altijd ben bij daar dan dat de deze die dit door dus een eens en er geen had hebben heb heeft het
hier hij hoe ik in is je kan maar me meer met mij mijn moet na naar niet niets nog nu of om onder ons ook op over te
toch toen tot uit van veel voor waar waren was wat wel werd wie wij wil worden wordt zal ze zeer zich zij zijn zo
zonder zou
"""
_PORTUGUESE = """
ao aos até com como da das dela dele do dos e ela ele eles em entre era essa esse esta está estão eu foi foram isso
isto já lhe mais mas me mesmo meu minha muito na nas não nem no nos nós num numa o os ou para pela pelo por porque
quando que quem se sem ser seu seus só sua suas também te tem tinha tudo um uma você à às é
"""
_JUDGEMENTS = """
amazing awesome awful bad best better brilliant decent disappointed disappointing enjoyed excellent exceptional
fabulous fantastic fault fine good great happy horrible impressed love loved lovely nice no not ok okay outstanding
perfect pleased pleasant poor satisfied super superb terrible top wonderful wonderfully worse worst good-quality
highly thing improve improved improvement improvements experience agréable agréables bon bonne bonnes bons
excellente excellent mauvais mauvaise meilleur meilleure parfait parfaite satisfait satisfaite satisfaction déçu
déçue bravo génial nickel bof moyen moyenne correct grand grande gros petit gut gute guten guter gutes schlecht
schlechte toll tolle zufrieden bien bueno buena buenos malo mala mejor excelente bello buono buona ottimo pessimo
bom boa ótimo goed goede slecht prima true truth day days time times year years today week weeks yesterday months people
jour jours an ans année temps chose choses gens
"""

_COURTESIES = """
thanks thank thankyou thx ty cheers regards wishes sincerely yours dear hi hello hey greetings goodbye bye merci bonjour
bonsoir salut cordialement salutations danke dankeschön hallo grüße grüßen gruß liebe lieber gracias hola saludos
grazie ciao saluti obrigado obrigada olá bedankt groeten beste
"""

# Said alone they answer "what could we do better?"; beside other words they only make phrases odd.
ALONE = frozenset(["nothing", "none", "nope", "ras", "rien", "nichts", "nada", "niente", "niets"])

STOP_WORDS = frozenset(" ".join((_ENGLISH, _FRENCH, _GERMAN, _SPANISH, _ITALIAN, _DUTCH, _PORTUGUESE)).split()) - ALONE

# A judgement alone ("very good") names no theme; beside a noun ("good food") it may stay.
BARE_JUDGEMENTS = frozenset(_JUDGEMENTS.split())

# Greetings and sign-offs open and close a comment, whatever it speaks of.
COURTESIES = frozenset(_COURTESIES.split()) - STOP_WORDS
