"""What an analyst calls in a notebook: one call a question, answers that show themselves."""
