"""The specimens of one process: each scene is played, or looked for among the files, once.

With pytest-xdist each worker has its own book, hence plays a scene once a worker: what a case judges was
always made by the product of its own process, and its outcome names the tenant and the evidence of the scene.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.bench import Bench
from harness.cases import CaseInfo
from harness.findings import Bilingual, Finding
from harness.outcomes import CaseFailed, NotTested
from harness.specimens.files import MOST_FILES, FileSpecimens
from harness.specimens.scene import Scene, Stage, Take
from harness.specimens.specimen import Specimen
from schemas.messages import message

if TYPE_CHECKING:
    from harness.factory import BenchFactory

__all__ = ["Played", "SpecimenBook"]


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a scene: its takes, or the specimens found among files; the tenant and the evidence.

    `matricules` are those of the patients of the scene: none may be read where the identity is not qualified;
    `attending` are the addresses of their attending physicians. `left_out` counts files that were not read.
    `problem` is why it could not be played, `blame` what the product did that ended it.
    """

    scene: Scene
    takes: tuple[Take, ...] = ()
    specimens: tuple[Specimen, ...] = ()
    tenant: str = ""
    evidence: tuple[str, ...] = ()
    matricules: tuple[str, ...] = ()
    attending: tuple[str, ...] = ()
    left_out: int = 0
    problem: NotTested | None = None
    blame: tuple[Finding, ...] = ()


class SpecimenBook:
    """Plays scenes on demand and keeps what came of them."""

    def __init__(self, factory: BenchFactory) -> None:
        self._factory = factory
        self._played: dict[str, Played] = {}
        self._files: FileSpecimens | None = None

    def of(self, scene: Scene, case: str) -> Played:
        """Return what came of a scene, played now or before; `case` is who asks."""
        control = f"scene/{scene.key}"
        if scene.key not in self._played:
            self._factory.watch.control_begins(case, control)
            if self._factory.capabilities.means == "files":
                self._played[scene.key] = self._found(scene)
            else:
                self._played[scene.key] = self._play(scene)
        self._factory.watch.rests_on(case, control)
        return self._played[scene.key]

    def _found(self, scene: Scene) -> Played:
        if self._files is None:
            self._files = FileSpecimens(self._factory.profile, self._factory.journal)
        shows = scene.shows
        if shows is None:
            return Played(scene, problem=NotTested(_told("no-file-tells", scene=scene.name)))
        found = tuple(one for one in self._files.all() if shows(one.facts))
        if found:
            kept = tuple(one.evidence for one in found if one.findings)
            return Played(scene, specimens=found, evidence=kept, left_out=self._files.skipped)
        folder = Bilingual(self._files.folder.name, self._files.folder.name)
        reason = _told("none-found", folder=folder, put=scene.put or scene.name)
        if self._files.skipped:
            more = left_out(self._files.skipped)
            reason = Bilingual(f"{reason.fr} {more.fr}", f"{reason.en} {more.en}")
        return Played(scene, problem=NotTested(reason))

    def _play(self, scene: Scene) -> Played:
        if scene.play is None:
            return Played(scene)
        info = CaseInfo(
            f"scene/{scene.key}",
            "advanced",
            (),
            frozenset(),
            scene.mailboxes,
            frozenset(),
            scene.name,
        )
        bench = Bench(self._factory, info)
        bench.world(records=scene.records)
        if scene.correspondents is not None:
            bench.world(correspondents=scene.correspondents)
        takes: list[Take] = []
        problem: NotTested | None = None
        blame: Sequence[Finding] = ()
        try:
            for take in scene.play(Stage(bench)):
                takes.append(take)
        except NotTested as reason:
            problem = reason
        except CaseFailed as failed:
            # The product hung or died: each case that rests on the scene says so with its own requirements.
            blame = failed.findings
        finally:
            records = bench.tenant.records if bench.tenant_id else ()
            evidence = tuple(bench.evidence())
            tenant = bench.tenant_id
            bench.close()
        specimens = tuple(one.specimen for one in takes if one.specimen is not None)
        if specimens:
            # The mails alone: what else crossed the wires is told by the events of the scene's tenant.
            evidence = tuple(one.evidence for one in specimens)
        return Played(
            scene,
            tuple(takes),
            specimens,
            tenant,
            evidence,
            tuple(one.patient.matricule for one in records),
            tuple(one.attending for one in records if one.attending),
            problem=problem,
            blame=tuple(blame),
        )


def left_out(count: int) -> Bilingual:
    """Say that files were not read."""
    return message("specimens.left-out").filled(count=count, limit=MOST_FILES)


def _told(name: str, **values: Bilingual) -> Bilingual:
    text = message(f"specimens.{name}")
    french = {key: value.fr for key, value in values.items()}
    english = {key: value.en for key, value in values.items()}
    return Bilingual(text.fr.format(**french), text.en.format(**english))
