"""Words that judge and name nothing, and words that neither judge nor name, in seven languages.

Spelled in lower case and without accents. A star stands for an ending of at most three letters; short stems have their
forms written out, as "bon*" would be a bonus too. Words that say how people behave (friendly, rude, slow) are not
here: they name what could be changed.
"""

# English, German, French, Spanish, Italian, Dutch, Portuguese.
JUDGING = """
absolutely abysmal amazing amazed appalling atrocious awesome awful bad badly best better brilliant brilliantly cannot
complain* complaint complaints complaining concern concerns could've decent delight delighted delightful disappoint*
disappointed disappointing disappointment disgrace disgraceful disgusting dissatisf* dissatisfied dissatisfaction
dreadful excellent excellence exceptional extraordinary extremely fab fabulous fantastic fault faultless fine flawless
garbage glad good gratitude grateful great greatest happy happier hate hated horrendous horrible horrid ideal
impeccable impressed impressive improve improved improvement improvements incredible incredibly lousy love loved
lovely magnificent marvelous marvellous mediocre negative nice nothing ok okay outstanding perfect perfection
perfectly pathetic phenomenal pleased pleasing pleasure poor poorer poorest poorly positive problem problems recommend
recommended rubbish satisfaction satisfactory satisfied satisfying shame shameful shocking splendid stunning sublime
super superb terrible terribly terrific thank thanks thankful thankyou trouble unacceptable unbelievable unfortunately
unhappy unsatisfactory unsatisfied useless very wonderful wonderfully worse worst wow yes alles ausgezeichnet*
beschwerden bestens beste besten bester besser danke dank einwandfrei* enttauscht enttauschend* enttauschung erfreut
erfreulich* fabelhaft* fantastisch* furchtbar* genial* grossartig* gut gute guten guter gutes grauenhaft* herrlich*
hervorragend* katastrophal* katastrophe klasse lob mangelhaft* miserabel mies miese mieser nichts perfekt perfekte
perfekter perfektes prima probleme problemlos* schade schlecht* schlechter schlimm* schrecklich* spitze tadellos* toll
tolle toller tolles traurig* unzufrieden* verbesserung* vielen wunderbar* zufrieden* zufriedenheit aucun aucune
aucunes bien bon bonne bons bonnes bravo catastrophique* catastrophe continuez continue continuer content contente
contents decevant* decevante deception decu decue decus dommage excellente excellents excellentes exceptionnel*
fantastique* felicitations formidable* genial geniale horrible* impeccable* lamentable* magnifique* mauvais mauvaise
mauvaises mecontent* mediocre* meilleur meilleure merci mieux negatif nul nulle nuls parfait parfaite parfaits
parfaitement plaisir poursuivez positif ravi ravie ravis ras redire remarquable* restez rien satisfaisant* satisfait
satisfaite satisfaits satisfaites scandaleux sublime* superbe* terrible* tres bueno buena buenos buenas contento
contenta decepcion decepcionado decepcionada encantado encantada espectacular estupendo estupenda estupendos
excelente* excepcional* fabuloso fabulosa fantastico fantastica fatal feliz geniales gracias horribles increible*
insatisfecho insatisfecha inmejorable* lamentable mal mala malo malas malos maravilloso maravillosa mejor mejora
mejorar mejores muy nada ninguna ninguno ningun pesimo pesima pesimos peor peores perfecto perfecta perfectos
perfectas queja quejas recomendable* recomiendo satisfecho satisfecha satisfechos benissimo bene buono buona buoni
buone bravissimi cattivo cattiva complimenti delusione deluso delusa delusi eccellente eccellenti eccezionale
eccezionali grazie insoddisfatto insoddisfatta meglio meraviglioso meravigliosa migliore migliorare niente nulla
orribile orribili ottimo ottima ottimi ottime peggio peggiore perfetto perfetta perfetti pessimo pessima pessimi
positivo problema problemi schifo soddisfatto soddisfatta soddisfatti soddisfazione splendido splendida stupendo
stupenda terribile beter blij dankjewel fantastische geen geweldig* goed goede helemaal jammer klachten matig* mooi
mooie niets ontevreden perfecte prachtig* slecht slechte slechter teleurgesteld teleurstell* tevreden tevredenheid
uitmuntend* uitstekend* verschrikkelijk* vreselijk* waardeloos waardeloze adorei amei bom boa boas decepcao
desapontado dececionado dececionante excelente gostei horrivel incrivel insatisfeito insatisfeita maravilhoso
maravilhosa mau ma maus mas melhor melhorar muito obrigado obrigada otimo otima otimos otimas parabens perfeito
perfeita pior recomendo ruim satisfeito satisfeita satisfeitos terrivel
"""

NAMING_NOTHING = """
a all also an and any anything at been can comment comments did done else everything everyone ever experience
experiences fair far for from get give given had has have i in is it it's job just made me mixed more much my no none
nor not of on one other our overall remark remarks score so some something stay suggestion that the there they thing
things think thought to up various was way we well were what with you your aber alle als am auch auf bei das der die
ein eine einen erfahrung es etwas fur ganz gesamt habe ich im insgesamt ist mit nicht noch rundum sehr sind und
verschiedenes von war wie zu autre avec ce cela commentaire commentaires dans de des du en ensemble est et etes fait
general generale globalement il j'ai je jesuis l la le les mais ne nous particuliere particulier pas plus pour que
remarque remarques sont sur tout toujours tous un une vous voie algo como con cosa cosas el era esta experiencia fue
ha hay las lo los mi para por se si sin sobre son su todo todos una y anche che ci come cose da dei del della di e
esperienza gli ho io ma non per piu sono tutto tutti aan algemeen alles bij dat dit een er ervaring het hun ik met
mijn naar niet nog om ook op over te van voor wel zeer zijn ao as com do dos ela em foi mas na nao nas nos o os ou sem
tudo um uma bientot cordialement
"""

# Phrases one word of which, by itself, names a subject.
JUDGING_PHRASES = {"room for improvement": "improvement"}
