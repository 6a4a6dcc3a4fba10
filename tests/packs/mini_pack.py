"""A miniature of the official test content, of our own making: same layout, same ways of being broken."""

# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

HEAD = (
    '<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2">\n'
    '<ns prefix="cda" uri="urn:hl7-org:v3"/>\n'
)
STRUC_MIN = "schematrons/profils/structurationMinimale/ASIP-STRUCT-MIN-StrucMin.sch"
MODEL = "schematrons/CI-SIS_BIO-CR-BIO_2024.01.sch"

FILES: dict[str, str] = {
    "infrastructure/cda/CDA_extended.xsd": """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
 targetNamespace="urn:hl7-org:v3" elementFormDefault="qualified">
<xs:element name="ClinicalDocument"><xs:complexType><xs:sequence>
<xs:element name="realmCode"><xs:complexType><xs:attribute name="code"/></xs:complexType></xs:element>
<xs:any minOccurs="0" maxOccurs="unbounded" processContents="skip"/></xs:sequence>
<xs:anyAttribute processContents="skip"/></xs:complexType></xs:element></xs:schema>""",
    # The list of type codes is not there: it has to be made again.
    STRUC_MIN: HEAD
    + """<phase id="tout"><active pattern="code"/><active pattern="langue"/></phase>
<pattern id="code"><rule context="cda:ClinicalDocument[cda:typeId[@root][@extension]]/cda:code">
<assert test="@code = doc('include/voc-1.2.250.1.213.1.1.5.471-DYNAMIC.xml')//concept/@code">
[1] code <value-of select="@code"/> hors JDV_J07</assert></rule></pattern>
<include href="abstract/unique.sch"/>
<pattern id="langue" is-a="unique"><param name="ou" value="/cda:ClinicalDocument"/>
<param name="quoi" value="cda:languageCode"/></pattern>
</schema>""",
    "schematrons/profils/structurationMinimale/abstract/unique.sch": """<pattern
 xmlns="http://purl.oclc.org/dsdl/schematron" id="unique" abstract="true"><rule context="$ou">
<assert test="count($quoi) = 1">[2] $quoi : une fois dans <name/></assert></rule></pattern>""",
    # The folder is `sections`: another letter case.
    "schematrons/profils/IHE.sch": HEAD + '<include href="include/Sections/title.sch"/></schema>',
    "schematrons/profils/include/sections/title.sch": """<pattern
 xmlns="http://purl.oclc.org/dsdl/schematron"><rule context="cda:section[cda:templateId]">
<let name="titre" value="normalize-space(cda:title)"/>
<assert role="warning" test="$titre != ''">section sans titre</assert></rule></pattern>""",
    "schematrons/profils/CI-SIS_ModelesDeContenusCDA.sch": HEAD
    + """<pattern><rule context="cda:patientRole"><assert id="pr1" test="cda:id[@root and @extension]">
patientRole/id</assert></rule></pattern></schema>""",
    "schematrons/profils/CI-SIS_Modeles_ANS.sch": HEAD
    + """<pattern><rule context="cda:relatedSubject"><assert test="not(cda:Addr)">relatedSubject/Addr</assert>
</rule></pattern></schema>""",
    "schematrons/profils/terminologies/schematron/terminologie.sch": HEAD
    + """<pattern><rule context="cda:code[@codeSystem='2.16.840.1.113883.6.96']"><assert test="
if (doc-available('../rdf/snomed.rdf')) then false() else true()">SNOMED CT</assert></rule></pattern></schema>""",
    MODEL: HEAD
    + """<xsl:function xmlns:xsl="http://www.w3.org/1999/XSL/Transform" name="cda:entier">
<xsl:param name="t"/><xsl:sequence select="matches($t, '^[0-9]+$')"/></xsl:function>
<xsl:key xmlns:xsl="http://www.w3.org/1999/XSL/Transform" name="modele" match="cda:templateId" use="@root"/>
<let name="titre" value="'Compte rendu d''examens biologiques'"/>
<pattern><let name="version" value="/cda:ClinicalDocument/cda:versionNumber/@value"/>
<rule abstract="true" id="base"><assert id="v1" test="cda:entier($version)">version <value-of select="$version"/>
</assert></rule>
<rule context="/cda:ClinicalDocument"><extends rule="base"/>
<assert id="t1" test="cda:title = $titre">titre : <value-of select="cda:title"/></assert>
<assert id="k1" test="key('modele', '1.3.6.1.4.1.19376.1.3.3')">XD-LAB</assert></rule>
</pattern><pattern><rule context="cda:languageCode/@code">
<report id="l1" role="info" test=". != 'fr-FR'">autre langue</report></rule></pattern></schema>""",
    "schematrons/CI-SIS_BIO-CR-BIO_2021.01.sch": HEAD
    + """<pattern><rule context="/*"><assert id="old" test="false()">2021</assert></rule></pattern></schema>""",
    # Its rules are an empty file: it cannot be compiled.
    "schematrons/CI-SIS_BIO-CR-BIO_2023.01.sch": HEAD + '<include href="regles2023/corps.sch"/></schema>',
    "schematrons/regles2023/corps.sch": "",
    "schematrons/CI-SIS_INCONNU_2020.01.sch": HEAD + "</schema>",
    "schematrons/moteur/iso_svrl_for_xslt2.xsl": '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="2.0"/>',
    "jeuxDeValeurs/JDV_J07_XdsTypeCode_CISIS.xml": """<RetrieveValueSetResponse xmlns="urn:ihe:iti:svs:2008">
<ValueSet id="1.2.250.1.213.1.1.5.129" displayName="J07"><ConceptList>
<Concept code="11502-2" codeSystem="2.16.840.1.113883.6.1" displayName="CR d'examens biologiques"/>
</ConceptList></ValueSet></RetrieveValueSetResponse>""",
    "jeuxDeValeurs/JDV_vide.xml": "",
    "ExemplesCDA/BIO-CR-BIO_2024.01_exemple.xml": """<?xml version="1.0"?>
<?oxygen SCHSchema="../schematrons/profils/IHE.sch"?>
<?oxygen SCHSchema="../schematrons/CI-SIS_BIO-CR-BIO_2024.01.sch"?>
<ClinicalDocument xmlns="urn:hl7-org:v3"><templateId root="1.2.250.1.213.1.1.1.1"/>
<templateId root="1.2.250.1.213.1.1.1.55" extension="2024.01"/></ClinicalDocument>""",
    "README.md": "not part of a verdict",
}


def write(folder: Path, changes: dict[str, str | None] | None = None) -> Path:
    """Write the miniature; `changes` replace files, None takes one away."""
    for path, text in {**FILES, **(changes or {})}.items():
        if text is not None:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8", newline="\n")
    return folder
