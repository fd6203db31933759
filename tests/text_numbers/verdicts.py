"""What a comparison says of each number of a text."""

from haochaping.cleaning.quantities import plain_text
from haochaping.text_numbers.compare_with_figures import FigureComparison
from haochaping.text_numbers.number_mention import extract_mentions


def verdicts(figures: FigureComparison, text: str) -> list[str]:
    """For each number: blank if explained, what it should be, or ``?`` where it cannot be placed."""
    return [
        figures.expected_text(mention) or ("" if figures.is_explained(mention) else "?")
        for mention in extract_mentions(plain_text(text))
    ]
