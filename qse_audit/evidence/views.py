"""The pages about evidence files."""

from flask import Blueprint

bp = Blueprint("evidence", __name__, url_prefix="/evidence")
