"""Job titles in seven languages: what a person does, how senior, and who will never buy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import numpy.typing as npt

from leadline.demo.names import LANGUAGES

SENIORITIES = ("cxo", "vp", "director", "manager", "senior", "entry")
DEPARTMENTS = ("IT", "Marketing", "Sales", "Operations", "Finance", "HR", "Product", "Purchasing")

_WORDS = {
    "en": "IT,Marketing,Sales,Operations,Finance,People,Product,Procurement",
    "pl": "IT,marketingu,sprzedaży,operacyjnych,finansów,personalnych,produktu,zakupów",
    "de": "IT,Marketing,Vertrieb,Betrieb,Finanzen,Personal,Produktmanagement,Einkauf",
    "fr": "informatique,marketing,commercial,des opérations,financier,RH,produit,achats",
    "ro": "IT,marketing,vânzări,operațiuni,financiar,resurse umane,produs,achiziții",
    "nordic": "IT,Marknad,Försäljning,Drift,Ekonomi,HR,Produkt,Inköp",
    "es": "informática,marketing,ventas,operaciones,finanzas,RR. HH.,producto,compras",
}
# One line a seniority, two variants each; {} is the department's word.
_PATTERNS = {
    "en": (
        "Chief {} Officer|CEO & Founder",
        "VP {}|Vice President, {}",
        "Director of {}|Head of {}",
        "{} Manager|{} Team Lead",
        "Senior {} Specialist|Senior {} Analyst",
        "{} Assistant|Junior {} Specialist",
    ),
    "pl": (
        "Prezes zarządu|Współwłaściciel, członek zarządu",
        "Wiceprezes ds. {}|VP ds. {}",
        "Dyrektor ds. {}|Szef działu {}",
        "Kierownik ds. {}|Menedżer {}",
        "Starszy specjalista ds. {}|Główny analityk {}",
        "Młodszy specjalista ds. {}|Asystent ds. {}",
    ),
    "de": (
        "Geschäftsführer|Vorstand {}",
        "Bereichsleiter {}|Vice President {}",
        "Leiter {}|Direktor {}",
        "Teamleiter {}|Manager {}",
        "Senior-Referent {}|Fachspezialist {}",
        "Sachbearbeiter {}|Assistenz {}",
    ),
    "fr": (
        "Président-directeur général|Cofondateur, gérant",
        "Vice-président {}|Directeur adjoint {}",
        "Directeur {}|Responsable du pôle {}",
        "Chef de service {}|Manager {}",
        "Chargé de mission senior, {}|Expert {}",
        "Assistant {}|Alternant {}",
    ),
    "ro": (
        "Director general|Fondator și administrator",
        "Vicepreședinte {}|Director executiv {}",
        "Director {}|Șef departament {}",
        "Manager {}|Coordonator {}",
        "Specialist senior {}|Analist principal {}",
        "Asistent {}|Specialist junior {}",
    ),
    "nordic": (
        "Verkställande direktör|Toimitusjohtaja",
        "Vice vd, {}|Direktør {}",
        "{}schef|Head of {}",
        "Gruppchef {}|Teamleder {}",
        "Senior rådgiver, {}|Senior specialist {}",
        "{}assistent|Koordinator {}",
    ),
    "es": (
        "Consejero delegado|Fundadora y socia",
        "Vicepresidente de {}|Subdirector general de {}",
        "Director de {}|Jefa de área, {}",
        "Responsable de {}|Jefe de equipo de {}",
        "Técnico sénior de {}|Analista sénior de {}",
        "Auxiliar de {}|Técnico júnior de {}",
    ),
}
# Student, retired, researcher: the first three of `Kind` who never buy.
_NEVER = {
    "en": ("Student", "Retired", "Researcher"),
    "pl": ("Studentka", "Emeryt", "Pracownik naukowy"),
    "de": ("Studentin", "Rentner", "Wissenschaftlicher Mitarbeiter"),
    "fr": ("Étudiante", "Retraité", "Chercheur"),
    "ro": ("Student", "Pensionar", "Cercetător"),
    "nordic": ("Student", "Pensionär", "Forskare"),
    "es": ("Estudiante", "Jubilado", "Investigadora"),
}
VARIANTS = 2


@dataclass(frozen=True, slots=True)
class TitleTable:
    """Every title with "" first; the grids give indices into `texts`."""

    texts: tuple[str, ...]
    work: npt.NDArray[np.int64]  # language x department x seniority x variant
    never: npt.NDArray[np.int64]  # language x kind of non-buyer


@cache
def title_table() -> TitleTable:
    """All titles of all languages, numbered."""
    texts = [""]
    for lang, dept, rank, variant in product(
        LANGUAGES, range(len(DEPARTMENTS)), range(len(SENIORITIES)), range(VARIANTS)
    ):
        pattern = _PATTERNS[lang][rank].split("|")[variant]
        texts.append(pattern.format(_WORDS[lang].split(",")[dept]))
    shape = (len(LANGUAGES), len(DEPARTMENTS), len(SENIORITIES), VARIANTS)
    work = np.arange(1, len(texts)).reshape(shape)
    start = len(texts)
    texts.extend(title for lang in LANGUAGES for title in _NEVER[lang])
    never = np.arange(start, len(texts)).reshape(len(LANGUAGES), -1)
    return TitleTable(tuple(texts), work, never)
