"""`python -m harness.cli` is `mssante`."""

from harness.cli import main

if __name__ == "__main__":
    main()
