"""PDFBox Preflight (Debian) as a judge of PDF/A-1b; compiled once, in a temporary folder."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

JARS = [
    Path("/usr/share/java") / f"{name}.jar"
    for name in (
        "pdfbox2", "preflight", "xmpbox", "fontbox2", "commons-logging", "javax.activation", "jaxb-api",
    )
]  # fmt: skip
RUNNER = """
import java.io.File;
import org.apache.pdfbox.preflight.PreflightDocument;
import org.apache.pdfbox.preflight.ValidationResult;
import org.apache.pdfbox.preflight.exception.SyntaxValidationException;
import org.apache.pdfbox.preflight.parser.PreflightParser;
public class Oracle {
  public static void main(String[] names) throws Exception {
    for (String name : names) {
      ValidationResult result;
      try {
        PreflightParser parser = new PreflightParser(new File(name));
        parser.parse();
        try (PreflightDocument document = parser.getPreflightDocument()) {
          document.validate();
          result = document.getResult();
        }
      } catch (SyntaxValidationException fault) { result = fault.getResult(); }
      StringBuilder line = new StringBuilder(result.isValid() ? "valid" : "invalid");
      for (ValidationResult.ValidationError error : result.getErrorsList())
        line.append(" ").append(error.getErrorCode());
      System.out.println(line);
    }
  }
}
"""


def missing() -> str | None:
    """Return why the oracle cannot run, or nothing."""
    if not (shutil.which("java") and shutil.which("javac")):
        return "no JDK (java, javac)"
    absent = [jar.name for jar in JARS if not jar.exists()]
    return (
        f"PDFBox Preflight is not installed (apt: libpdfbox2-java): {', '.join(absent)}" if absent else None
    )


@dataclass(frozen=True)
class Preflight:
    """The compiled runner."""

    folder: Path

    @property
    def _class_path(self) -> str:
        return ":".join([*(str(jar) for jar in JARS), str(self.folder)])

    @classmethod
    def compile(cls, folder: Path) -> Preflight:
        (folder / "Oracle.java").write_text(RUNNER, encoding="utf-8")
        oracle = cls(folder)
        subprocess.run(
            ["javac", "-cp", oracle._class_path, "-d", str(folder), str(folder / "Oracle.java")],
            check=True, capture_output=True, timeout=100,
        )  # fmt: skip
        return oracle

    def judge(self, *documents: bytes) -> list[str]:
        """Return `valid`, or `invalid` and the error codes, for each document."""
        names = []
        for index, document in enumerate(documents):
            path = self.folder / f"{index}.pdf"
            path.write_bytes(document)
            names.append(str(path))
        cache = f"-Dpdfbox.fontcache={self.folder}"
        run = subprocess.run(
            ["java", cache, "-cp", self._class_path, "Oracle", *names],
            check=True, capture_output=True, text=True, encoding="utf-8", timeout=100,
        )  # fmt: skip
        return run.stdout.splitlines()
