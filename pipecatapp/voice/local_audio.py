"""The microphone and speaker of this machine (AUDIO_DEVICE=local), an extra."""

from pipecat.transports.base_transport import BaseTransport

from pipecatapp.errors import UserError

REMEDY = "connect one, or set AUDIO_DEVICE=none; the page and its microphone work without"


def local_transport() -> BaseTransport:
    """Return a transport on the default sound device.

    Raises:
        UserError: The extra is missing, or the machine has no sound device.
    """
    try:
        import pyaudio
        from pipecat.transports.local.audio import (
            LocalAudioTransport,
            LocalAudioTransportParams,
        )
    except ImportError as error:
        raise UserError(
            "AUDIO_DEVICE=local needs the extra `local-audio` and PortAudio: run `apt-get install "
            "portaudio19-dev` and `.venv/bin/pip install -e '.[local-audio]'`."
        ) from error
    devices = pyaudio.PyAudio()
    try:
        devices.get_default_input_device_info()
        devices.get_default_output_device_info()
    except OSError as error:
        raise UserError(
            f"AUDIO_DEVICE=local finds no microphone or speaker here: {REMEDY}."
        ) from error
    finally:
        devices.terminate()
    return LocalAudioTransport(
        LocalAudioTransportParams(audio_in_enabled=True, audio_out_enabled=True)
    )
