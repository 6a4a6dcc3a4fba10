"""XML Schemas (XSD 1.0) written by the project from the published models, in one folder per model."""
