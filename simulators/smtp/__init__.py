"""The operator's SMTP side: submission, delivery to the mailboxes, delivery reports."""

from simulators.smtp.delivery import DeliveryAgent, MailSink
from simulators.smtp.dsn import RecipientReport, build_dsn
from simulators.smtp.envelope import Deliver, Envelope, Recipient
from simulators.smtp.policy import SubmissionPolicy
from simulators.smtp.replies import Reply
from simulators.smtp.server import SubmissionServer

__all__ = [
    "Deliver",
    "DeliveryAgent",
    "Envelope",
    "MailSink",
    "Recipient",
    "RecipientReport",
    "Reply",
    "SubmissionPolicy",
    "SubmissionServer",
    "build_dsn",
]
