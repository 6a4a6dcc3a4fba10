"""The product as the PFI of a hospital, or as a software that speaks to one (volets TX 2.1 and LPS 1.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

AckFault = Literal["none", "other-id", "no-error", "not-swapped", "other-version"]
MailObx = Literal["message-id", "constant", "no-body"]
TransferAck = Literal["right", "always-taken", "no-error", "no-detail", "other-id"]
ErrorMail = Literal["conforming", "success-too", "no-original", "as-notification"]


@dataclass(frozen=True)
class GatewayBehaviour:
    """What a PFI does with what it gets from the software and from the operator; see the field names."""

    # software -> mail
    pfi_checks_consistency: bool = True
    pfi_matrix: Literal["volet", "ignored", "no-patient-only"] = "volet"
    pfi_takes: Literal["both", "mdm"] = "both"
    pfi_charsets: Literal["both", "utf-8"] = "both"
    pfi_ack: AckFault = "none"
    pfi_from: Literal["app", "with-sender"] = "app"
    pfi_reply_to: bool = True
    pfi_recipients: Literal["all", "first"] = "all"
    pfi_body: Literal["given", "own"] = "given"
    pfi_fin: Literal["said", "lost", "always"] = "said"
    pfi_mention: bool = True
    pfi_slot: bool = True
    pfi_carries: Literal["all", "no-archive", "no-copy"] = "all"
    # returns
    pfi_delivery_returned: Literal["all", "failures-only", "never"] = "all"
    pfi_failure_told: bool = True
    pfi_about: Literal["request", "absent", "own"] = "request"
    pfi_returns_unasked: bool = False
    pfi_reader: bool = True
    pfi_dmp_error: bool = True
    # mail -> software
    pfi_event: Literal["action", "always-new", "deletion-as-new"] = "action"
    pfi_documents: Literal["all", "first"] = "all"
    pfi_document_octets: Literal["same", "rewritten"] = "same"
    pfi_patient_ids: Literal["all", "ins-only"] = "all"
    pfi_mail_obx: MailObx = "message-id"
    pfi_masks: Literal["volet", "ten"] = "volet"
    pfi_addresses: Literal["all", "no-sender", "not-x400"] = "all"
    pfi_mdn: Literal["asked", "always", "never"] = "asked"
    pfi_mdn_elsewhere: bool = False
    pfi_mdn_original: Literal["whole", "header", "archive-beside"] = "whole"
    pfi_mdn_error: Literal["field", "modifier", "success", "other-code"] = "field"
    pfi_mdn_subject: Literal["volet", "no-code", "plain"] = "volet"
    pfi_error_mail: ErrorMail = "conforming"
    # software beside a PFI
    hl7_order: Literal["agrees", "always-new", "contradicts"] = "agrees"
    hl7_metadata: Literal["ordered", "shuffled"] = "ordered"
    hl7_recipients: bool = True
    hl7_sends: bool = True
    hl7_automatic: bool = True
    hl7_new_version: Literal["told", "silent"] = "told"
    hl7_foreign: bool = False
    hl7_forces_n1: bool = False
    hl7_zam_ack: Literal["right", "refused", "other-id"] = "right"
    hl7_zam_shown: bool = True
    hl7_transfer_ack: TransferAck = "right"
    hl7_integrates: bool = True
