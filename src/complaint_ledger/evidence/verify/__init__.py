"""The checks of a bundle, one file for each thing that is checked; `verification` runs them."""
