"""The self-presenting form of a CDA document: the document inside a stylesheet that shows it."""

from __future__ import annotations

import re

XSL = "http://www.w3.org/1999/XSL/Transform"
HL7 = "urn:hl7-org:v3"
_END = "</xsl:stylesheet>"
_ITSELF = '<?xml-stylesheet type="text/xsl" href=""?>'
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_STYLESHEET = f"""\
<xsl:stylesheet version="1.0" xmlns:xsl="{XSL}" xmlns:h="{HL7}" exclude-result-prefixes="h">
<xsl:output method="html" encoding="UTF-8"/>
<xsl:template match="/">
<html><head><title><xsl:value-of select="//h:ClinicalDocument/h:title"/></title></head>
<body><h1><xsl:value-of select="//h:ClinicalDocument/h:title"/></h1>
<xsl:apply-templates select="//h:ClinicalDocument//h:section"/></body></html>
</xsl:template>
<xsl:template match="h:section">
<h2><xsl:value-of select="h:title"/></h2><p><xsl:value-of select="h:text"/></p>
</xsl:template>
</xsl:stylesheet>
"""


def presenting(document: bytes) -> bytes:
    """Return the document as the last child of a stylesheet (XSLT 1.0 §2.2 allows foreign elements).

    Set in as text: moved as a tree it could lose the prefixes that only its values use (`xsi:type`).
    """
    text = _DECLARATION.sub("", document.decode("utf-8"), count=1)
    whole = _STYLESHEET.replace(_END, f"{text.strip()}\n{_END}")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_ITSELF}\n{whole}'.encode()
