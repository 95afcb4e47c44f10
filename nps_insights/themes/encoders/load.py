"""Find an encoder by its name; nothing is downloaded and nothing is replaced silently."""

from pathlib import Path

from nps_insights.themes.encoders.protocol import Encoder


def load_encoder(name: str = "english") -> Encoder:
    """Return the encoder called `name`; nothing is downloaded and nothing is replaced silently.

    Args:
        name: `english` (all-MiniLM-L6-v2, extra `offline`), `multilingual` (16 languages, extra `multilingual`),
            a folder of a sentence-transformers model, or the name of one that lies in the local Hugging Face cache.

    Raises:
        MissingExtraError: The extra that holds the weights is not installed.
        DataRefusedError: The weights are not the ones this package was checked with.
        SettingsError: No model of that name lies on this machine.

    Example:
        >>> load_encoder("no/such-model")
        Traceback (most recent call last):
            ...
        nps_insights.tables.errors.SettingsError: encoder: 'no/such-model' is neither 'english' nor 'multilingual', \
nor a folder, nor a model in the local Hugging Face cache; download it first, or name one of those.
    """
    if name == "english":
        from nps_insights.themes.encoders.english import english_encoder

        return english_encoder()
    if name == "multilingual":
        from nps_insights.themes.encoders.multilingual import MultilingualEncoder

        return MultilingualEncoder()
    from nps_insights.themes.encoders.transformer import TransformerEncoder

    return TransformerEncoder(name, _model_folder(name))


def _model_folder(name: str) -> Path:
    from nps_insights.tables import SettingsError

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
