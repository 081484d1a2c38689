"""Which tool fits which question, and why; in our own words. Pure data."""

from dataclasses import dataclass

from qse_audit.causes.rules.codes import CauseTool, Neighbour
from qse_audit.core.text import N_, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One question that people ask themselves, the tool that answers it, and why."""

    question: Message
    tool: CauseTool | Neighbour
    why: Message
    needs: Message
    """What must be at hand to use it well."""
    gives: Message
    limit: Message
    """Where it misleads."""


CHOICES: tuple[Advice, ...] = (
    Advice(
        question=N_("De quoi parle-t-on exactement ?"),
        tool=CauseTool.QQOQCP,
        why=N_(
            "Sept questions simples obligent à décrire avant d’expliquer : on découvre ce que "
            "personne ne sait encore."
        ),
        needs=N_("Une demi-heure, et quelqu’un qui a vu."),
        gives=N_("Un problème écrit de la même façon pour tous."),
        limit=N_("Il décrit ; il ne donne pas de cause."),
    ),
    Advice(
        question=N_("Pourquoi ici et pas là, pourquoi depuis ce jour-là ?"),
        tool=CauseTool.IS_IS_NOT,
        why=N_(
            "Comparer la pièce touchée à celle qui aurait dû l’être et ne l’est pas montre ce qui "
            "les distingue : la cause est dans cette différence."
        ),
        needs=N_("Deux cas comparables : un touché, un indemne."),
        gives=N_("Des différences et des changements à vérifier."),
        limit=N_("Sans cas indemne, il ne reste qu’une liste."),
    ),
    Advice(
        question=N_("Il y a beaucoup de problèmes : par lequel commencer ?"),
        tool=CauseTool.PARETO,
        why=N_(
            "Classer par nombre puis par coût montre les quelques causes qui font l’essentiel ; "
            "les deux classements disent rarement la même chose."
        ),
        needs=N_("Un relevé de cas, du même endroit et de la même période."),
        gives=N_("Les causes à traiter d’abord : celles qui font les quatre cinquièmes du total."),
        limit=N_("Un accident grave et rare n’y pèse rien : ne l’employez pas pour lui."),
    ),
    Advice(
        question=N_("D’où cela peut-il venir ? Personne n’a d’idée arrêtée."),
        tool=CauseTool.ISHIKAWA,
        why=N_(
            "Chercher famille par famille évite de s’en tenir à la première idée ; le vote dit par "
            "quoi commencer à vérifier."
        ),
        needs=N_("Une équipe de métiers différents, une heure."),
        gives=N_("Des causes possibles, puis celles qu’un fait confirme."),
        limit=N_("Une voix n’est pas un fait : sans vérification, ce n’est qu’un avis partagé."),
    ),
    Advice(
        question=N_("Les avis divergent : que vérifier d’abord ?"),
        tool=Neighbour.VOTE,
        why=N_(
            "Chacun propose et vote de son téléphone, sans que les premiers à parler entraînent "
            "les autres ; le résultat est figé avec la feuille de présence."
        ),
        needs=N_("Ceux qui font le travail, une question, un quart d’heure."),
        gives=N_("Un ordre de vérification que l’équipe a choisi."),
        limit=N_(
            "La majorité peut se tromper : le vote dit par où commencer, pas ce qui est vrai."
        ),
    ),
    Advice(
        question=N_("On tient un fait : qu’y a-t-il derrière ?"),
        tool=CauseTool.FIVE_WHYS,
        why=N_(
            "Remonter de pourquoi en pourquoi, un fait à chaque pas, mène du symptôme à ce que "
            "l’organisation peut changer."
        ),
        needs=N_("Un problème précis, et l’accès aux faits."),
        gives=N_("Une ou plusieurs causes du système sur lesquelles agir."),
        limit=N_("Une seule branche rassure trop vite ; et « erreur humaine » n’est pas une fin."),
    ),
    Advice(
        question=N_("Comment cet accident est-il arrivé ?"),
        tool=CauseTool.CAUSE_TREE,
        why=N_(
            "On part du dommage et l’on remonte, fait par fait, sans jugement : qu’a-t-il fallu ? "
            "était-ce nécessaire ? était-ce suffisant ? C’est la méthode que le CSE et la caisse "
            "attendent après un accident."
        ),
        needs=N_("Un recueil des faits fait vite, sur place, avec les témoins."),
        gives=N_("L’enchaînement des faits, et plusieurs endroits où le rompre."),
        limit=N_("Il explique un cas ; il ne dit pas combien d’autres sont possibles."),
    ),
    Advice(
        question=N_("Sommes-nous protégés contre cet événement redouté ?"),
        tool=CauseTool.BOW_TIE,
        why=N_(
            "Menaces à gauche, conséquences à droite, barrières entre les deux : on voit laquelle "
            "manque, et qui répond de chacune."
        ),
        needs=N_("Un événement redouté précis, et l’état réel des barrières."),
        gives=N_("Une carte des barrières, avec leur responsable et leur santé."),
        limit=N_("Une barrière écrite mais jamais vérifiée rassure à tort."),
    ),
    Advice(
        question=N_("Un client réclame : il veut une réponse complète et à l’heure."),
        tool=CauseTool.EIGHT_D,
        why=N_(
            "L’ordre des étapes protège le client d’abord (contenir), cherche ensuite pourquoi le "
            "défaut est né et pourquoi il est passé, et finit par ce qui l’empêche de revenir."
        ),
        needs=N_("Une équipe nommée, et les délais du client."),
        gives=N_("Un dossier complet, étape par étape, avec ses délais tenus ou non."),
        limit=N_("Trop lourd pour un défaut isolé et sans conséquence."),
    ),
    Advice(
        question=N_("Rien n’est encore arrivé : qu’est-ce qui pourrait mal tourner ?"),
        tool=Neighbour.PRELIMINARY,
        why=N_(
            "Avant un changement ou un chantier, on parcourt les dangers un à un et on les classe "
            "sur une matrice, sans attendre les données d’une AMDEC."
        ),
        needs=N_("Le projet sur plan, et ceux qui y travailleront."),
        gives=N_(
            "Des situations dangereuses classées, avec les mesures à prendre avant de commencer."
        ),
        limit=N_("Grossière par nature : ce qui est classé haut demande une analyse plus fine."),
    ),
    Advice(
        question=N_("Où en est l’entreprise, au-dedans et au-dehors ?"),
        tool=Neighbour.SWOT,
        why=N_(
            "Forces, faiblesses, opportunités, menaces : c’est le contexte de la politique, tenu à "
            "jour à sa page."
        ),
        needs=N_("La direction, et des faits de l’année."),
        gives=N_("Les enjeux d’où partent la politique et les objectifs."),
        limit=N_("Il dit où l’on se trouve, pas pourquoi un fait est arrivé."),
    ),
)
"""One line a tool, and its neighbours, in the order in which a problem is usually worked on."""
