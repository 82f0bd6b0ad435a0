"""A language model of half a megabyte for llama.cpp: random weights that are the same every time, a token a byte.

It writes printable ASCII without sense, and never ends by itself; but it is a model, so that what it writes and the
embeddings it makes depend on every byte of the prompt.
"""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

CONTEXT = 32768  # tokens; so many take it minutes
WIDTH = 64
_LAYERS, _HEADS, _FEED = 2, 4, 128
_CONTROL = ("<s>", "</s>", "<|im_start|>", "<|im_end|>")
_FIRST = ("<unk>", *_CONTROL, "▁")  # the last is a space as this kind of vocabulary writes it
_SIZE = len(_FIRST) + 256
_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def token(piece: str) -> int:
    """The token of an ASCII character or of a mark such as </s>."""
    return _FIRST.index(piece) if piece in _CONTROL else len(_FIRST) + ord(piece)


def prompt_of(*messages: tuple[str, str]) -> str:
    """What the model reads when it is sent these messages, each a role and a text."""
    turns = "".join(f"<|im_start|>{role}\n{text}<|im_end|>\n" for role, text in messages)
    return f"<s>{turns}<|im_start|>assistant\n"


def length(prompt: str) -> int:
    """The tokens of a prompt."""
    for mark in _CONTROL:
        prompt = prompt.replace(mark, "\0")
    return len(prompt.encode())


def write_model(path: Path) -> None:
    """Write the model's GGUF file."""
    writer = gguf.GGUFWriter(path, "llama")
    _describe(writer)
    _add_vocabulary(writer)
    for name, weights in _weights(np.random.default_rng(7)).items():
        writer.add_tensor(f"{name}.weight", weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _describe(writer: gguf.GGUFWriter) -> None:
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(_LAYERS)
    writer.add_feed_forward_length(_FEED)
    writer.add_head_count(_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // _HEADS)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)


def _add_vocabulary(writer: gguf.GGUFWriter) -> None:
    kind = gguf.TokenType
    pieces = [*_FIRST, *(f"<0x{byte:02X}>" for byte in range(256))]
    kinds = [kind.UNKNOWN, *[kind.CONTROL] * len(_CONTROL), kind.NORMAL, *[kind.BYTE] * 256]
    writer.add_tokenizer_model("llama")
    writer.add_token_list(pieces)
    writer.add_token_types(kinds)
    writer.add_token_scores([0.0] * len(pieces))
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(token("<s>"))
    writer.add_eos_token_id(token("</s>"))
    writer.add_eot_token_id(token("<|im_end|>"))
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(_TEMPLATE)


def _weights(rng: np.random.Generator) -> dict[str, Array]:
    """The tensors by name.

    The first dimension is the same in every token and no layer writes to it: a constant, by which the last matrix
    shuns all that is not printable.
    """

    def matrix(rows: int, columns: int, gain: float) -> Array:
        return (gain * columns**-0.5 * rng.standard_normal((rows, columns))).astype(np.float32)

    def ones(gain: float = 1.0) -> Array:
        return np.full(WIDTH, gain, dtype=np.float32)

    read, write = matrix(_SIZE, WIDTH, gain=8), matrix(_SIZE, WIDTH, gain=1)
    read[:, 0] = 4
    write[:, 0] = -20
    write[token("!") : token("~") + 1, 0] = 0
    write[_FIRST.index("▁"), 0] = 0
    weights = {"token_embd": read, "output": write, "output_norm": ones(2)}
    for layer in range(_LAYERS):
        block = {name: matrix(WIDTH, WIDTH, gain=2) for name in ("attn_q", "attn_k", "attn_v", "attn_output")}
        block |= {name: matrix(_FEED, WIDTH, gain=2) for name in ("ffn_gate", "ffn_up")}
        block |= {"ffn_down": matrix(WIDTH, _FEED, gain=2), "attn_norm": ones(), "ffn_norm": ones()}
        for name in ("attn_output", "ffn_down"):
            block[name][0] = 0
        weights |= {f"blk.{layer}.{name}": tensor for name, tensor in block.items()}
    return weights
