"""Names for an invented population: homonyms, a long tail, accents, hyphens, apostrophes."""

from __future__ import annotations

import random
from itertools import accumulate

from simulators.people import ascii_word

_COMMON = """MARTIN BERNARD THOMAS PETIT ROBERT RICHARD DURAND DUBOIS MOREAU LAURENT SIMON MICHEL LEFEBVRE
LEROY ROUX DAVID BERTRAND MOREL FOURNIER GIRARD BONNET DUPONT LAMBERT FONTAINE ROUSSEAU VINCENT
MULLER LEFEVRE FAURE ANDRE MERCIER BLANC GUERIN BOYER GARNIER CHEVALIER FRANCOIS LEGRAND
GAUTHIER GARCIA PERRIN ROBIN CLEMENT MORIN NICOLAS HENRY ROUSSEL MATHIEU GAUTIER MASSON
MARCHAND DUVAL DENIS DUMONT MARIE LEMAIRE NOEL MEYER DUFOUR MEUNIER BRUN BLANCHARD GIRAUD JOLY
RIVIERE LUCAS BRUNET GAILLARD BARBIER ARNAUD MARTINEZ GERARD ROCHE RENARD SCHMITT ROY LEROUX
COLIN VIDAL CARON PICARD ROGER FABRE AUBERT LEMOINE RENAUD DUMAS LACROIX OLIVIER PHILIPPE
BOURGEOIS PIERRE BENOIT REY LECLERC PAYET ROLLAND LECLERCQ GUILLAUME LECOMTE LOPEZ JEAN DUPUY
GUILLOT HUBERT BERGER CARPENTIER SANCHEZ DUPUIS MOULIN LOUIS DESCHAMPS HUET VASSEUR PEREZ
BOUCHER FLEURY ROYER KLEIN JACQUET ADAM PARIS POIRIER MARTY AUBRY GUYOT CARRE CHARLES RENAULT
CHARPENTIER MENARD MAILLARD BARON BERTIN BAILLY HERVE SCHNEIDER FERNANDEZ LE*GALL COLLET LEGER
BOUVIER JULIEN PREVOST MILLET PERROT DANIEL LE*ROUX COUSIN GERMAIN BRETON BESSON LANGLOIS REMY
LE*GOFF PELLETIER LEVEQUE PERRIER LEBLANC BARRE LEBRUN MARCHAL WEBER MALLET HAMON BOULANGER
JACOB MONNIER MICHAUD RODRIGUEZ GUICHARD GILLET ETIENNE GRONDIN POULAIN TESSIER CHEVALLIER
COLLIN CHAUVIN DA*SILVA NGUYEN TRAN BENALI TRAORE DIALLO HADDAD COHEN KONE"""
_ACCENTED = """LÉVÊQUE PÉREZ GÉRARD LEFÈVRE NOËL FRANÇOIS BENOÎT RENÉ HERVÉ ANDRÉ BÉGUÉ MÜLLER SAINT-AUBÉ
CŒURET BŒUF ÇELIK D'ANGELO D'HAUTEFEUILLE L'HOSTIS L'HERMITTE D'AGOSTINO N'DIAYE O'CONNOR
DE*LA*TOUR DU*BOIS DE*SÈZE VAN*DER*MEER M'BAREK LE*BRETON-LÉVY SAINT-GERMAIN"""
_WOMEN = """Marie Nathalie Isabelle Sylvie Catherine Martine Christine Françoise Valérie Sandrine Stéphanie
Sophie Céline Chantal Patricia Anne Julie Aurélie Laurence Émilie Camille Léa Manon Chloé Inès
Zoé Maëlys Anaïs Hélène Élise Agnès Noémie Mélanie Anne-Sophie Marie-Laure Marie-Hélène
Anne-Laure Claire Pauline Mathilde Lucie Sarah Laura Alice Emma Louise Fatima Nadia Yasmine
Aïcha Mai Inaya Océane Charlotte Juliette Margaux Véronique Brigitte Monique Florence Delphine"""
_MEN = """Jean Philippe Michel Alain Patrick Nicolas Christophe Pierre Christian Éric Frédéric Laurent
Stéphane David Pascal Daniel Julien Sébastien Thomas Antoine Alexandre Maxime Hugo Lucas Théo
Léo Jérôme François Benoît Cédric Loïc Gaël Raphaël Joël Noël Jean-Pierre Jean-Luc Jean-Marc
Jean-Baptiste Pierre-Yves Paul Louis Gabriel Arthur Jules Adam Mohamed Karim Ali Mehdi Ousmane
Minh Étienne Hervé Guillaume Vincent Olivier Bruno Gilles Xavier Yves Rémi Damien"""
_STARTS = """BA BE BOU BRO CA CHA COU DA DEL DES FA FON GA GAR GRE HAR JAU KER LA LAN LE MA MAR MON NAU PA PER
PLO RAI RE ROU SA TA VAL VI"""
_MIDDLES = """BA BER CHE DI GNO LA LE LI MA MI NA NE RA RI RO SA SSE TI TRE VA VI"""
_ENDS = """ARD AUD AULT BERT CHON DEAU EAU ET EY IER IN LET LIN MAN NAY ND NET ON OT OUX RAND REAU SON TEL TIN
VAL VIEUX"""
_PLACES = (
    ("PARIS", "75009", "75109"),
    ("LYON", "69003", "69383"),
    ("RENNES", "35000", "35238"),
    ("NANTES", "44000", "44109"),
    ("BESANÇON", "25000", "25056"),
    ("ORLÉANS", "45000", "45234"),
    ("SAINT-ÉTIENNE", "42000", "42218"),
    ("NÎMES", "30000", "30189"),
)
_DEPARTMENTS = (*(f"{n:02d}" for n in range(1, 96) if n != 20), "971", "972", "973", "974", "976")
_BASES = """Aubigny Beaumont Bellevue Champagné Clairvaux Évrecy Fontenay Grandville Hérouville Jouy Kermaria
Lézat Montfort Néville Orgères Pléneuf Quéven Roquefort Sémalens Thoiry Ussel Vélizat L'Étang
Le*Mesnil La*Chapelle"""
_RIVERS = """sur-Loire sur-Seine les-Bains en-Bresse sous-Bois le-Vieux lès-Nîmes d'Aunis la-Forêt"""
STREET_TYPES = ("RUE", "AV", "BD", "PL", "CHE")
STREETS = """de*la*République Victor*Hugo des*Écoles du*Général*Leclerc de*l'Église Pasteur Jean*Jaurès
des*Tilleuls du*8*Mai*1945 de*l'Hôpital Émile*Zola Saint-Michel"""


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("*", " ") for word in text.split())


COMMON, ACCENTED = _words(_COMMON), _words(_ACCENTED)
WOMEN, MEN = _words(_WOMEN), _words(_MEN)
STREET_NAMES = _words(STREETS)
_FIRSTS, _SECONDS, _LASTS = _words(_STARTS), _words(_MIDDLES), _words(_ENDS)
_WEIGHTS = tuple(accumulate(1 / (rank + 8) for rank in range(len(COMMON))))
"""Shares of the common names: the first some ten times the last, as in the national register [inferred]."""


class Names:
    """Draws names; the same generator of random numbers gives the same ones."""

    def __init__(self, rng: random.Random, places: int) -> None:
        self._rng = rng
        self.places = _PLACES + tuple(self._place(number) for number in range(len(_PLACES), places))

    def family(self, *, woman: bool) -> str:
        """Return a family name: 45 % common, 40 % rare, the others with accents, apostrophes, hyphens."""
        draw = self._rng.random()
        if draw < 0.45:
            return self._rng.choices(COMMON, cum_weights=_WEIGHTS)[0]
        if draw < 0.85:
            return self._rare()
        if draw < 0.92 or not woman:
            return self._rng.choice(ACCENTED)
        return f"{self._rng.choice(COMMON)}-{self._rare()}"

    def given(self, *, woman: bool) -> str:
        """Return a given name."""
        return self._rng.choice(WOMEN if woman else MEN)

    def _rare(self) -> str:
        choice = self._rng.choice
        middle = choice(_SECONDS) if self._rng.random() < 0.7 else ""
        return choice(_FIRSTS) + middle + choice(_LASTS)

    def _place(self, number: int) -> tuple[str, str, str]:
        base, river = self._rng.choice(_words(_BASES)), self._rng.choice(_words(_RIVERS))
        department = _DEPARTMENTS[number % len(_DEPARTMENTS)]
        inside = self._rng.randrange(1, 900 if len(department) == 2 else 90)
        digits = 3 if len(department) == 2 else 2
        return (
            f"{base}-{river}".upper(),
            f"{department}{inside // 10 * 10:0{digits}d}",
            f"{department}{inside:0{digits}d}",
        )


def address_word(text: str) -> str:
    """Return a name in the letters of a mail address."""
    return ascii_word(text)
