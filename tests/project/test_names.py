"""What other programs may import, pinned: a name comes and goes by decision, not by accident."""

from __future__ import annotations

import importlib

import pytest

PUBLIC = {
    "harness.cli": "main run_command_line",
    "harness.drivers": (
        "ACTIONS Answer ArtefactsDriver Capabilities CommandDriver Driver DriverConfigurationFault "
        "DriverFault DriverProductFault HttpDriver ManualDriver Prompter Reply Status Step TerminalPrompter "
        "open_driver"
    ),
    "harness.errors": (
        "ConfigurationFault EnvironmentFault HarnessFault MssanteError ProductFault ProfileError "
        "ProfileProblem UsageError"
    ),
    "harness.findings": "Bilingual FaultClass Finding Location Severity",
    "harness.profile": (
        "PORT_PLACE PYTHON_PLACE DriverConfig DriverKind Limits Network Product VendorProfile load_profile"
    ),
    "reports": "RecordError read_record write_html write_json write_junit",
    "simulators.autoconfig": "AUTOCONFIG_PATH Autoconfig MailServer render",
    "simulators.correspondents": "Attachment Correspondent Habit Letter Sent Unanswerable",
    "simulators.dns": "DnsServer Service Zone",
    "simulators.imap": "ImapConfig ImapFault ImapServer",
    "simulators.product": "Behaviour Product REFERENCE VARIANTS Variant variant_named",
    "simulators.psc": "Client Lifetimes ProSanteConnect Realm Strictness TokenVerdict Wallet",
    "simulators.smtp": (
        "Deliver DeliveryAgent Envelope MailSink Recipient RecipientReport Reply SubmissionPolicy "
        "SubmissionServer build_dsn"
    ),
}


@pytest.mark.parametrize("module", PUBLIC)
def test_exported_names_are_pinned(module):
    found = importlib.import_module(module)

    assert sorted(found.__all__) == sorted(PUBLIC[module].split())
    assert all(hasattr(found, name) for name in found.__all__)
