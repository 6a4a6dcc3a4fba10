"""Basic level: the product sends and receives with an operator, over a secured link.

One file a requirement (or a family of inseparable ones), one function a stimulus and an expectation.
"""
