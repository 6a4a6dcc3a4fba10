from simulators import journal as journalling
from simulators.journal import Journal


def test_a_tenant_with_too_many_events_says_that_its_memory_is_cut(tmp_path, monkeypatch):
    # Given a journal that keeps three events of a tenant
    monkeypatch.setattr(journalling, "EVENTS_KEPT_PER_TENANT", 3)
    journal = Journal(tmp_path)
    for number in range(3):
        journal.record("t1", "smtp", "command", f"NOOP {number}", source="product", target="operator")
    assert not journal.is_cut("t1")

    # When a fourth comes
    journal.record("t1", "smtp", "command", "NOOP 3", source="product", target="operator")
    journal.close()

    # Then memory is said to be cut, and the file has them all
    assert journal.is_cut("t1")
    assert len(journal.events("t1")) == 3
    assert len(journal.path.read_text("utf-8").splitlines()) == 4
