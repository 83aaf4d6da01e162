"""A vision model of random weights, built as Moondream2 is: Phi-2, and SigLIP with an MLP.

What it says is nonsense made of plain words; what it says depends on the picture.
"""

from pathlib import Path

import gguf
import numpy as np

WIDTH, LAYERS, HEADS, FEED_FORWARD = 64, 2, 4, 128
CONTEXT = 2048
PATCH, SIDE = 14, 56
IMAGE_TOKENS = (SIDE // PATCH) ** 2
WORDS = ("red", "blue", "cat", "door", "lamp", "table", "window", "chair")


def write_model(directory: Path, layers: int = LAYERS) -> tuple[Path, Path]:
    """Write both files and return their paths: the text model, the projector.

    Args:
        directory: Where to.
        layers: Of the text model; many make it slow.
    """
    directory.mkdir(parents=True, exist_ok=True)
    text, projector = directory / "tiny-text.gguf", directory / "tiny-mmproj.gguf"
    _write_text_model(text, layers)
    _write_projector(projector)
    return text, projector


class _Weights:
    def __init__(self, writer: gguf.GGUFWriter, seed: int) -> None:
        self.writer = writer
        self.random = np.random.default_rng(seed)

    def matrix(self, name: str, *shape: int, scale: float = 0.3) -> None:
        values = self.random.normal(0, scale, shape).astype(np.float32)
        self.writer.add_tensor(name, values)

    def linear(self, name: str, inputs: int, outputs: int) -> None:
        self.matrix(f"{name}.weight", outputs, inputs)
        self.matrix(f"{name}.bias", outputs)

    def norm(self, name: str) -> None:
        self.writer.add_tensor(f"{name}.weight", np.ones(WIDTH, np.float32))
        self.writer.add_tensor(f"{name}.bias", np.zeros(WIDTH, np.float32))

    def block(self, prefix: str, names: dict[str, str]) -> None:
        for name in ("q", "k", "v"):
            self.linear(f"{prefix}.attn_{name}", WIDTH, WIDTH)
        self.linear(f"{prefix}.{names['output']}", WIDTH, WIDTH)
        self.linear(f"{prefix}.ffn_up", WIDTH, FEED_FORWARD)
        self.linear(f"{prefix}.ffn_down", FEED_FORWARD, WIDTH)
        for norm in names["norms"].split():
            self.norm(f"{prefix}.{norm}")


def _write_text_model(path: Path, layers: int) -> None:
    writer = gguf.GGUFWriter(path, "phi2")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_block_count(layers)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    tokens = _add_vocabulary(writer)
    weights = _Weights(writer, seed=1)
    weights.matrix("token_embd.weight", len(tokens), WIDTH, scale=1.0)
    for layer in range(layers):
        weights.block(f"blk.{layer}", {"output": "attn_output", "norms": "attn_norm"})
    weights.norm("output_norm")
    weights.matrix("output.weight", len(tokens), WIDTH)
    # It says words and nothing else; and never that it has finished.
    bias = [0.0 if token.strip("Ġ") in WORDS else -1000.0 for token in tokens]
    writer.add_tensor("output.bias", np.array(bias, np.float32))
    _finish(writer)


def _add_vocabulary(writer: gguf.GGUFWriter) -> list[str]:
    """Add every byte as GPT-2 writes it, and the words; return the tokens in order."""
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in visible]
    letters = [chr(byte) for byte in visible] + [chr(256 + n) for n in range(len(hidden))]
    tokens = ["<|endoftext|>", *letters, *(f"Ġ{word}" for word in WORDS)]
    types = [gguf.TokenType.CONTROL] + [gguf.TokenType.NORMAL] * (len(tokens) - 1)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges(["Ġ r"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)
    # This bare word is what Moondream2's file has for a template.
    writer.add_chat_template("vicuna")
    return tokens


def _write_projector(path: Path) -> None:
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_string("clip.projector_type", "mlp")
    writer.add_bool("clip.use_gelu", True)
    for name, value in {
        "image_size": SIDE,
        "patch_size": PATCH,
        "embedding_length": WIDTH,
        "feed_forward_length": FEED_FORWARD,
        "projection_dim": WIDTH,
        "block_count": LAYERS + 1,  # the last one is not used by this kind of projector
        "attention.head_count": HEADS,
    }.items():
        writer.add_uint32(f"clip.vision.{name}", value)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-6)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_array("clip.vision.image_std", [0.5, 0.5, 0.5])
    weights = _Weights(writer, seed=2)
    weights.matrix("v.patch_embd.weight", WIDTH, 3, PATCH, PATCH)
    weights.matrix("v.patch_embd.bias", WIDTH)
    weights.matrix("v.position_embd.weight", IMAGE_TOKENS, WIDTH)
    for layer in range(LAYERS + 1):
        weights.block(f"v.blk.{layer}", {"output": "attn_out", "norms": "ln1 ln2"})
    weights.norm("v.post_ln")
    weights.linear("mm.0", WIDTH, FEED_FORWARD)
    weights.linear("mm.2", FEED_FORWARD, WIDTH)
    _finish(writer)


def _finish(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
