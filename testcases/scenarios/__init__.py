"""The care scenarios of the ANS catalogue, one case each."""
