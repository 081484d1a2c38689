"""The pages where evaluators read frozen dossiers."""

from flask import Blueprint

bp = Blueprint("assessments", __name__, url_prefix="/dossiers")
