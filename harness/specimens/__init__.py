"""Specimens: mails, archives and documents that the product made, judged once and shared by the cases.

`Scene` says how the product is made to send one and how a file shows it, `SpecimenBook` keeps what came of
each scene, `judge_specimens` and `judge_takes` are what cases call.
"""
