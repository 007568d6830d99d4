"""The people of Averley, and what officers write. Nobody here is anybody."""

from random import Random
from typing import Final

GIVEN: Final = (
    "Zoë", "Siân", "Łukasz", "Agnieszka", "José", "Nguyệt", "Øyvind", "Aoife", "Chloë", "Renée",
    "Gülşen", "Björn", "Małgorzata", "Ngozi", "Priya", "Imran", "Harriet", "Desmond", "Mei-Lin",
    "Oluwaseun", "Dafydd", "Françoise", "Søren", "Tamás", "Yaw", "Bronwen", "Faisal", "Ioana",
)  # fmt: skip
FAMILY: Final = (
    "O'Shaughnessy", "Kowalczyk-Źródło", "Nuñez", "Trần", "Ångström", "Llewellyn-Tŷ", "Müller",
    "Okonkwo", "Sharma", "Ó Ceallaigh", "Özdemir", "Bakare", "Pemberton", "Fitzwarren", "Căluș",
    "Whitlock", "Rahmān", "Jørgensen", "Szabó", "Achterberg", "Thistlewood", "Mbeki", "Duval",
)  # fmt: skip
STREETS: Final = (
    "Larkspur Road", "Tannery Row", "Old Priory Lane", "Canal Parade", "Wych Elm Close",
    "Saddlers' Walk", "Beacon Hill", "Millrace Gardens", "Quarry Bank", "St Osyth's Terrace",
)  # fmt: skip

SOUGHT: Final = (
    "I would like someone to say sorry, and to tell me that it will not happen again.",
    "Please put it right, and tell me by when.",
    "I want to understand how this decision was made.",
    "I should like the money back, and a letter that I can show.",
    "Only that the next person is listened to.",
)
FURTHER: Final = (
    "I was also told twice that somebody would ring me back, and nobody did.",
    "I would add that the letter I had was addressed to the wrong person.",
    "I also complain of how I was spoken to on the telephone.",
)
UPHELD: Final = (
    "Our records bear out what you told us. We should have acted sooner, and we are sorry.",
    "We did not do what our own policy says. We have told you above what we will now do.",
)
PARTLY: Final = (
    (
        "The decision itself was one we could make, but we did not explain it, and you waited too"
        " long to hear of it."
    ),
    "The first visit was made in time; the second was not, and nobody told you.",
)
NOT_UPHELD: Final = (
    "We have looked at the records and at the policy, and we find that it was followed.",
    "We understand why this was distressing. On what we have seen, the decision was properly made.",
)
UNSATISFIED: Final = (
    "The answer does not speak to the dates I gave you.",
    "Nobody talked to me before deciding. I sent photographs, and they are not mentioned.",
    "You say the policy was followed. I ask whether the policy was right for us.",
)
WHY_LONGER: Final = {
    "waiting-for-contractor": "The contractor's visit records have not come yet.",
    "waiting-for-complainant": "You asked for more time to send us your photographs.",
    "complex": "Two services are involved, and we want to give you one answer.",
    "staff-absence": "The officer who knows the file is away ill.",
}
LETTER: Final = "The letter bears an earlier date than the one typed in."
WITHDREW: Final = ("It has been put right, thank you.", "I no longer wish to go on with this.")


def full_name(dice: Random) -> str:
    """Return a name; councils serve people of all alphabets."""
    return f"{dice.choice(GIVEN)} {dice.choice(FAMILY)}"


def address(dice: Random) -> str:
    """Return where someone can be reached, in a domain that can reach nobody."""
    return f"resident{dice.randrange(10**6):06}@averley.example"
