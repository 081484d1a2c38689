"""What people type about indicators. Shape only: rules that need facts live in ``rules``."""

from qse_audit.indicators.forms.cards import (
    AdoptForm,
    AimForm,
    CardForm,
    CloseForm,
    DefinitionForm,
    MoveForm,
    ReviewForm,
)
from qse_audit.indicators.forms.readings import (
    BaselineForm,
    EventForm,
    ExplainForm,
    WithdrawEventForm,
)
from qse_audit.indicators.forms.values import ImportForm, ReasonForm, ValuesForm

__all__ = [
    "AdoptForm",
    "AimForm",
    "BaselineForm",
    "CardForm",
    "CloseForm",
    "DefinitionForm",
    "EventForm",
    "ExplainForm",
    "ImportForm",
    "MoveForm",
    "ReasonForm",
    "ReviewForm",
    "ValuesForm",
    "WithdrawEventForm",
]
