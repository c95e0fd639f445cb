"""Messages as words: scikit-learn's tokenizer, and what it leaves out."""

from __future__ import annotations

from collections.abc import Callable

TOKEN, TOKEN_OR_LETTER = r"(?u)\b\w\w+\b", r"(?u)\b\w+\b"
"""scikit-learn's own pattern, words of two letters or more; and one that keeps words of one letter."""


def tokenizer(lowercase: bool = True, one_letter: bool = False) -> Callable[[str], list[str]]:
    """scikit-learn's way from a text to its words: ``CountVectorizer().build_analyzer()``.

    By itself it drops punctuation and words of one letter ("I", "a"); ``one_letter`` keeps those.

    >>> tokenizer()("I won a FREE phone!"), tokenizer(one_letter=True)("I won!")
    (['won', 'free', 'phone'], ['i', 'won'])
    """
    from sklearn.feature_extraction.text import CountVectorizer  # here, because it takes half a second to import

    pattern = TOKEN_OR_LETTER if one_letter else TOKEN
    analyzer: Callable[[str], list[str]] = CountVectorizer(lowercase=lowercase, token_pattern=pattern).build_analyzer()
    return analyzer


def tokenizer_code(lowercase: bool = True, one_letter: bool = False) -> str:
    """The expression that makes the same tokenizer.

    >>> tokenizer_code(), tokenizer_code(one_letter=True)
    ('CountVectorizer().build_analyzer()', "CountVectorizer(token_pattern=r'(?u)\\\\b\\\\w+\\\\b').build_analyzer()")
    """
    options = [] if lowercase else ["lowercase=False"]
    if one_letter:
        options.append(f"token_pattern=r'{TOKEN_OR_LETTER}'")
    return f"CountVectorizer({', '.join(options)}).build_analyzer()"
