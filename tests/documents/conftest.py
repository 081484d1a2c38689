import hashlib
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from qse_audit.documents.bag import Member, write_bag
from qse_audit.documents.bag_check import verify_bag
from qse_audit.documents.seal import load_or_make_key

HOSTILE = (
    "😀🧑🏽‍🔧 品質監査 שלום مرحبا \u202egnp.exe\u202c \x00\x07\x1b \ud800 "
    '#eval("1+1") #sys.inputs.data $x^2$ *gras* _it_ `raw` <lien> @ref = titre '
    "a\u0301e\u0300 q\u0301 \u200bzéro\u200d \ufeff \ue000 Δ Ω Ж ✔ № \\ // /* " + "m" * 400
)


@pytest.fixture
def photo():
    image = Image.new("RGB", (900, 600), "#7d9aa3")
    draw = ImageDraw.Draw(image)
    for n in range(12):
        draw.rectangle((n * 75, 600 - n * 45, n * 75 + 60, 600), fill=(20 + n * 12, 90, 107))
    file = BytesIO()
    image.save(file, "JPEG", quality=85)
    return file.getvalue()


@pytest.fixture
def sample(photo):
    """The data of a report of a few pages, in which each text can be made hostile."""
    return make_sample()


def make_sample(odd=""):
    tones = ["good", "strength", "idea", "watch", "minor", "major", "plain"]
    labels = [
        "Conforme", "Point fort", "Piste de progrès", "Point sensible",
        "NC mineure", "NC majeure", "Non applicable",
    ]  # fmt: skip
    chapters = [
        ("7.1", "Ressources, infrastructures et environnement de travail"),
        ("7.2", "Compétences"),
        ("7.5", "Informations documentées"),
        ("8.1", "Planification et maîtrise opérationnelles"),
        ("8.4", "Prestataires externes"),
        ("8.5", "Production et prestation de service"),
        ("9.1", "Surveillance, mesure, analyse"),
    ]
    return {
        "lang": "fr",
        "kind": "Rapport d’audit interne" + odd,
        "title": "Atelier d’usinage : qualité, sécurité, environnement" + odd,
        "subtitle": "Audit combiné ISO 9001:2015 et ISO 45001:2018" + odd,
        "organisation": "Mécanique du Val d’Orge" + odd,
        "reference": "AUD-2026-014",
        "imprint": "Tête du registre : 9f2c 41aa 77b0 · version 1",
        "state": {"tone": "good", "label": "Émis le lun. 23 nov. 2026" + odd},
        "contents": "Sommaire",
        "facts": [
            ["Responsable d’audit", "Alice Martin" + odd],
            ["Équipe", "Claire Dubois, Farid Benali"],
            ["Audités", "Bob Lefèvre (usinage), Gaëlle Roux (maintenance)"],
            ["Dates", "du lun. 16 nov. 2026 au mar. 17 nov. 2026"],
            ["Sites", "Arpajon, Brétigny-sur-Orge"],
        ],
        "words": {
            "summary": "Synthèse",
            "chapters": "Résultats par article",
            "findings": "Constats",
            "evidence": "Preuves",
            "signatures": "Signatures" + odd,
        },
        "tiles": [
            {"value": "41", "label": "exigences examinées", "tone": "plain"},
            {"value": "87,8\u202f%", "label": "de conformité", "tone": "good"},
            {"value": "3", "label": "points forts", "tone": "strength"},
            {"value": "2", "label": "NC mineures", "tone": "minor"},
            {"value": "1", "label": "NC majeure", "tone": "major"},
        ],
        "summary": [
            "Le système est maîtrisé dans l’ensemble : les équipes connaissent les risques de leur"
            " poste, les consignes sont à jour et la maintenance préventive tient ses échéances. "
            "Une non-conformité majeure demande une correction immédiate." + odd
        ],
        "callout": {
            "title": "Limite de l’audit" + odd,
            "text": "La zone de peinture, arrêtée pour travaux, n’a pas été vue." + odd,
        },
        "chapters": {
            "headers": ["Article", "Sujet", "Verdict", "Conformité"],
            "rows": [
                {
                    "clause": clause,
                    "title": title + odd,
                    "tone": tone,
                    "verdict": label,
                    "share": share,
                    "percent": f"{share * 100:.0f}\u202f%",
                }
                for (clause, title), tone, label, share in zip(
                    chapters, tones, labels, [1, 1, 0.9, 0.75, 0.6, 0.33, 0], strict=True
                )
            ],
        },
        "findings": [
            {
                "number": f"F-{n:02}",
                "title": title + odd,
                "verdict": {"tone": tone, "label": label},
                "about": about + odd,
                "parts": [
                    ["Exigence", "Les moyens de levage sont vérifiés tous les douze mois." + odd],
                    ["Preuve", "Registre de sécurité, page 12 ; palan P-07, photo F-02."],
                    ["Écart", "Dernière vérification le 4 mars 2025, soit vingt mois." + odd],
                    ["Effet possible", "Chute de charge au-dessus d’un passage."],
                ],
                "image": "photo.jpg" if n == 1 else "",
                "alt": "Palan P-07, plaque de vérification" + odd,
            }
            for n, title, tone, label, about in [
                (1, "Palan non vérifié depuis vingt mois", "major", "NC majeure", "ISO 45001, 8.1"),
                (2, "Fiche de poste non datée", "minor", "NC mineure", "ISO 9001, 7.5.2"),
                (3, "Tableau visuel tenu par l’équipe", "strength", "Point fort", "ISO 9001, 9.1"),
            ]
        ],
        "evidence": {
            "headers": ["N°", "Fichier et empreinte SHA-256", "Date du fait"],
            "items": [
                {
                    "number": f"P-{n:02}",
                    "name": f"photo-atelier-{n:02}.jpg" + odd,
                    "sha256": hashlib.sha256(bytes([n])).hexdigest(),
                    "note": "16 nov. 2026",
                }
                for n in range(1, 13)
            ],
        },
        "signatures": [
            {"role": "Responsable d’audit", "name": "Alice Martin" + odd,
             "mark": "Signature électronique simple · 23 nov. 2026 à 18:04" + odd},
            {"role": "Audité", "name": "Bob Lefèvre", "mark": ""},
        ],
        "note": "Fin du rapport. Ελληνικά, Русский." + odd,
    }  # fmt: skip


NOW = datetime(2026, 11, 23, 17, 4, 13, 500, tzinfo=UTC)
INFO = {"Source-Organization": "Mécanique du Val d’Orge", "External-Description": "a\nb"}
CONTENTS = {
    "data/dossier.pdf": b"%PDF-1.7 " + bytes(range(256)) * 4,
    "data/preuves/P-01 palan vérifié.jpg": b"\xff\xd8" + b"photo" * 300,
    "data/vide.txt": b"",
    "data/events.jsonl": b'{"seq":1}\n{"seq":2}\n',
}


class Pipe:
    """A sink that can only be written to, as a response is."""

    def __init__(self):
        self.chunks = []

    def write(self, chunk):
        self.chunks.append(bytes(chunk))


@pytest.fixture(scope="session")
def key(tmp_path_factory):
    return load_or_make_key(tmp_path_factory.mktemp("key") / "seal.pem", now=NOW)


def make(key, contents=CONTENTS, root="dossier-emma", **options):
    pipe = Pipe()
    summary = write_bag(
        pipe,
        root=root,
        members=[Member(path, content) for path, content in contents.items()],
        info=INFO,
        key=key,
        sealed_at=NOW,
        claims={"event_head": "ab" * 32},
        **options,
    )
    return b"".join(pipe.chunks), summary


@pytest.fixture(scope="session")
def sealed(key):
    return make(key)[0]


@pytest.fixture
def check(tmp_path, key):
    def check(content, keys=None):
        path = tmp_path / "dossier.zip"
        path.write_bytes(content)
        return verify_bag(path, public_keys=[key.public] if keys is None else keys)

    return check
