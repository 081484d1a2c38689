"""What runs by itself: reminders, and the mails that leave."""

from qse_audit.dashboard.jobs.mails import send_mail
from qse_audit.dashboard.jobs.reminders import remind

__all__ = ["remind", "send_mail"]
