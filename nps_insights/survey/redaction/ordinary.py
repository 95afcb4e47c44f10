"""Names that are also words: "Will" in "I spoke to Will", and not in "Will you ever answer"."""

_ENGLISH = """
abbot able abroad acre alley amber angel april archer arch art ash august autumn bacon bailey baker ball bank banks
barber barker barn baron barrel bass bay beach bean bear beck bell bench berry best bill bird bishop black blaze bliss
bloom blue bolt bond book booth bow bowl bowman box boy branch brand brave bridge bridges bright brook brooks brown
buck bull burns burn bush butcher butler butter buzz cage cain camp candy cane cannon card care carpenter carter
carver case cash castle chamber chambers chance chandler chapel chase christian church city clay clear clerk cliff
close cloud coach coffee cole collar cook cooper corn cotton court cox craft crane crew crisp cross crow crown curry
cutter cutler dale dame dancer dark dash dawn day days dean deal delight dial diamond dish dollar dove down draw drew
drive drum duke dusty earl early east easter ebony elder ember english ever fair faith fall falls farmer farrow faith
field fields finch fine finger fisher fish fitter fletcher flint flood flower flowers ford forest forth foster fox
frank free french friend frost fuller gale game gardener garden gates gay gem gentle giant ginger glass glory glover
gold golden good goodman goose grace grant graves gray green grey grove guy hail hale hall hammer hand handy hardy
harmony harper hart harvest hatch hay hazel head heart heath heather held helm help herb heron hill hills hippo
holiday holly home honey honor hood hook hope horn horse house hunt hunter hut ice iris iron ivory ivy jack jade
jasmine jay jewel job john joy judge july june junior just justice keen keep kerry key keys kind king kitchen kitty
knight lady lake lamb lance land lane large lark law lawn lead leaf lee levy light lilly lily line lion little lock
lodge long lord love low luck lucky mace main major mane manners maple march mark marks marine marsh marshal marshall
mason master may meadow meadows melody mercer mercy merry mike mild mile miles mill miller mills min mint miss mister
mode moon moore moss mount mouse nail neat nest new nice nick night noble north norm nun nurse oak olive opal orange
page paige pain paint painter palm pan park parker parks parson pat patience patrol payne peace peach pearl pearson
penny perch perk perry pert petal piece pike pine piper pitt plant play plum polish pond pool poole pope poppy porter
post potter pound powder power powers pray price pride priest prince prior prince prudence purple queen quick quill
rain ranger rath raven ray read reader red reed reef rice rich rivers river road robin rock rocky rod roman rose
rosemary round rowan ruby rue rule rush russet rust rusty sage sail sailor sales salt sand sandy saturday sawyer
scarlet sharp shaw shell shepherd sherry shield shine shore short silver singer singleton skinner sky slack small
smart smith snow soldier sparks sparrow spear speed spencer spice spring stable star steel steele stephens sterling
stern stone storm stout street strong sue summer summers sun sunday sunny swan sweet swift tab tailor tanner taylor
tea temple terrace terry thorn thrift tide tiger tiffany tile till timber tom tower towers town trace tracy trainer
tree trinity troy true tucker turner twist tyler underwood vale van vine violet vita wade wake walker wall walls ward
warden warner waters water wax way weaver webb weeks well wells west wheat wheel wheeler whistler white whole wild
will willow wills win winter winters wise wish wolf wood woods woodward words work worth wren wright yard yates young
zest call major price sales support service team customer account manager contact office admin info none unknown test
user name
"""
# Nouns have capitals in German, so that a capital in the middle of a sentence tells nothing of them.
_GERMAN_NOUNS = """
adler anker arzt bach bahn bauer baum baumann becker becher berg berger bergmann bett birne blume bock bogen bote
braun brand brandt brecht breit brot brunnen buch buchner bäcker böhm burger busch dach diener ernst fass feld fels
fink fisch fischer fleischer fliege frank frei freund friede fuchs fürst gast geist gärtner gerber glaser gold graf
groß gut hafer hahn hammer hans hase haupt haus heide heil held herbst herrmann herzog hirsch hirt hoch hof hoffmann
holz horn huber hund hut jäger jung junge kaiser kamm kammer kanne kant keller kern kirsch kiste klein klug knecht
koch kohl kopf korb korn kraft kramer kranz kraus krebs kreis kreuz krieger kröger krone kruse kugel kühn kurz kunz
lamm land lang lange lehmann lehrer licht linde link löwe ludwig mai maler mann markt marx maus mayer meier meister
meyer möller mond morgen moser müller nagel neu neumann nuss ochs ofen ort ost otto panzer pfeffer pfeifer pfennig
pfister platz pohl probst rabe rad rat rau reh reich reiter richter riese ring ritter rose roth rot sack salz sand
sattler sauer schäfer scharf schatz schenk schild schiller schlosser schlüter schmid schmidt schmied schmitt schmitz
schneider schnell schön schreiber schreiner schuh schulte schulz schulze schumacher schuster schütte schütz schwab
schwan schwarz schweizer seemann seidel seiler sommer sonne sonntag specht spiegel stadler stahl stark stein steiner
stern stock storch strauß sturm süß tag tanne teich teller teufel thal thron tor traub trost ufer uhr vogel vogt voigt
wagner wald wall walter walther wand weber wein weiß weiss wirt wirth witt wolf wolff wunder zahn zander zeit zeller
ziegler zimmermann zorn krause dienst service vertrieb ansprechpartner kunde frau herr rechnung preis
"""
_ROMANCE = """
aimé ange anglais avril bel belle benoît bernard berger blanc blanche blanchet boucher boulanger bon bonnet bois brun
carré charpentier chevalier claire colette constant court dupont fleur fontaine forêt fort france français franc gay
garnier gentil grand gris hiver jour joli juste lacroix lambert lebrun leblanc legrand lejeune lenoir leroy lion loup
maire marchand marin marine martin mercier meunier moulin noir noël olive page paix papillon parfait pascal perle
petit pierre pont porte prince prudence renard reine rémy rivière robert roche roger roi rose rousseau roux saint
simon soleil tailleur tour toussaint val vallée vert vidal victoire ville violette vrai ángel alba amor aurora bello
blanca blanco bueno cabello calle campo campos casa castillo cielo clara concepción consuelo cortés cruz delgado
dolores domingo esperanza estrella fuentes flor flores gallo gracia guerra guerrero herrera hidalgo iglesias iglesia
jardín león leal linda lobo luna luz mar marina mercedes mesa molina montes moreno nieves oliva pardo pastor paz peña
perdona piedra pilar ramos rey reyes ríos río rocío rojas rojo romero rosa rubio salas santos serrano sierra sol
soledad soto torres valle vega ventura vera verde vida vidal zapata
"""
_CALENDAR = """
april may june july august autumn winter summer spring easter christmas sunday monday friday saturday mai märz juni juli
sommer herbst sonntag montag freitag janvier avril juin été hiver lundi mardi vendredi mayo abril julio domingo
"""
_TITLES = """
mr mrs ms miss mx dr prof sir madam lady lord herr herrn frau hr fr m mme mlle monsieur madame mademoiselle señor
señora señorita sr sra srta don doña signor signora sig dott mevrouw meneer dhr mw
"""
_SMALL_TITLES = "mr mrs dr herr herrn frau mme mlle monsieur madame señor señora"
_ARTICLES = """
the a an this that these those my your our their his her its no every each some any of per der die das den dem des ein
eine einen einem einer eines kein keine mein meine unser unsere ihr ihre zum zur im am vom le la les un une des du de
l d au aux ce cet cette ces mon ma mes votre vos notre nos el los las una unos unas al del mi su sus este esta
"""
# German and French also say "die Anna", "la Lola".
_BEFORE_NO_NAME = """
the a an this these no every each some any ein eine einen einem einer eines kein keine keinen un une des aucun aucune
una unos unas ningún ninguna
"""
_PERSON_DOES = """
was helped has had did told said answered called fixed solved resolved explained made gave took went got kept deserves
sorted wrote replied
"""
_PARTICLES = """
van von vom zu zum zur de der den del della di da do dos das du des la le el al bin ibn ben ter ten af av und y e of
"""
_COMPANIES = """
gmbh ag kg ohg ug mbh se ltd limited plc llc llp inc corp corporation company co sa sas sarl eurl sl slu srl spa bv nv
ab as asa oy oyj aps pty group holding holdings bank hotel restaurant shop store clinic hospital school university
verein stiftung klinik schule praxis société societe sociedad association assoc foundation trust partners services
solutions systems technologies industries international gruppe team department dept abteilung
"""

ORDINARY = frozenset(_ENGLISH.split() + _GERMAN_NOUNS.split() + _ROMANCE.split() + _CALENDAR.split())
# Their capital tells nothing, wherever they stand: nouns in German, months and seasons.
ALWAYS_CAPITAL = frozenset(_GERMAN_NOUNS.split() + _CALENDAR.split())
TITLES = frozenset(_TITLES.split())
# Written small, the other titles are words or units: "I miss Grace", "10 hr long".
SMALL_TITLES = frozenset(_SMALL_TITLES.split())
# After them a capitalised word is a thing or a place.
ARTICLES = frozenset(_ARTICLES.split())
# After them stands no person's name, whatever its capitals.
BEFORE_NO_NAME = frozenset(_BEFORE_NO_NAME.split())
# Only a person does this: "Will was kind", "Mark helped".
PERSON_DOES = frozenset(_PERSON_DOES.split())
PARTICLES = frozenset(_PARTICLES.split())
COMPANIES = frozenset(_COMPANIES.split())
