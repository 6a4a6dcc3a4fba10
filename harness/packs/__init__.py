"""Packs: private copies of the official test content, executed beside our own rules.

`home` says where copies are kept, `contents` what a folder holds, `repairs` what is put right in the copy,
`registry` adds, lists and removes, `schematron` compiles ISO Schematron to XSLT, `engine` executes it with
SaxonC (extra `official`), `judging` chooses the schematrons of a document and tells what they refuse.
"""
