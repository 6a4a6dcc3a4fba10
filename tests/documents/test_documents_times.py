"""Local time with its offset in the CDA, UTC in the metadata."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from simulators.documents.times import cda_time, paris, xds_time


@pytest.mark.parametrize(
    ("instant", "local"),
    [
        (datetime(2026, 1, 15, 9, 0, tzinfo=UTC), "20260115100000+0100"),
        (datetime(2026, 7, 14, 22, 30, 5, tzinfo=UTC), "20260715003005+0200"),
        # The last Sundays of March and of October, 01:00 UTC.
        (datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), "20260329015959+0100"),
        (datetime(2026, 3, 29, 1, 0, 0, tzinfo=UTC), "20260329030000+0200"),
        (datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC), "20261025025959+0200"),
        (datetime(2026, 10, 25, 1, 0, 0, tzinfo=UTC), "20261025020000+0100"),
    ],
)
def test_local_time_of_france_and_back(instant: datetime, local: str) -> None:
    assert cda_time(paris(instant)) == local
    assert xds_time(paris(instant)) == f"{instant:%Y%m%d%H%M%S}"


def test_naive_times_are_refused() -> None:
    for write in (cda_time, xds_time):
        with pytest.raises(ValueError, match="aware"):
            write(datetime(2026, 1, 1))
