"""The networks that texts are read for: the tests' own kind, one in Spanish, one of odd words."""

from __future__ import annotations

from hotline.settings import Network, read_network

TWO_LANGUAGES = """
[hotline]
name = "Maple Street Mutual Aid"
country = "US"
languages = ["en", "es"]

[[needs]]
key = "food"
words = { en = ["food", "groceries", "hungry", "milk"], es = ["comida", "hambre", "leche"] }

[[needs]]
key = "medicine"
urgent = true
words = { en = ["medicine", "insulin", "inhaler"], es = ["medicina", "insulina"] }

[[areas]]
key = "northside"
words = ["northside", "11216", "11221"]
near = ["eastside"]

[[areas]]
key = "eastside"
words = ["eastside", "eastside park", "11233"]
"""

SPANISH = """
[hotline]
name = "Vecinos de la Roma"
country = "MX"
timezone = "America/Mexico_City"
languages = ["es"]

[[needs]]
key = "agua"
words = { es = ["agua", "garrafón", "pipa de agua"] }

[[needs]]
key = "ninos"
words = { es = ["cuidar niños", "niñera", "guardería"] }

[[areas]]
key = "roma"
words = ["Roma Norte", "Roma Sur", "06700"]
"""

# Words that mean something else to us, that fold to little or to much, that are no words.
ODD_WORDS = """
[hotline]
name = "A"
country = "HT"
timezone = "America/Port-au-Prince"
languages = ["es", "en"]

[[needs]]
key = "odd"
words.en = ["yes", "stop", "12", "no 12", "a.b", "5:30", "👍"]
words.es = ["si", "ñ", "ß", "½", "ﷺ"]

[[needs]]
key = "foreign"
words = { en = ["أحتاج إلى طعام", "食べ物", "d'eau", "’"], es = ["_", "C++", "x y z w v u"] }

[[areas]]
key = "twelve"
words = ["12", "0012", "yes 12", "1-2"]
near = ["odd"]

[[areas]]
key = "odd"
words = ["s", "no", "🏠", "st. mary's", "é"]
"""

NETWORKS: tuple[Network, ...] = (
    read_network("", "defaults"),
    read_network(TWO_LANGUAGES, "two languages"),
    read_network(SPANISH, "Spanish"),
    read_network(ODD_WORDS, "odd words"),
)
