"""Text as people type and say it: full-width digits, traditional script, telephone numbers, words."""
