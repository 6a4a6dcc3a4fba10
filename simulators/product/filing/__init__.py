"""Documents received by mail: finding, opening, reading, matching and keeping them."""
