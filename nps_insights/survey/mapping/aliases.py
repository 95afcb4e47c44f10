"""Names under which survey tools and people export each field; only whole names count, never similar ones."""

import re
import unicodedata
from collections.abc import Mapping

FIELDS = {
    "response_id": "id of the answered survey",
    "account_id": "id of the customer or company",
    "contact_id": "id of the person",
    "contact_role": "what the person does at the customer",
    "score": "answer to the recommendation question",
    "comment": "answer to an open question",
    "comment_id": "id of the comment",
    "question": "wording of the open question",
    "responded_at": "date of the answer",
    "survey": "relational or transactional",
    "touchpoint": "touchpoint",
    "channel": "channel",
    "agent_id": "agent",
    "trigger": "what sent the survey",
    "event_at": "date of what it is about",
    "wording": "wording of the recommendation question",
    "internal": "yes where an employee or a test answered",
    "complete": "yes where the survey was answered to its end",
    "weight": "weight of the response",
    "csat": "satisfaction score",
    "ces": "effort score",
    "language": "language of the comment",
}

_SURVEY = (
    "survey type|nps type|type of survey|survey kind|kind of survey|nps kind|umfragetyp|umfrageart|befragungsart|"
    "type d enquete|type de sondage|tipo de encuesta"
)
_TOUCHPOINT = (
    "touchpoint|touch point|customer touchpoint|journey stage|journey step|kontaktpunkt|point de contact|"
    "etape du parcours|punto de contacto"
)
_CHANNEL = (
    "channel|survey channel|response channel|collection channel|distribution channel|kanal|umfragekanal|canal|"
    "canal de reponse|canal d enquete|canal de encuesta"
)
_AGENT = (
    "agent id|agentid|agent|agent name|advisor id|advisor|service agent|handled by|served by|bearbeiter|sachbearbeiter|"
    "berater|conseiller|id conseiller|agente|asesor|id agente"
)
_ALIASES = {
    "response_id": "response id|responseid|respondent id|respondentid|survey response id|answer id|submission id|id|"
    "reponse id|id reponse|identifiant reponse|antwort id|antwortid",
    "account_id": "account id|accountid|account|customer id|customerid|client id|clientid|company id|companyid|"
    "organization id|organisation id|kundennummer|kunden id|kunden nr|kundennr|id client|numero client|"
    "code client|kunde",
    "contact_id": "contact id|contactid|person id|user id|userid|recipient id|kontakt id|id contact",
    "contact_role": "contact role|role|job title|title|position|funktion|rolle",
    "score": "nps|nps score|score nps|nps rating|note nps|nps note|nps value|nps wert|net promoter score|score|"
    "recommend|would you recommend|likelihood to recommend|ltr|ltr score|recommendation score|"
    "likely to recommend|note de recommandation|recommandation|weiterempfehlung|"
    "weiterempfehlungsbereitschaft|weiterempfehlungswahrscheinlichkeit",
    "comment": "comment|comments|feedback|nps comment|nps comments|nps feedback|reason|reason for score|"
    "reason for your score|score reason|nps reason|why|verbatim|verbatims|open text|free text|customer comment|"
    "customer feedback|customer comments|comment text|feedback text|explication|explications|commentaire|"
    "commentaires|verbatim client|pourquoi|raison|kommentar|kommentare|begrundung|freitext|anmerkung|anmerkungen|"
    "warum|ruckmeldung",
    "comment_id": "comment id|commentid|verbatim id",
    "question": "question|question text|open question|frage|fragetext",
    "responded_at": "responded at|responded on|response date|date of response|date responded|responded|"
    "response time|submitted at|submitted on|submission date|submit date|date submitted|completed at|"
    "completion date|date completed|survey date|answered at|answer date|date|timestamp|end date|enddate|"
    "recorded date|recordeddate|created at|datum|antwortdatum|abgabedatum|beantwortet am|date de reponse|"
    "date reponse|repondu le|horodatage",
    "survey": _SURVEY,
    "touchpoint": _TOUCHPOINT,
    "channel": _CHANNEL,
    "agent_id": _AGENT,
    "trigger": "trigger|survey trigger|trigger event|trigger type|event type|triggered by|ausloser|anlass|"
    "declencheur|disparador|evento disparador",
    "event_at": "event at|event date|event time|date of event|transaction date|transaction time|interaction date|"
    "contact date|case closed at|ticket closed at|ereignisdatum|datum des ereignisses|transaktionsdatum|"
    "date de l evenement|date evenement|date de la transaction|fecha del evento|fecha de transaccion",
    "wording": "wording|question wording|nps question|score question|nps wording|question asked|wortlaut|"
    "frageformulierung|formulation|libelle de la question|libelle|formulacion",
    "internal": "internal|is internal|internal response|is employee|employee|is test|test|test response|"
    "test answer|intern|mitarbeiter|testantwort|interne|reponse interne|reponse test|interno|prueba",
    "complete": "complete|is complete|completed|finished|is finished|completion status|completeness|vollstandig|"
    "abgeschlossen|complet|termine|completo|completa|finalizado",
    "weight": "weight|weights|survey weight|response weight|weighting|gewicht|ponderation",
    "csat": "csat|csat score",
    "ces": "ces|ces score|customer effort score",
    "language": "language|lang|survey language|user language|userlanguage|response language|langue|sprache",
}

# The usual wordings of the question itself, as tools put them into the header.
_QUESTIONS = {
    "score": (
        "how likely are you to recommend",
        "how likely is it that you would recommend",
        "how likely would you be to recommend",
        "how likely is it that you will recommend",
        "on a scale of 0 to 10 how likely",
        "on a scale from 0 to 10 how likely",
        "on a scale of 1 to 10 how likely",
        "on a scale from 1 to 10 how likely",
        "on a scale of 0 10 how likely",
        "on a scale from 0 10 how likely",
        "wie wahrscheinlich ist es dass sie",
        "wie wahrscheinlich wurden sie",
        "quelle est la probabilite que vous recommandiez",
        "dans quelle mesure recommanderiez vous",
        "recommanderiez vous",
    ),
    "comment": (
        "what is the primary reason for your score",
        "what is the main reason for your score",
        "what is the most important reason for your score",
        "what is the reason for your score",
        "why did you give",
        "please tell us why",
        "please explain",
        "what could we do better",
        "what could we do to improve",
        "what could we improve",
        "how could we improve",
        "what was good",
        "was ist der wichtigste grund fur",
        "warum haben sie",
        "pourquoi avez vous",
        "pour quelle raison",
        "quelle est la raison",
    ),
}

ACCOUNT_FIELDS = {
    "account_id": _ALIASES["account_id"] + "|id",
    "started_at": "started at|start date|customer since|since|signup date|signed up at|contract start|created at|"
    "kunde seit|vertragsbeginn|client depuis|date de debut",
    "ended_at": "ended at|end date|churned at|churn date|cancelled at|canceled at|cancellation date|contract end|"
    "termination date|kundigungsdatum|vertragsende|date de fin|date de resiliation",
    "ended_reason": "ended reason|churn reason|cancellation reason|reason for leaving|kundigungsgrund",
    "churned": "churned|churn|is churned|has churned|cancelled|canceled",
    "snapshot_at": "snapshot at|snapshot date|as of",
    "renewal_at": "renewal at|renewal date|renews at|renewal|next renewal",
    "value": "value|account value|customer value|yearly value|annual value|arr|mrr|annual revenue|yearly revenue|"
    "revenue|contract value|acv|umsatz|chiffre d affaires",
    "owner": "owner|account owner|account manager|csm|customer success manager|kundenbetreuer",
    "account_name": "account name|name|company|company name|customer name|customer|client|firma|kundenname|societe",
    "parent_id": "parent id|parent account|parent account id",
    "open_complaint": "open complaint|has open complaint|complaint open|open case|offene beschwerde|beschwerde offen|"
    "reclamation ouverte",
    "opted_out": "opted out|opt out|optout|do not contact|no contact|unsubscribed|kontaktsperre|nicht kontaktieren|"
    "desinscrit|ne pas contacter",
    "contacted_at": "contacted at|contacted on|last contact|last contacted|last contacted at|last contact date|"
    "date of last contact|letzter kontakt|kontaktiert am|dernier contact",
}

USAGE_FIELDS = {
    "account_id": _ALIASES["account_id"] + "|id",
    "used_at": "used at|used on|usage date|date|day|timestamp|datum|tag|jour",
}

INVITATION_FIELDS = {
    "invitation_id": "invitation id|invitationid|invite id|inviteid|survey invitation id|distribution id|id|"
    "einladung id|id invitation",
    "account_id": _ALIASES["account_id"],
    "contact_id": _ALIASES["contact_id"],
    "sent_at": "sent at|sent on|sent|sent date|send date|date sent|invited at|invited on|invitation date|date|"
    "timestamp|versendet am|gesendet am|datum|envoye le",
    "response_id": "response id|responseid|survey response id|answer id|antwort id|id reponse",
    "survey": _SURVEY,
    "touchpoint": _TOUCHPOINT,
    "channel": _CHANNEL + "|sent via|versandkanal|canal d envoi|canal de envio",
    "agent_id": _AGENT,
}

OUTCOME_FIELDS = {
    "action": "action|action type|list|aktion|massnahme|liste|accion",
    "account_id": _ALIASES["account_id"],
    "proposed_at": "proposed at|proposed on|proposed|listed at|listed on|vorgeschlagen am|propose le|propuesto el",
    "contacted_at": "contacted at|contacted on|contacted|contact date|called at|called on|kontaktiert am|"
    "angerufen am|contacte le|contactado el",
    "closed_at": "closed at|closed on|closed|resolved at|resolved on|abgeschlossen am|erledigt am|cloture le|"
    "ferme le|cerrado el",
    "result": "result|outcome|note|notes|ergebnis|resultat|resultado",
    "suppressed_because": "suppressed because|left alone because",
}

EVENT_FIELDS = {
    "event_at": "event at|event date|date|day|from|start|start date|on|datum|tag|beginn|von|jour|debut|du|fecha",
    "ended_at": "ended at|until|till|end|to|end date|bis|ende|au|jusqu au|fin|hasta",
    "label": "label|event|name|title|description|what|what happened|bezeichnung|ereignis|was|titel|libelle|"
    "evenement|quoi|titre|evento|que",
    "kind": "kind|type|event type|category|art|typ|kategorie|genre|categorie|tipo",
}

BENCHMARK_FIELDS = {
    "metric": "metric|measure|kpi|kennzahl|metrik|indicateur|metrique|metrica|indicador",
    "group": "group|segment|industry|gruppe|branche|groupe|secteur|grupo|sector",
    "low": "low|from|min|minimum|lower|lowest|von|untere|bas|desde",
    "high": "high|to|max|maximum|upper|highest|bis|obere|haut|hasta",
    "source": "source|quelle|reference|fuente|herkunft",
}


def plain_name(name: str) -> str:
    """Return a column name without case, accents, punctuation and doubled spaces.

    Example:
        >>> plain_name("  NPS®_Score "), plain_name("Date de Réponse")
        ('nps score', 'date de reponse')
    """
    text = unicodedata.normalize("NFKD", name.replace("®", " ").replace("™", " ")).casefold()
    text = "".join(character for character in text if not unicodedata.combining(character))
    return " ".join(re.sub(r"[\W_]+", " ", text).split())


def is_alias(name: str, field: str) -> bool:
    """Return whether a column name is a known name of a survey field.

    Example:
        >>> is_alias("NPS Score", "score"), is_alias("1_NPS_GROUP", "score")
        (True, False)
    """
    plain = plain_name(name)
    if plain in {field.replace("_", " "), *_ALIASES[field].split("|")}:
        return True
    return plain.startswith(_QUESTIONS.get(field, ("\0",)))


def is_question(name: str) -> bool:
    """Return whether the header of a column of scores is the question itself, as it was asked.

    A whole question ends in a question mark, or begins like one and goes on for eight words or more.

    Example:
        >>> is_question("How likely are you to recommend us to a friend or colleague?"), is_question("Would recommend")
        (True, False)
    """
    n_words = len(plain_name(name).split())
    asks = name.rstrip(" \"'»”)").endswith(("?", "？"))
    return (asks and n_words >= 4) or (n_words >= 8 and plain_name(name).startswith(_QUESTIONS["score"]))


def is_account_alias(name: str, field: str) -> bool:
    """Return whether a column name is a known name of a field of the accounts.

    Example:
        >>> is_account_alias("Customer ID", "account_id")
        True
    """
    return is_alias_of(name, field, ACCOUNT_FIELDS)


def is_alias_of(name: str, field: str, fields: Mapping[str, str]) -> bool:
    """Return whether a column name is a known name of a field.

    Args:
        name: The column.
        field: The field.
        fields: Field -> its known names, such as `USAGE_FIELDS`.

    Example:
        >>> is_alias_of("Day", "used_at", USAGE_FIELDS)
        True
    """
    return plain_name(name) in {field.replace("_", " "), *fields[field].split("|")}
