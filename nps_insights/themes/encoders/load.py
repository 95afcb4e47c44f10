"""Find an encoder by its name; nothing is downloaded and nothing is replaced silently."""

from pathlib import Path

from nps_insights.tables import SettingsError
from nps_insights.themes.encoders.protocol import Encoder


def load_encoder(name: str = "english", *, precision: str = "fp32") -> Encoder:
    """Return the encoder called `name`; nothing is downloaded and nothing is replaced silently.

    Args:
        name: `english` (all-MiniLM-L6-v2, extra `offline`), `multilingual` (16 languages, extra `multilingual`),
            a folder of a sentence-transformers model, or the name of one that lies in the local Hugging Face cache.
        precision: `fp32`; `bf16` where the processor has it and vectors agree; or `auto`, bf16 where that holds. The
            multilingual encoder knows fp32 alone.

    Raises:
        MissingExtraError: The extra that holds the weights is not installed.
        DataRefusedError: The weights are not the ones this package was checked with.
        SettingsError: No model of that name lies on this machine, or it cannot reckon in that precision.

    Example:
        >>> load_encoder("no/such-model")
        Traceback (most recent call last):
            ...
        nps_insights.tables.errors.SettingsError: encoder: 'no/such-model' is neither 'english' nor 'multilingual', \
nor a folder, nor a model in the local Hugging Face cache; download it first, or name one of those.
    """
    if name == "english":
        from nps_insights.themes.encoders.english import english_encoder

        return english_encoder(precision=precision)
    if name == "multilingual":
        from nps_insights.themes.encoders.multilingual import MultilingualEncoder

        if precision == "bf16":
            raise SettingsError("precision == 'bf16': encoder 'multilingual' knows fp32 alone; give fp32 or auto.")
        return MultilingualEncoder()
    from nps_insights.themes.encoders.transformer import TransformerEncoder

    return TransformerEncoder(name, _model_folder(name), precision=precision)


def _model_folder(name: str) -> Path:
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError) as error:
        raise SettingsError(
            f"encoder: {name!r} is neither 'english' nor 'multilingual', nor a folder, nor a model in the local "
            "Hugging Face cache; download it first, or name one of those."
        ) from error
