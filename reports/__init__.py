"""Pure functions from a run record to HTML, JUnit and JSON. Nothing is judged again here."""
