"""A complaint as a bundle of evidence: one folder, or one ZIP, that proves itself."""
