"""The English encoder with a vocabulary of some hundred sub-words: real weights, a token table in no time."""

import json
import shutil
from pathlib import Path

from nps_insights.themes import load_encoder
from nps_insights.themes.encoders.transformer import TransformerEncoder

_FRAME = 104
_WORDS = """the a is was me too so and to nurse doctor hospital ward queue parking menu bill payment bank account
garden lift ticket slow helped costs much fine broke down should be larger kind staff good"""


def small_english(folder: Path) -> TransformerEncoder:
    """Write the model under `folder` with the special sub-words, single letters and some words alone."""
    from safetensors.numpy import load_file, save_file

    whole = load_encoder("english").folder
    shutil.copytree(whole, folder, ignore=shutil.ignore_patterns("model.safetensors", "vocab.txt"))
    tokenizer = json.loads((whole / "tokenizer.json").read_text("utf-8"))
    vocabulary = tokenizer["model"]["vocab"]
    kept = [token for token, _ in sorted(vocabulary.items(), key=lambda one: one[1])[:_FRAME]]
    kept += [token for token in vocabulary if token.removeprefix("##").isascii() and len(token.removeprefix("##")) == 1]
    kept += [word for word in _WORDS.split() if word in vocabulary and word not in kept]
    tokenizer["model"]["vocab"] = {token: number for number, token in enumerate(kept)}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), "utf-8")
    (folder / "vocab.txt").write_text("\n".join(kept), "utf-8")
    config = json.loads((whole / "config.json").read_text("utf-8")) | {"vocab_size": len(kept)}
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    weights = load_file(whole / "model.safetensors")
    (table,) = [name for name in weights if name.endswith("word_embeddings.weight")]
    weights[table] = weights[table][[vocabulary[token] for token in kept]].copy()
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return TransformerEncoder("small english", folder)
