# Tout est dans make.py, qui marche aussi sous Windows · everything is in make.py, which also runs on Windows.
PYTHON ?= python3
.PHONY: conformance test lint bench mutation docs setup clean
.DEFAULT_GOAL := conformance

conformance test lint bench mutation docs setup clean:
	@$(PYTHON) make.py $@ $(ARGS)
