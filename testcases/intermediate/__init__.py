"""Intermediate level: directory, patients, what the product shows and keeps."""
