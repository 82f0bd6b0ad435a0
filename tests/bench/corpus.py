"""Documents of made-up words with a natural (Zipf) spread, and questions about them."""

import random

WORDS = 4_000
CHUNKS_A_FILE = 10


def write(folder, chunks):
    """Files of ten chunks each; returns their paths and 200 queries of five words."""
    rng = random.Random(1)
    words = ["".join(rng.choices("abcdefghijklmnoprstuv", k=rng.randint(3, 9))) for _ in range(WORDS)]
    spread = [1 / (rank + 1) for rank in range(WORDS)]
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(chunks // CHUNKS_A_FILE):
        paragraphs = [" ".join(rng.choices(words, spread, k=150)) + "." for _ in range(CHUNKS_A_FILE)]
        path = folder / f"{number:05}.txt"
        path.write_text("\n\n".join(paragraphs))
        paths.append(path)
    return paths, [" ".join(rng.choices(words[50:], k=5)) for _ in range(200)]
