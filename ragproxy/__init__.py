"""An OpenAI-compatible gateway that answers from your documents."""

__version__ = "0.1.0"
