"""The engine of `mssante check`: finds artefacts on disk, judges each, writes what was found as it comes.

`kinds` recognises by content, `items` walks files, folders, mbox and maildir, `judging` calls the checks,
`running` spreads the work and resumes it, `writing` has one writer per format. Nothing is kept of an artefact
once its line is written.
"""
